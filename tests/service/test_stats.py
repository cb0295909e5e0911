"""How a campaign has gone so far."""

from dataclasses import replace

import pytest

from dialer.carriers.base import Answered, Ended, Placed
from dialer.domain.call import AttemptState, Outcome
from dialer.service import campaigns
from dialer.service.stats import stats
from tests.service.desk import ALICE, BOB, CAROL, NEW, RETRY, Desk

SOME_SECONDS = 3
TALK = 20


async def test_contacts_and_calls_are_counted_by_what_became_of_them(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB, CAROL, new=replace(NEW, config=RETRY))
    call = await desk.call(campaign, ALICE)
    await desk.hear(call, Placed("c"))
    await desk.clock.advance(SOME_SECONDS)
    await desk.hear(call, Answered(call.id, desk.clock.now()))
    await desk.clock.advance(TALK)
    await desk.hear(call, Ended(call.id, desk.clock.now(), AttemptState.COMPLETED, billable_seconds=TALK))
    busy = await desk.call(campaign, BOB)
    await desk.hear(busy, Placed("c"))
    await desk.clock.advance(1)
    await desk.end(busy, AttemptState.BUSY)
    await desk.clock.advance(minutes=5)
    await desk.call(campaign, BOB)

    found = await stats(desk.parts, campaign.public_id)

    assert found.outcomes == {Outcome.ANSWERED: 1}
    assert found.histogram == {0: 1, 1: 1, 2: 1}
    assert found.calls.states == {"completed": 1, "busy": 1, "intent": 1}
    assert (found.begun, found.calls.ended, found.calls.reached) == (3, 2, 1)
    assert (found.calls.talk_seconds, found.calls.answered) == (TALK, 1)
    assert (found.calls.ring_seconds, found.calls.rung) == (SOME_SECONDS + 1, 2)
    assert found.per_minute == pytest.approx(1 / 5)
    assert found.per_minute_overall == pytest.approx(3 * 60 / (5 * 60 + SOME_SECONDS + TALK + 1))
    assert found.forecast is not None


async def test_before_the_first_call_nothing_is_divided_by_it(desk: Desk) -> None:
    draft = await desk.draft(ALICE)

    found = await stats(desk.parts, draft.public_id)

    assert (found.begun, found.per_minute, found.per_minute_overall) == (0, 0, 0)
    assert (found.histogram, found.outcomes, found.forecast) == ({0: 1}, {}, None)


async def test_a_rerun_begins_at_nothing(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    await desk.end(await desk.call(campaign, ALICE), AttemptState.COMPLETED)
    await campaigns.launch(desk.parts, campaign.public_id, force_rerun=True)

    found = await stats(desk.parts, campaign.public_id)

    assert (found.begun, found.outcomes, found.histogram) == (0, {}, {0: 1})


async def test_of_what_is_over_the_rate_is_that_of_its_time(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)
    await desk.clock.advance(30)
    await desk.end(call, AttemptState.COMPLETED)
    await desk.clock.advance(hours=10)

    found = await stats(desk.parts, campaign.public_id)

    assert (found.per_minute, found.per_minute_overall) == (0, 2)
