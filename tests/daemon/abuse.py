"""Clients that mean harm, as a process: `python -m tests.daemon.abuse HOST PORT KEY`, until it is killed.

Each kind comes from a loopback address of its own.
"""

import asyncio
import contextlib
import sys
import zlib
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from dialer.domain.clock import SystemClock

Harm: TypeAlias = Callable[[StreamReader, StreamWriter], Awaitable[None]]

_PAUSE = 0.05
_TRICKLE = 0.5
_BOMB = zlib.compress(bytes(16 * 1024 * 1024), 9)
_clock = SystemClock()


async def abuse(host: str, port: int, key: str) -> None:
    post = f"POST /campaigns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
    post += "Content-Type: application/json\r\n"
    bomb = f"{post}Content-Encoding: deflate\r\nContent-Length: {len(_BOMB)}\r\n\r\n".encode() + _BOMB
    wrong = b"GET /campaigns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dk_" + b"x" * 43 + b"\r\n\r\n"
    kinds: list[tuple[str, int, Harm]] = [
        ("127.0.0.2", 400, trickling(b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"x")),
        ("127.0.0.3", 50, trickling(f"{post}Transfer-Encoding: chunked\r\n\r\n".encode(), b"1\r\n \r\n")),
        ("127.0.0.4", 4, once(wrong)),
        ("127.0.0.5", 4, once(bomb)),
        ("127.0.0.6", 4, once(b"\x16\x03\x01 no HTTP at all \r\n\r\n")),
    ]
    async with asyncio.TaskGroup() as group:
        for source, at_once, harm in kinds:
            for _ in range(at_once):
                group.create_task(again_and_again(host, port, source, harm))
        print("begun", flush=True)


def trickling(first: bytes, then: bytes) -> Harm:
    async def harm(_reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(first)
        while not writer.is_closing():
            await writer.drain()
            await _clock.sleep(_TRICKLE)
            writer.write(then)

    return harm


def once(sent: bytes) -> Harm:
    async def harm(reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(sent)
        await reader.read(1000)

    return harm


async def again_and_again(host: str, port: int, source: str, harm: Harm) -> None:
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port, local_addr=(source, 0))
            try:
                await harm(reader, writer)
            finally:
                writer.close()
        await _clock.sleep(_PAUSE)


if __name__ == "__main__":
    asyncio.run(abuse(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
