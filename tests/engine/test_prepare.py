"""What a carrier prepares before a call is claimed, and what happens when it cannot."""

import asyncio
from dataclasses import replace

from dialer.carriers.base import NotPlaced, PlaceRequest
from dialer.domain.call import AttemptState, Failure, Outcome
from dialer.domain.policy import AgentAddress
from dialer.domain.retry import Progress
from dialer.service import campaigns
from tests.clock import FakeClock
from tests.engine.dialer import Dialer
from tests.engine.network import Network


def mute(_: PlaceRequest) -> NotPlaced:
    return NotPlaced(Failure.TEMPORARY, "The speech command ended with 127")


async def test_a_carrier_that_can_prepare_nothing_says_so_and_no_contact_pays_for_it(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.prepares = mute
    campaign = await dialer.running(contacts=20)
    await clock.advance(60)

    assert dialer.faults["carrier:net"] == ("Carrier net places no calls: The speech command ended with 127.")
    assert network.placed == 0
    assert await dialer.attempts(campaign) == []
    assert {contact.progress for contact in await dialer.contacts(campaign)} == {Progress()}
    assert network.prepared == []

    network.prepares = lambda _: None
    await clock.advance(10)

    assert network.placed == 20
    assert dialer.faults == {}


async def test_what_cannot_be_prepared_for_one_is_its_own_fault(dialer: Dialer, network: Network) -> None:
    unlucky = "+12025550101"
    network.prepares = lambda request: (
        NotPlaced(Failure.OTHER, "nothing to say") if request.to == unlucky else None
    )
    campaign = await dialer.running(numbers=[unlucky, "+12025550102"], max_concurrent=2)

    first, second = await dialer.attempts(campaign)
    assert (first.state, first.detail) == (AttemptState.NOT_PLACED, "nothing to say")
    assert second.state is AttemptState.RINGING
    assert [contact.outcome for contact in await dialer.contacts(campaign)] == [Outcome.ERROR, None]
    assert dialer.faults == {}


async def test_a_pause_while_it_is_prepared_is_answered_at_once_and_nothing_is_placed(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.may_prepare.clear()
    campaign = await dialer.running()

    assert await dialer.pause(campaign) == 0
    network.may_prepare.set()
    await clock.settle()

    assert network.placed == 0
    assert await dialer.attempts(campaign) == []
    assert network.prepared == []


async def test_a_stop_while_it_is_prepared_leaves_no_intent(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.may_prepare.clear()
    campaign = await dialer.running()
    draining = dialer.draining(30)
    network.may_prepare.set()
    await draining
    await clock.settle()

    assert network.placed == 0
    assert await dialer.attempts(campaign) == []
    assert network.prepared == []


async def test_a_call_that_is_withdrawn_before_it_is_sent_is_discarded(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(config={"pacing": {"calls_per_second": 2}}, contacts=2)
    async with dialer.slow_disk():
        await clock.advance(0.5)
        cancelling = asyncio.create_task(campaigns.cancel(dialer.parts, campaign.public_id))
        clock.step(3600)
    await cancelling
    await clock.settle()

    assert network.placed == 1
    assert network.prepared == []


async def test_an_agent_is_told_whose_call_it_takes(dialer: Dialer, network: Network) -> None:
    dialer.connects(AgentAddress("sip", uri="sip:agent@127.0.0.1"))
    campaign = await dialer.running(config={"recording": True, "voicemail": {"detect": True}})

    [request] = network.requests
    [contact] = await dialer.contacts(campaign)
    assert request.headers == {
        "X-Campaign-Id": campaign.public_id,
        "X-Contact-Id": f"cont_{contact.id:08x}",
        "X-Attempt-Id": request.attempt_id,
    }
    assert (request.record, request.on_machine) == (True, "hangup")


async def test_a_running_campaign_whose_agent_the_carrier_cannot_connect_is_not_dialled(
    dialer: Dialer, network: Network
) -> None:
    """The configuration was changed under it."""
    campaign = await dialer.running(contacts=2, max_concurrent=1)
    await dialer.crash()
    network.abilities = replace(network.abilities, agent_kinds=frozenset({"websocket"}))
    await dialer.start()
    await network.end_all()

    assert network.placed == 1
    assert "cannot connect agent" in str((await dialer.now(campaign)).status_detail)
