"""An event stream as a client sees it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.api.conftest import Api


@dataclass(frozen=True, slots=True)
class Frame:
    event: str
    data: Any
    id: int | None


class Stream:
    """Frames one by one; `raw` is everything that came so far."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.head = ""
        self.raw = b""

    async def begin(self) -> None:
        self.head = (await self._reader.readuntil(b"\r\n\r\n")).decode()

    async def block(self) -> str:
        """Up to the next empty line. Raises EOFError at the end of the stream."""
        while b"\n\n" not in self.raw:
            self.raw += await self._more()
        block, _, self.raw = self.raw.partition(b"\n\n")
        return block.decode()

    async def frame(self) -> Frame:
        """The next one that is no comment."""
        while True:
            fields = dict(
                line.split(":", 1) for line in (await self.block()).split("\n") if not line.startswith(":")
            )
            if "event" in fields:
                told = int(fields["id"]) if "id" in fields else None
                return Frame(fields["event"], json.loads(fields["data"]), told)

    async def until(self, event: str) -> list[Frame]:
        """All up to the first of this kind, which is the last of them."""
        found = [await self.frame()]
        while found[-1].event != event:
            found.append(await self.frame())
        return found

    async def _more(self) -> bytes:
        if "chunked" not in self.head:
            more = await self._reader.read(65536)
            if not more:
                raise EOFError
            return more
        size = int(await self._reader.readline(), 16)
        more = (await self._reader.readexactly(size + 2))[:-2]
        if size == 0:
            raise EOFError
        return more


@asynccontextmanager
async def streaming(
    api: Api, path: str, *, version: str = "1.1", method: str = "GET", **headers: str
) -> AsyncIterator[Stream]:
    reader, writer = await asyncio.open_connection(*api.address)
    sent = {"Host": "test", "Authorization": f"Bearer {api.token}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    writer.write(f"{method} {path} HTTP/{version}\r\n{lines}\r\n".encode())
    stream = Stream(reader, writer)
    try:
        await stream.begin()
        yield stream
    finally:
        writer.close()
