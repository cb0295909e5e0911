"""Every schema that was ever written down comes to the present one."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.domain.errors import StoreRefused
from dialer.store.file import prepare
from dialer.store.migrate import migrate, scripts
from tests.store.schema_dump import FOLDER, dump

HOW = (
    "The schema differs from what was written down. Released already: write a new migration instead."
    " Not yet: `python -m tests.store.schema_dump`."
)
WRITTEN_DOWN = sorted(FOLDER.glob("*.sql"))


@pytest.fixture
def empty() -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_migrations_are_numbered_without_a_gap() -> None:
    assert list(scripts()) == list(range(1, len(scripts()) + 1))


def test_an_empty_file_comes_to_the_newest_schema(empty: sqlite3.Connection) -> None:
    migrate(empty)

    assert version(empty) == max(scripts())
    assert dump(empty) == (FOLDER / f"{max(scripts()):04}.sql").read_text(), HOW


@pytest.mark.parametrize("written", WRITTEN_DOWN, ids=lambda path: path.stem)
def test_a_database_of_every_version_comes_to_the_newest_schema(
    empty: sqlite3.Connection, written: Path
) -> None:
    empty.executescript(written.read_text())
    empty.execute(f"PRAGMA user_version = {int(written.stem)}")

    migrate(empty)

    assert version(empty) == max(scripts())
    assert dump(empty) == (FOLDER / f"{max(scripts()):04}.sql").read_text()


def test_every_version_is_written_down() -> None:
    assert [int(path.stem) for path in WRITTEN_DOWN] == list(scripts())


def test_a_second_start_changes_nothing(empty: sqlite3.Connection) -> None:
    migrate(empty)
    before = dump(empty)

    migrate(empty)

    assert (dump(empty), version(empty)) == (before, max(scripts()))


def test_a_newer_schema_is_refused(empty: sqlite3.Connection) -> None:
    newer = max(scripts()) + 1
    empty.execute(f"PRAGMA user_version = {newer}")

    with pytest.raises(StoreRefused, match=f"has schema {newer}, this version knows {newer - 1}"):
        migrate(empty)
    assert dump(empty) == ""


def test_the_file_is_written_ahead_and_safely(tmp_path: Path) -> None:
    with contextlib.closing(prepare(tmp_path / "dialer.db")) as connection:
        settings = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize(
    "table",
    [
        "campaign",
        "contact",
        "attempt",
        "event",
        "api_key",
        "setting",
        "receipt",
        "agent",
        "caller_id",
        "upload",
        "reject",
    ],
)
def test_tables_are_strict(empty: sqlite3.Connection, table: str) -> None:
    migrate(empty)

    strict = empty.execute("SELECT strict FROM pragma_table_list WHERE name = ?", (table,)).fetchone()
    assert strict == (1,)
