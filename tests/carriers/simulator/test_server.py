import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest

from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.carriers.simulator.wire import PLACE_REQUEST
from tests.carriers.contract import request_to
from tests.carriers.simulator.peers import Server
from tests.clock import FakeClock

PROGRAM = """
import asyncio
from dialer.carriers.simulator.server import serve
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.domain.clock import SystemClock
asyncio.run(serve(SimulatorSettings(), SystemClock(), 0))
"""


@pytest.fixture
async def http(clock: FakeClock) -> AsyncIterator[aiohttp.ClientSession]:
    settings = SimulatorSettings(
        ring_seconds=(1, 1), talk_seconds=(2, 2), latency_seconds=(0, 0), max_channels=1
    )
    server = Server(clock, settings)
    await server.start()
    async with aiohttp.ClientSession(server.url) as session:
        yield session
    await server.stop()


async def test_everything_it_was_asked_to_do_can_be_read_back(
    http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    request = request_to("+12025559900")
    await http.post("/calls", data=PLACE_REQUEST.dump_json(request))
    silent = request_to("+12025559907")
    await clock.advance(5)
    await http.post("/calls", data=PLACE_REQUEST.dump_json(silent))

    listed = await (await http.get("/calls")).json()

    assert listed == {
        "calls": [
            {
                "attempt_id": request.attempt_id,
                "to": "+12025559900",
                "from": "+12025550100",
                "placed_at": "2027-01-15T08:00:00.000Z",
                "answered_at": "2027-01-15T08:00:01.000Z",
                "ended_at": "2027-01-15T08:00:03.000Z",
                "outcome": "answered",
                "message": "Hello Asha.",
            },
            {
                "attempt_id": silent.attempt_id,
                "to": "+12025559907",
                "from": "+12025550100",
                "placed_at": "2027-01-15T08:00:05.000Z",
                "answered_at": None,
                "ended_at": None,
                "outcome": None,
                "message": "Hello Asha.",
            },
        ],
        "total": 2,
    }


async def test_a_known_attempt_answers_409_and_is_listed_once(http: aiohttp.ClientSession) -> None:
    body = PLACE_REQUEST.dump_json(request_to("+12025559900"))

    statuses = [(await http.post("/calls", data=body)).status for _ in range(2)]

    assert statuses == [201, 409]
    assert (await (await http.get("/calls")).json())["total"] == 1


async def test_a_full_network_answers_429_with_retry_after(http: aiohttp.ClientSession) -> None:
    await http.post("/calls", data=PLACE_REQUEST.dump_json(request_to("+12025559900")))

    refused = await http.post("/calls", data=PLACE_REQUEST.dump_json(request_to("+12025559900")))

    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"to": "+12025550199"}', b"\xff"])
async def test_what_is_no_request_is_refused_without_quoting_it(
    http: aiohttp.ClientSession, body: bytes
) -> None:
    refused = await http.post("/calls", data=body)

    assert refused.status == 400
    assert "2025550199" not in await refused.text()


@pytest.mark.parametrize("after", ["-1", "x", "1.5"])
async def test_a_place_in_the_events_is_a_number(http: aiohttp.ClientSession, after: str) -> None:
    assert (await http.get("/events", params={"after": after})).status == 400


async def test_the_process_says_where_it_listens_and_ends_on_sigterm() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    said = (await process.stdout.readline()).decode()
    url = said.removeprefix("listening on ").strip()
    async with aiohttp.ClientSession() as session:
        assert json.loads(await (await session.get(f"{url}/calls")).text()) == {"calls": [], "total": 0}

    process.send_signal(signal.SIGTERM)

    _, errors = await process.communicate()
    assert (process.returncode, errors) == (0, b"")
