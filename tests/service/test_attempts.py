"""Attempts as the API's calls."""

import pytest

from dialer.domain.call import AttemptState, Channel
from dialer.domain.errors import NotFound
from dialer.service import attempts
from tests.service.desk import ALICE, BOB, CAROL, Desk


async def test_an_attempt_is_found_by_either_id_with_its_campaign(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)

    by_id = await attempts.get(desk.parts, call.id)
    by_number = await attempts.get(desk.parts, str(by_id.attempt.numeric_id))

    assert by_id == by_number
    assert (by_id.attempt.id, by_id.campaign_public_id) == (call.id, campaign.public_id)


@pytest.mark.parametrize("reference", ["call_0", "", "99"])
async def test_what_is_not_there_is_not_found(desk: Desk, reference: str) -> None:
    with pytest.raises(NotFound, match="There is no call"):
        await attempts.get(desk.parts, reference)


async def test_a_campaigns_attempts_are_paged_oldest_first(desk: Desk) -> None:
    campaign, other = await desk.running(ALICE, BOB, CAROL), await desk.running("+12025550104")
    made = [(await desk.call(campaign, phone)).id for phone in (ALICE, BOB, CAROL)]
    await desk.call(other, "+12025550104")

    first, after = await attempts.page_of_campaign(
        desk.parts, campaign.public_id, state=None, phone=None, after=0, limit=2
    )
    assert after is not None
    rest, end = await attempts.page_of_campaign(
        desk.parts, campaign.public_id, state=None, phone=None, after=after, limit=2
    )

    assert [found.attempt.id for found in first + rest] == made
    assert end is None


async def test_a_campaigns_attempts_are_filtered(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB)
    done, _ = await desk.call(campaign, ALICE), await desk.call(campaign, BOB)
    await desk.end(done, AttemptState.COMPLETED)

    async def phones(state: AttemptState | None, phone: str | None) -> list[str]:
        found, _ = await attempts.page_of_campaign(
            desk.parts, campaign.public_id, state=state, phone=phone, after=0, limit=10
        )
        return [each.attempt.phone for each in found]

    assert await phones(AttemptState.COMPLETED, None) == [ALICE]
    assert await phones(None, BOB) == [BOB]
    assert await phones(AttemptState.COMPLETED, BOB) == []


async def test_all_attempts_are_listed_newest_first_and_counted(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB, CAROL)
    made = []
    for phone in (ALICE, BOB, CAROL):
        made.append((await desk.call(campaign, phone)).id)
        await desk.clock.advance(0.001)

    page, total = await attempts.page(desk.parts, channel=Channel.VOICE, status=None, limit=2, offset=1)
    assert ([found.attempt.id for found in page], total) == ([made[1], made[0]], 3)

    assert await attempts.page(desk.parts, channel=Channel.SMS, status=None, limit=2, offset=0) == ([], 0)
    _, intents = await attempts.page(desk.parts, channel=None, status=AttemptState.INTENT, limit=1, offset=0)
    assert intents == 3


async def test_the_calls_of_no_campaign_are_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="There is no campaign"):
        await attempts.page_of_campaign(desk.parts, "camp_0", state=None, phone=None, after=0, limit=1)
