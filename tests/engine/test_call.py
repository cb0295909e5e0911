"""A dial: claim, send, commit; and the fences around it."""

import asyncio

import pytest

from dialer.carriers.base import SmsStatus
from dialer.domain.call import AttemptState, Channel, Failure, Outcome
from dialer.domain.retry import ContactStatus
from tests.clock import FakeClock
from tests.engine.dialer import Dialer, seconds_since
from tests.engine.network import Network


async def test_the_carrier_is_told_when_to_stop_ringing_and_talking(dialer: Dialer, network: Network) -> None:
    campaign = await dialer.running(message_template="Hello {{phone}}", numbers=["+442079460000"])

    [request] = network.requests
    [attempt] = await dialer.attempts(campaign)
    assert (request.ring_timeout, request.max_duration) == (30, 60)
    assert (request.to, request.message) == ("+442079460000", "Hello +442079460000")
    assert (request.attempt_id, request.callback_token) == (attempt.id, attempt.callback_token)
    assert request.from_number == "+12025550100"


async def test_the_intent_is_committed_before_the_carrier_is_asked(dialer: Dialer, network: Network) -> None:
    network.hangs()
    campaign = await dialer.running()

    assert network.placed == 1
    assert await dialer.states(campaign) == [AttemptState.INTENT]


async def test_a_pause_waits_for_the_dial_that_is_being_sent(dialer: Dialer, network: Network) -> None:
    network.hangs()
    campaign = await dialer.running(contacts=3, max_concurrent=1)
    pausing = dialer.pausing(campaign)
    await dialer.clock.settle()
    assert not pausing.done()

    network.release()

    assert await pausing == 0
    assert (await dialer.now(campaign)).counters.in_progress == 1
    assert network.placed == 1


async def test_a_pause_gives_a_dial_two_seconds_and_then_counts_it_as_unsettled(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.hangs()
    network.reachable = False
    campaign = await dialer.running(contacts=3, max_concurrent=1)
    pausing = dialer.pausing(campaign)
    await clock.advance(1.999)
    assert not pausing.done()
    await clock.advance(0.001)

    assert await pausing == 1
    assert await dialer.states(campaign) == [AttemptState.UNCERTAIN]


async def test_a_cancel_is_a_fence_too(dialer: Dialer, network: Network) -> None:
    network.hangs()
    campaign = await dialer.running(contacts=3, max_concurrent=1)
    cancelling = asyncio.create_task(dialer.cancel(campaign))
    await dialer.clock.settle()
    assert not cancelling.done()

    network.release()
    await cancelling
    await network.end()

    assert network.placed == 1
    assert (await dialer.now(campaign)).counters.skipped == 2


async def test_a_dial_whose_claim_comes_after_the_pause_is_never_sent(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(config={"pacing": {"calls_per_second": 2}}, contacts=2)
    async with dialer.slow_disk():
        pausing = dialer.pausing(campaign)
        await clock.advance(0.5)
    assert await pausing == 0

    assert network.placed == 1
    assert await dialer.states(campaign) == [AttemptState.RINGING]


async def test_a_dial_between_its_claim_and_its_sending_is_withdrawn(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """Nothing was sent, so the contact is pending again and nothing is held against it."""
    campaign = await dialer.running(config={"pacing": {"calls_per_second": 2}}, contacts=2)
    async with dialer.slow_disk():
        await clock.advance(0.5)
        settling = asyncio.create_task(dialer.parts.fences.settle(campaign.id))
        await clock.settle()
        assert not settling.done()
    assert await settling == 0

    assert network.placed == 1
    assert await dialer.states(campaign) == [AttemptState.RINGING, AttemptState.NOT_PLACED]
    _, second = await dialer.contacts(campaign)
    assert (second.status, second.progress.setbacks) == (ContactStatus.PENDING, 0)
    assert (await dialer.now(campaign)).counters.in_progress == 1

    await clock.advance(1)
    assert network.placed == 2


async def test_a_claim_that_took_ten_seconds_is_not_sent(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """The machine slept, and what its gates saw may no longer hold."""
    campaign = await dialer.running(config={"pacing": {"calls_per_second": 2}}, contacts=2)
    async with dialer.slow_disk():
        await clock.advance(0.5)
        clock.step(3600)

    assert network.placed == 1
    assert await dialer.states(campaign) == [AttemptState.RINGING, AttemptState.NOT_PLACED]


async def test_a_claim_that_commits_while_the_engine_is_ended_leaves_no_intent_behind(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(config={"pacing": {"calls_per_second": 2}}, contacts=2)
    async with dialer.slow_disk():
        await clock.advance(0.5)
        crashing = asyncio.create_task(dialer.crash())
        await clock.settle()
    await crashing

    assert network.placed == 1
    assert await dialer.states(campaign) == [AttemptState.RINGING, AttemptState.NOT_PLACED]
    assert (await dialer.now(campaign)).counters.pending == 1
    assert dialer.slots_in_use == 0


async def test_a_message_is_done_as_soon_as_it_is_sent(dialer: Dialer, network: Network) -> None:
    campaign = await dialer.running(contacts=2, channel=Channel.SMS, message_template="Hello")

    done = await dialer.now(campaign)
    assert (done.status, done.counters.completed) == ("completed", 2)
    assert {contact.outcome for contact in await dialer.contacts(campaign)} == {Outcome.SENT}
    assert dialer.slots_in_use == 0


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Outcome.DELIVERED, ContactStatus.COMPLETED), (Outcome.UNDELIVERED, ContactStatus.FAILED)],
)
async def test_a_receipt_settles_a_message_even_after_the_campaign_completed(
    dialer: Dialer,
    network: Network,
    clock: FakeClock,
    outcome: Outcome,
    status: ContactStatus,
) -> None:
    campaign = await dialer.running(contacts=1, channel=Channel.SMS, message_template="Hello")
    await clock.advance(30)
    await network.tell(SmsStatus(network.requests[0].attempt_id, clock.now(), str(outcome)))

    contact = await dialer.contact(campaign)
    assert (contact.outcome, contact.status) == (outcome, status)
    done = await dialer.now(campaign)
    assert (done.status, done.counters.completed + done.counters.failed) == ("completed", 1)
    assert (await dialer.attempts(campaign))[0].delivery == outcome


async def test_a_throttled_message_is_sent_once_the_carrier_allows(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    start = clock.now()
    network.refuses(Failure.TEMPORARY, times=1, retry_after=3)
    campaign = await dialer.running(contacts=1, channel=Channel.SMS, message_template="Hello")
    await clock.advance(5)

    assert seconds_since(start, network.moments) == [0, 3]
    assert (await dialer.contact(campaign)).outcome is Outcome.SENT


async def test_a_lost_answer_to_a_message_is_found_and_the_message_not_sent_twice(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.loses_answers(times=1)
    campaign = await dialer.running(contacts=1, channel=Channel.SMS, message_template="Hello")
    await clock.advance(30)

    assert network.placed == 1
    assert (await dialer.contact(campaign)).outcome is Outcome.SENT
