"""How many requests a key may make in a minute."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from dialer.api.app import build_app
from dialer.domain.scope import Scope
from dialer.service import keys
from dialer.service.parts import Parts
from tests.api.conftest import Api
from tests.clock import NOON, FakeClock

LIMIT = 3
NAMES = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
END = str(NOON // 1000 + 60)


@pytest.fixture
async def limited(parts: Parts, clock: FakeClock) -> AsyncIterator[Api]:
    """Three requests a minute."""
    new = await parts.store.transact(lambda tx: keys.create(tx, "busy", (Scope.CAMPAIGNS_READ,)))
    async with TestClient(TestServer(build_app(parts, requests_per_minute=LIMIT))) as client:
        yield Api(client, parts, clock, new.token)


async def test_every_answer_says_how_many_requests_are_left_and_then_when_to_come_again(
    limited: Api, clock: FakeClock
) -> None:
    answers = [
        await limited.get("/campaigns"),
        await limited.get("/nothing"),
        await limited.post("/campaigns"),
        await limited.get("/campaigns"),
    ]

    assert [answer.status for answer in answers] == [200, 404, 403, 429]
    shown = [[answer.headers[name] for name in NAMES] for answer in answers]
    assert shown == [["3", left, END] for left in ("2", "1", "0", "0")]
    assert answers[-1].headers["Retry-After"] == "60"
    assert answers[-1].body["detail"] == (
        "This API key may make 3 requests a minute. Try again in 60 seconds."
    )

    await clock.advance(seconds=60)
    assert (await limited.get("/campaigns")).headers["X-RateLimit-Remaining"] == "2"


async def test_each_key_has_its_own_count(limited: Api) -> None:
    for _ in range(LIMIT + 1):
        await limited.get("/campaigns")
    new = await limited.parts.store.transact(lambda tx: keys.create(tx, "calm"))

    limited.token = new.token

    assert (await limited.get("/campaigns")).headers["X-RateLimit-Remaining"] == "2"


async def test_who_has_no_key_is_told_nothing_and_counts_nothing(limited: Api) -> None:
    for path in ("/healthz", "/campaigns"):
        answer = await limited.send("GET", path, headers={"Authorization": ""})
        assert not any(name in answer.headers for name in NAMES)

    assert (await limited.get("/campaigns")).headers["X-RateLimit-Remaining"] == "2"


async def test_without_a_limit_no_answer_speaks_of_one(api: Api) -> None:
    answers = [await api.get("/campaigns") for _ in range(20)]

    assert {answer.status for answer in answers} == {200}
    assert not any(name in answer.headers for answer in answers for name in NAMES)
