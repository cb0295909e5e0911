"""Campaigns from draft to end, and every move that is refused on the way."""

from dataclasses import replace

import pytest

from dialer.domain.call import AttemptState, Channel
from dialer.domain.campaign import CampaignStatus, StatusReason
from dialer.domain.errors import NotFound
from dialer.service import campaigns
from dialer.service.agents import Agents
from dialer.store import contacts
from tests.service.desk import ALICE, BOB, NEW, RETRY, Desk


async def test_a_campaign_is_found_by_either_id(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)

    assert await campaigns.get(desk.parts, str(campaign.id)) == campaign


@pytest.mark.parametrize("reference", ["camp_00000000", "0", "99", "-1", "", "1.0", "9" * 30, "\u0661"])
async def test_what_is_not_there_is_not_found(desk: Desk, reference: str) -> None:
    await desk.draft(ALICE)

    with pytest.raises(NotFound, match="There is no campaign"):
        await campaigns.get(desk.parts, reference)


async def test_campaigns_are_listed_newest_first_and_counted(desk: Desk) -> None:
    voice = [await desk.draft(ALICE) for _ in range(3)]
    text = await desk.running(ALICE, new=replace(NEW, channel=Channel.SMS))

    async def page(**filters: object) -> tuple[list[int], int]:
        wanted: dict[str, object] = {"status": None, "channel": None, "limit": 2, "offset": 0}
        found, total = await campaigns.page(desk.parts, **(wanted | filters))  # type: ignore[arg-type]
        return [campaign.id for campaign in found], total

    assert await page() == ([text.id, voice[2].id], 4)
    assert await page(offset=2) == ([voice[1].id, voice[0].id], 4)
    assert await page(channel=Channel.SMS) == ([text.id], 1)
    assert await page(status=CampaignStatus.DRAFT, channel=Channel.VOICE, limit=1) == ([voice[2].id], 3)
    assert await page(status=CampaignStatus.FAILED) == ([], 0)


async def test_a_campaign_that_waits_for_a_retry_says_until_when(desk: Desk) -> None:
    campaign = await desk.running(ALICE, new=replace(NEW, config=RETRY))
    call = await desk.call(campaign, ALICE)
    assert (await desk.get(campaign)).status_reason is None

    await desk.end(call, AttemptState.BUSY)

    waiting = await desk.get(campaign)
    assert (waiting.status, waiting.status_reason) == ("running", StatusReason.WAITING_FOR_RETRY)
    assert waiting.status_detail == "The next contact is due at 2027-01-15T08:05:00Z."
    await desk.clock.advance(minutes=5)
    assert (await desk.get(campaign)).status_reason is None


async def test_a_campaign_that_the_carrier_holds_says_so(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    desk.parts.readiness.fault("carrier:sim", "Carrier sim places no calls: refused.")

    held = await desk.get(campaign)
    assert (held.status_reason, held.status_detail) == (
        StatusReason.CARRIER_DOWN,
        "Carrier sim places no calls: refused.",
    )
    desk.parts.readiness.mended("carrier:sim")
    assert (await desk.get(campaign)).status_reason is None


async def test_a_running_campaign_whose_agent_has_gone_says_so(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    parts = replace(desk.parts, agents=Agents([]))

    held = await campaigns.get(parts, campaign.public_id)
    assert (held.status_reason, held.status_detail) == (
        StatusReason.AGENT_UNAVAILABLE,
        "The campaign's agent ag_c47e7c97_b2f2 is there no more; add it, or cancel the campaign.",
    )


async def test_where_nobody_is_left_untried_nobody_looks_for_them_through_the_whole_list(desk: Desk) -> None:
    """In a second run, that would be a second for a million contacts, each time that somebody asks."""
    campaign = await desk.running(ALICE, BOB, new=replace(NEW, config=RETRY))
    for phone in (ALICE, BOB):
        await desk.end(await desk.call(campaign, phone), AttemptState.COMPLETED)
    campaign = await campaigns.launch(desk.parts, campaign.public_id, force_rerun=True)
    statements: list[str] = []
    desk.parts.store._writer.set_trace_callback(statements.append)

    found = []
    for phone in (ALICE, BOB):
        await desk.end(await desk.call(campaign, phone), AttemptState.BUSY)
        statements.clear()
        is_due = await desk.parts.store.transact(lambda tx: contacts.any_due(tx, campaign))
        found.append((is_due, any("run < " in statement for statement in statements)))

    assert found == [(True, True), (False, False)]
