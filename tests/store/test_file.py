"""The database file: one daemon has it, its owner alone reads it, and what is not ours is left alone."""

import asyncio
import contextlib
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from dialer.domain.errors import StoreRefused
from dialer.store.db import Store, open_store
from tests.clock import FakeClock
from tests.store.works import hand_over, insert, names


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
