"""One client of an event stream: what it is sent, and when it is given up."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from dialer.api.sse import KEEP_ALIVE, Form, Piece
from dialer.domain.clock import Clock
from dialer.service.streams import Place

LARGEST_BACKLOG = 1024 * 1024
"""Bytes that wait for a client beside what the system holds; who takes no more than that is dropped."""
_KEEP_ALIVE = 15.0
"""Seconds."""

_log = structlog.get_logger(__name__)


class Listener:
    """Nobody waits for a slow client: its transport takes what is sent at once, or it is dropped."""

    def __init__(self, transport: asyncio.Transport | None, place: Place, form: Form) -> None:
        """`transport`: None where the client has gone already."""
        self.place = place
        self._transport = transport
        self._form = form
        self._over = asyncio.Event()

    @property
    def over(self) -> bool:
        return self._over.is_set() or self._transport is None or self._transport.is_closing()

    def saw(self, upto: int) -> None:
        self.place = replace(self.place, after=upto)

    def send(self, piece: Piece) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            self._over.set()
        elif transport.get_write_buffer_size() > LARGEST_BACKLOG:
            _log.info("slow_listener_dropped", waiting=transport.get_write_buffer_size())
            transport.abort()
            self._over.set()
        elif not self.over:
            transport.write(piece.written(self._form))

    def end(self) -> None:
        """After what was sent; nothing more is."""
        self._over.set()

    def stop(self) -> None:
        """At once: a daemon that stops does not wait until a slow client has taken everything."""
        self._over.set()
        if self._transport is not None and self._transport.get_write_buffer_size() > 0:
            self._transport.abort()

    async def stay(self, clock: Clock, may_stay: Callable[[], Awaitable[bool]]) -> None:
        """Returns when the stream is over; `may_stay` is asked again and again."""
        while not self.over:
            try:
                async with clock.timeout(_KEEP_ALIVE):
                    await self._over.wait()
            except TimeoutError:
                if not await may_stay():
                    return
                self.send(KEEP_ALIVE)
