"""A client's connection: how slow it may be, and that what is no HTTP is answered as every other error is."""

import asyncio
from http import HTTPStatus
from typing import Any, cast

from aiohttp import StreamReader, web
from aiohttp.http_exceptions import LineTooLong
from aiohttp.web_protocol import RequestHandler

from dialer.api.door import Door
from dialer.api.http import TooSlow
from dialer.api.problems import problem

_INSIDE = 500
_BUSY = 503
_TOO_SLOW = 408
_HEAD_TOO_LARGE = 431
_RETRY_AFTER = "5"
"""Seconds."""


class ClientConnection(RequestHandler):
    """aiohttp waits for a head and for a body as long as a client likes; this does not."""

    __slots__ = (
        "_body",
        "_body_bytes",
        "_body_since",
        "_closing_since",
        "_door",
        "_head_since",
        "_held_since",
        "_in_hand",
        "_last_byte",
        "_unread_since",
        "_wire",
    )

    def __init__(self, manager: web.Server, *, door: Door, **options: Any) -> None:  # noqa: ANN401  aiohttp's own
        super().__init__(manager, **options)
        self._door = door
        self._wire: asyncio.Transport | None = None
        self._head_since: float | None = None
        """None: between requests, or one is in hand."""
        self._in_hand = False
        self._body: StreamReader | None = None
        self._body_since = self._last_byte = 0.0
        self._body_bytes = 0
        self._held_since: float | None = None
        """Since when we do not read, which is no fault of the client's."""
        self._unread_since: float | None = None
        self._closing_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = wire = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        peer = wire.get_extra_info("peername")
        refused = self._door.enter(self, peer[0] if peer else None)
        if refused is not None:
            self.transport = wire
            self._turn_away(_BUSY, f"{refused} Try again in {_RETRY_AFTER} seconds.")
            return
        self._head_since = self._door.clock.monotonic()
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._door.leave(self)
        self._body = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if data:
            self._last_byte = self._door.clock.monotonic()
            if self._in_hand:
                self._body_bytes += len(data)
            elif self._head_since is None and (self._body is None or self._body.is_eof()):
                self._head_since = self._last_byte  # and not the rest of a body that nobody wanted
        super().data_received(data)

    def pause_reading(self) -> None:
        self._held_since = self._door.clock.monotonic()
        super().pause_reading()

    def resume_reading(self, resume_parser: bool = True) -> None:  # noqa: FBT001, FBT002  aiohttp's own
        if self._held_since is not None:
            self._last_byte = self._door.clock.monotonic()
            self._body_since += self._last_byte - self._held_since
            self._held_since = None
        super().resume_reading(resume_parser)

    def pause_writing(self) -> None:
        self._unread_since = self._door.clock.monotonic()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._unread_since = None
        super().resume_writing()

    def take_in_hand(self, body: StreamReader) -> None:
        """A request's head is complete; the body may still be on its way."""
        self._in_hand, self._head_since = True, None
        self._body, self._body_bytes = body, 0
        self._body_since = self._last_byte = self._door.clock.monotonic()

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        try:
            return await super().finish_response(request, resp, start_time)
        finally:
            self._in_hand, self._head_since = False, None

    def look(self, now: float) -> str | None:
        """As the door wants it."""
        wire, limits = self._wire, self._door.limits
        assert wire is not None  # it was let in with it
        if wire.is_closing():
            if self._closing_since is None:
                self._closing_since = now
            return self._abort("slow_to_read") if now - self._closing_since >= limits.closing else None
        if self._unread_since is not None and now - self._unread_since >= limits.unread:
            return self._abort("slow_to_read")
        if self._head_since is not None and now - self._head_since >= limits.head:
            return self._end_head()
        return self._look_at_body(now) if self._in_hand and self._body is not None else None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = _INSIDE,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """As aiohttp's own, which logs it where it must, and raises where an answer was begun already."""
        super().handle_error(request, status, exc, message)
        sentence = (
            f"The request could not be read: it is no HTTP/1.1, or has over {self.max_headers} headers."
        )
        if isinstance(exc, LineTooLong):
            status = _HEAD_TOO_LARGE
            sentence = f"The address or a header is longer than {self.max_line_size} bytes."
        if status == _INSIDE:
            sentence = "Something went wrong in the dialer; its log says what."
        answer = problem(status, sentence)
        answer.force_close()
        return answer

    def _look_at_body(self, now: float) -> str | None:
        body, limits = self._body, self._door.limits
        assert body is not None
        if body.is_eof() or self._held_since is not None:
            return None
        earned = limits.body + self._body_bytes / limits.body_rate
        if now - self._last_byte < limits.body and now - self._body_since < earned:
            return None
        body.set_exception(TooSlow(limits.body, limits.body_rate))  # whoever reads it answers
        self._body = None
        return "slow_body"

    def _end_head(self) -> str:
        if self._last_byte:
            self._turn_away(
                _TOO_SLOW, f"The request's head took longer than {self._door.limits.head:g} seconds."
            )
        else:
            self.force_close()  # not a byte came; nobody waits for an answer
        return "slow_head"

    def _abort(self, what: str) -> str:
        assert self._wire is not None
        self._wire.abort()
        return what

    def _turn_away(self, status: int, sentence: str) -> None:
        """Answers without a request, and closes."""
        assert self._wire is not None
        body = problem(status, sentence).body
        assert isinstance(body, bytes)
        retry = f"Retry-After: {_RETRY_AFTER}\r\n" if status == _BUSY else ""
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            f"Content-Type: application/json; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\n{retry}Connection: close\r\n\r\n"
        )
        self._wire.write(head.encode() + body)
        self.force_close()
