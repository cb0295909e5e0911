"""Many due moments, one sleeping task."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from dialer.domain.clock import Clock

T = TypeVar("T")


class Timers(Generic[T]):
    """Fires each item at its moment of the clock's monotonic time, in order. A heap, not a task an item."""

    def __init__(self, clock: Clock, fire: Callable[[T, float], None]) -> None:
        self._clock = clock
        self._fire = fire
        self._heap: list[tuple[float, int, T]] = []
        self._order = itertools.count()
        self._earlier = asyncio.Event()

    def at(self, due: float, item: T) -> None:
        heapq.heappush(self._heap, (due, next(self._order), item))
        if self._heap[0][2] is item:
            self._earlier.set()

    async def run(self) -> None:
        while True:
            now = self._clock.monotonic()
            while self._heap and self._heap[0][0] <= now:
                due, _, item = heapq.heappop(self._heap)
                self._fire(item, due)
            self._earlier.clear()
            wait = self._heap[0][0] - now if self._heap else None
            with suppress(TimeoutError):
                async with self._clock.timeout(wait):
                    await self._earlier.wait()
