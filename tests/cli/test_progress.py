"""A campaign is followed by what its daemon tells, over the real API in this process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest
from aiohttp.test_utils import TestServer, unused_port

from dialer.api.app import build_app
from dialer.cli.client import Client, NoAnswer, connect
from dialer.cli.failure import Failed
from dialer.cli.progress import Progress, follow
from dialer.domain.call import AttemptState
from dialer.domain.campaign import Campaign
from dialer.service import campaigns, keys
from dialer.service.parts import Parts
from tests.clock import FakeClock
from tests.service.desk import ALICE, BOB, CAROL, Desk

T = TypeVar("T")


@pytest.fixture
def desk(parts: Parts, clock: FakeClock) -> Desk:
    return Desk(parts, clock)


@pytest.fixture
def port() -> int:
    return unused_port()


@pytest.fixture
async def client(parts: Parts, port: int) -> AsyncIterator[Client]:
    token = await parts.store.transact(lambda tx: keys.create(tx, "test").token)
    async with connect(f"http://127.0.0.1:{port}", token) as client:
        yield client


@asynccontextmanager
async def serving(parts: Parts, port: int) -> AsyncIterator[None]:
    server = TestServer(build_app(parts), port=port)
    await server.start_server()
    try:
        yield
    finally:
        await server.close()


class Watcher:
    """Follows the campaign beside the test; `passing` lets time go on until something has come about."""

    def __init__(self, client: Client, clock: FakeClock, campaign: Campaign) -> None:
        self.looks: list[Progress] = []
        self.said: list[str] = []
        self._clock = clock
        self._following = follow(client, clock, campaign.public_id, 0.5, self.said.append)

    async def to_the_end(self) -> None:
        async for look in self._following:
            self.looks.append(look)

    async def passing(self, coming: Awaitable[T]) -> T:
        waited = asyncio.ensure_future(coming)
        while not waited.done():
            await self._clock.advance(0.25)
        return waited.result()

    async def look(self) -> None:
        self.looks.append(await self.passing(anext(self._following)))


async def test_what_happens_while_the_daemon_is_away_is_told_when_it_is_back(
    parts: Parts, desk: Desk, clock: FakeClock, client: Client, port: int
) -> None:
    campaign = await desk.running(ALICE, BOB, CAROL)
    watcher = Watcher(client, clock, campaign)
    async with serving(parts, port):
        await desk.end(await desk.call(campaign, ALICE), AttemptState.BUSY)
        await watcher.look()
    await desk.end(await desk.call(campaign, BOB), AttemptState.COMPLETED)
    ending = asyncio.create_task(watcher.to_the_end())
    while not watcher.said:
        await clock.advance(0.25)
    async with serving(parts, port):
        while len(watcher.said) == 1:
            await clock.advance(0.25)
        assert (watcher.looks[0].campaign.failed, watcher.looks[0].outcomes) == (1, {"busy": 1})
        await desk.end(await desk.call(campaign, CAROL), AttemptState.COMPLETED)
        await watcher.passing(ending)

    last = watcher.looks[-1]
    assert watcher.said == [
        "The daemon has gone away. Waiting until it is back; Ctrl-C leaves.",
        "The daemon is back.",
    ]
    assert (last.over, last.campaign.status, last.calls) == (True, "completed", 3)
    assert last.outcomes == {"answered": 2, "busy": 1}


async def test_a_daemon_that_was_never_there_is_not_waited_for(
    desk: Desk, clock: FakeClock, client: Client
) -> None:
    watcher = Watcher(client, clock, await desk.running(ALICE))

    with pytest.raises(NoAnswer):
        await watcher.passing(watcher.to_the_end())


async def test_a_campaign_that_is_deleted_ends_it_with_a_sentence(
    parts: Parts, desk: Desk, clock: FakeClock, client: Client, port: int
) -> None:
    campaign = await desk.draft(ALICE)
    watcher = Watcher(client, clock, campaign)
    async with serving(parts, port):
        await watcher.look()
        await client.delete(f"/campaigns/{campaign.public_id}")

        with pytest.raises(Failed, match="no campaign"):
            await watcher.passing(watcher.to_the_end())


async def test_a_pause_is_seen_and_the_end_of_a_cancelled_campaign(
    parts: Parts, desk: Desk, clock: FakeClock, client: Client, port: int
) -> None:
    campaign = await desk.running(ALICE)
    watcher = Watcher(client, clock, campaign)
    async with serving(parts, port):
        await watcher.look()
        await campaigns.pause(parts, campaign.public_id)
        await watcher.look()
        await campaigns.cancel(parts, campaign.public_id)
        await watcher.passing(watcher.to_the_end())

    assert [look.campaign.status for look in watcher.looks] == ["running", "paused", "cancelled"]
