"""Connects what a carrier tells with the coroutine that owns the attempt."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

from dialer.carriers.base import CallEvent, Carrier, SmsReceived
from dialer.domain.clock import Clock
from dialer.domain.ids import AttemptId, CampaignId
from dialer.domain.phone import mask

log = structlog.get_logger()


class Line:
    """One open attempt's inbox."""

    def __init__(self, board: "Switchboard", attempt_id: AttemptId, campaign: CampaignId) -> None:
        self.attempt_id = attempt_id
        self.campaign = campaign
        self.unwanted = False
        """Somebody asked for its end; one that the carrier does not know yet is hung up once it does."""
        self._board = board
        self._words: list[CallEvent] = []
        self._arrived = asyncio.Event()

    def __enter__(self) -> Self:
        self._board.lines[self.attempt_id] = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._board.left(self, lost=error is not None)

    def put(self, word: CallEvent) -> None:
        self._words.append(word)
        self._arrived.set()

    def take(self) -> list[CallEvent]:
        """What has arrived since the last time."""
        words, self._words = self._words, []
        self._arrived.clear()
        return words

    async def listen(self, clock: Clock, seconds: float) -> list[CallEvent]:
        """What arrives next; empty after so many seconds of silence."""
        if not self._words:
            try:
                async with clock.timeout(max(seconds, 0)):
                    await self._arrived.wait()
            except TimeoutError:
                pass
        return self.take()


class Switchboard:
    def __init__(self, late: Callable[[CallEvent], None]) -> None:
        self.lines: dict[AttemptId, Line] = {}
        self._late = late
        self._quiet = asyncio.Event()

    def line(self, attempt_id: AttemptId, campaign: CampaignId) -> Line:
        """A context in which the attempt's words go to its inbox instead of being late."""
        return Line(self, attempt_id, campaign)

    def left(self, line: Line, *, lost: bool) -> None:
        """What came while its owner wrote its end is late; after an error nobody is there to write it."""
        del self.lines[line.attempt_id]
        for word in [] if lost else line.take():
            self._late(word)
        if not self.lines:
            self._quiet.set()

    async def all_done(self) -> None:
        """Returns once no attempt is open."""
        while self.lines:
            self._quiet.clear()
            await self._quiet.wait()

    async def listen_to(self, carrier: Carrier) -> None:
        """Passes on everything the carrier tells; never ends before it is closed."""
        async for event in carrier.events():
            if isinstance(event, SmsReceived):
                log.info("sms_received", carrier=carrier.name, from_number=mask(event.from_number))
            elif line := self.lines.get(event.attempt_id):
                line.put(event)
            else:
                self._late(event)
