"""Time that stands still until a test moves it."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable

from dialer.domain.clock import HOUR, MINUTE, SECOND, Instant

NOON: Instant = 1_800_000_000_000
"""2027-01-15T08:00:00Z, a Friday."""

_ROUNDS_OF_THE_LOOP = 20


async def _let_the_loop_run() -> None:
    for _ in range(_ROUNDS_OF_THE_LOOP):
        await asyncio.sleep(0)  # noqa: TID251  gives the loop a round, no time passes


class FakeClock:
    """A Clock whose `advance` fires what falls due, in order, and lets the loop run after each.

    `settle` is awaited after every step: a fixture sets it to wait until the store is idle too.
    """

    def __init__(self, now: Instant = NOON) -> None:
        self._now = float(now)
        self._monotonic = 1000.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self.settle: Callable[[], Awaitable[None]] = _let_the_loop_run

    def now(self) -> Instant:
        return int(self._now)

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)  # noqa: TID251  gives the loop a round, no time passes
            return
        woken = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        self._at(seconds, wake)
        await woken

    def timeout(self, seconds: float | None) -> asyncio.Timeout:
        loop = asyncio.get_running_loop()
        if seconds is not None and seconds <= 0:
            return asyncio.timeout(0)  # noqa: TID251  already over
        timeout = asyncio.timeout(None)  # noqa: TID251  ended by this clock, not by the loop's

        def end() -> None:
            # A timeout that was left in time, or never entered, refuses to be rescheduled.
            try:
                timeout.reschedule(loop.time())
            except RuntimeError:
                return

        if seconds is not None:
            self._at(seconds, end)
        return timeout

    async def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> None:
        """Moves wall time and monotonic time together."""
        target = self._monotonic + seconds + minutes * MINUTE / SECOND + hours * HOUR / SECOND
        await self.settle()
        while self._due and self._due[0][0] <= target:
            due, _, fire = heapq.heappop(self._due)
            self._pass(max(due - self._monotonic, 0))
            fire()
            await self.settle()
        self._pass(target - self._monotonic)
        await self.settle()

    def step(self, seconds: float) -> None:
        """Sets the wall clock alone, as an administrator or NTP would."""
        self._now += seconds * SECOND

    def _pass(self, seconds: float) -> None:
        self._monotonic += seconds
        self._now += seconds * SECOND

    def _at(self, seconds: float, fire: Callable[[], None]) -> None:
        heapq.heappush(self._due, (self._monotonic + seconds, next(self._order), fire))
