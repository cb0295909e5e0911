"""Recordings are asked for, shown, and deleted when they are due, whatever the carrier does."""

from dataclasses import replace

from dialer.carriers.base import Ended
from dialer.domain.call import AttemptState
from dialer.domain.campaign import Campaign
from dialer.service import erasure
from tests.clock import FakeClock
from tests.engine.dialer import Dialer
from tests.engine.network import Network

RECORDED = {"recording": True}


async def recorded(dialer: Dialer, network: Network, clock: FakeClock) -> Campaign:
    """A campaign of one call, of which there is a recording."""
    campaign = await dialer.running(config=RECORDED)
    await network.answer()
    [call] = network.live
    call.alive = False
    network.recordings[call.id] = b"RIFF"
    await network.tell(Ended(call.id, clock.now(), AttemptState.COMPLETED, recording_seconds=12.34))
    return campaign


async def days_later(dialer: Dialer, days: int) -> None:
    """In a new process, since the heartbeat of the old one would tick all those seconds."""
    await dialer.crash()
    dialer.clock.step(days * 24 * 3600)
    await dialer.start()


async def test_a_recording_is_deleted_once_it_was_kept_long_enough(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.start(recordings_kept=30)
    campaign = await recorded(dialer, network, clock)
    await days_later(dialer, 29)
    assert len(network.recordings) == 1
    assert [attempt.recording_seconds for attempt in await dialer.attempts(campaign)] == [12.34]

    await days_later(dialer, 2)

    assert network.recordings == {}
    assert [attempt.recording_seconds for attempt in await dialer.attempts(campaign)] == [None]


async def test_a_carrier_that_does_not_delete_is_asked_again(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.start(recordings_kept=1)
    await recorded(dialer, network, clock)
    network.reachable = False
    await days_later(dialer, 2)
    assert len(network.recordings) == 1

    network.reachable = True
    await clock.advance(minutes=11)

    assert network.recordings == {}


async def test_the_recordings_of_a_deleted_campaign_go_with_it(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await recorded(dialer, network, clock)
    await erasure.delete(dialer.parts, campaign.public_id)
    await clock.settle()

    assert network.recordings == {}


async def test_of_calls_that_nobody_took_no_recording_is_deleted(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.start(recordings_kept=1)
    await dialer.running(contacts=2, config=RECORDED)
    first, second = network.live
    await network.end(first, AttemptState.NO_ANSWER)
    await network.answer(second)
    await network.end(second)  # it does not say whether there is one
    await days_later(dialer, 2)

    assert network.deleted == [second.id]


async def test_what_lies_on_a_carrier_that_is_not_configured_waits_for_its_return(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.start(recordings_kept=1)
    await recorded(dialer, network, clock)
    await dialer.crash()
    other = Network(clock, name="other")
    dialer.carriers = {"other": other}
    dialer.parts = replace(dialer.parts, policy=replace(dialer.parts.policy, carrier="other"))
    await days_later(dialer, 2)
    assert (len(network.recordings), other.deleted) == (1, [])

    await dialer.crash()
    dialer.carriers = {"net": network}
    await dialer.start(carrier="net")

    assert network.recordings == {}
