"""How many connections there may be, and from where; each is looked at once a second while there are any."""

import asyncio
import resource
from collections import Counter
from dataclasses import dataclass, replace
from typing import Protocol, Self

import structlog

from dialer.api.remote import origin
from dialer.domain.clock import Clock

_LOOKS_EVERY = 1.0
_OTHER_FILES = 128
"""Descriptors that are not connections of clients: the database's, the carriers', the log's."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Times are seconds."""

    connections: int = 1000
    """0: no cap."""
    connections_per_address: int = 300
    """0: no cap."""
    head: float = 10.0
    """From the connection's or the request's first moment until the head is complete."""
    body: float = 30.0
    """Without a byte; and for the whole body, beside what `body_rate` gives it for its size."""
    body_rate: int = 8 * 1024
    """Bytes a second."""
    unread: float = 60.0
    """In which a client must read 48 KiB of an answer that waits for it."""
    closing: float = 10.0
    """In which a client must take the rest of its last answer."""
    idle: float = 150.0
    """Between requests; reverse proxies close theirs after 60 to 120, and must be the first to."""

    def within_descriptors(self) -> Self:
        """With a cap that leaves files for everything else, as the process is limited now."""
        allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = max(allowed - _OTHER_FILES, allowed // 2)
        return self if 0 < self.connections <= most else replace(self, connections=most)


class Connection(Protocol):
    def look(self, now: float) -> str | None:
        """Ends itself where it is too slow, and says what it was too slow at."""


class Door:
    """Who is inside. `limits` may be had from here by connections."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self.limits = limits
        self.clock = clock
        self._inside: dict[Connection, str] = {}
        self._by_origin: Counter[str] = Counter()
        self._turned: Counter[str] = Counter()
        self._looking: asyncio.Task[None] | None = None

    def enter(self, connection: Connection, address: str | None) -> str | None:
        """Lets it in, or says in a sentence why not. Whoever was let in must leave."""
        if 0 < self.limits.connections <= len(self._inside):
            self._turned["too_many"] += 1
            return f"There are {self.limits.connections} connections already."
        where = origin(address)
        if 0 < self.limits.connections_per_address <= self._by_origin[where]:
            self._turned["too_many_from_an_address"] += 1
            return f"There are {self.limits.connections_per_address} connections from this address already."
        self._inside[connection] = where
        self._by_origin[where] += 1
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        return None

    def leave(self, connection: Connection) -> None:
        """A second time, or without having been let in, it does nothing."""
        where = self._inside.pop(connection, None)
        if where is None:
            return
        self._by_origin[where] -= 1
        if not self._by_origin[where]:
            del self._by_origin[where]

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})

    async def _look(self) -> None:
        try:
            while self._inside:
                await self.clock.sleep(_LOOKS_EVERY)
                self._look_at_each(self.clock.monotonic())
        finally:
            self._looking = None

    def _look_at_each(self, now: float) -> None:
        for connection in list(self._inside):
            if (what := connection.look(now)) is not None:
                self._turned[what] += 1
        if self._turned:
            # One line for all of them: a flood must not flood the log, too.
            _log.warning("connections_refused", **self._turned)
            self._turned.clear()
