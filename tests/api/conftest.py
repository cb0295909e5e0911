"""The API over a real store, on loopback; nobody dials.

The clock stands at 2027-01-15T08:00:00Z.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from dialer.api.app import build_app
from dialer.api.wire.rules import Rules
from dialer.domain.policy import Agent, CallerId, Policy
from dialer.service import keys
from dialer.service.agents import Agents
from dialer.service.numbers import CallerIds
from dialer.service.parts import Parts
from tests.clock import FakeClock

VOICE = "ag_c47e7c97_b2f2"
SILENT = "ag_00000000_0002"

REFERENCE = {
    "name": "Follow-up Campaign",
    "agent_id": VOICE,
    "type": "voice",
    "contacts": ["+1234567890", "+0987654321"],
    "message_template": "Hi {{name}}, this is a follow-up from our conversation about {{topic}}.",
    "schedule": "2026-03-10T09:00:00Z",
    "max_concurrent": 5,
}
"""The body of the reference's own example."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    headers: Any

    @property
    def locs(self) -> list[tuple[Any, ...]]:
        """Where a 422 found faults."""
        return [tuple(error["loc"]) for error in self.body["errors"]]


class Api:
    """A client with a key, and the parts behind the server."""

    def __init__(self, client: "TestClient[Any, Any]", parts: Parts, clock: FakeClock, token: str) -> None:
        self._client = client
        self.parts = parts
        self.clock = clock
        self.token = token

    @property
    def app(self) -> web.Application:
        assert self._client.app is not None  # it is ours
        return self._client.app

    @property
    def client(self) -> "TestClient[Any, Any]":
        """For what is no JSON."""
        return self._client

    @property
    def address(self) -> tuple[str, int]:
        assert self._client.port is not None  # it listens
        return self._client.host, self._client.port

    async def get(self, path: str, **query: str) -> Answer:
        return await self.send("GET", path, params=query)

    async def post(self, path: str, body: Any = None, **query: str) -> Answer:
        return await self.send("POST", path, json=body, params=query)

    async def patch(self, path: str, body: Any) -> Answer:
        return await self.send("PATCH", path, json=body)

    async def send(self, method: str, path: str, **options: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        async with self._client.request(method, path, headers=headers, **options) as response:
            raw = await response.read()
            read = json.loads if response.content_type == "application/json" else bytes.decode
            return Answer(response.status, read(raw) if raw else None, response.headers)

    async def created(self, **fields: Any) -> Any:
        """The answer to a small draft of two contacts, with these fields beside or over its own."""
        body = {
            "name": "Test",
            "agent_id": VOICE,
            "type": "voice",
            "contacts": ["+12025550101", "+12025550102"],
        }
        answer = await self.post("/campaigns", body | fields)
        assert answer.status == 201, answer.body
        return answer.body


@pytest.fixture
def parts(parts: Parts, agent: Agent) -> Parts:
    """With an agent that cannot speak, a second caller id, and one that is not verified."""
    silent = replace(agent, id=SILENT, numeric_id=2, name="Texts only", voice=False)
    caller_ids = [
        CallerId("+12025550100", verified=True, default=True, id="pn_00000001", numeric_id=1),
        CallerId("+12025550199", verified=True, id="pn_00000002", numeric_id=2),
        CallerId("+12025550198", id="pn_00000003", numeric_id=3),
    ]
    return replace(
        parts,
        policy=replace(parts.policy, carriers=("sim", "spare")),
        agents=Agents([agent, silent]),
        caller_ids=CallerIds(caller_ids, carrier="sim"),
    )


@pytest.fixture
async def api(parts: Parts, clock: FakeClock) -> AsyncIterator[Api]:
    def work(tx: Any) -> str:
        return keys.create(tx, "test").token

    async def listing() -> bytes:
        return b'{"calls": [], "total": 0}'

    app = build_app(parts, simulator_calls=listing)
    token = await parts.store.transact(work)
    async with TestClient(TestServer(app)) as client:
        yield Api(client, parts, clock, token)


@pytest.fixture
def rules() -> Rules:
    return Rules.of(Policy(carrier="sim"), FakeClock().now(), may_launch=True)
