"""A disk that is full: nobody is dialled, and what happens is written once it can be."""

from dialer.domain.call import AttemptState
from dialer.domain.clock import SECOND
from tests.clock import FakeClock
from tests.engine.dialer import Dialer
from tests.engine.network import Network


async def test_an_outcome_is_written_as_soon_as_it_can_be_and_dialling_goes_on(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=3, max_concurrent=2)
    async with dialer.disk_full():
        await network.end()
        await clock.advance(20)
        assert network.placed == 2
        assert dialer.slots_in_use == 2
        assert "store" in dialer.faults

    await clock.advance(2)

    assert dialer.faults == {}
    assert network.placed == 3
    assert await dialer.states(campaign) == [
        AttemptState.COMPLETED,
        AttemptState.RINGING,
        AttemptState.RINGING,
    ]


async def test_nobody_is_dialled_without_an_intent_that_is_written(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """The claim itself is the first to find out."""
    campaign = await dialer.running(contacts=2, config={"pacing": {"calls_per_second": 2}})
    async with dialer.disk_full():
        await clock.advance(0.5)
        assert "store" in dialer.faults
        await clock.advance(0.4)
        assert network.placed == 1
        assert dialer.slots_in_use == 1

    await clock.advance(2)

    assert await dialer.states(campaign) == [AttemptState.RINGING] * 2


async def test_an_answer_of_the_carrier_is_written_as_soon_as_it_can_be(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.hangs(times=1)
    campaign = await dialer.running()
    async with dialer.disk_full():
        network.release()
        await clock.advance(3)
        assert await dialer.states(campaign) == [AttemptState.INTENT]

    await clock.advance(1)

    assert await dialer.states(campaign) == [AttemptState.RINGING]


async def test_a_campaign_whose_time_comes_meanwhile_starts_afterwards(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.start()
    await dialer.draft(scheduled_at=clock.now() + 2 * SECOND, autostart=True)
    async with dialer.disk_full():
        await clock.advance(10)
        assert network.placed == 0

    await clock.advance(2)

    await network.ringing(1)


async def test_a_start_on_a_full_disk_waits_until_it_can_write(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=2, max_concurrent=1)
    await dialer.crash()
    async with dialer.disk_full():
        await dialer.start()
        await clock.advance(3)
        assert dialer.slots_in_use == 0
        assert "store" in dialer.faults

    await clock.advance(2)
    await network.end()

    assert (await dialer.now(campaign)).counters.completed == 1
    assert network.placed == 2
