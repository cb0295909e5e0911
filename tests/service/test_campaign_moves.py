"""A campaign from launch to end, and every move that is refused on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from dialer.domain.call import AttemptState, Channel, Outcome
from dialer.domain.campaign import Campaign, CampaignStatus, Counters, StatusReason
from dialer.domain.clock import HOUR, MINUTE
from dialer.domain.errors import (
    Incomplete,
    NotFound,
    StoreUnavailable,
    WrongState,
)
from dialer.domain.retry import ContactStatus
from dialer.service import campaigns
from dialer.service.agents import Agents
from dialer.store.eventlog import read_page
from tests.clock import NOON
from tests.service.desk import ALICE, BOB, CAROL, NEW, RETRY, Desk

LATER = replace(NEW, scheduled_at=NOON + HOUR)


async def test_a_launch_starts_at_once_and_fails_unusable_numbers(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, unusable=[BOB])
    await desk.clock.advance(3)

    launched = await campaigns.launch(desk.parts, campaign.public_id)

    assert (launched.status, launched.started_at) == (CampaignStatus.RUNNING, NOON + 3000)
    assert launched.counters == Counters(total=2, unusable=1, pending=1, failed=1)
    bob = await desk.view(campaign, BOB)
    assert (bob.contact.status, bob.contact.outcome) == (ContactStatus.FAILED, Outcome.INVALID_NUMBER)
    assert bob.reason == "The number is not valid."


async def test_a_launch_with_nobody_to_call_completes_at_once(desk: Desk) -> None:
    campaign = await desk.running(unusable=[ALICE, BOB])

    assert (campaign.status, campaign.completed_at) == (CampaignStatus.COMPLETED, NOON)
    assert campaign.counters.failed == 2


async def test_a_launch_before_its_time_waits_for_it(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, new=LATER)

    launched = await campaigns.launch(desk.parts, campaign.public_id)

    assert (launched.status, launched.started_at) == (CampaignStatus.LAUNCHED, None)
    assert (await desk.view(campaign, ALICE)).reason == "The campaign starts at 2027-01-15T09:00:00Z."


async def test_a_launch_may_be_told_not_to_wait(desk: Desk) -> None:
    first, second = await desk.draft(ALICE, new=LATER), await desk.draft(BOB, new=LATER)
    assert (await campaigns.launch(desk.parts, first.public_id, start_now=True)).status == "running"

    await campaigns.launch(desk.parts, second.public_id)
    started = await campaigns.launch(desk.parts, second.public_id, start_now=True)
    assert (started.status, started.started_at) == (CampaignStatus.RUNNING, NOON)


async def test_a_launch_by_hand_starts_whatever_the_schedules_age(desk: Desk) -> None:
    old = replace(NEW, scheduled_at=NOON - 1000 * HOUR)

    assert (await desk.running(ALICE, new=old)).status is CampaignStatus.RUNNING


async def test_two_launches_at_once_start_it_once(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)

    results = await asyncio.gather(
        *(campaigns.launch(desk.parts, campaign.public_id) for _ in range(5)), return_exceptions=True
    )

    assert [type(result) for result in results].count(Campaign) == 1
    assert [type(result) for result in results].count(WrongState) == 4


async def test_a_refused_launch_names_every_reason_and_changes_nothing(desk: Desk) -> None:
    campaign = await desk.draft(new=replace(NEW, channel=Channel.SMS, message_template=None))

    with pytest.raises(Incomplete, match=r"no contacts.*message_template") as refused:
        await campaigns.launch(desk.parts, campaign.public_id)

    assert [fault.type for fault in refused.value.faults] == ["no_contacts", "no_template"]
    assert await desk.get(campaign) == campaign


Move = Callable[[Desk, Campaign], Awaitable[object]]
MOVES: dict[str, Move] = {
    "launch": lambda desk, campaign: campaigns.launch(desk.parts, campaign.public_id),
    "launch now": lambda desk, campaign: campaigns.launch(desk.parts, campaign.public_id, start_now=True),
    "rerun": lambda desk, campaign: campaigns.launch(desk.parts, campaign.public_id, force_rerun=True),
    "pause": lambda desk, campaign: campaigns.pause(desk.parts, campaign.public_id),
    "resume": lambda desk, campaign: campaigns.resume(desk.parts, campaign.public_id),
    "cancel": lambda desk, campaign: campaigns.cancel(desk.parts, campaign.public_id),
}
MAY = {
    "draft": {"launch", "launch now", "rerun", "cancel"},
    "launched": {"launch now", "pause", "cancel"},
    "running": {"pause", "cancel"},
    "paused": {"resume", "cancel"},
    "completed": {"rerun"},
    "cancelled": {"rerun"},
}


async def bring_to(desk: Desk, status: str) -> Campaign:
    campaign = await desk.draft(ALICE, new=LATER if status == "launched" else NEW)
    if status not in {"draft", "cancelled"}:
        await campaigns.launch(desk.parts, campaign.public_id)
    if status == "paused":
        await campaigns.pause(desk.parts, campaign.public_id)
    if status == "completed":
        await desk.end(await desk.call(campaign, ALICE), AttemptState.COMPLETED)
    if status == "cancelled":
        await campaigns.cancel(desk.parts, campaign.public_id)
    reached = await desk.get(campaign)
    assert reached.status == status
    return reached


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("status", MAY)
async def test_a_wrong_move_is_refused_and_names_the_present_state(
    desk: Desk, status: str, move: str
) -> None:
    campaign = await bring_to(desk, status)

    if move in MAY[status]:
        await MOVES[move](desk, campaign)
        assert (await desk.get(campaign)).status != status
    else:
        with pytest.raises(WrongState, match=f"The campaign is {status}"):
            await MOVES[move](desk, campaign)
        assert await desk.get(campaign) == campaign


@pytest.mark.parametrize("move", MOVES)
async def test_no_move_is_made_on_what_is_not_there(desk: Desk, move: str) -> None:
    campaign = await desk.draft(ALICE)

    with pytest.raises(NotFound):
        await MOVES[move](desk, replace(campaign, public_id="camp_00000000"))


async def test_a_rerun_begins_anew_and_keeps_the_earlier_calls(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB, unusable=[CAROL])
    await desk.end(await desk.call(campaign, ALICE), AttemptState.COMPLETED)
    await desk.end(await desk.call(campaign, BOB), AttemptState.BUSY)
    await desk.clock.advance(minutes=1)

    again = await campaigns.launch(desk.parts, campaign.public_id, force_rerun=True)

    assert (again.status, again.run, again.completed_at) == (CampaignStatus.RUNNING, 2, None)
    assert again.started_at == NOON + MINUTE
    assert again.counters == Counters(total=3, unusable=1, pending=2, failed=1)
    alice = await desk.contact(campaign, ALICE)
    assert (alice.status, alice.outcome, alice.attempts) == (ContactStatus.PENDING, None, 0)
    await desk.audit()
    assert (await desk.call(campaign, ALICE)).n == 1
    await desk.audit()


async def test_a_rerun_gives_everybody_their_retries_back(desk: Desk) -> None:
    campaign = await desk.running(ALICE, new=replace(NEW, config=RETRY))
    for _ in range(3):
        await desk.end(await desk.call(campaign, ALICE), AttemptState.BUSY)
        await desk.clock.advance(hours=1)
    assert (await desk.get(campaign)).status is CampaignStatus.COMPLETED

    await campaigns.launch(desk.parts, campaign.public_id, force_rerun=True)
    await desk.end(await desk.call(campaign, ALICE), AttemptState.BUSY)

    assert (await desk.contact(campaign, ALICE)).due == desk.clock.now() + 5 * MINUTE


async def test_a_rerun_of_what_was_cancelled_takes_everybody(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    await campaigns.cancel(desk.parts, campaign.public_id)

    again = await campaigns.launch(desk.parts, campaign.public_id, force_rerun=True)

    assert (again.counters.pending, again.counters.skipped, again.swept) == (2, 0, None)


async def test_a_rerun_is_checked_like_a_launch(desk: Desk) -> None:
    campaign = await bring_to(desk, "completed")
    parts = replace(desk.parts, agents=Agents([]))

    with pytest.raises(Incomplete, match="Make a new campaign with another"):
        await campaigns.launch(parts, campaign.public_id, force_rerun=True)
    assert await desk.get(campaign) == campaign


async def test_a_cancel_skips_whoever_was_pending(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB, CAROL)
    await desk.end(await desk.call(campaign, ALICE), AttemptState.COMPLETED)

    cancelled = await campaigns.cancel(desk.parts, campaign.public_id)

    assert (cancelled.status, cancelled.completed_at) == (CampaignStatus.CANCELLED, NOON)
    assert cancelled.counters == Counters(total=3, completed=1, failed=2, skipped=2)
    bob = await desk.view(campaign, BOB)
    assert (bob.contact.outcome, bob.reason) == (Outcome.CANCELLED, "It was cancelled.")


async def test_a_cancelled_draft_counts_its_unusable_numbers_as_failed_only(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, unusable=[BOB])

    cancelled = await campaigns.cancel(desk.parts, campaign.public_id)

    assert cancelled.counters == Counters(total=2, unusable=1, failed=2, skipped=1)


async def test_a_pause_leaves_calls_that_are_on_the_line(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    call = await desk.call(campaign, ALICE)

    paused, unsettled = await campaigns.pause(desk.parts, campaign.public_id)

    assert (paused.status, paused.counters.in_progress, unsettled) == (CampaignStatus.PAUSED, 1, 0)
    assert (await desk.attempt(call)).hangup_requested_at is None
    assert (await desk.view(campaign, BOB)).reason == "The campaign is paused; resume it."


async def test_a_pause_may_ask_for_their_end(desk: Desk) -> None:
    campaign, other = await desk.running(ALICE, BOB), await desk.running(CAROL)
    call, unrelated = await desk.call(campaign, ALICE), await desk.call(other, CAROL)

    await campaigns.pause(desk.parts, campaign.public_id, hangup=True)

    assert (await desk.attempt(call)).hangup_requested_at == NOON
    assert (await desk.attempt(unrelated)).hangup_requested_at is None
    events = await desk.parts.store.read(lambda view: read_page(view, 0))
    assert [event.campaign for event in events if event.kind == "campaign.hangup_requested"] == [campaign.id]


async def test_where_nobody_is_on_the_line_no_hangup_is_asked_for(desk: Desk) -> None:
    campaign = await desk.running(ALICE)

    await campaigns.pause(desk.parts, campaign.public_id, hangup=True)

    events = await desk.parts.store.read(lambda view: read_page(view, 0))
    assert "campaign.hangup_requested" not in [event.kind for event in events]


async def test_a_resume_goes_on_where_it_was(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    await desk.end(await desk.call(campaign, ALICE), AttemptState.COMPLETED)
    await campaigns.pause(desk.parts, campaign.public_id)
    await desk.clock.advance(minutes=1)

    resumed = await campaigns.resume(desk.parts, campaign.public_id)

    assert (resumed.status, resumed.started_at, resumed.run) == (CampaignStatus.RUNNING, NOON, 1)
    assert (resumed.counters.pending, resumed.counters.completed) == (1, 1)


async def test_a_resume_before_the_start_time_waits_for_it_again(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, new=LATER)
    await campaigns.launch(desk.parts, campaign.public_id)
    await campaigns.pause(desk.parts, campaign.public_id)

    assert (await campaigns.resume(desk.parts, campaign.public_id)).status is CampaignStatus.LAUNCHED

    await campaigns.pause(desk.parts, campaign.public_id)
    await desk.clock.advance(hours=1)
    assert (await campaigns.resume(desk.parts, campaign.public_id)).status is CampaignStatus.RUNNING


async def test_when_nothing_can_be_written_nothing_has_changed(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    desk.parts.store._writer.execute("PRAGMA query_only = 1")

    for move in ("pause", "cancel"):
        with pytest.raises(StoreUnavailable):
            await MOVES[move](desk, campaign)

    desk.parts.store._writer.execute("PRAGMA query_only = 0")
    assert await desk.get(campaign) == campaign


async def test_a_rerun_does_not_wait_while_somebody_is_untried(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB, new=replace(NEW, config=RETRY))
    await campaigns.cancel(desk.parts, campaign.public_id)
    await campaigns.launch(desk.parts, campaign.public_id, force_rerun=True)

    await desk.end(await desk.call(campaign, ALICE), AttemptState.BUSY)
    assert (await desk.get(campaign)).status_reason is None

    await desk.end(await desk.call(campaign, BOB), AttemptState.COMPLETED)
    assert (await desk.get(campaign)).status_reason is StatusReason.WAITING_FOR_RETRY
