"""A client that speaks bytes, and so may misbehave."""

import asyncio
import json
import socket
from typing import Any, Self


class RawClient:
    """One connection; `source` is the address that it comes from."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, address: tuple[str, int], *, buffer: int | None = None) -> Self:
        """`buffer`: bytes that it takes without reading them."""
        connection = socket.socket()
        connection.setblocking(False)
        if buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        await asyncio.get_running_loop().sock_connect(connection, address)
        return cls(*await asyncio.open_connection(sock=connection))

    async def send(self, sent: bytes) -> None:
        self._writer.write(sent)
        await self._writer.drain()

    async def end(self) -> tuple[int, Any]:
        """The status and the body of the last answer, once the connection is closed; 0 without one."""
        received = await self.reader.read()
        head, _, body = received.rpartition(b"\r\n\r\n")
        return (int(head.rpartition(b"HTTP/1.1 ")[2][:3]), json.loads(body)) if head else (0, None)

    async def answer(self) -> tuple[int, Any]:
        """The status and the body of the next answer; the connection stays."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return int(head.split()[1]), json.loads(await self.reader.readexactly(length))

    def close(self) -> None:
        self._writer.close()
