import asyncio
from pathlib import Path

import pytest

from dialer.domain.call import Channel
from dialer.domain.campaign import NewCampaign, read_config
from dialer.domain.checks import State
from dialer.domain.contact import Audience, Person
from dialer.service import campaigns, drafts
from dialer.service.parts import Parts
from dialer.store.audit import audit, findings
from dialer.store.unit import Transaction


async def _found(parts: Parts, database: Path) -> dict[str, State]:
    checks = await asyncio.to_thread(findings, database, parts.clock, audit)
    return {check.name: check.state for check in checks if check.state is not State.OK}


@pytest.fixture
async def campaign(parts: Parts) -> str:
    """Of three people, one with an unusable number, cancelled; and beside it a draft of one."""
    made = await _created(parts, Person("+12025550101"), Person("+12025550102"), Person("+1", usable=False))
    await campaigns.launch(parts, made)
    await campaigns.cancel(parts, made)
    await _created(parts, Person("+12025550101"))
    return made


async def _created(parts: Parts, *people: Person) -> str:
    new = NewCampaign(
        name="Test",
        channel=Channel.VOICE,
        timezone="UTC",
        agent_id="ag_c47e7c97_b2f2",
        config=read_config("{}"),
    )
    return (await drafts.create(parts, new, Audience(people))).campaign.public_id


async def test_counters_that_are_right_are_found_right(parts: Parts, database: Path, campaign: str) -> None:
    """Swept, unusable and draft ones, too: each stands for contacts whose rows say something else."""
    assert await _found(parts, database) == {}


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        ("UPDATE campaign SET failed = failed - 1, completed = completed + 1 WHERE id = 1", "counters"),
        ("UPDATE campaign SET skipped = 3 WHERE id = 1", "counters"),
        ("UPDATE contact SET list = 1 WHERE list = 2", "counters"),
        ("INSERT INTO contact (list, phone) SELECT list, '+12025550109' FROM campaign", "counters"),
    ],
)
async def test_counters_that_are_wrong_are_found(
    parts: Parts, database: Path, campaign: str, spoil: str, name: str
) -> None:
    def work(tx: Transaction) -> None:
        tx.execute("DROP INDEX contact_phone")
        tx.execute(spoil)

    await parts.store.transact(work)

    assert await _found(parts, database) == {name: State.FAULT}


async def test_two_live_calls_of_one_number_are_found(parts: Parts, database: Path, campaign: str) -> None:
    def work(tx: Transaction) -> None:
        tx.execute("DROP INDEX attempt_live")
        for attempt in ("call_1", "call_2"):
            tx.execute(
                "INSERT INTO attempt (id, campaign, run, contact, n, channel, phone, agent_id, carrier,"
                " callback_token, state, text, ring_timeout, max_duration, created_at)"
                " VALUES (?, 1, 1, 1, 1, 'voice', '+12025550101', 'a', 'sim', 't', 'placed', '', 1, 1, 1)",
                (attempt,),
            )

    await parts.store.transact(work)

    assert await _found(parts, database) == {"live calls": State.FAULT}


async def test_a_list_without_a_campaign_is_no_fault(parts: Parts, database: Path) -> None:
    """A request may be being read."""

    def work(tx: Transaction) -> None:
        tx.execute("INSERT INTO contact_list (created_at) VALUES (1)")

    await parts.store.transact(work)

    assert await _found(parts, database) == {"lists": State.WARN}
