"""Whose turn it is, and how many calls leave in a second."""

from tests.clock import FakeClock
from tests.engine.dialer import Dialer, seconds_since
from tests.engine.network import Network

ONE_RETRY = {"retry": {"enabled": True, "intervalsMinutes": [1]}}


async def test_a_large_campaign_does_not_starve_a_small_one(dialer: Dialer, network: Network) -> None:
    await dialer.start(max_concurrent=2)
    await dialer.running(contacts=200)
    small = [f"+4420{number:07}" for number in range(5)]
    await dialer.running(numbers=small)

    for _ in range(12):
        await network.end()

    assert set(small) <= set(network.numbers)


async def test_campaigns_take_turns(dialer: Dialer, network: Network) -> None:
    await dialer.start(max_concurrent=1)
    await dialer.running(numbers=[f"+4411{number:07}" for number in range(20)])
    await dialer.running(numbers=[f"+4422{number:07}" for number in range(20)])
    for _ in range(10):
        await network.end()

    turns = [number[:5] for number in network.numbers]
    both = turns[turns.index("+4422") :]
    assert both[:7] == ["+4422", "+4411", "+4422", "+4411", "+4422", "+4411", "+4422"]


async def test_a_campaigns_calls_per_second_are_kept(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    start = clock.now()
    await dialer.running(contacts=100, config={"pacing": {"calls_per_second": 4}})
    await clock.advance(9.999)

    assert network.placed == 40
    assert seconds_since(start, network.moments[:5]) == [0, 0.25, 0.5, 0.75, 1]


async def test_calls_per_second_that_are_raised_count_from_the_last_call_on(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=100, config={"pacing": {"calls_per_second": 1}})
    await clock.advance(1.5)
    assert network.placed == 2

    await dialer.change(campaign, config={"pacing": {"calls_per_second": 10}})
    await clock.advance(1.499)

    assert network.placed == 2 + 15


async def test_a_raised_pace_does_not_wait_for_what_the_slow_one_had_promised(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=5, config={"pacing": {"calls_per_second": 0.001}})
    assert network.placed == 1

    await dialer.change(campaign, config={"pacing": {"calls_per_second": 1}})
    await clock.advance(4)

    assert network.placed == 5


async def test_the_daemons_calls_per_second_are_shared_by_its_campaigns(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.start(calls_per_second=5)
    await dialer.running(contacts=100)
    await dialer.running(contacts=100)
    await clock.advance(9.999)

    assert network.placed == 50


async def test_a_carriers_calls_per_second_are_kept(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.calls_per_second = 8
    await dialer.running(contacts=100)
    await clock.advance(9.999)

    assert network.placed == 80
