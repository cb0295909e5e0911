"""Hang-ups cross the layers as rows."""

import asyncio

from dialer.domain.call import AttemptState
from tests.clock import FakeClock
from tests.engine.dialer import Dialer
from tests.engine.network import Network


async def test_a_pause_with_hang_up_ends_the_calls_of_its_campaign_alone(
    dialer: Dialer, network: Network
) -> None:
    other = await dialer.running(contacts=1)
    campaign = await dialer.running(contacts=5, max_concurrent=2)
    await dialer.pause(campaign, hangup=True)

    assert await dialer.states(campaign) == [AttemptState.CANCELLED] * 2
    assert await dialer.states(other) == [AttemptState.RINGING]
    assert network.placed == 3


async def test_a_plain_pause_ends_no_call(dialer: Dialer, network: Network) -> None:
    await dialer.pause(await dialer.running(contacts=5, max_concurrent=2))

    await network.ringing(2)
    assert network.hung_up == []


async def test_a_call_that_was_being_sent_when_its_end_was_asked_for_is_hung_up(
    dialer: Dialer, network: Network
) -> None:
    network.hangs()
    campaign = await dialer.running()
    pausing = asyncio.create_task(dialer.pause(campaign, hangup=True))
    await dialer.clock.settle()
    network.release()
    await pausing

    assert await dialer.states(campaign) == [AttemptState.CANCELLED]


async def test_a_call_that_turns_up_after_its_end_was_asked_for_is_hung_up(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.hangs()
    campaign = await dialer.running()
    pausing = asyncio.create_task(dialer.pause(campaign, hangup=True))
    await clock.advance(2)
    assert await pausing == 1

    await network.accept(network.requests[0])

    assert await dialer.states(campaign) == [AttemptState.CANCELLED]


async def test_a_hang_up_that_was_asked_for_before_a_crash_is_carried_out_after_it(
    dialer: Dialer, network: Network
) -> None:
    network.obedient = False
    campaign = await dialer.running(contacts=2)
    await dialer.pause(campaign, hangup=True)
    await dialer.crash()
    network.obedient = True
    await dialer.start()

    assert await dialer.states(campaign) == [AttemptState.CANCELLED] * 2
