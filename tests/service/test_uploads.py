"""What an upload does to a campaign's contacts and counters; `desk` audits both after each test."""

import pytest

from dialer.api.wire.batches import Batches
from dialer.domain.call import AttemptState
from dialer.domain.contact import Audience, Person
from dialer.domain.errors import InvalidInput, WrongState
from dialer.domain.phone import NumberCheck
from dialer.domain.upload import Batch
from dialer.service import campaigns, drafts, uploads
from tests.service.desk import ALICE, BOB, CAROL, NEW, Desk

WRONG = "+15550000000"


def batch(*people: str | Person) -> Batch:
    batches = Batches(NumberCheck.VALID)
    for each in people:
        batches.add(each if isinstance(each, Person) else Person(each))
    [made] = batches.finish()
    return made


async def add(desk: Desk, campaign: str, *people: str | Person) -> uploads.Upload:
    upload = await uploads.begin(desk.parts, campaign)
    await uploads.add(desk.parts, upload, batch(*people))
    return upload


async def test_a_draft_grows_and_nobody_has_failed_yet(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)

    upload = await add(desk, campaign.public_id, BOB, WRONG, ALICE, BOB)

    assert (upload.accepted, upload.duplicate) == (2, 2)
    counters = (await desk.get(campaign)).counters
    assert (counters.total, counters.pending, counters.unusable, counters.failed) == (3, 3, 1, 0)


async def test_a_running_campaign_calls_the_new_ones_and_an_unusable_number_has_failed(desk: Desk) -> None:
    campaign = await desk.running(ALICE)

    await add(desk, campaign.public_id, BOB, WRONG)

    assert await desk.call(campaign, BOB)
    counters = (await desk.get(campaign)).counters
    assert (counters.total, counters.pending, counters.in_progress, counters.failed) == (3, 1, 1, 1)
    assert (await desk.contact(campaign, WRONG)).outcome == "invalid_number"
    assert "campaign.changed" in await desk.kinds(campaign)


async def test_in_a_second_run_the_new_ones_are_of_that_run(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    await desk.end(await desk.call(campaign, ALICE), AttemptState.COMPLETED)
    await campaigns.launch(desk.parts, campaign.public_id, force_rerun=True)

    await add(desk, campaign.public_id, BOB, WRONG)

    counters = (await desk.get(campaign)).counters
    assert (counters.total, counters.pending, counters.failed) == (3, 2, 1)
    await desk.end(await desk.call(campaign, BOB), AttemptState.COMPLETED)
    await desk.end(await desk.call(campaign, ALICE), AttemptState.COMPLETED)
    assert (await desk.get(campaign)).status == "completed"


async def test_what_the_new_ones_have_values_for_is_counted_once_a_number(desk: Desk) -> None:
    campaign = (await drafts.create(desk.parts, NEW, Audience([Person(ALICE)], {"phone": 1}))).campaign

    people = [
        Person(BOB, name="Bob", variables='{"plan":"gold"}'),
        Person(BOB, email="b@x.org"),
        Person(ALICE),
    ]
    await add(desk, campaign.public_id, *people)

    assert (await desk.get(campaign)).filled == {"phone": 2, "name": 1, "plan": 1}


async def test_a_campaign_that_ends_in_the_middle_says_how_many_it_took(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    upload = await uploads.begin(desk.parts, campaign.public_id)
    await uploads.add(desk.parts, upload, batch(BOB))
    await campaigns.cancel(desk.parts, campaign.public_id)

    with pytest.raises(WrongState, match=r"is cancelled; .* 1 contacts were added before"):
        await uploads.add(desk.parts, upload, batch(CAROL))


async def test_contacts_that_are_replaced_in_the_middle_take_nobody_more(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)
    upload = await uploads.begin(desk.parts, campaign.public_id)
    await drafts.change(desk.parts, campaign.public_id, lambda draft: draft, Audience([Person(BOB)]))

    with pytest.raises(WrongState, match="were replaced meanwhile"):
        await uploads.add(desk.parts, upload, batch(CAROL))


async def test_more_than_a_thousand_different_variables_are_refused(desk: Desk) -> None:
    campaign = await desk.draft(ALICE)
    people = [
        Person(f"+1202557{place:04d}", variables=f'{{"a{place}":"x","b{place}":"x"}}') for place in range(399)
    ]
    upload = await uploads.begin(desk.parts, campaign.public_id)
    await uploads.add(desk.parts, upload, batch(*people))

    more = [Person(f"+1202556{place:04d}", variables=f'{{"c{place}":"x"}}') for place in range(250)]
    with pytest.raises(InvalidInput, match=r"more than 1,000 different variables in all\. 399 contacts"):
        await uploads.add(desk.parts, upload, batch(*more))
