"""Group commit, snapshots, what a full disk does. The works write and list API keys, the smallest rows."""

import asyncio
import contextlib
import os
import resource
import secrets
import sqlite3
import stat
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from dialer.domain.errors import StoreRefused, StoreUnavailable
from dialer.domain.events import CampaignChanged, Event
from dialer.domain.ids import CampaignId
from dialer.store import keys
from dialer.store.db import Store, open_store
from dialer.store.unit import Snapshot, Transaction
from tests.clock import NOON, FakeClock


def insert(name: str) -> Callable[[Transaction], str]:
    def work(tx: Transaction) -> str:
        keys.insert(tx, name, secrets.token_hex())
        tx.record(CampaignChanged(CampaignId(len(name))))
        return name

    return work


def insert_and_fail(tx: Transaction) -> None:
    insert("undone")(tx)
    raise LookupError("on purpose")


def insert_much(tx: Transaction) -> None:
    for _ in range(300):
        keys.insert(tx, "x" * 4000, secrets.token_hex())


def names_in(view: Snapshot) -> list[str]:
    return [key.name for key in keys.every(view)]


async def names(store: Store) -> list[str]:
    return await store.read(names_in)


@contextlib.asynccontextmanager
async def held_up(store: Store) -> AsyncIterator[None]:
    """Keeps the writer busy meanwhile, so that what is handed over inside waits together."""
    release = threading.Event()
    held = asyncio.create_task(store.transact(lambda _tx: release.wait()))
    await asyncio.sleep(0)  # noqa: TID251  lets it be handed over
    try:
        yield
    finally:
        release.set()
        await held


def hand_over(store: Store, *works: Callable[[Transaction], object]) -> "list[asyncio.Task[object]]":
    return [asyncio.create_task(store.transact(work)) for work in works]


async def outcomes(tasks: "list[asyncio.Task[object]]") -> list[object]:
    return await asyncio.gather(*tasks, return_exceptions=True)


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
    async with held_up(store):
        tasks = hand_over(store, insert("a"), insert_and_fail, insert("c"))
        await asyncio.sleep(0)  # noqa: TID251
        broken = no_file_grows()
        broken.__enter__()
    done = await outcomes(tasks)
    broken.__exit__(None, None, None)

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
    async with held_up(store):
        tasks = hand_over(store, insert("a"), insert_much, insert("c"))
        await asyncio.sleep(0)  # noqa: TID251
        broken = no_file_grows()
        broken.__enter__()
    done = await outcomes(tasks)
    broken.__exit__(None, None, None)

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


async def test_closing_waits_for_what_was_handed_over(database: Path) -> None:
    async with open_store(database, FakeClock()) as store:
        tasks = hand_over(store, insert("a"), insert("b"))
        await asyncio.sleep(0)  # noqa: TID251
    assert [task.result() for task in tasks] == ["a", "b"]

    async with open_store(database, FakeClock()) as store:
        assert await names(store) == ["a", "b"]


async def test_closing_leaves_everything_in_the_one_file(database: Path) -> None:
    async with open_store(database, FakeClock()) as store:
        await store.transact(insert("a"))

    left = {path.name for path in database.parent.iterdir()}
    assert left == {"dialer.db", "dialer.db.lock"}


async def test_a_second_daemon_on_the_same_file_is_refused(store: Store, database: Path) -> None:
    with pytest.raises(StoreRefused, match="Another daemon is running on this database"):
        async with open_store(database, FakeClock()):
            pass

    assert await store.transact(insert("still here")) == "still here"


async def test_when_the_first_daemon_has_gone_the_next_one_gets_the_file(database: Path) -> None:
    for n in range(3):
        async with open_store(database, FakeClock()) as store:
            await store.transact(insert(f"{n}"))
            assert await names(store) == [f"{m}" for m in range(n + 1)]


async def test_the_files_belong_to_their_owner_alone(database: Path) -> None:
    before = os.umask(0)
    try:
        async with open_store(database, FakeClock()) as store:
            await store.transact(insert("a"))
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in database.parent.iterdir()}
    finally:
        os.umask(before)

    assert modes == dict.fromkeys(["dialer.db", "dialer.db-wal", "dialer.db-shm", "dialer.db.lock"], 0o600)


@pytest.mark.parametrize("junk", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 8000])
async def test_a_file_that_is_no_database_is_refused_and_left_alone(database: Path, junk: bytes) -> None:
    await asyncio.to_thread(database.write_bytes, junk)

    with pytest.raises(StoreRefused, match="cannot be used as the database") as refused:
        async with open_store(database, FakeClock()):
            pass
    assert str(database) in str(refused.value)
    assert await asyncio.to_thread(database.read_bytes) == junk


async def test_a_file_of_a_newer_version_is_refused_and_left_alone(database: Path) -> None:
    with contextlib.closing(sqlite3.connect(database)) as newer:
        newer.execute("PRAGMA user_version = 9999")

    with pytest.raises(StoreRefused, match=r"has schema 9999.*newer version"):
        async with open_store(database, FakeClock()):
            pass
    with contextlib.closing(sqlite3.connect(database)) as newer:
        assert newer.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


@pytest.mark.parametrize("place", ["missing/dialer.db", "directory"])
async def test_a_place_where_no_file_can_be_is_refused_with_a_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "directory").mkdir()

    with pytest.raises(StoreRefused, match="cannot be opened"):
        async with open_store(tmp_path / place, FakeClock()):
            pass


async def test_a_file_that_was_refused_can_be_opened_once_it_is_mended(database: Path) -> None:
    await asyncio.to_thread(database.write_bytes, b"junk" * 1000)
    with pytest.raises(StoreRefused):
        async with open_store(database, FakeClock()):
            pass
    await asyncio.to_thread(database.unlink)

    async with open_store(database, FakeClock()) as store:
        assert await names(store) == []
