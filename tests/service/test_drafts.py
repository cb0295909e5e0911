"""Campaigns from draft to end, and every move that is refused on the way."""

import asyncio
import threading
from dataclasses import replace

import pytest

from dialer.domain.campaign import Campaign, CampaignStatus, Counters
from dialer.domain.contact import Audience, Person
from dialer.domain.errors import InvalidInput, NotChangeable, NotFound, WrongState
from dialer.domain.ids import CampaignId
from dialer.service import campaigns, drafts
from dialer.store import contacts
from dialer.store.eventlog import read_page
from dialer.store.unit import Transaction
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


async def test_an_unknown_agent_is_not_found_and_nothing_is_left_behind(desk: Desk) -> None:
    with pytest.raises(NotFound, match="There is no agent 'ag_0'"):
        await desk.draft(ALICE, new=replace(NEW, agent_id="ag_0"))

    assert await desk.parts.store.read(contacts.orphaned_lists) == []


async def test_the_agent_may_be_named_by_its_number(desk: Desk) -> None:
    assert (await desk.draft(ALICE, new=replace(NEW, agent_id="1"))).agent_id == "ag_c47e7c97_b2f2"


async def test_a_caller_id_that_is_not_configured_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match=r"from_number: .*no caller id of ours"):
        await desk.draft(ALICE, new=replace(NEW, from_number="+19998887777"))


async def test_a_campaign_appears_whole_or_not_at_all(desk: Desk) -> None:
    """More people than one chunk holds, created while somebody lists campaigns all the time."""
    people = [Person(f"+1202{n:07}") for n in range(1700)]
    creating = asyncio.create_task(drafts.create(desk.parts, NEW, Audience(people)))
    seen = set()
    while not creating.done():
        found, _ = await campaigns.page(desk.parts, status=None, channel=None, limit=1, offset=0)
        for campaign in found:
            seen.add((campaign.counters.total, len(await desk.views(campaign))))
    made = (await creating).campaign
    seen.add((made.counters.total, len(await desk.views(made))))

    assert seen == {(1700, 1700)}


async def test_a_change_changes_what_it_says_and_tells_of_it(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)

    changed = await drafts.change(
        desk.parts, campaign.public_id, lambda before: replace(before, name="New", config=RETRY), None
    )

    assert changed == replace(campaign, name="New", config=RETRY)
    assert await desk.get(campaign) == changed
    assert (await desk.parts.store.read(lambda view: read_page(view, 0)))[-1].kind == "campaign.changed"


async def test_new_contacts_replace_the_old_ones(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, BOB)
    people = [Person(CAROL), Person(ALICE, usable=False)]

    changed = await drafts.change(
        desk.parts, campaign.public_id, lambda before: before, Audience(people, {"name": 1})
    )

    assert changed.counters == Counters(total=2, unusable=1, pending=2)
    assert changed.filled == {"name": 1}
    assert [view.contact.person.phone for view in await desk.views(campaign)] == [CAROL, ALICE]
    assert await desk.parts.store.read(contacts.orphaned_lists) == []


async def test_a_change_may_name_another_caller_id_and_agent_alone_if_they_exist(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)

    with pytest.raises(NotFound, match="agent"):
        await drafts.change(
            desk.parts, campaign.public_id, lambda before: replace(before, agent_id="ag_0"), None
        )
    with pytest.raises(InvalidInput, match="from_number"):
        await drafts.change(
            desk.parts, campaign.public_id, lambda before: replace(before, from_number="+15550"), None
        )
    assert await desk.get(campaign) == campaign


def refuse(_campaign: Campaign) -> Campaign:
    raise NotChangeable(["contacts"], "running")


async def test_a_change_that_is_refused_writes_no_contact(desk: Desk) -> None:
    campaign = await desk.running(ALICE)

    with pytest.raises(NotChangeable):
        await drafts.change(desk.parts, campaign.public_id, refuse, Audience([Person(BOB)]))

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
        await drafts.change(desk.parts, campaign.public_id, draft_only, Audience([Person(BOB)]))

    assert [view.contact.person.phone for view in await desk.views(campaign)] == [ALICE]
    assert await desk.parts.store.read(contacts.orphaned_lists) == []


async def test_a_draft_that_cannot_be_made_leaves_no_contacts(desk: Desk) -> None:
    """Sent again while the first was on its way, say: nobody would look at them before the next start."""

    def refuse(_tx: Transaction, _made: drafts.Created, /, campaign: CampaignId | None = None) -> None:
        raise WrongState(f"Campaign {campaign} was made before.")

    with pytest.raises(WrongState):
        await drafts.create(desk.parts, NEW, Audience([Person(ALICE)]), seal=refuse)

    assert await desk.parts.store.read(contacts.orphaned_lists) == []
