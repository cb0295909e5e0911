"""A wire between the dialer and a peer, which a test can cut."""

import asyncio
from contextlib import suppress
from typing import Self


class Relay:
    """Hands bytes on in both directions, from a port of its own to the peer's."""

    def __init__(self, port: int) -> None:
        self._peer = port
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.cut()
        while self._carrying:
            await asyncio.wait(self._carrying)

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Nobody gets through until `mend`."""
        if self._server is not None:
            self._server.close()
        self.drop()

    def drop(self) -> None:
        """Ends what is connected now."""
        for line in self._lines:
            line.transport.abort()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        carrying = asyncio.create_task(self._connect(reader, writer))
        self._carrying.add(carrying)
        carrying.add_done_callback(self._carrying.discard)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._peer)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, far_writer}
        self._lines |= pair
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_hand_on(reader, far_writer))
                both.create_task(_hand_on(far_reader, writer))
        finally:
            self._lines -= pair
            for line in pair:
                line.transport.abort()


async def _hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
        writer.write_eof()
