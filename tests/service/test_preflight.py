"""What a launch would do."""

from dataclasses import replace

import pytest

from dialer.domain.call import AttemptState, Channel
from dialer.domain.clock import HOUR
from dialer.domain.contact import Audience, Person
from dialer.domain.errors import NotFound
from dialer.domain.estimate import Basis
from dialer.domain.ids import new_attempt_id
from dialer.service import campaigns, drafts
from dialer.service.preflight import preflight
from dialer.store.unit import Transaction
from tests.service.desk import ALICE, BOB, NEW, RETRY, Desk, config

TYPICAL = 5 / 2 + 30
"""Seconds: half the ring time-out and a typical talk, by the policy of these tests."""


async def ended_calls(desk: Desk, campaign: int, count: int, *, seconds: int, unreached: int = 0) -> None:
    """Calls of that length, of which so many were not answered."""
    now = desk.clock.now()

    def work(tx: Transaction) -> None:
        tx.executemany(
            "INSERT INTO attempt (id, campaign, run, contact, n, channel, phone, agent_id, carrier,"
            " callback_token, state, text, ring_timeout, max_duration, created_at, ended_at, outcome)"
            " VALUES (?, ?, 1, 1, 1, 'voice', '+1', 'a', 'sim', '', ?, '', 5, 60, ?, ?, ?)",
            [
                (
                    new_attempt_id(now),
                    campaign,
                    AttemptState.NO_ANSWER if each < unreached else AttemptState.COMPLETED,
                    now - seconds * 1000,
                    now,
                    "no_answer" if each < unreached else "answered",
                )
                for each in range(count)
            ],
        )

    await desk.parts.store.transact(work)


async def test_a_draft_is_counted_and_told_what_stays_empty(desk: Desk) -> None:
    people = [Person(ALICE, name="Ada"), Person(BOB), Person("+12025550109", usable=False)]
    audience = Audience(people, {"name": 1}, duplicates=2)
    draft = (await drafts.create(desk.parts, NEW, audience)).campaign

    found = await preflight(desk.parts, draft.public_id)

    assert (found.campaign.counters.total, found.campaign.counters.unusable) == (3, 1)
    assert found.campaign.duplicates == 2
    assert found.unfilled == {"name": 2}
    assert found.reasons == []
    assert (found.forecast.seconds, found.forecast.basis) == (2 * TYPICAL, Basis.CONFIGURATION)
    assert found.forecast.end == desk.clock.now() + 2 * TYPICAL * 1000
    assert (await desk.kinds(draft)) == ["campaign.created"]


async def test_the_reasons_are_those_of_a_launch(desk: Desk) -> None:
    draft = await desk.draft()

    found = await preflight(desk.parts, draft.public_id)

    assert [fault.type for fault in found.reasons] == ["no_contacts"]
    assert found.forecast.seconds == 0


async def test_a_schedule_ahead_is_where_the_estimate_begins(desk: Desk) -> None:
    at = desk.clock.now() + HOUR
    draft = await desk.draft(ALICE, new=replace(NEW, scheduled_at=at))

    assert (await preflight(desk.parts, draft.public_id)).forecast.end == at + TYPICAL * 1000


async def test_an_expiry_ends_it(desk: Desk) -> None:
    document = f'{{"expires_at_ms": {desk.clock.now() + 10_000}}}'
    draft = await desk.draft(ALICE, BOB, new=replace(NEW, config=config(document)))

    forecast = (await preflight(desk.parts, draft.public_id)).forecast

    assert (forecast.seconds, forecast.end) == (10, desk.clock.now() + 10_000)


async def test_of_a_running_campaign_who_is_left_is_estimated(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    await desk.end(await desk.call(campaign, ALICE), AttemptState.COMPLETED)

    assert (await preflight(desk.parts, campaign.public_id)).forecast.seconds == TYPICAL


async def test_of_one_that_is_over_a_run_of_everybody_is(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    await campaigns.cancel(desk.parts, campaign.public_id)

    assert (await preflight(desk.parts, campaign.public_id)).forecast.seconds == 2 * TYPICAL


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        (50, 100, (Basis.OWN_CALLS, 4.0)),
        (49, 50, (Basis.RECENT_CALLS, (49 * 4 + 50 * 8) / 99)),
        (20, 20, (Basis.CONFIGURATION, TYPICAL)),
    ],
)
async def test_the_narrowest_source_with_enough_calls_counts(
    desk: Desk, own: int, others: int, expected: tuple[Basis, float]
) -> None:
    campaign, other = await desk.running(ALICE), await desk.running(ALICE)
    await ended_calls(desk, other.id, others, seconds=8)
    await ended_calls(desk, campaign.id, own, seconds=4)

    forecast = (await preflight(desk.parts, campaign.public_id)).forecast

    assert (forecast.basis, forecast.seconds) == (expected[0], pytest.approx(expected[1]))


async def test_calls_say_nothing_of_messages(desk: Desk) -> None:
    texts = await desk.running(ALICE, new=replace(NEW, channel=Channel.SMS))
    await ended_calls(desk, (await desk.running(BOB)).id, 50, seconds=8)

    assert (await preflight(desk.parts, texts.public_id)).forecast.basis is Basis.CONFIGURATION


async def test_the_share_that_is_not_reached_makes_for_retries(desk: Desk) -> None:
    campaign = await desk.running(ALICE, new=replace(NEW, config=RETRY))
    await ended_calls(desk, campaign.id, 50, seconds=4, unreached=50)

    assert (await preflight(desk.parts, campaign.public_id)).forecast.seconds == 4 + 65 * 60 + 4


async def test_a_pace_binds(desk: Desk) -> None:
    slow = config('{"pacing": {"calls_per_second": 0.01}}')
    draft = await desk.draft(ALICE, BOB, new=replace(NEW, config=slow, max_concurrent=50))

    assert (await preflight(desk.parts, draft.public_id)).forecast.seconds == 200


async def test_what_is_not_there_has_no_preflight(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await preflight(desk.parts, "camp_00000000")
