"""How lists of contacts are read."""

from dataclasses import replace

import pytest

from dialer.domain.call import AttemptState, Outcome
from dialer.domain.contact import Audience, Person
from dialer.domain.errors import NotFound
from dialer.domain.retry import ContactStatus, Progress
from dialer.service import campaigns, contacts, drafts
from tests.service.desk import ALICE, BOB, CAROL, NEW, RETRY, Desk


async def everybody(
    desk: Desk,
    reference: str,
    *,
    status: ContactStatus | None = None,
    outcome: Outcome | None = None,
    phone: str | None = None,
    held: bool | None = None,
) -> list[str]:
    found, after = await contacts.page(
        desk.parts,
        reference,
        status=status,
        outcome=outcome,
        phone=phone,
        held=held,
        after=0,
        limit=1000,
    )
    assert after is None
    return [view.contact.person.phone for view in found]


async def test_contacts_are_filtered_by_what_they_are_in_this_run(desk: Desk) -> None:
    campaign = await desk.running(ALICE, BOB, CAROL, unusable=["+12025550109"])
    reference = campaign.public_id
    await desk.end(await desk.call(campaign, ALICE), AttemptState.COMPLETED)
    lost = await desk.call(campaign, BOB)
    await desk.doubt(lost)
    await desk.give_up(lost, AttemptState.UNKNOWN)

    assert await everybody(desk, reference) == [ALICE, BOB, CAROL, "+12025550109"]
    assert await everybody(desk, reference, status=ContactStatus.PENDING) == [CAROL]
    assert await everybody(desk, reference, status=ContactStatus.FAILED) == [BOB, "+12025550109"]
    assert await everybody(desk, reference, outcome=Outcome.ANSWERED) == [ALICE]
    assert await everybody(desk, reference, outcome=Outcome.INVALID_NUMBER) == ["+12025550109"]
    assert await everybody(desk, reference, held=True) == [BOB]
    assert await everybody(desk, reference, held=False) == [ALICE, CAROL, "+12025550109"]
    assert await everybody(desk, reference, phone=CAROL) == [CAROL]
    assert await everybody(desk, reference, phone=CAROL, status=ContactStatus.FAILED) == []

    await campaigns.cancel(desk.parts, reference)
    assert await everybody(desk, reference, outcome=Outcome.CANCELLED) == [CAROL]
    await campaigns.launch(desk.parts, reference, force_rerun=True)
    assert await everybody(desk, reference, status=ContactStatus.PENDING) == [ALICE, BOB, CAROL]
    assert await everybody(desk, reference, held=True) == []


async def test_pages_hold_everybody_once(desk: Desk) -> None:
    phones = [f"+1202555{n:04}" for n in range(25)]
    campaign = await desk.draft(*phones)
    seen: list[str] = []
    sizes = []
    after: int | None = 0
    while after is not None:
        page, after = await contacts.page(
            desk.parts,
            campaign.public_id,
            status=None,
            outcome=None,
            phone=None,
            held=None,
            after=after,
            limit=10,
        )
        sizes.append(len(page))
        seen += [view.contact.person.phone for view in page]

    assert (seen, sizes) == (phones, [10, 10, 5])


async def test_a_contact_comes_back_as_it_was_given(desk: Desk) -> None:
    person = Person(
        ALICE, "Ada", "Lovelace", "Countess", "ada@example.org", "Europe/London", '{"x": 1}', usable=False
    )
    campaign = (await drafts.create(desk.parts, NEW, Audience([person, Person(BOB)]))).campaign

    assert [view.contact.person for view in await desk.views(campaign)] == [person, Person(BOB)]


async def test_a_retry_shows_when_and_how_often(desk: Desk) -> None:
    campaign = await desk.running(ALICE, new=replace(NEW, config=RETRY))
    await desk.end(await desk.call(campaign, ALICE), AttemptState.NO_ANSWER)

    view = await desk.view(campaign, ALICE)

    assert (view.contact.attempts, view.contact.progress) == (1, Progress(1, 0))
    assert view.reason == "It waits for its next try at 2027-01-15T08:05:00Z."


async def test_the_contacts_of_nothing_are_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="campaign"):
        await everybody(desk, "camp_00000000")
