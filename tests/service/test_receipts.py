"""Messages: final as soon as the carrier has them, corrected by receipts that may take days."""

from dataclasses import replace

import pytest

from dialer.carriers.base import Ended, Placed, SmsStatus
from dialer.domain.call import AttemptState, Channel, Failure, Outcome
from dialer.domain.campaign import CampaignStatus
from dialer.domain.retry import ContactStatus
from dialer.service import campaigns
from tests.clock import NOON
from tests.service.desk import ALICE, BOB, NEW, Desk

S = AttemptState
SMS = replace(NEW, channel=Channel.SMS)


async def test_a_message_is_final_as_soon_as_the_carrier_has_it(desk: Desk) -> None:
    campaign = await desk.running(ALICE, new=SMS)
    message = await desk.call(campaign, ALICE)

    report = await desk.hear(message, Placed("m1"))

    assert report is not None
    assert report.settled is not None
    attempt = await desk.attempt(message)
    assert (attempt.state, attempt.carrier_id, attempt.ended_at) == (S.SENT, "m1", NOON)
    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.outcome) == (ContactStatus.COMPLETED, Outcome.SENT)
    assert (await desk.get(campaign)).status is CampaignStatus.COMPLETED


@pytest.mark.parametrize(
    ("receipt", "status", "outcome"),
    [("delivered", "completed", "delivered"), ("undelivered", "failed", "undelivered")],
)
async def test_a_receipt_corrects_the_outcome_even_days_later(
    desk: Desk, receipt: str, status: str, outcome: str
) -> None:
    campaign = await desk.running(ALICE, new=SMS)
    message = await desk.call(campaign, ALICE)
    await desk.hear(message, Placed("m1"))
    await desk.clock.advance(hours=72)

    await desk.hear(message, SmsStatus(message.id, desk.clock.now(), receipt))
    await desk.hear(message, SmsStatus(message.id, desk.clock.now(), receipt))

    contact = await desk.contact(campaign, ALICE)
    assert (contact.status, contact.outcome) == (status, outcome)
    attempt = await desk.attempt(message)
    assert (attempt.state, attempt.delivery, attempt.outcome) == (S.SENT, receipt, outcome)
    assert (await desk.get(campaign)).status is CampaignStatus.COMPLETED
    assert (await desk.kinds(campaign)).count("message.delivery") == 1


async def test_a_receipt_that_overtakes_the_answer_to_the_request_proves_the_message(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB, new=SMS)
    message = await desk.call(campaign, ALICE)

    await desk.hear(message, SmsStatus(message.id, NOON, "delivered"))
    await desk.hear(message, Placed("m1"))

    attempt = await desk.attempt(message)
    assert (attempt.state, attempt.carrier_id, attempt.delivery) == (S.SENT, "m1", "delivered")
    assert (await desk.contact(campaign, ALICE)).outcome is Outcome.DELIVERED


async def test_an_answer_and_its_receipt_may_come_together(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB, new=SMS)
    message = await desk.call(campaign, ALICE)

    report = await desk.hear(message, Placed("m1"), SmsStatus(message.id, NOON, "undelivered"))

    assert report is not None
    assert report.state is S.SENT
    assert (await desk.contact(campaign, ALICE)).outcome is Outcome.UNDELIVERED
    counters = (await desk.get(campaign)).counters
    assert (counters.failed, counters.pending) == (1, 1)


async def test_a_receipt_of_an_earlier_run_corrects_its_message_alone(desk: Desk) -> None:
    campaign = await desk.running(ALICE, new=SMS)
    message = await desk.call(campaign, ALICE)
    await desk.hear(message, Placed("m1"))
    await campaigns.launch(desk.parts, campaign.public_id, force_rerun=True)

    await desk.hear(message, SmsStatus(message.id, NOON, "undelivered"))

    assert (await desk.attempt(message)).outcome is Outcome.UNDELIVERED
    assert (await desk.contact(campaign, ALICE)).status is ContactStatus.PENDING


async def test_a_message_that_the_carrier_knows_and_refused_was_not_sent(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB, new=SMS)
    message = await desk.call(campaign, ALICE)

    await desk.hear(message, Placed("m1"), Ended(message.id, NOON, S.FAILED, Failure.NUMBER))

    assert (await desk.attempt(message)).state is S.FAILED
    assert (await desk.contact(campaign, ALICE)).outcome is Outcome.INVALID_NUMBER
