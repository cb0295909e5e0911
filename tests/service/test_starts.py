"""What the clock does: it starts campaigns at their time, and ends them at their expiry."""

from dataclasses import replace

import pytest

from dialer.domain.campaign import CampaignStatus, NewCampaign, StatusReason
from dialer.domain.clock import HOUR, MINUTE, SECOND
from dialer.domain.policy import Policy
from dialer.domain.retry import ContactStatus
from dialer.service import campaigns, starts
from dialer.service.agents import Agents
from dialer.service.parts import Parts
from tests.clock import NOON
from tests.service.desk import ALICE, BOB, NEW, Desk, config

AT = NOON + HOUR


def scheduled(at: int = AT, *, autostart: bool = True, expires_at: int | None = None) -> NewCampaign:
    document = "{}" if expires_at is None else f'{{"expires_at_ms": {expires_at}}}'
    return replace(NEW, scheduled_at=at, autostart=autostart, config=config(document))


async def at(desk: Desk, instant: int) -> None:
    """What the scheduler does at an instant."""
    await desk.clock.advance((instant - desk.clock.now()) / SECOND)
    await starts.start_due(desk.parts)
    await starts.expire_due(desk.parts)
    await desk.audit()


def without_agents(parts: Parts) -> Parts:
    return replace(parts, agents=Agents([]))


async def test_a_draft_with_a_schedule_starts_by_itself_on_time(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, unusable=[BOB], new=scheduled())

    await at(desk, AT - 1)
    assert (await desk.get(campaign)).status is CampaignStatus.DRAFT
    await at(desk, AT)

    running = await desk.get(campaign)
    assert (running.status, running.started_at) == (CampaignStatus.RUNNING, AT)
    assert (running.counters.pending, running.counters.failed) == (1, 1)
    assert await desk.kinds(campaign) == ["campaign.created", "campaign.launched", "campaign.started"]


async def test_a_campaign_starts_once_however_often_the_clock_looks(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, new=scheduled())

    await at(desk, AT)
    await at(desk, AT + MINUTE)

    assert (await desk.kinds(campaign)).count("campaign.started") == 1


async def test_a_draft_that_waits_for_a_launch_is_not_started(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, new=scheduled(autostart=False))

    await at(desk, AT + MINUTE)

    assert (await desk.get(campaign)).status is CampaignStatus.DRAFT


async def test_a_launched_campaign_starts_on_time(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, new=scheduled(autostart=False))
    launched = await campaigns.launch(desk.parts, campaign.public_id)
    assert (launched.status, launched.started_at) == (CampaignStatus.LAUNCHED, None)

    await at(desk, AT)

    assert (await desk.get(campaign)).status is CampaignStatus.RUNNING
    assert (await desk.kinds(campaign)).count("campaign.launched") == 1


@pytest.mark.parametrize("launch", [True, False])
async def test_a_start_that_was_missed_by_more_than_the_grace_pauses(desk: Desk, launch: bool) -> None:  # noqa: FBT001
    campaign = await desk.draft(ALICE, new=scheduled())
    if launch:
        await campaigns.launch(desk.parts, campaign.public_id)

    await at(desk, AT + HOUR + 1)

    paused = await desk.get(campaign)
    assert (paused.status, paused.status_reason) == (CampaignStatus.PAUSED, StatusReason.MISSED_START)
    assert paused.status_detail == (
        "Its start at 2027-01-15T09:00:00Z was missed; resume it to start it now."
    )
    assert (await desk.view(campaign, ALICE)).reason == paused.status_detail
    assert (await desk.kinds(campaign)).count("campaign.launched") == 1

    resumed = await campaigns.resume(desk.parts, campaign.public_id)
    assert (resumed.status, resumed.status_reason) == (CampaignStatus.RUNNING, None)
    assert resumed.started_at == desk.clock.now()


async def test_a_start_within_the_grace_is_only_late(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, new=scheduled())

    await at(desk, AT + HOUR)

    assert (await desk.get(campaign)).status is CampaignStatus.RUNNING


async def test_a_schedule_of_a_moment_before_the_draft_was_made_is_no_missed_start(desk: Desk) -> None:
    parts = replace(desk.parts, policy=replace(desk.parts.policy, misfire_grace=5.0))
    campaign = await desk.draft(ALICE, new=scheduled(NOON - MINUTE))

    await starts.start_due(parts)

    assert (await desk.get(campaign)).status is CampaignStatus.RUNNING


async def test_a_draft_whose_launch_is_refused_stays_one_and_says_why(desk: Desk) -> None:
    campaign = await desk.draft(new=scheduled())

    await at(desk, AT)
    await at(desk, AT + MINUTE)

    refused = await desk.get(campaign)
    assert (refused.status, refused.status_reason) == (CampaignStatus.DRAFT, StatusReason.LAUNCH_REFUSED)
    assert refused.status_detail == "The campaign has no contacts; add some."
    assert not refused.autostart
    assert await desk.kinds(campaign) == ["campaign.created", "campaign.launch_refused"]


async def test_a_launched_campaign_whose_agent_has_gone_fails(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, BOB, new=scheduled())
    await campaigns.launch(desk.parts, campaign.public_id)
    await desk.clock.advance(hours=1)

    await starts.start_due(without_agents(desk.parts))

    failed = await desk.get(campaign)
    assert (failed.status, failed.status_reason) == (CampaignStatus.FAILED, StatusReason.LAUNCH_REFUSED)
    assert failed.status_detail == "There is no agent 'ag_c47e7c97_b2f2'. Make a new campaign with another."
    assert (failed.completed_at, failed.counters.failed, failed.counters.skipped) == (AT, 2, 2)
    assert (await desk.kinds(campaign))[-1] == "campaign.failed"

    again = await campaigns.launch(desk.parts, campaign.public_id, force_rerun=True)
    assert (again.status, again.run) == (CampaignStatus.RUNNING, 2)


async def test_at_its_expiry_a_campaign_ends_and_who_is_left_has_expired(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB, new=scheduled(NOON, expires_at=AT))

    await at(desk, AT - 1)
    assert (await desk.get(campaign)).status is CampaignStatus.RUNNING
    await at(desk, AT)

    over = await desk.get(campaign)
    assert (over.status, over.status_reason) == (CampaignStatus.COMPLETED, StatusReason.EXPIRED)
    assert (over.completed_at, over.counters.failed, over.counters.skipped) == (AT, 2, 2)
    view = await desk.view(campaign, ALICE)
    assert (view.contact.status, view.contact.outcome) == (ContactStatus.FAILED, "expired")
    assert view.reason == "The campaign expired before its turn came."
    assert (await desk.kinds(campaign))[-1] == "campaign.completed"


@pytest.mark.parametrize("status", ["launched", "paused"])
async def test_expiry_also_ends_what_does_not_run(desk: Desk, status: str) -> None:
    campaign = await desk.draft(ALICE, new=scheduled(AT, expires_at=AT - MINUTE))
    await campaigns.launch(desk.parts, campaign.public_id)
    if status == "paused":
        await campaigns.pause(desk.parts, campaign.public_id)
    assert (await desk.get(campaign)).status == status

    await at(desk, AT - MINUTE)

    assert (await desk.get(campaign)).status_reason is StatusReason.EXPIRED


async def test_a_draft_does_not_expire(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, new=scheduled(expires_at=AT, autostart=False))

    await at(desk, AT + 1)

    assert (await desk.get(campaign)).status is CampaignStatus.DRAFT


async def test_a_campaign_that_expired_while_nobody_looked_ends_as_expired_and_does_not_start(
    desk: Desk,
) -> None:
    campaign = await desk.draft(ALICE, new=scheduled(AT, expires_at=AT + MINUTE))
    await campaigns.launch(desk.parts, campaign.public_id)

    await at(desk, AT + 2 * MINUTE)

    over = await desk.get(campaign)
    assert (over.status, over.status_reason) == (CampaignStatus.COMPLETED, StatusReason.EXPIRED)
    assert over.started_at is None


async def test_the_clock_leaves_alone_what_somebody_cancelled_just_before_it(desk: Desk) -> None:
    """The cancel is committed between the clock's look and its transaction."""
    new = scheduled(AT, expires_at=AT + MINUTE)
    campaign = await desk.draft(ALICE, new=new)
    await campaigns.cancel(desk.parts, campaign.public_id)
    before = await desk.get(campaign)
    await desk.clock.advance(hours=2)

    await starts._start_one(desk.parts, campaign.id)
    await starts._expire_one(desk.parts, campaign.id)

    assert await desk.get(campaign) == before


async def test_the_next_moment_is_the_earliest_start_or_expiry(desk: Desk) -> None:
    assert await starts.next_moment(desk.parts) is None
    await desk.draft(ALICE, new=scheduled(AT + HOUR, autostart=False))
    assert await starts.next_moment(desk.parts) is None

    await desk.running(ALICE, new=scheduled(NOON, expires_at=AT + 5))
    assert await starts.next_moment(desk.parts) == AT + 5
    first = await desk.draft(ALICE, new=scheduled(AT))
    assert await starts.next_moment(desk.parts) == AT
    await campaigns.cancel(desk.parts, first.public_id)
    assert await starts.next_moment(desk.parts) == AT + 5


async def test_after_what_was_due_the_next_moment_lies_ahead(desk: Desk) -> None:
    """Else the scheduler would never sleep."""
    await desk.draft(ALICE, new=scheduled(AT))
    await desk.draft(new=scheduled(AT))
    launched = await desk.draft(ALICE, new=scheduled(AT, expires_at=AT))
    await campaigns.launch(desk.parts, launched.public_id)
    await desk.running(ALICE, new=scheduled(NOON, expires_at=AT))

    await at(desk, AT)

    assert await starts.next_moment(desk.parts) is None


@pytest.fixture
def policy() -> Policy:
    return Policy(carrier="sim", misfire_grace=3600.0)
