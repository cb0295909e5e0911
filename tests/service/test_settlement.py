"""What an attempt's end means for its contact and its campaign."""

import json
from dataclasses import replace

import pytest

from dialer.carriers.base import Placed
from dialer.domain.call import AttemptState, Channel, Failure, Outcome
from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.clock import HOUR, MINUTE, SECOND
from dialer.domain.retry import ContactStatus
from dialer.service import campaigns, starts
from dialer.service.settlement import Settled
from tests.clock import NOON
from tests.service.desk import ALICE, BOB, NEW, RETRY, Call, Desk, config

S = AttemptState
SMS = replace(NEW, channel=Channel.SMS)


async def test_the_last_contact_completes_the_campaign(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    await desk.end(await desk.call(campaign, ALICE), S.COMPLETED)
    assert (await desk.get(campaign)).status is CampaignStatus.RUNNING
    await desk.clock.advance(5)

    await desk.end(await desk.call(campaign, BOB), S.BUSY)

    done = await desk.get(campaign)
    assert (done.status, done.completed_at) == (CampaignStatus.COMPLETED, NOON + 5 * SECOND)
    assert (done.counters.completed, done.counters.failed) == (1, 1)


async def test_what_happens_is_told_in_its_order(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)
    await desk.hear(call, Placed("c"))
    await desk.end(call, S.COMPLETED)

    assert await desk.kinds(campaign) == [
        "campaign.created",
        "campaign.launched",
        "campaign.started",
        "call.placed",
        "call.ended",
        "contact.settled",
        "campaign.completed",
    ]


async def test_what_was_not_placed_is_tried_again_soon(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)

    settled = await desk.give_up(call, S.NOT_PLACED, Failure.TEMPORARY)

    assert settled is not None
    assert settled.due == NOON + SECOND
    attempt = await desk.attempt(call)
    assert (attempt.state, attempt.blocked_until, attempt.ended_at) == (S.NOT_PLACED, None, NOON)
    view = await desk.view(campaign, ALICE)
    assert (view.contact.status, view.contact.progress.retries) == (ContactStatus.PENDING, 0)
    assert view.reason == "The carrier could not place its call; the next try is at 2027-01-15T08:00:01Z."


async def test_a_healthy_carriers_failures_end_a_contact_as_an_error(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    for n in range(1, 7):
        call = await desk.call(campaign, ALICE)
        assert call.n == n
        await desk.give_up(call, S.NOT_PLACED, Failure.TEMPORARY)
        await desk.clock.advance(minutes=5)

    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.outcome) == (ContactStatus.FAILED, Outcome.ERROR)
    assert (await desk.get(campaign)).status is CampaignStatus.COMPLETED


async def test_a_temporary_failure_while_the_carrier_is_down_burns_nobody(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    for _ in range(12):
        call = await desk.call(campaign, ALICE)
        await desk.hear(call, desk.ended(call, S.FAILED, Failure.TEMPORARY), healthy=False)
        await desk.clock.advance(minutes=5)

    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.attempts, contact.progress.setbacks) == (ContactStatus.PENDING, 12, 0)


async def unknown(desk: Desk, document: str = "{}") -> tuple[Call, Campaign]:
    campaign = await desk.running(ALICE, BOB, new=replace(NEW, config=config(document)))
    call = await desk.call(campaign, ALICE)
    await desk.doubt(call)
    await desk.give_up(call, S.UNKNOWN)
    return call, campaign


async def test_a_contact_whose_call_is_unknown_is_held_for_the_operator(desk: Desk) -> None:
    call, campaign = await unknown(desk)

    view = await desk.view(campaign, ALICE)
    assert (view.contact.status, view.contact.outcome) == (ContactStatus.FAILED, Outcome.UNKNOWN)
    assert view.contact.held
    assert view.reason is not None
    assert "held until an operator requeues it" in view.reason
    attempt = await desk.attempt(call)
    assert (attempt.outcome, attempt.blocked_until) == (Outcome.UNKNOWN, NOON + 125 * SECOND)


async def test_by_the_operators_wish_an_unknown_call_is_tried_again_later(desk: Desk) -> None:
    _, campaign = await unknown(desk, '{"on_unknown": "retry_after:24h"}')

    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.held, contact.due) == (ContactStatus.PENDING, False, NOON + 24 * HOUR)


@pytest.mark.parametrize("word", [S.COMPLETED, S.NO_ANSWER, S.FAILED])
async def test_late_proof_after_unknown_settles_the_contact_and_frees_it(
    desk: Desk, word: AttemptState
) -> None:
    call, campaign = await unknown(desk)

    report = await desk.end(call, word, Failure.OTHER if word is S.FAILED else None)

    assert report.settled is not None
    contact = await desk.contact(campaign, ALICE)
    assert not contact.held
    assert contact.outcome == {"completed": "answered", "no_answer": "no_answer", "failed": "error"}[word]
    assert (await desk.attempt(call)).blocked_until is None


async def test_late_proof_after_unknown_stops_the_redial_that_was_pending(desk: Desk) -> None:
    call, campaign = await unknown(desk, '{"on_unknown": "retry_after:24h"}')

    await desk.end(call, S.COMPLETED)
    await desk.clock.advance(hours=25)

    assert (await desk.contact(campaign, ALICE)).status is ContactStatus.COMPLETED
    with pytest.raises(AssertionError):
        await desk.call(campaign, ALICE)


async def test_late_proof_after_not_placed_stops_the_redial_that_was_pending(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    call = await desk.call(campaign, ALICE)
    await desk.give_up(call, S.NOT_PLACED, Failure.TEMPORARY)

    await desk.end(call, S.COMPLETED)
    await desk.clock.advance(minutes=10)

    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.due) == (ContactStatus.COMPLETED, None)
    assert "call.placed" in await desk.kinds(campaign)


async def test_late_proof_about_an_earlier_try_leaves_the_later_one_alone(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    first = await desk.call(campaign, ALICE)
    await desk.give_up(first, S.NOT_PLACED, Failure.TEMPORARY)
    await desk.clock.advance(1)
    second = await desk.call(campaign, ALICE)

    await desk.end(first, S.NO_ANSWER)

    assert (await desk.attempt(first)).state is S.NO_ANSWER
    assert (await desk.contact(campaign, ALICE)).status is ContactStatus.IN_PROGRESS
    await desk.end(second, S.COMPLETED)
    assert (await desk.contact(campaign, ALICE)).outcome is Outcome.ANSWERED


async def test_a_call_of_an_earlier_run_says_nothing_about_this_one(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)
    await campaigns.cancel(desk.parts, campaign.public_id)
    await campaigns.launch(desk.parts, campaign.public_id, force_rerun=True)

    await desk.end(call, S.COMPLETED)

    assert (await desk.contact(campaign, ALICE)).status is ContactStatus.PENDING
    assert (await desk.get(campaign)).counters.completed == 0


async def test_late_proof_after_ended_unknown_counts(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)
    await desk.hear(call, Placed("c"))
    await desk.give_up(call, S.ENDED_UNKNOWN)
    assert (await desk.get(campaign)).status is CampaignStatus.COMPLETED

    await desk.end(call, S.COMPLETED)

    done = await desk.get(campaign)
    assert (done.status, done.counters.completed, done.counters.failed) == ("completed", 1, 0)


async def test_a_campaign_that_is_over_stays_over_when_late_proof_would_ask_for_a_retry(desk: Desk) -> None:
    campaign = await desk.running(ALICE, new=replace(NEW, config=RETRY))
    call = await desk.call(campaign, ALICE)
    await desk.hear(call, Placed("c"))
    await desk.give_up(call, S.ENDED_UNKNOWN)

    report = await desk.end(call, S.BUSY)

    assert report.settled == Settled()
    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.outcome) == (ContactStatus.FAILED, Outcome.BUSY)
    assert (await desk.get(campaign)).status is CampaignStatus.COMPLETED


async def test_a_call_that_ends_after_a_cancel_is_not_retried(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB, new=replace(NEW, config=RETRY))
    call = await desk.call(campaign, ALICE)
    await campaigns.cancel(desk.parts, campaign.public_id)
    assert (await desk.get(campaign)).counters.in_progress == 1

    await desk.end(call, S.BUSY)

    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.outcome) == (ContactStatus.FAILED, Outcome.CANCELLED)
    assert (await desk.get(campaign)).counters.skipped == 2


async def test_a_call_that_is_answered_after_a_cancel_counts_as_answered(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    call = await desk.call(campaign, ALICE)
    await campaigns.cancel(desk.parts, campaign.public_id)

    await desk.end(call, S.COMPLETED)

    counters = (await desk.get(campaign)).counters
    assert (counters.completed, counters.failed, counters.skipped) == (1, 1, 1)


async def test_a_paused_campaign_whose_last_call_ends_completes_on_resume(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)
    await campaigns.pause(desk.parts, campaign.public_id)
    await desk.end(call, S.COMPLETED)
    assert (await desk.get(campaign)).status is CampaignStatus.PAUSED

    assert (await campaigns.resume(desk.parts, campaign.public_id)).status is CampaignStatus.COMPLETED


async def test_a_call_that_the_dialer_ended_unanswered_was_cancelled(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB, new=replace(NEW, config=RETRY))
    call = await desk.call(campaign, ALICE)
    await campaigns.pause(desk.parts, campaign.public_id, hangup=True)

    await desk.end(call, S.CANCELLED)

    assert (await desk.contact(campaign, ALICE)).outcome is Outcome.CANCELLED
    counters = (await desk.get(campaign)).counters
    assert (counters.failed, counters.skipped, counters.pending) == (1, 1, 1)


async def test_an_expired_campaign_keeps_the_outcome_of_a_call_that_was_on_the_line(desk: Desk) -> None:
    new = replace(NEW, config=config(json.dumps({"expires_at_ms": NOON + MINUTE})))
    campaign = await desk.running(ALICE, BOB, new=new)
    call = await desk.call(campaign, ALICE)
    await desk.clock.advance(minutes=1)
    await starts.expire_due(desk.parts)
    await desk.audit()

    await desk.end(call, S.COMPLETED)

    assert [view.contact.outcome for view in await desk.views(campaign)] == ["answered", "expired"]
    assert (await desk.get(campaign)).status is CampaignStatus.COMPLETED
