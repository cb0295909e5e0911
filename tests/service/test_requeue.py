"""The operator decides that a held contact is called once more."""

from dataclasses import replace
from typing import Any

import pytest

from dialer.carriers.base import Placed
from dialer.domain.call import AttemptState, Outcome
from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.errors import Incomplete, NotFound, WrongState
from dialer.domain.retry import ContactStatus
from dialer.service import campaigns, starts
from dialer.service.agents import Agents
from dialer.service.claims import Claimed
from dialer.service.requeue import requeue
from dialer.service.why import Bar
from tests.service.desk import ALICE, BOB, CAROL, NEW, Call, Desk, config


async def held(desk: Desk, *others: str, **fields: Any) -> tuple[Campaign, Call]:
    """A campaign in which it is not known whether Alice was called; the others wait for their turn."""
    campaign = await desk.running(ALICE, *others, new=replace(NEW, **fields))
    call = await desk.call(campaign, ALICE)
    await desk.doubt(call)
    await desk.give_up(call, AttemptState.UNKNOWN)
    return await desk.get(campaign), call


async def test_it_waits_for_its_turn_again_and_is_counted_so(desk: Desk) -> None:
    campaign, _ = await held(desk, BOB)
    view = await requeue(desk.parts, campaign.public_id, ALICE)

    contact = view.contact
    assert (contact.status, contact.outcome, contact.held) == (ContactStatus.PENDING, None, False)
    assert (contact.due, contact.attempts) == (desk.clock.now(), 1)
    counters = (await desk.get(campaign)).counters
    assert (counters.pending, counters.failed) == (2, 0)
    assert (await desk.kinds(campaign))[-1] == "contact.requeued"


async def test_a_completed_campaign_goes_on_for_it(desk: Desk) -> None:
    campaign, _ = await held(desk)
    assert campaign.status is CampaignStatus.COMPLETED
    await requeue(desk.parts, campaign.public_id, ALICE)

    again = await desk.get(campaign)
    assert (again.status, again.completed_at, again.run) == (CampaignStatus.RUNNING, None, 1)
    assert (await desk.kinds(campaign))[-2:] == ["campaign.reopened", "contact.requeued"]

    await desk.clock.advance(minutes=3)
    await desk.end(await desk.call(campaign, ALICE), AttemptState.COMPLETED)
    done = await desk.get(campaign)
    assert (done.status, done.counters.completed, done.counters.failed) == (CampaignStatus.COMPLETED, 1, 0)


async def test_in_a_paused_campaign_it_waits_for_the_resume(desk: Desk) -> None:
    campaign, _ = await held(desk, BOB)
    await campaigns.pause(desk.parts, campaign.public_id)
    view = await requeue(desk.parts, campaign.public_id, ALICE)

    assert (await desk.get(campaign)).status is CampaignStatus.PAUSED
    assert view.why is not None
    assert view.why.bar is Bar.CAMPAIGN_RUNNING


async def test_the_gates_still_hold(desk: Desk) -> None:
    """Its last call may be open still: the number is not rung before that must be over."""
    campaign, _ = await held(desk)
    view = await requeue(desk.parts, campaign.public_id, ALICE)
    assert view.why is not None
    assert view.why.bar is Bar.NUMBER_BUSY
    _, refused = await desk.claim(campaign, ALICE)
    assert not isinstance(refused, Claimed)

    await desk.clock.advance(minutes=3)
    assert (await desk.call(campaign, ALICE)).n == 2


async def test_late_proof_of_the_last_call_stops_the_next_one(desk: Desk) -> None:
    campaign, call = await held(desk)
    await requeue(desk.parts, campaign.public_id, ALICE)
    await desk.hear(call, Placed("c"), desk.ended(call, AttemptState.COMPLETED))

    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.outcome) == (ContactStatus.COMPLETED, Outcome.ANSWERED)
    assert (await desk.get(campaign)).status is CampaignStatus.COMPLETED


async def test_late_proof_does_not_speak_for_the_call_that_followed(desk: Desk) -> None:
    campaign, call = await held(desk)
    await requeue(desk.parts, campaign.public_id, ALICE)
    await desk.clock.advance(minutes=3)
    await desk.call(campaign, ALICE)
    await desk.end(call, AttemptState.BUSY)

    assert (await desk.contact(campaign, ALICE)).status is ContactStatus.IN_PROGRESS


async def test_only_who_is_held_can_be_requeued(desk: Desk) -> None:
    campaign, _ = await held(desk, BOB, CAROL)
    await desk.end(await desk.call(campaign, CAROL), AttemptState.BUSY)

    with pytest.raises(WrongState, match="The contact is pending; only one that is held"):
        await requeue(desk.parts, campaign.public_id, BOB)
    with pytest.raises(WrongState, match=r"The contact is failed \(busy\); only one that is held"):
        await requeue(desk.parts, campaign.public_id, CAROL)
    with pytest.raises(NotFound, match=r"no contact '\+12025550109'"):
        await requeue(desk.parts, campaign.public_id, "+12025550109")
    await requeue(desk.parts, campaign.public_id, ALICE)
    with pytest.raises(WrongState, match="is pending"):
        await requeue(desk.parts, campaign.public_id, ALICE)


async def test_a_cancelled_campaign_calls_nobody_any_more(desk: Desk) -> None:
    campaign, _ = await held(desk, BOB)
    await campaigns.cancel(desk.parts, campaign.public_id)

    with pytest.raises(WrongState, match="The campaign is cancelled; contacts of a running"):
        await requeue(desk.parts, campaign.public_id, ALICE)


async def test_a_campaign_that_has_expired_does_not_go_on(desk: Desk) -> None:
    expiry = config(f'{{"expires_at_ms": {desk.clock.now() + 60_000}}}')
    over, _ = await held(desk, config=expiry)
    await desk.clock.advance(120)
    await starts.expire_due(desk.parts)

    with pytest.raises(Incomplete, match="expires_at"):
        await requeue(desk.parts, over.public_id, ALICE)
    assert (await desk.get(over)).status is CampaignStatus.COMPLETED
    assert (await desk.contact(over, ALICE)).held


async def test_nor_does_one_that_expired_with_others_uncalled(desk: Desk) -> None:
    expiry = config(f'{{"expires_at_ms": {desk.clock.now() + 60_000}}}')
    campaign, _ = await held(desk, BOB, config=expiry)
    await desk.clock.advance(120)
    await starts.expire_due(desk.parts)

    with pytest.raises(WrongState, match=r"has expired; change config\.expires_at"):
        await requeue(desk.parts, campaign.public_id, ALICE)


async def test_a_completed_campaign_whose_agent_has_gone_stays_completed(desk: Desk) -> None:
    campaign, _ = await held(desk)
    parts = replace(desk.parts, agents=Agents([]))

    with pytest.raises(Incomplete, match="agent"):
        await requeue(parts, campaign.public_id, ALICE)
    assert (await desk.get(campaign)).status is CampaignStatus.COMPLETED
