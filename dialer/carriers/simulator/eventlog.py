"""The events of a network in a process of its own: numbered, kept for those who come back."""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator
from itertools import islice

from dialer.carriers.base import CarrierEvent
from dialer.carriers.simulator.wire import Position, told

_KEPT = 100_000


class EventLog:
    """Lines of JSON, numbered from 1. Each reader has a place of its own and none holds up another."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._network = secrets.token_hex(8)
        self._lines: deque[bytes] = deque(maxlen=kept)
        self._last = 0
        self._news = asyncio.Event()
        self._closed = False

    def append(self, event: CarrierEvent) -> None:
        self._last += 1
        self._lines.append(told(event, self._last).model_dump_json().encode() + b"\n")
        self._wake()

    def close(self) -> None:
        """Ends every reader."""
        self._closed = True
        self._wake()

    def position(self) -> Position:
        return Position(network=self._network, event=self._last)

    def place_of(self, after: int | None, network: str | None) -> int:
        """Where a reader goes on who has read up to `after` of that network; a new one begins now.

        Of another network's numbers it has read nothing of this one's.
        """
        if after is None:
            return self._last
        if network is not None and network != self._network:
            return 0
        return min(after, self._last)

    async def follow(self, after: int) -> AsyncIterator[bytes]:
        """Whole lines after that one, many at once; from the oldest that is kept, where it is gone."""
        while not self._closed:
            news = self._news  # taken before the reading, so that no line falls between
            behind = min(self._last - after, len(self._lines))
            if behind:
                after = self._last
                newest_first = list(islice(reversed(self._lines), behind))
                yield b"".join(reversed(newest_first))
            else:
                await news.wait()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
