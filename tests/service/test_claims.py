"""The claim: every gate, in the transaction that writes the intent."""

import asyncio
from dataclasses import replace

import pytest

from dialer.carriers.base import Placed
from dialer.domain.call import AttemptState, Channel, Failure
from dialer.domain.campaign import CampaignStatus
from dialer.domain.clock import HOUR, SECOND
from dialer.domain.retry import ContactStatus, Waiting
from dialer.service import campaigns, starts
from dialer.service.claims import Claimed, Stale
from dialer.service.gates import Closed, Facts, Gate, first_closed
from tests.clock import NOON
from tests.service.desk import ALICE, BOB, NEW, RETRY, Desk, config

OPEN_GATES = Facts(NOON, CampaignStatus.RUNNING, same_run=True, expires_at=None, usable=True, busy_until=None)


def test_a_contact_that_nothing_holds_back_passes() -> None:
    assert first_closed(OPEN_GATES) is None
    assert first_closed(replace(OPEN_GATES, expires_at=NOON + 1)) is None


@pytest.mark.parametrize("status", sorted(set(CampaignStatus) - {CampaignStatus.RUNNING}))
def test_only_a_running_campaign_dials(status: CampaignStatus) -> None:
    assert first_closed(replace(OPEN_GATES, status=status)) == Closed(Gate.CAMPAIGN_RUNNING)


@pytest.mark.parametrize(
    ("facts", "closed"),
    [
        (replace(OPEN_GATES, same_run=False), Closed(Gate.CAMPAIGN_RUNNING)),
        (replace(OPEN_GATES, expires_at=NOON), Closed(Gate.NOT_EXPIRED)),
        (replace(OPEN_GATES, usable=False), Closed(Gate.NUMBER_USABLE)),
        (replace(OPEN_GATES, busy_until=NOON + HOUR), Closed(Gate.NUMBER_BUSY, NOON + HOUR)),
        (replace(OPEN_GATES, busy_until=NOON - HOUR), Closed(Gate.NUMBER_BUSY, NOON + SECOND)),
    ],
)
def test_each_gate_says_when_it_is_worth_asking_again(facts: Facts, closed: Closed) -> None:
    assert first_closed(facts) == closed


def test_the_first_closed_gate_is_the_one_that_binds() -> None:
    facts = Facts(
        NOON, CampaignStatus.PAUSED, same_run=False, expires_at=0, usable=False, busy_until=NOON + 1
    )

    assert first_closed(facts) == Closed(Gate.CAMPAIGN_RUNNING)


async def test_a_claim_writes_the_intent_and_puts_the_contact_in_progress(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)

    call = await desk.call(campaign, ALICE)

    attempt = await desk.attempt(call)
    assert (attempt.state, attempt.n, attempt.run, attempt.phone) == (AttemptState.INTENT, 1, 1, ALICE)
    assert attempt.blocked_until == NOON + (5 + 60 + 60) * SECOND
    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.attempts, contact.due) == (ContactStatus.IN_PROGRESS, 1, None)
    assert (await desk.get(campaign)).counters.in_progress == 1


async def test_a_contact_is_claimed_once_however_many_ask(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)

    claims = await asyncio.gather(*(desk.claim(campaign, ALICE) for _ in range(10)))

    assert [isinstance(claim, Claimed) for _, claim in claims].count(True) == 1
    assert [isinstance(claim, Stale) for _, claim in claims].count(True) == 9


async def test_after_a_pause_or_a_cancel_nothing_is_claimed(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    await campaigns.pause(desk.parts, campaign.public_id)
    assert (await desk.claim(campaign, ALICE))[1] == Closed(Gate.CAMPAIGN_RUNNING)

    await campaigns.cancel(desk.parts, campaign.public_id)
    assert (await desk.claim(campaign, ALICE))[1] == Closed(Gate.CAMPAIGN_RUNNING)


async def test_what_was_picked_for_an_earlier_run_is_not_claimed(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    await campaigns.cancel(desk.parts, campaign.public_id)
    await campaigns.launch(desk.parts, campaign.public_id, force_rerun=True)

    assert (await desk.claim(campaign, ALICE, run=1))[1] == Closed(Gate.CAMPAIGN_RUNNING)
    assert (await desk.claim(campaign, ALICE, run=2))[1] == Claimed(1)


async def test_an_expired_campaign_claims_nothing_even_before_the_clock_ends_it(desk: Desk) -> None:
    campaign = await desk.running(
        ALICE, new=replace(NEW, config=config(f'{{"expires_at_ms": {NOON + 1000}}}'))
    )
    await desk.clock.advance(1)

    assert (await desk.claim(campaign, ALICE))[1] == Closed(Gate.NOT_EXPIRED)


async def test_an_unusable_number_is_never_claimed(desk: Desk) -> None:
    campaign = await desk.running(ALICE, unusable=[BOB])

    assert (await desk.claim(campaign, BOB))[1] == Closed(Gate.NUMBER_USABLE)


async def test_a_retry_is_not_claimed_before_its_time(desk: Desk) -> None:
    campaign = await desk.running(ALICE, new=replace(NEW, config=RETRY))
    await desk.end(await desk.call(campaign, ALICE), AttemptState.BUSY)

    await desk.clock.advance(minutes=4.99)
    assert (await desk.claim(campaign, ALICE))[1] == Stale(due=1_800_000_300_000)

    await desk.clock.advance(minutes=0.01)
    assert (await desk.claim(campaign, ALICE))[1] == Claimed(2)


async def test_a_contact_that_was_replaced_is_not_claimed(desk: Desk) -> None:
    first = await desk.running(ALICE)
    second = await desk.running(BOB)

    stranger = replace(second, public_id=first.public_id)
    assert (await desk.claim(stranger, ALICE))[1] == Stale()


async def test_a_number_in_a_call_is_not_called_by_another_campaign_until_that_ends(desk: Desk) -> None:
    first, second = await desk.running(ALICE), await desk.running(ALICE, BOB)
    call = await desk.call(first, ALICE)

    _, claimed = await desk.claim(second, ALICE)

    assert claimed == Closed(Gate.NUMBER_BUSY, NOON + 125 * SECOND)
    waiting = await desk.view(second, ALICE)
    assert (waiting.contact.due, waiting.contact.waiting) == (NOON + 125 * SECOND, Waiting.NUMBER_BUSY)
    assert waiting.reason is not None
    assert waiting.reason.startswith("Another call to this number is open")

    report = await desk.end(call, AttemptState.COMPLETED)
    assert report.settled is not None
    assert report.settled.woken == (second.id,)
    woken = await desk.view(second, ALICE)
    assert (woken.contact.due, woken.reason) == (
        NOON,
        "It is called when its turn comes; nothing else holds it.",
    )
    assert (await desk.claim(second, ALICE))[1] == Claimed(1)


async def test_a_number_is_free_again_when_nothing_was_sent(desk: Desk) -> None:
    first, second = await desk.running(ALICE), await desk.running(ALICE)
    call = await desk.call(first, ALICE)
    await desk.claim(second, ALICE)

    settled = await desk.give_up(call, AttemptState.NOT_PLACED, Failure.TEMPORARY)

    assert settled is not None
    assert settled.woken == (second.id,)
    assert (await desk.claim(second, ALICE))[1] == Claimed(1)


@pytest.mark.parametrize("gave_up", [AttemptState.UNKNOWN, AttemptState.ENDED_UNKNOWN])
async def test_a_number_that_may_still_be_talking_stays_blocked(desk: Desk, gave_up: AttemptState) -> None:
    first, second = await desk.running(ALICE), await desk.running(ALICE)
    call = await desk.call(first, ALICE)
    await desk.claim(second, ALICE)
    if gave_up is AttemptState.UNKNOWN:
        await desk.doubt(call)
    else:
        await desk.hear(call, Placed("c1"))

    settled = await desk.give_up(call, gave_up)

    assert settled is not None
    assert settled.woken == ()
    await desk.clock.advance(124)
    assert (await desk.claim(second, ALICE))[1] == Stale(due=1_800_000_125_000)
    await desk.clock.advance(1)
    assert (await desk.claim(second, ALICE))[1] == Claimed(1)


async def test_an_open_call_blocks_its_number_even_when_it_is_overdue(desk: Desk) -> None:
    first, second = await desk.running(ALICE), await desk.running(ALICE)
    await desk.call(first, ALICE)
    await desk.clock.advance(hours=5)

    _, claimed = await desk.claim(second, ALICE)

    assert claimed == Closed(Gate.NUMBER_BUSY, desk.clock.now() + SECOND)


async def test_a_call_and_a_message_to_one_number_do_not_wait_for_each_other(desk: Desk) -> None:
    voice = await desk.running(ALICE)
    text = await desk.running(ALICE, new=replace(NEW, channel=Channel.SMS))
    await desk.call(voice, ALICE)

    assert (await desk.claim(text, ALICE))[1] == Claimed(1)


async def test_a_rerun_waits_for_the_call_of_the_run_before(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)
    await campaigns.cancel(desk.parts, campaign.public_id)
    await campaigns.launch(desk.parts, campaign.public_id, force_rerun=True)
    await desk.audit()

    _, held = await desk.claim(campaign, ALICE)
    assert isinstance(held, Closed)
    await desk.audit()
    await desk.end(call, AttemptState.COMPLETED)

    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.attempts) == (ContactStatus.PENDING, 0)
    assert (await desk.call(campaign, ALICE)).n == 1


async def test_expiry_while_a_contact_waits_for_its_number_leaves_it_expired(desk: Desk) -> None:
    first = await desk.running(ALICE)
    second = await desk.running(ALICE, new=replace(NEW, config=config(f'{{"expires_at_ms": {NOON + 1000}}}')))
    call = await desk.call(first, ALICE)
    await desk.claim(second, ALICE)
    await desk.clock.advance(1)
    await starts.expire_due(desk.parts)

    await desk.end(call, AttemptState.COMPLETED)

    assert (await desk.claim(second, ALICE))[1] == Closed(Gate.CAMPAIGN_RUNNING)
    assert (await desk.contact(second, ALICE)).outcome == "expired"
