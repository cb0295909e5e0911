"""Group commit, events after it, snapshots."""

import asyncio
import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest

from dialer.domain.errors import StoreUnavailable
from dialer.domain.events import CampaignChanged, Event
from dialer.domain.ids import CampaignId
from dialer.store import keys
from dialer.store.db import Store
from dialer.store.unit import Snapshot
from tests.clock import NOON, FakeClock
from tests.store.works import hand_over, held_up, insert, insert_and_fail, names, names_in, outcomes


@pytest.fixture
def commits(store: Store) -> list[str]:
    """Every COMMIT that the writer makes."""
    seen: list[str] = []
    store._writer.set_trace_callback(lambda sql: seen.append(sql) if sql == "COMMIT" else None)
    return seen


async def test_what_waits_together_shares_one_commit_and_keeps_its_order(
    store: Store, commits: list[str]
) -> None:
    wanted = [f"key {n}" for n in range(100)]
    async with held_up(store):
        tasks = hand_over(store, *(insert(name) for name in wanted))
        await asyncio.sleep(0)  # noqa: TID251
    done = await outcomes(tasks)

    assert done == wanted
    assert await names(store) == wanted
    assert len(commits) == 2


async def test_a_group_has_a_largest_size(store: Store, commits: list[str]) -> None:
    async with held_up(store):
        tasks = hand_over(store, *(insert(f"{n}") for n in range(600)))
        await asyncio.sleep(0)  # noqa: TID251
    await outcomes(tasks)

    assert await names(store) == [f"{n}" for n in range(600)]
    assert len(commits) == 4


async def test_a_work_that_raises_undoes_its_own_changes_alone(store: Store, commits: list[str]) -> None:
    async with held_up(store):
        tasks = hand_over(store, insert("before"), insert_and_fail, insert("after"))
        await asyncio.sleep(0)  # noqa: TID251
    before, failed, after = await outcomes(tasks)

    assert (before, after) == ("before", "after")
    assert isinstance(failed, LookupError)
    assert await names(store) == ["before", "after"]
    assert len(commits) == 2


async def test_a_constraint_that_is_broken_is_told_as_such(store: Store) -> None:
    await store.transact(lambda tx: keys.insert(tx, "first", "same"))

    with pytest.raises(sqlite3.IntegrityError):
        await store.transact(lambda tx: keys.insert(tx, "second", "same"))
    assert await names(store) == ["first"]


async def test_a_cancelled_caller_does_not_undo_what_was_handed_over(store: Store) -> None:
    async with held_up(store):
        cancelled, kept = hand_over(store, insert("cancelled"), insert("kept"))
        await asyncio.sleep(0)  # noqa: TID251
        cancelled.cancel()
    assert await kept == "kept"

    assert cancelled.cancelled()
    assert await names(store) == ["cancelled", "kept"]


async def test_a_caller_is_answered_only_after_its_commit(store: Store, database: Path) -> None:
    def seen_from_outside() -> int:
        with contextlib.closing(sqlite3.connect(database)) as other:
            return int(other.execute("SELECT count(*) FROM api_key").fetchone()[0])

    for n in range(1, 6):
        await store.transact(insert("one"))
        assert seen_from_outside() == n


async def test_a_commit_is_told_once_with_the_events_of_what_succeeded(store: Store) -> None:
    told: list[list[Event]] = []
    store.on_commit = lambda events: told.append(list(events))
    async with held_up(store):
        tasks = hand_over(store, insert("a"), insert_and_fail, insert("bb"), insert("ccc"))
        await asyncio.sleep(0)  # noqa: TID251
        tasks[2].cancel()
    await outcomes(tasks)

    assert told == [[CampaignChanged(CampaignId(n)) for n in (1, 2, 3)]]


async def test_a_commit_without_events_wakes_nobody(store: Store) -> None:
    told: list[object] = []
    store.on_commit = told.append

    await store.transact(lambda tx: keys.insert(tx, "quiet", "digest"))

    assert told == []


async def test_everything_in_a_transaction_happens_at_one_instant(store: Store, clock: FakeClock) -> None:
    async with held_up(store):
        tasks = hand_over(store, lambda tx: tx.now, lambda tx: tx.now)
        await asyncio.sleep(0)  # noqa: TID251
        clock.step(5)
    assert await outcomes(tasks) == [NOON + 5000, NOON + 5000]


async def test_a_snapshot_does_not_change_while_it_is_read(store: Store) -> None:
    await store.transact(insert("old"))
    loop = asyncio.get_running_loop()

    def work(view: Snapshot) -> tuple[list[str], list[str]]:
        before = names_in(view)
        asyncio.run_coroutine_threadsafe(store.transact(insert("new")), loop).result(10)
        return before, names_in(view)

    assert await store.read(work) == (["old"], ["old"])
    assert await names(store) == ["old", "new"]


async def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreUnavailable, match="readonly"):
        await store.read(lambda view: view.execute("DELETE FROM api_key"))


async def test_a_read_that_fails_leaves_its_connection_usable(store: Store) -> None:
    def fail(_view: Snapshot) -> None:
        raise LookupError

    for _ in range(10):
        with pytest.raises(LookupError):
            await store.read(fail)

    assert await asyncio.gather(*(names(store) for _ in range(20))) == [[]] * 20


async def test_the_store_rests_only_while_nothing_is_read_or_written(store: Store) -> None:
    release = threading.Event()
    for begin in (store.read, store.transact):
        at_rest = [store.busy]
        task = asyncio.create_task(begin(lambda _view: release.wait()))
        await asyncio.sleep(0)  # noqa: TID251
        at_rest.append(store.busy)
        release.set()
        await store.idle()
        at_rest.append(store.busy)
        assert at_rest == [False, True, False]
        assert await task
        release.clear()


async def test_reads_that_sqlite_rolled_back_by_itself_cost_no_reader(store: Store) -> None:
    def fail(view: Snapshot) -> None:
        view.execute("ROLLBACK")  # what SQLite does after an I/O error
        raise LookupError

    for _ in range(10):
        with pytest.raises(LookupError):
            await store.read(fail)

    assert await store.read(lambda view: view.execute("SELECT 1").fetchone()[0]) == 1
