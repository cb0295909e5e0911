"""What must not lose a contact, or the daemon: a clock that is set back, a disk that fails at a bad moment, a
stop in the middle of a claim.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from dialer.domain.call import AttemptState
from dialer.domain.campaign import CampaignStatus
from dialer.domain.errors import StoreUnavailable
from tests.clock import FakeClock
from tests.engine.dialer import Dialer, a_few_rounds
from tests.engine.network import Network

RETRY = {"retry": {"enabled": True, "intervalsMinutes": [1]}}


class Moments:
    """Lets a test step in when a piece of work of this name is handed to the store."""

    def __init__(self, dialer: Dialer, monkeypatch: pytest.MonkeyPatch) -> None:
        self._store = dialer.parts.store
        self._patch = monkeypatch

    def before(self, method: str, name: str, then: Callable[[], Any]) -> None:
        real = getattr(self._store, method)

        async def stepped_in(work: Callable[..., Any]) -> Any:
            if name in getattr(work, "__qualname__", ""):
                await then()
            return await real(work)

        self._patch.setattr(self._store, method, stepped_in)

    def undo(self) -> None:
        self._patch.undo()


@pytest.fixture
def moments(dialer: Dialer, monkeypatch: pytest.MonkeyPatch) -> Moments:
    return Moments(dialer, monkeypatch)


async def test_a_clock_that_is_set_back_loses_no_contact_that_was_read_ahead(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=3, max_concurrent=1, config=RETRY)
    for _ in range(3):
        [call] = await network.ringing(1)
        await network.end(call, AttemptState.NO_ANSWER)
    await clock.advance(61)
    await network.ringing(1)

    clock.step(-120)
    for _ in range(30):
        await network.end_all()
        await clock.advance(10)

    assert (await dialer.now(campaign)).status is CampaignStatus.COMPLETED


async def test_a_rerun_loses_nobody_whose_claim_failed_while_the_next_page_was_read(
    dialer: Dialer, network: Network, clock: FakeClock, moments: Moments
) -> None:
    campaign = await dialer.running(contacts=350, max_concurrent=1)
    await dialer.cancel(campaign)
    await network.end_all()
    reading, read_on, faults = asyncio.Event(), asyncio.Event(), ["full for a moment"]
    await dialer.launch(campaign, force_rerun=True)

    async def hold() -> None:
        reading.set()
        await read_on.wait()

    async def fail_once() -> None:
        if reading.is_set() and faults:
            raise StoreUnavailable(faults.pop())

    moments.before("read", "read_ahead", hold)
    moments.before("transact", "claim.", fail_once)
    while not reading.is_set():
        await network.end_all()
    await network.end_all()
    read_on.set()
    for _ in range(360):
        await network.end_all()
        await clock.advance(1)

    assert not faults
    assert (await dialer.now(campaign)).status is CampaignStatus.COMPLETED


async def test_a_read_that_fails_stops_neither_the_dispatcher_nor_the_campaign(
    dialer: Dialer, network: Network, clock: FakeClock, moments: Moments
) -> None:
    campaign = await dialer.running(contacts=350, max_concurrent=1)
    faults = ["disk I/O error"]

    async def fail_once() -> None:
        if faults:
            raise StoreUnavailable(faults.pop())

    moments.before("read", "read_ahead", fail_once)
    for _ in range(360):
        await network.end_all()
        await clock.advance(1)

    assert not faults
    assert (await dialer.now(campaign)).status is CampaignStatus.COMPLETED


async def test_no_call_leaves_after_the_stop_though_its_claim_was_under_way(
    dialer: Dialer, network: Network, clock: FakeClock, moments: Moments
) -> None:
    await dialer.running(contacts=10, max_concurrent=1)
    claiming, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        claiming.set()
        await go_on.wait()

    moments.before("transact", "claim.", hold)
    await network.end_all()
    await claiming.wait()
    before = network.placed

    draining = dialer.draining(30)
    await a_few_rounds()
    go_on.set()
    await clock.settle()

    assert network.placed == before
    assert await draining == 0


async def test_an_abort_does_not_wait_for_a_full_disk(
    dialer: Dialer, network: Network, clock: FakeClock, moments: Moments
) -> None:
    await dialer.running(contacts=10, max_concurrent=1)
    claiming = asyncio.Event()

    async def hold() -> None:
        claiming.set()
        await asyncio.Event().wait()

    async def fail() -> None:
        raise StoreUnavailable("the disk is full")

    moments.before("transact", "claim.", hold)
    moments.before("transact", "conclude.", fail)
    await network.end_all()
    await claiming.wait()

    await dialer.crash()

    moments.undo()
    assert dialer.slots_in_use == 0
