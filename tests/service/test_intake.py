"""Contacts come in chunks under a list that nobody sees, and leave the same way."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from dialer.domain.contact import Person
from dialer.service import intake
from dialer.service.intake import discard_list, write_list
from dialer.store import contacts
from dialer.store.db import Store
from tests.service.desk import ALICE, BOB, Desk


def people(count: int) -> list[Person]:
    return [Person(f"+1202{n:07}") for n in range(count)]


async def rows(store: Store) -> dict[int, int]:
    """How many contacts stand in each list."""
    found = await store.read(
        lambda view: view.execute(
            "SELECT contact_list.id, count(contact.id) FROM contact_list"
            " LEFT JOIN contact ON contact.list = contact_list.id GROUP BY contact_list.id"
        ).fetchall()
    )
    return {row[0]: row[1] for row in found}


@pytest.mark.parametrize("count", [0, 1, intake._CHUNK, intake._CHUNK + 1, 3 * intake._CHUNK])
async def test_a_list_holds_everybody_in_their_order(store: Store, count: int) -> None:
    list_id = await write_list(store, people(count))

    assert await rows(store) == {list_id: count}
    phones = await store.read(
        lambda view: [row[0] for row in view.execute("SELECT phone FROM contact ORDER BY id")]
    )
    assert phones == [person.phone for person in people(count)]


async def test_people_with_much_to_tell_are_written_a_few_at_a_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_LENGTH", 10)
    commits: list[str] = []
    store._writer.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    told = [replace(person, variables="12345") for person in people(5)]

    list_id = await write_list(store, told)

    assert len(commits) == 1 + 3
    assert await rows(store) == {list_id: 5}


async def test_no_transaction_writes_more_than_a_chunk(store: Store) -> None:
    seen: list[int] = []
    store._writer.set_trace_callback(
        lambda sql: seen.append(store._writer.total_changes) if sql == "COMMIT" else None
    )

    list_id = await write_list(store, people(3 * intake._CHUNK))
    await discard_list(store, list_id)

    assert max(later - earlier for earlier, later in pairwise(seen)) <= intake._CHUNK + 1
    assert len(seen) >= 8


async def test_others_write_while_a_long_list_comes_in(store: Store) -> None:
    writing = asyncio.create_task(write_list(store, people(10 * intake._CHUNK)))
    await asyncio.sleep(0)  # noqa: TID251  lets it begin
    await store.transact(contacts.new_list)

    assert not writing.done()
    await writing


@pytest.mark.parametrize("count", [0, 1, intake._CHUNK, intake._CHUNK + 1])
async def test_a_list_goes_with_everybody_in_it_and_nobody_else(store: Store, count: int) -> None:
    kept = await write_list(store, people(3))
    gone = await write_list(store, people(count))

    await discard_list(store, gone)

    assert await rows(store) == {kept: 3}


async def test_what_no_campaign_names_can_be_found_and_deleted_and_nothing_else_is(desk: Desk) -> None:
    campaign = await desk.draft(ALICE, BOB)
    store = desk.parts.store
    for count in (0, 5, intake._CHUNK + 5):
        await write_list(store, people(count))

    for list_id in await store.read(contacts.orphaned_lists):
        await discard_list(store, list_id)

    assert await rows(store) == {campaign.list: 2}


async def test_a_number_stands_once_in_a_list(store: Store) -> None:
    with pytest.raises(Exception, match="UNIQUE"):
        await write_list(store, [Person(ALICE), Person(ALICE)])


async def test_ids_of_lists_are_never_used_again(store: Store) -> None:
    """A late writer to a list that was discarded must not write into somebody else's."""
    first = await write_list(store, [])
    await discard_list(store, first)

    assert await write_list(store, []) > first
