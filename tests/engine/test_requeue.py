"""A held contact that the operator requeues is called by the running engine, without a poke."""

from dialer.carriers.base import Lookup
from dialer.domain.call import AttemptState
from dialer.domain.campaign import Campaign
from dialer.service.requeue import requeue
from tests.clock import FakeClock
from tests.engine.dialer import Dialer
from tests.engine.network import Network

UNBLOCKED = 150
"""Seconds: ring time-out, longest talk and a minute."""


async def completed_with_a_held_contact(dialer: Dialer, network: Network, clock: FakeClock) -> Campaign:
    network.remembers(Lookup.LIVE)
    network.loses_requests(times=1)
    campaign = await dialer.running()
    await clock.advance(UNBLOCKED)
    assert (await dialer.contact(campaign)).held
    assert (await dialer.now(campaign)).status == "completed"
    return campaign


async def test_it_is_called_at_once_though_its_campaign_was_completed(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await completed_with_a_held_contact(dialer, network, clock)
    now = clock.now()
    await requeue(dialer.parts, campaign.public_id, (await dialer.contact(campaign)).person.phone)
    await clock.settle()

    assert await dialer.states(campaign) == [AttemptState.UNKNOWN, AttemptState.RINGING]
    assert network.moments[-1] == now
    await network.end_all()
    assert (await dialer.now(campaign)).status == "completed"


async def test_in_a_running_campaign_it_comes_before_those_who_wait_for_a_retry(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.remembers(Lookup.LIVE)
    network.loses_requests(times=1)
    retry = {"retry": {"enabled": True, "intervalsMinutes": [60]}}
    campaign = await dialer.running(2, config=retry)
    await network.end_all(AttemptState.BUSY)
    await clock.advance(UNBLOCKED)
    [held] = [contact for contact in await dialer.contacts(campaign) if contact.held]
    now = clock.now()
    await requeue(dialer.parts, campaign.public_id, held.person.phone)
    await clock.settle()

    assert network.moments[-1] == now
    assert network.numbers[-1] == held.person.phone
