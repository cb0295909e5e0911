"""A deleted campaign is hidden at once, and nothing of its people is left when no call can be open."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from dialer.carriers.base import Answered, Dtmf, Ended, Placed
from dialer.domain.call import AttemptState, Outcome
from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.contact import Audience, Person
from dialer.domain.errors import NotFound, WrongState
from dialer.domain.keyed import keyed_hash
from dialer.service import attempts, campaigns, drafts, erasure, starts
from dialer.service.claims import Claimed
from dialer.store import settings
from dialer.store.unit import Transaction
from tests.service.desk import ALICE, BOB, CAROL, NEW, Desk

ADA = Person(ALICE, "Ada", "Byron", "Countess", "ada@example.org", "Europe/London", '{"topic": "engines"}')


async def rows(desk: Desk, table: str) -> list[dict[str, Any]]:
    def work(tx: Transaction) -> list[dict[str, Any]]:
        return [dict(row) for row in tx.execute(f"SELECT * FROM {table} ORDER BY 1")]

    return await desk.parts.store.transact(work)


async def hash_of(desk: Desk, phone: str) -> str:
    return keyed_hash(await desk.parts.store.read(settings.hash_key), phone)


async def everything(desk: Desk) -> str:
    """Every row of the file, but for the secrets."""
    tables = ("campaign", "contact", "attempt", "event", "upload", "reject")
    return json.dumps([await rows(desk, table) for table in tables])


async def over(desk: Desk, *people: Person) -> Campaign:
    """Cancelled before anybody was called."""
    draft = (await drafts.create(desk.parts, NEW, Audience(people))).campaign
    return await campaigns.cancel(desk.parts, draft.public_id)


async def test_a_deleted_campaign_is_found_nowhere(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)
    await desk.end(call, AttemptState.COMPLETED)
    await erasure.delete(desk.parts, campaign.public_id)

    with pytest.raises(NotFound):
        await desk.get(campaign)
    with pytest.raises(NotFound):
        await attempts.get(desk.parts, call.id)
    with pytest.raises(NotFound):
        await erasure.delete(desk.parts, campaign.public_id)
    assert (await desk.kinds(campaign))[-1] == "campaign.deleted"


@pytest.mark.parametrize("status", ["running", "paused"])
async def test_what_may_still_call_is_cancelled_first(desk: Desk, status: str) -> None:
    campaign = await desk.running(ALICE)
    if status == "paused":
        await campaigns.pause(desk.parts, campaign.public_id)

    with pytest.raises(WrongState, match=f"is {status}; cancel it first"):
        await erasure.delete(desk.parts, campaign.public_id)


async def test_a_deleted_draft_is_not_started_by_its_schedule(desk: Desk) -> None:
    at = desk.clock.now() + 60_000
    draft = await desk.draft(ALICE, new=replace(NEW, scheduled_at=at, autostart=True))
    await erasure.delete(desk.parts, draft.public_id)
    await desk.clock.advance(120)
    await starts.start_due(desk.parts)

    [row] = await rows(desk, "campaign")
    assert (row["status"], row["started_at"]) == (CampaignStatus.CANCELLED, None)


async def test_nothing_of_its_people_is_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "_CHUNK", 2)
    draft = (await drafts.create(desk.parts, NEW, Audience([ADA, Person(BOB), Person(CAROL)]))).campaign
    campaign = await campaigns.launch(desk.parts, draft.public_id)
    call = await desk.call(campaign, ALICE)
    now = desk.clock.now()
    await desk.hear(call, Answered(call.id, now), Dtmf(call.id, now, "7"))
    await desk.hear(call, replace(desk.ended(call, AttemptState.COMPLETED), detail=f"{ALICE} hung up"))
    await campaigns.cancel(desk.parts, campaign.public_id)
    await rejected(desk, campaign, 3)
    await erasure.delete(desk.parts, campaign.public_id)
    assert await erasure.erase_deleted(desk.parts) is None

    left = await everything(desk)
    for word in (ALICE, BOB, CAROL, "Ada", "Byron", "Countess", "example.org", "London", "engines", "Hi."):
        assert word not in left
    [attempt] = await rows(desk, "attempt")
    hashes = [await hash_of(desk, phone) for phone in (ALICE, BOB, CAROL)]
    assert [row["phone"] for row in await rows(desk, "contact")] == hashes
    assert (attempt["phone"], attempt["dtmf"], attempt["outcome"]) == (hashes[0], None, "answered")
    assert (await rows(desk, "campaign"))[0]["erased_at"] == now
    assert await rows(desk, "reject") == await rows(desk, "upload") == []


async def rejected(desk: Desk, campaign: Campaign, lines: int) -> None:
    def work(tx: Transaction) -> None:
        tx.execute(
            "INSERT INTO upload (id, public_id, campaign, columns, created_at)"
            " VALUES (1, 'up_1', ?, '[]', 0)",
            (campaign.id,),
        )
        for line in range(lines):
            tx.execute("INSERT INTO reject (upload, line, reason, row) VALUES (1, ?, 'no', ?)", (line, ALICE))

    await desk.parts.store.transact(work)


async def test_other_campaigns_keep_theirs(desk: Desk) -> None:
    deleted, kept = await over(desk, Person(ALICE), Person(BOB)), await over(desk, ADA)
    await erasure.delete(desk.parts, deleted.public_id)
    await erasure.erase_deleted(desk.parts)

    assert [view.contact.person for view in await desk.views(kept)] == [ADA]


async def cancelled_with(desk: Desk, state: AttemptState) -> tuple[Campaign, Any]:
    """A cancelled campaign with one call, in that state."""
    campaign = await desk.running(ALICE)
    call = await desk.call(campaign, ALICE)
    if state is not AttemptState.INTENT:
        await desk.doubt(call)
    if state is AttemptState.UNKNOWN:
        await desk.give_up(call, state)
    else:
        await campaigns.cancel(desk.parts, campaign.public_id)
    return campaign, call


async def only_attempt(desk: Desk) -> dict[str, Any]:
    [row] = await rows(desk, "attempt")
    return row


@pytest.mark.parametrize("state", [AttemptState.INTENT, AttemptState.UNCERTAIN, AttemptState.UNKNOWN])
async def test_a_number_that_may_be_talking_blocks_others_until_it_cannot(
    desk: Desk, state: AttemptState
) -> None:
    campaign, _ = await cancelled_with(desk, state)
    other = await desk.running(ALICE)
    await erasure.delete(desk.parts, campaign.public_id)
    until = await erasure.erase_deleted(desk.parts)

    row = await only_attempt(desk)
    assert (row["phone"], until) == (ALICE, row["blocked_until"])
    _, refused = await desk.claim(other, ALICE)
    assert not isinstance(refused, Claimed)


async def test_once_its_block_is_over_a_given_up_call_is_erased(desk: Desk) -> None:
    campaign, _ = await cancelled_with(desk, AttemptState.UNKNOWN)
    await erasure.delete(desk.parts, campaign.public_id)
    until = await erasure.erase_deleted(desk.parts)
    assert until is not None
    await desk.clock.advance((until - desk.clock.now()) / 1000)

    assert await erasure.erase_deleted(desk.parts) is None
    assert (await only_attempt(desk))["phone"] == await hash_of(desk, ALICE)


async def test_a_call_that_is_overdue_is_looked_at_again_in_a_minute(desk: Desk) -> None:
    campaign, _ = await cancelled_with(desk, AttemptState.INTENT)
    await erasure.delete(desk.parts, campaign.public_id)
    await desk.clock.advance(minutes=10)

    assert await erasure.erase_deleted(desk.parts) == desk.clock.now() + 60_000


async def test_late_proof_settles_an_erased_call_and_tells_nothing_of_the_person(desk: Desk) -> None:
    campaign, call = await cancelled_with(desk, AttemptState.UNKNOWN)
    await erasure.delete(desk.parts, campaign.public_id)
    await desk.clock.advance(minutes=10)
    await erasure.erase_deleted(desk.parts)
    now = desk.clock.now()
    ended = Ended(call.id, now, AttemptState.COMPLETED, detail=f"talked to {ALICE}", billable_seconds=3)
    await desk.hear(call, Placed("c"), Dtmf(call.id, now, "7"), ended)

    row = await only_attempt(desk)
    assert (row["state"], row["outcome"], row["billable_seconds"]) == ("completed", Outcome.ANSWERED, 3)
    assert (row["dtmf"], row["detail"]) == (None, None)
    [stored] = await rows(desk, "campaign")
    assert (stored["completed"], stored["failed"]) == (1, 0)


async def test_an_erasure_that_was_killed_goes_on_where_rows_still_have_their_number(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "_CHUNK", 1)
    campaign = await over(desk, Person(ALICE), Person(BOB), Person(CAROL))
    await erasure.delete(desk.parts, campaign.public_id)
    erasing = asyncio.create_task(erasure.erase_deleted(desk.parts))
    while (await rows(desk, "contact"))[0]["phone"] == ALICE:
        assert not erasing.done()
    erasing.cancel()
    await asyncio.wait({erasing})
    assert (await rows(desk, "contact"))[-1]["phone"] == CAROL
    await erasure.erase_deleted(desk.parts)
    await erasure.erase_deleted(desk.parts)

    hashes = [await hash_of(desk, phone) for phone in (ALICE, BOB, CAROL)]
    assert [row["phone"] for row in await rows(desk, "contact")] == hashes
