"""What a full or broken disk does, and a writer that does not let go."""

import asyncio
import contextlib
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from dialer.domain.errors import StoreUnavailable
from dialer.domain.events import CampaignChanged, Event
from dialer.domain.ids import CampaignId
from dialer.store import keys
from dialer.store.db import Store
from dialer.store.unit import Transaction
from tests.store.works import hand_over, held_up, insert, insert_and_fail, insert_much, names, outcomes


@contextlib.asynccontextmanager
async def no_room(store: Store) -> AsyncIterator[None]:
    """The file cannot grow by another page."""

    def limit(tx: Transaction, pages: int) -> None:
        tx.execute(f"PRAGMA max_page_count = {pages}")

    present = await store.read(lambda view: view.execute("PRAGMA page_count").fetchone()[0])
    await store.transact(lambda tx: limit(tx, present))
    yield
    await store.transact(lambda tx: limit(tx, 1_000_000))


async def test_while_there_is_no_room_works_fail_and_afterwards_the_store_goes_on(store: Store) -> None:
    async with no_room(store):
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match=r"The database cannot be written: .*full"):
                await store.transact(insert_much)
        assert await names(store) == []
    await store.transact(insert("after"))

    assert await names(store) == ["after"]


async def test_whoever_is_answered_while_there_is_no_room_is_answered_the_truth(store: Store) -> None:
    """SQLite may take back one work or the whole transaction; either way nobody is told what is not so."""
    told: list[Event] = []
    store.on_commit = told.extend
    async with no_room(store):
        async with held_up(store):
            tasks = hand_over(store, insert("a"), insert_much, insert("ccc"))
            await asyncio.sleep(0)  # noqa: TID251
        done = await outcomes(tasks)

    assert isinstance(done[1], StoreUnavailable)
    succeeded = [result for result in done if isinstance(result, str)]
    assert await names(store) == succeeded
    assert told == [CampaignChanged(CampaignId(len(name))) for name in succeeded]
    assert all(isinstance(result, str | StoreUnavailable) for result in done)


@contextlib.contextmanager
def no_file_grows() -> Iterator[None]:
    """Writing beyond the first bytes of any file fails, as on a disk that is broken."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_commit_that_fails_fails_its_whole_group(store: Store) -> None:
    told: list[object] = []
    store.on_commit = told.append
    await store.transact(lambda tx: keys.insert(tx, "safe", "digest"))
    with no_file_grows():
        async with held_up(store):
            tasks = hand_over(store, insert("a"), insert_and_fail, insert("c"))
            await asyncio.sleep(0)  # noqa: TID251
        done = await outcomes(tasks)

    assert [type(result) for result in done] == [StoreUnavailable] * 3
    assert told == []
    assert await names(store) == ["safe"]
    assert await store.transact(insert("after")) == "after"
    assert await names(store) == ["safe", "after"]


async def test_a_write_that_fails_in_the_middle_of_a_work_fails_its_group_and_names_the_cause(
    store: Store,
) -> None:
    """The work writes more than the cache holds, so the disk's error comes before the commit."""
    await store.transact(lambda tx: tx.execute("PRAGMA cache_size = 10"))
    with no_file_grows():
        async with held_up(store):
            tasks = hand_over(store, insert("a"), insert_much, insert("c"))
            await asyncio.sleep(0)  # noqa: TID251
        done = await outcomes(tasks)

    assert [type(result) for result in done] == [StoreUnavailable] * 3
    assert not any("savepoint" in str(result) for result in done)
    assert await store.transact(insert("after")) == "after"
    assert await names(store) == ["after"]


async def test_a_writer_from_outside_that_does_not_let_go_makes_it_unavailable(
    store: Store, database: Path
) -> None:
    store._writer.execute("PRAGMA busy_timeout = 10")
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            await store.transact(insert("no"))
        other.execute("ROLLBACK")

    assert await store.transact(insert("yes")) == "yes"
    assert await names(store) == ["yes"]
