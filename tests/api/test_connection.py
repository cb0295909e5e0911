"""How slow a client may be, and what it may hold while it is."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from dialer.api.app import build_app
from dialer.api.door import Limits
from dialer.api.runner import Runner
from dialer.service import keys
from dialer.service.parts import Parts
from tests.api.raw import RawClient
from tests.clock import FakeClock

LIMITS = Limits(connections=4, connections_per_address=3, body_rate=1024)
HALF_A_HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "
ALIVE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

Connect: TypeAlias = Callable[[], Awaitable[RawClient]]


@pytest.fixture
async def runner(parts: Parts) -> AsyncIterator[Runner]:
    runner = Runner(build_app(parts), LIMITS, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner
    await runner.cleanup()


@pytest.fixture
async def connect(runner: Runner) -> AsyncIterator[Connect]:
    made: list[RawClient] = []

    async def connect(**options: int) -> RawClient:
        client = await RawClient.connect(runner.addresses[0], **options)
        made.append(client)
        return client

    yield connect
    for client in made:
        client.close()


@pytest.fixture
async def head(parts: Parts) -> bytes:
    """Of a POST with a key, up to its Content-Length."""
    token = (await parts.store.transact(lambda tx: keys.create(tx, "test"))).token
    return (
        f"POST /campaigns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\n"
    ).encode()


async def arrives(clock: FakeClock) -> None:
    """What was sent is with the server."""
    await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    await clock.settle()


async def test_a_head_that_trickles_in_is_ended_after_ten_seconds(connect: Connect, clock: FakeClock) -> None:
    client = await connect()
    await client.send(HALF_A_HEAD)

    for _ in range(9):
        await clock.advance(seconds=1)
        await client.send(b"x")
    assert not client.reader.at_eof()
    await clock.advance(seconds=1)

    status, body = await client.end()
    assert status == body["status"] == 408
    assert body["detail"] == "The request's head took longer than 10 seconds."


async def test_who_says_nothing_at_all_is_let_go_without_a_word(connect: Connect, clock: FakeClock) -> None:
    client = await connect()
    await arrives(clock)

    await clock.advance(seconds=10)

    assert await client.end() == (0, None)


async def test_between_requests_a_connection_may_rest_and_each_head_has_its_own_time(
    connect: Connect, clock: FakeClock
) -> None:
    client = await connect()
    for _ in range(3):
        await clock.advance(seconds=9)
        await client.send(ALIVE)
        assert (await client.answer())[0] == 200
        await clock.advance(seconds=60)

    await client.send(HALF_A_HEAD)
    await arrives(clock)
    await clock.advance(seconds=10)
    assert (await client.end())[0] == 408


async def test_the_rest_of_a_body_that_nobody_wants_is_no_head(connect: Connect, clock: FakeClock) -> None:
    client = await connect()
    await client.send(b"POST /campaigns HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n" + b" " * 10_000)
    assert (await client.answer())[0] == 401
    await client.send(b" " * 10_000)
    await arrives(clock)

    await clock.advance(seconds=60)

    await client.send(ALIVE)
    assert (await client.answer())[0] == 200


async def test_a_body_that_stops_is_ended_after_thirty_seconds(
    connect: Connect, clock: FakeClock, head: bytes
) -> None:
    client = await connect()
    await client.send(head + b"Content-Length: 100000\r\n\r\n")
    await arrives(clock)
    await client.send(b" " * 20_000)  # it earns 20 s, but may not stop for so long
    await arrives(clock)

    await clock.advance(seconds=29)
    assert not client.reader.at_eof()
    await clock.advance(seconds=1)

    status, body = await client.end()
    assert status == body["status"] == 408
    assert body["detail"] == ("The body came too slowly: nothing for 30 s, or less than 1024 bytes a second.")


async def test_a_body_that_trickles_in_is_ended_though_it_never_stops(
    connect: Connect, clock: FakeClock, head: bytes
) -> None:
    client = await connect()
    await client.send(head + b"Transfer-Encoding: chunked\r\n\r\n")
    await arrives(clock)

    for _ in range(31):
        await client.send(b"1\r\n \r\n")
        await arrives(clock)
        await clock.advance(seconds=1)

    assert (await client.end())[0] == 408


async def test_a_large_body_has_the_time_that_its_bytes_earn(
    connect: Connect, clock: FakeClock, head: bytes
) -> None:
    client = await connect()
    await client.send(head + b"Content-Length: 122880\r\n\r\n")

    for _ in range(60):
        await client.send(b" " * 2048)
        await arrives(clock)
        await clock.advance(seconds=1)

    assert (await client.answer()) == (
        400,
        {"detail": "The body is empty; it must be a JSON object.", "status": 400},
    )


async def test_only_so_many_connections_of_an_address_are_let_in(
    runner: Runner, connect: Connect, clock: FakeClock
) -> None:
    inside = [await connect() for _ in range(3)]
    for client in inside:
        await client.send(ALIVE)
        assert (await client.answer())[0] == 200

    status, body = await (await connect()).end()
    assert status == body["status"] == 503
    assert body["detail"] == "There are 3 connections from this address already. Try again in 5 seconds."

    inside[0].close()
    status = 503
    while status == 503:  # until the server has seen it
        client = await connect()
        await client.send(ALIVE)
        status, _ = await client.answer()
    assert status == 200


async def test_who_leaves_in_the_middle_of_a_body_leaves_no_trace_in_the_log(
    connect: Connect, clock: FakeClock, head: bytes, runner: Runner, caplog: pytest.LogCaptureFixture
) -> None:
    client = await connect()
    await client.send(head + b"Content-Length: 100\r\n\r\n{")
    await arrives(clock)

    client.close()
    assert runner.server is not None
    with capture_logs() as logged:
        while runner.server.connections:
            await clock.settle()

    assert [line for line in logged if line["log_level"] != "debug"] == caplog.records == []


async def test_the_log_gets_one_line_for_all_who_are_sent_away_in_a_second(
    connect: Connect, clock: FakeClock
) -> None:
    inside = [await connect() for _ in range(3)]
    await asyncio.gather(*(client.send(HALF_A_HEAD) for client in inside))
    with capture_logs() as logged:
        for _ in range(5):
            await (await connect()).end()
        await clock.advance(seconds=11)

    assert [line for line in logged if line["log_level"] != "debug"] == [
        {"event": "connections_refused", "log_level": "warning", "too_many_from_an_address": 5},
        {"event": "connections_refused", "log_level": "warning", "slow_head": 3},
    ]


async def test_a_deflate_bomb_is_never_unpacked(connect: Connect, clock: FakeClock, head: bytes) -> None:
    bomb = zlib.compress(bytes(8 * 1024 * 1024))
    for encoding in (b"deflate", b"br", b"zstd", b"gzip, identity"):
        client = await connect()
        await client.send(
            head + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (encoding, len(bomb))
        )
        await client.send(bomb)

        status, body = await client.answer()
        assert status == body["status"] == 415
        client.close()


async def test_who_does_not_read_its_answers_is_cut_off(
    runner: Runner, connect: Connect, clock: FakeClock, head: bytes
) -> None:
    client = await connect(buffer=4096)
    asked = head.replace(b"POST /campaigns", b"GET /openapi.json") + b"\r\n"
    sending = asyncio.create_task(client.send(asked * 5000))
    assert runner.server is not None
    while not any(each.writing_paused for each in runner.server.connections):
        await clock.settle()

    await clock.advance(seconds=59)
    assert len(runner.server.connections) == 1
    await clock.advance(seconds=2)

    assert runner.server.connections == []
    sending.cancel()


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431, "longer than 8190 bytes"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n", 431, "longer than 8190 bytes"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 64 + b"\r\n", 400, "over 64 headers"),
    ],
)
async def test_a_head_is_only_so_large(connect: Connect, sent: bytes, status: int, said: str) -> None:
    client = await connect()
    await client.send(sent)

    received = await client.reader.read()
    assert received.split()[1] == str(status).encode()
    assert said.encode() in received
