"""What the carrier makes of each thing that a create request can meet, on real sockets."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from dialer.carriers.base import NotPlaced, Placed, PlaceResult, Uncertain
from dialer.carriers.simulator.remote import RemoteSimulator
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.domain.call import Failure
from tests.carriers.contract import request_to
from tests.clock import FakeClock

Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]
_RESET = struct.pack("ii", 1, 0)


@asynccontextmanager
async def server_that(answers: Answering) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Reads a whole create request, then does that; the event is set once it has arrived."""
    arrived = asyncio.Event()
    open_ones: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.append(writer)
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"POST"):
            length = next(
                int(line.split(b":")[1])
                for line in head.lower().splitlines()
                if line.startswith(b"content-length")
            )
            await reader.readexactly(length)
            arrived.set()
            await answers(writer)
        else:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}", arrived
    server.close()
    for writer in open_ones:
        writer.close()


def says(status: str, body: bytes = b"", headers: str = "") -> Answering:
    async def answer(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return answer


async def resets(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()


async def closes(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def truncates(writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"carrier_id": "c1"}')
    writer.close()


async def talks_nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\xffSSH-2.0-what\r\n\r\n")
    writer.close()


async def says_nothing(writer: asyncio.StreamWriter) -> None:
    """Keeps the connection open."""


async def place_at(url: str, *, connect_timeout: float = 3) -> PlaceResult:
    carrier = RemoteSimulator("sim", SimulatorSettings(), FakeClock(), url, connect_timeout=connect_timeout)
    async with carrier:
        return await carrier.place(request_to("+12025559900"))


@pytest.mark.parametrize(
    "answers",
    [
        resets,
        closes,
        truncates,
        talks_nonsense,
        says("500 Oh No"),
        says("502 Bad Gateway", b"<html>"),
        says("503 Unavailable", b'{"failure":"temporary","detail":"later"}'),
        says("201 Created", b"{"),
        says("201 Created", b'{"carrier_id": ""}'),
        says("409 Conflict", b"another resource's conflict"),
        says("302 Found", headers="Location: /elsewhere\r\n"),
    ],
)
async def test_whatever_may_have_left_a_call_behind_is_uncertain(answers: Answering) -> None:
    async with server_that(answers) as (url, arrived):
        assert isinstance(await place_at(url), Uncertain)
        assert arrived.is_set()


async def test_a_network_that_never_answers_is_given_up_as_uncertain() -> None:
    clock = FakeClock()
    async with (
        server_that(says_nothing) as (url, arrived),
        RemoteSimulator("sim", SimulatorSettings(), clock, url) as carrier,
    ):
        placing = asyncio.create_task(carrier.place(request_to("+12025559900")))
        await arrived.wait()
        await clock.advance(9)
        assert not placing.done()
        await clock.advance(2)

        assert isinstance(await placing, Uncertain)


async def test_a_refused_connection_proves_that_nothing_was_placed() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        result = await place_at(f"http://127.0.0.1:{unused.getsockname()[1]}")

    assert isinstance(result, NotPlaced)
    assert result.failure is Failure.TEMPORARY


async def test_a_connection_that_never_opens_proves_that_nothing_was_placed() -> None:
    with socket.socket() as deaf, socket.socket() as waiting:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        # One connection fills the queue that nobody empties; the system then drops further ones.
        waiting.setblocking(False)
        waiting.connect_ex(deaf.getsockname())
        result = await place_at(f"http://127.0.0.1:{deaf.getsockname()[1]}", connect_timeout=0.05)

    assert isinstance(result, NotPlaced)
    assert result.failure is Failure.TEMPORARY


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (says("201 Created", b'{"carrier_id": "c1"}'), Placed("c1")),
        (says("409 Conflict", b'{"carrier_id": "c1"}'), Placed("c1")),
        (
            says("429 Too Many", b"slow down", "Retry-After: 7\r\n"),
            NotPlaced(Failure.TEMPORARY, "Answered 429.", 7),
        ),
        (
            says("429 Too Many", b"slow down", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"),
            NotPlaced(Failure.TEMPORARY, "Answered 429.", None),
        ),
        (
            says("429 Too Many", b"", f"Retry-After: {'9' * 400}\r\n"),
            NotPlaced(Failure.TEMPORARY, "Answered 429.", None),
        ),
        (
            says("429 Too Many", b'{"failure":"temporary","detail":"x","retry_after":Infinity}'),
            NotPlaced(Failure.TEMPORARY, "Answered 429.", None),
        ),
        (
            says("429 Too Many", b'{"failure":"temporary","detail":"Full.","retry_after":0.5}'),
            NotPlaced(Failure.TEMPORARY, "Full.", 0.5),
        ),
        (
            says("422 No", b'{"failure":"number","detail":"No such number."}'),
            NotPlaced(Failure.NUMBER, "No such number."),
        ),
        (says("401 Who", b""), NotPlaced(Failure.ACCOUNT, "Answered 401.")),
        (says("402 Pay", b""), NotPlaced(Failure.ACCOUNT, "Answered 402.")),
        (says("404 Where", b"<html>"), NotPlaced(Failure.OTHER, "Answered 404.")),
    ],
)
async def test_a_clear_answer_is_taken_at_its_word(answers: Answering, expected: PlaceResult) -> None:
    async with server_that(answers) as (url, _):
        assert await place_at(url) == expected
