import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from dialer.api.app import build_app
from dialer.api.runner import Runner
from dialer.service.parts import Parts


@pytest.fixture
async def address(parts: Parts) -> AsyncIterator[tuple[str, int]]:
    runner = Runner(build_app(parts), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0]
    await runner.cleanup()


async def ask(address: tuple[str, int], sent: bytes) -> tuple[bytes, bytes]:
    """The head and the body of the answer to these bytes."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(sent)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return head, body


@pytest.mark.parametrize(
    "sent",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHo st: x\r\n\r\n",
        b"POST /campaigns HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_answered_as_every_other_error_is(
    address: tuple[str, int], sent: bytes
) -> None:
    head, body = await ask(address, sent)

    assert head.startswith(b"HTTP/1.0 400 Bad Request")
    assert b"application/json" in head
    sentence = "The request could not be read: it is no HTTP/1.1, or has over 64 headers."
    assert json.loads(body) == {"detail": sentence, "status": 400}


async def test_a_right_request_is_answered_as_ever(address: tuple[str, int]) -> None:
    head, body = await ask(address, b"GET /campaigns HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 401 ")
    assert json.loads(body)["status"] == 401
