"""The HTTP server of the application, with its limits."""

import asyncio
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import RawRequestMessage
from aiohttp.web_protocol import RequestHandler

from dialer.api.connection import ClientConnection
from dialer.api.door import Door, Limits
from dialer.api.http import PARTS

_LINGERS = 5.0
"""Seconds that a body which nobody wants is read, so that its sender sees the answer."""
_HEADERS = 64
_LONGEST_LINE = 8190
_BUFFER = 64 * 1024
"""Bytes of a body that wait for a handler; twice that at most."""


class Runner(web.AppRunner):
    """`options`: aiohttp's own."""

    def __init__(self, app: web.Application, limits: Limits | None = None, **options: Any) -> None:  # noqa: ANN401  aiohttp's
        self._door = Door(limits or Limits(), app[PARTS].clock)
        super().__init__(
            app,
            keepalive_timeout=self._door.limits.idle,
            lingering_time=_LINGERS,
            auto_decompress=False,  # what is packed is refused; a small bomb unpacks to gigabytes
            max_headers=_HEADERS,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
            read_bufsize=_BUFFER,
            **options,
        )

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._door.close()

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(self._door, made, self._kwargs)


class _Server(web.Server):
    def __init__(self, door: Door, made: web.Server, options: dict[str, Any]) -> None:
        super().__init__(made.request_handler, request_factory=self._take, **options)
        self._door = door
        self._requests_of = made.request_factory

    def __call__(self) -> RequestHandler:
        return ClientConnection(self, door=self._door, loop=self._loop, **self._kwargs)

    def _take(
        self,
        message: RawRequestMessage,
        body: StreamReader,
        connection: RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> web.BaseRequest:
        assert isinstance(connection, ClientConnection)
        connection.take_in_hand(body)
        return self._requests_of(message, body, connection, writer, task)
