"""Campaigns from draft to end, and every move that is refused on the way."""

import asyncio
import threading
from dataclasses import replace

import pytest

from dialer.domain.call import AttemptState, Channel
from dialer.domain.campaign import Campaign, CampaignStatus, Counters, StatusReason
from dialer.domain.contact import Audience, Person
from dialer.domain.errors import (
    InvalidInput,
    NotChangeable,
    NotFound,
)
from dialer.service import campaigns
from dialer.service.agents import Agents
from dialer.store import contacts
from dialer.store.eventlog import read_page
from tests.clock import NOON
from tests.service.desk import ALICE, BOB, CAROL, NEW, RETRY, Desk


async def test_a_new_campaign_is_a_draft_with_everybody_pending(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, BOB, unusable=[CAROL])

    assert campaign.public_id.startswith("camp_")
    assert (campaign.status, campaign.run, campaign.started_at) == (CampaignStatus.DRAFT, 1, None)
    assert campaign.counters == Counters(total=3, unusable=1, pending=3)
    assert campaign.created_at == NOON
    assert campaign.from_number == "+12025550100"
    assert await desk.get(campaign) == campaign


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


async def test_an_unknown_agent_is_not_found_and_nothing_is_left_behind(desk: Desk) -> None:
    with pytest.raises(NotFound, match="There is no agent 'ag_0'"):
        await desk.draft(ALICE, new=replace(NEW, agent_id="ag_0"))

    assert await desk.parts.store.read(contacts.orphaned_lists) == []


async def test_the_agent_may_be_named_by_its_number(desk: Desk) -> None:
    assert (await desk.draft(ALICE, new=replace(NEW, agent_id="1"))).agent_id == "ag_c47e7c97_b2f2"


async def test_a_caller_id_that_is_not_configured_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match=r"from_number: .*none of the configured caller ids"):
        await desk.draft(ALICE, new=replace(NEW, from_number="+19998887777"))


async def test_a_campaign_appears_whole_or_not_at_all(desk: Desk) -> None:
    """More people than one chunk holds, created while somebody lists campaigns all the time."""
    people = [Person(f"+1202{n:07}") for n in range(1700)]
    creating = asyncio.create_task(campaigns.create(desk.parts, NEW, Audience(people)))
    seen = set()
    while not creating.done():
        found, _ = await campaigns.page(desk.parts, status=None, channel=None, limit=1, offset=0)
        for campaign in found:
            seen.add((campaign.counters.total, len(await desk.views(campaign))))
    seen.add(((await creating).counters.total, len(await desk.views(await creating))))

    assert seen == {(1700, 1700)}


async def test_a_change_changes_what_it_says_and_tells_of_it(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)

    changed = await campaigns.change(
        desk.parts, campaign.public_id, lambda before: replace(before, name="New", config=RETRY), None
    )

    assert changed == replace(campaign, name="New", config=RETRY)
    assert await desk.get(campaign) == changed
    assert (await desk.parts.store.read(lambda view: read_page(view, 0)))[-1].kind == "campaign.changed"


async def test_new_contacts_replace_the_old_ones(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, BOB)
    people = [Person(CAROL), Person(ALICE, usable=False)]

    changed = await campaigns.change(
        desk.parts, campaign.public_id, lambda before: before, Audience(people, {"name": 1})
    )

    assert changed.counters == Counters(total=2, unusable=1, pending=2)
    assert changed.filled == {"name": 1}
    assert [view.contact.person.phone for view in await desk.views(campaign)] == [CAROL, ALICE]
    assert await desk.parts.store.read(contacts.orphaned_lists) == []


async def test_a_change_may_name_another_caller_id_and_agent_alone_if_they_exist(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)

    with pytest.raises(NotFound, match="agent"):
        await campaigns.change(
            desk.parts, campaign.public_id, lambda before: replace(before, agent_id="ag_0"), None
        )
    with pytest.raises(InvalidInput, match="from_number"):
        await campaigns.change(
            desk.parts, campaign.public_id, lambda before: replace(before, from_number="+15550"), None
        )
    assert await desk.get(campaign) == campaign


def refuse(_campaign: Campaign) -> Campaign:
    raise NotChangeable(["contacts"], "running")


async def test_a_change_that_is_refused_writes_no_contact(desk: Desk) -> None:
    campaign = await desk.running(ALICE)

    with pytest.raises(NotChangeable):
        await campaigns.change(desk.parts, campaign.public_id, refuse, Audience([Person(BOB)]))

    assert [view.contact.person.phone for view in await desk.views(campaign)] == [ALICE]
    assert await desk.parts.store.read(contacts.orphaned_lists) == []


async def test_a_change_that_a_launch_overtakes_leaves_no_contact_behind(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)
    loop = asyncio.get_running_loop()
    once = threading.Event()

    def draft_only(before: Campaign) -> Campaign:
        if before.status is not CampaignStatus.DRAFT:
            raise NotChangeable(["contacts"], before.status)
        if not once.is_set():
            once.set()
            launch = campaigns.launch(desk.parts, campaign.public_id)
            asyncio.run_coroutine_threadsafe(launch, loop).result(10)
        return before

    with pytest.raises(NotChangeable):
        await campaigns.change(desk.parts, campaign.public_id, draft_only, Audience([Person(BOB)]))

    assert [view.contact.person.phone for view in await desk.views(campaign)] == [ALICE]
    assert await desk.parts.store.read(contacts.orphaned_lists) == []


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
        "Its agent ag_c47e7c97_b2f2 is not configured any more.",
    )
