"""An open call: what the carrier tells of it, and what to do when it tells nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from dialer.carriers.base import Absent, Dtmf, Ended, Found, Lookup, Placed
from dialer.domain.call import OPEN, AttemptState, Failure
from dialer.domain.clock import SECOND, Instant
from dialer.domain.ids import AttemptId
from dialer.domain.retry import End
from dialer.engine.persist import persist
from dialer.engine.switchboard import Line
from dialer.engine.trunk import Trunk
from dialer.service import calls
from dialer.service.calls import Report, Word
from dialer.service.parts import Parts
from dialer.service.settlement import Settled

log = structlog.get_logger()

_OVERDUE = 15.0
"""Seconds after ring time-out or longest talk at which silence becomes a question."""
_SECOND_LOOK = 10.0
_TELLING = frozenset({Lookup.RECORDS, Lookup.LIVE})
"""Carriers that know every living call, so that absence says something."""
_UNREACHABLE = 1.0
_LONGEST_UNREACHABLE = 5.0
_POLLS = (5.0, 10.0, 15.0, 30.0, 60.0, 180.0, 600.0)
"""Waits between looks where absence proves nothing: 15 minutes in all."""


@dataclass(slots=True)
class OpenCall:
    """An attempt that is being followed. Durations are seconds."""

    id: AttemptId
    carrier_id: str | None
    ring_timeout: int
    max_duration: int
    blocked_until: Instant
    deadline: float
    """Monotonic seconds; silence beyond it is a question for the carrier."""
    answered: bool = False
    keys: int = 0
    """How many pressed keys were written so far; a look-up tells them all again."""
    seen: Callable[[], None] = lambda: None
    """Called whenever the carrier has told anything of it, were it that it knows no such call."""


class Follower:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._clock = parts.clock

    def open(
        self,
        attempt_id: AttemptId,
        *,
        carrier_id: str | None,
        ring_timeout: int,
        max_duration: int,
        created_at: Instant,
        blocked_until: Instant,
        answered_at: Instant | None = None,
        keys: int = 0,
        seen: Callable[[], None] = lambda: None,
    ) -> OpenCall:
        since, longest = (created_at, ring_timeout) if answered_at is None else (answered_at, max_duration)
        left = longest + _OVERDUE - (self._clock.now() - since) / SECOND
        return OpenCall(
            attempt_id,
            carrier_id,
            ring_timeout,
            max_duration,
            blocked_until,
            self._clock.monotonic() + left,
            answered_at is not None,
            keys,
            seen,
        )

    async def report(self, call_id: AttemptId, words: Sequence[Word], trunk: Trunk) -> Report | None:
        """Writes what the carrier told; the breaker hears of a trunk's refusal."""
        for word in words:
            if isinstance(word, Ended) and word.failure is Failure.ACCOUNT:
                trunk.refused(word.detail or "the trunk refuses our calls")
        healthy = trunk.healthy
        return await persist(
            self._parts, lambda: calls.report(self._parts.store, call_id, words, carrier_healthy=healthy)
        )

    async def conclude(self, call_id: AttemptId, end: End, detail: str) -> Settled | None:
        """Ends it without the carrier's word; None when that came first."""
        return await persist(self._parts, lambda: calls.conclude(self._parts.store, call_id, end, detail))

    async def follow(self, call: OpenCall, trunk: Trunk, line: Line) -> Settled:
        """Returns when the call has ended, or nothing more will be learned of it."""
        if line.unwanted:
            await trunk.carrier.hang_up(call.id, call.carrier_id)
        while True:
            words = await line.listen(self._clock, call.deadline - self._clock.monotonic())
            settled = await self._hear(call, words, trunk) if words else await self._ask(call, trunk, line)
            if settled is not None:
                return settled

    async def reconcile(
        self, call: OpenCall, trunk: Trunk, line: Line, *, known: bool, looked: Callable[[], None]
    ) -> Settled | None:
        """Finds out what became of an attempt; None: follow it, since it lives or its deadline decides.

        `looked` is called when the carrier was asked about one that may never have been placed, and had
        no news.
        """
        lookup = trunk.carrier.abilities.lookup
        looks, unreachable = 0, _UNREACHABLE
        while True:
            result = await trunk.look_up(call.id, call.carrier_id)
            words: list[Word] = list(line.take())
            if isinstance(result, Found):
                call.carrier_id = result.carrier_id
                words = [Placed(result.carrier_id), *_news(call, result, words)]
            if words:
                return await self._hear(call, words, trunk)
            wait, unreachable = unreachable, min(unreachable * 2, _LONGEST_UNREACHABLE)
            if isinstance(result, Absent):
                call.seen()
                if known and lookup not in _TELLING:
                    return None  # it proves nothing; the deadline decides
                looks += 1
                if settled := await self._prove(call, trunk, looks, known=known):
                    return settled
                wait = self._next_look(lookup, looks)
            if known:
                left = call.deadline - self._clock.monotonic()
                if left <= 0:
                    return None
                wait = min(wait, left)
            else:
                looked()
            heard = await line.listen(self._clock, wait)
            if heard:
                return await self._hear(call, heard, trunk)

    async def _prove(self, call: OpenCall, trunk: Trunk, looks: int, *, known: bool) -> Settled | None:
        """What the carrier's "never heard of it" proves, after so many looks; None: nothing yet."""
        lookup, now = trunk.carrier.abilities.lookup, self._clock.now()
        if known:
            return await self._give_up(call, "it ended while nobody listened")
        if lookup in _TELLING and looks < 2:  # noqa: PLR2004  two looks, 10 s apart
            return None
        if lookup is Lookup.RECORDS:
            # Where others get through, it may be this request that the carrier chokes on.
            end = End(AttemptState.NOT_PLACED, now, failure=Failure.TEMPORARY, carrier_healthy=trunk.healthy)
            return await self.conclude(call.id, end, "the carrier never received it") or Settled()
        over = looks > len(_POLLS) and now > call.blocked_until
        if lookup is Lookup.LIVE or over:
            return await self._give_up(call, "it is not known whether it was placed")
        return None

    def _next_look(self, lookup: Lookup, looks: int) -> float:
        if lookup in _TELLING:
            return _SECOND_LOOK
        return _POLLS[min(looks, len(_POLLS)) - 1]

    async def _hear(self, call: OpenCall, words: Sequence[Word], trunk: Trunk) -> Settled | None:
        report = await self.report(call.id, words, trunk)
        call.seen()
        if report is None or (report.settled is None and report.state not in OPEN):
            return Settled()  # it had ended before
        call.keys += sum(isinstance(word, Dtmf) for word in words)
        if not call.answered and report.state is AttemptState.ANSWERED:
            call.answered = True
            call.deadline = self._clock.monotonic() + call.max_duration + _OVERDUE
        return report.settled

    async def _ask(self, call: OpenCall, trunk: Trunk, line: Line) -> Settled | None:
        """It should have ended: ask, hang up, ask again, then give it up. None: there was news."""
        log.warning("call_silent", attempt=call.id, carrier=trunk.name)
        answered = call.answered
        for last in (False, True):
            result = await trunk.look_up(call.id, call.carrier_id)
            words: list[Word] = list(line.take())
            if isinstance(result, Found):
                words = _news(call, result, words)
            if words:
                settled = await self._hear(call, words, trunk)
                if settled is not None or call.answered is not answered:
                    return settled
            if last or isinstance(result, Absent):
                break
            if isinstance(result, Found):
                await trunk.carrier.hang_up(call.id, call.carrier_id)
            heard = await line.listen(self._clock, _OVERDUE)
            if heard and (settled := await self._hear(call, heard, trunk)):
                return settled
        return await self._give_up(call, "the carrier never told how it ended")

    async def _give_up(self, call: OpenCall, detail: str) -> Settled:
        """Nothing more will be learned; its row says whether it was ever known to have been placed."""
        now = self._clock.now()
        return (
            await self.conclude(call.id, End(AttemptState.ENDED_UNKNOWN, now), detail)
            or await self.conclude(call.id, End(AttemptState.UNKNOWN, now), detail)
            or Settled()  # a word ended it
        )


def _news(call: OpenCall, found: Found, heard: Sequence[Word]) -> list[Word]:
    """The call's life as the carrier remembers it, then what else was heard; each key once."""
    told = 0
    words: list[Word] = []
    for event in found.events:
        told += isinstance(event, Dtmf)
        if not isinstance(event, Dtmf) or told > call.keys:
            words.append(event)
    return [*words, *(word for word in heard if word not in found.events)]
