"""Has recordings deleted when they are due, beside the calls."""

import asyncio

from dialer.domain.clock import HOUR, SECOND
from dialer.engine.persist import persist
from dialer.service import recordings
from dialer.service.parts import Parts

_A_DAY = 24 * HOUR


class Keeper:
    """Sleeps until the next is due: a day at most, which is the shortest time that any is kept."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._wake = asyncio.Event()

    def poke(self) -> None:
        """Some are due before their time: their campaign was deleted."""
        self._wake.set()

    async def run(self) -> None:
        clock = self._parts.clock
        while True:
            self._wake.clear()
            moment = await persist(self._parts, lambda: recordings.delete_due(self._parts))
            longest = clock.now() + _A_DAY
            until = longest if moment is None else min(moment, longest)
            try:
                async with clock.timeout(max(until - clock.now(), 0) / SECOND):
                    await self._wake.wait()
            except TimeoutError:
                pass
