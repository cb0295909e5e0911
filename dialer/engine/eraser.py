"""Erases what deleted campaigns have left, beside the calls of the others."""

import asyncio
from collections.abc import Callable

from dialer.domain.clock import SECOND
from dialer.engine.persist import persist
from dialer.service import erasure
from dialer.service.parts import Parts


class Eraser:
    """Sleeps until a campaign is deleted, or a call of a deleted one must be over."""

    def __init__(self, parts: Parts, erased: Callable[[], None] = lambda: None) -> None:
        """`erased` is called after each time that something may have been."""
        self._parts = parts
        self._erased = erased
        self._wake = asyncio.Event()

    def poke(self) -> None:
        """A campaign was deleted."""
        self._wake.set()

    async def run(self) -> None:
        while True:
            self._wake.clear()
            moment = await persist(self._parts, lambda: erasure.erase_deleted(self._parts))
            self._erased()
            seconds = None if moment is None else max(moment - self._parts.clock.now(), 0) / SECOND
            try:
                async with self._parts.clock.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                pass
