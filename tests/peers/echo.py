"""A voice agent behind a WebSocket, as Asterisk's `chan_websocket` calls it: says back what it hears."""

from collections.abc import Mapping
from typing import Self

from aiohttp import WSMsgType, web

_ULAW_SILENCE = frozenset(b"\x7f\xff\x7e\xfe")


class EchoAgent:
    def __init__(self, port: int) -> None:
        self._port = port
        self._runner: web.AppRunner | None = None
        self.parameters: Mapping[str, str] = {}
        """Of the latest call, in its address."""
        self.heard = bytearray()
        """µ-law."""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/media", self._call)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def loud_seconds(self) -> float:
        return sum(byte not in _ULAW_SILENCE for byte in self.heard) / 8000

    async def _call(self, request: web.Request) -> web.WebSocketResponse:
        self.parameters = dict(request.query)
        socket = web.WebSocketResponse(protocols=("media",))
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.BINARY:
                self.heard += message.data
                await socket.send_bytes(message.data)
        return socket
