"""Hears what a carrier tells, and lets a test wait for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from dialer.carriers.base import CallEvent, Carrier, CarrierEvent, Ended, SmsReceived
from dialer.domain.ids import AttemptId


class Ears:
    def __init__(self) -> None:
        self.heard: list[CarrierEvent] = []
        self._news = asyncio.Condition()

    async def listen(self, carrier: Carrier) -> None:
        async for event in carrier.events():
            async with self._news:
                self.heard.append(event)
                self._news.notify_all()

    def of(self, attempt: AttemptId) -> list[CallEvent]:
        return [e for e in self.heard if not isinstance(e, SmsReceived) and e.attempt_id == attempt]

    async def until(self, happened: Callable[[], bool]) -> None:
        async with self._news:
            await self._news.wait_for(happened)

    async def hears(self, attempt: AttemptId, kind: type[CallEvent]) -> list[CallEvent]:
        """The attempt's life so far, once it has such an event."""
        await self.until(lambda: any(isinstance(event, kind) for event in self.of(attempt)))
        return self.of(attempt)

    async def end_of(self, attempt: AttemptId) -> Ended:
        last = (await self.hears(attempt, Ended))[-1]
        assert isinstance(last, Ended)
        return last


@asynccontextmanager
async def listening(carrier: Carrier) -> AsyncIterator[Ears]:
    ears = Ears()
    task = asyncio.create_task(ears.listen(carrier))
    try:
        yield ears
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
