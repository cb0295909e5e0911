import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dialer.service import holds
from dialer.service.parts import Parts
from dialer.service.readiness import Readiness
from dialer.store import marks, settings
from dialer.store.marks import Mark
from dialer.store.unit import Transaction


@pytest.fixture
def side_file(database: Path) -> Path:
    return database.with_name("dialer.db.mark")


def _begin_call(tx: Transaction) -> None:
    """As a claim does, as far as the sequence is concerned."""
    tx.execute(
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'attempt', 0 WHERE NOT EXISTS"
        " (SELECT 1 FROM sqlite_sequence WHERE name = 'attempt')"
    )
    tx.execute("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'attempt'")


def _go_back(tx: Transaction) -> None:
    tx.execute("UPDATE sqlite_sequence SET seq = seq - 1 WHERE name = 'attempt'")


def _marked(side_file: Path) -> Any:
    return json.loads(side_file.read_text())["attempt"]


async def _started_anew(parts: Parts) -> dict[str, str]:
    """What a new process finds at fault."""
    parts = replace(parts, readiness=Readiness())
    await holds.take_stock(parts)
    return parts.readiness.faults


async def test_the_mark_follows_the_newest_call(parts: Parts, side_file: Path) -> None:
    await parts.store.transact(_begin_call)
    await holds.keep_mark(parts.store)
    await parts.store.transact(_begin_call)
    assert _marked(side_file) == 1

    await holds.keep_mark(parts.store)

    assert _marked(side_file) == 2


async def test_a_database_that_is_as_its_mark_says_or_newer_is_not_held(parts: Parts) -> None:
    """A kill between a commit and its mark leaves the mark behind, which is nothing."""
    assert await _started_anew(parts) == {}
    await parts.store.transact(_begin_call)
    await holds.keep_mark(parts.store)
    assert await _started_anew(parts) == {}

    await parts.store.transact(_begin_call)

    assert await _started_anew(parts) == {}


async def test_a_database_that_is_older_than_its_mark_is_held_until_it_is_confirmed(
    parts: Parts, side_file: Path
) -> None:
    await parts.store.transact(_begin_call)
    await holds.keep_mark(parts.store)
    await parts.store.transact(_go_back)

    found = await _started_anew(parts)
    await holds.keep_mark(parts.store)
    await asyncio.to_thread(side_file.unlink)
    assert found == await _started_anew(parts), "the hold is a row, not what the side file says"

    assert "knows 0 calls, and 1 were begun" in found["hold"]
    assert "`dialer confirm`" in found["hold"]
    released = await holds.confirm(parts)
    assert released is not None
    assert released.reason == "older_than_mark"
    assert await _started_anew(parts) == {}
    assert await holds.confirm(parts) is None


async def test_what_was_confirmed_is_not_held_again_though_the_mark_was_beyond_it(
    parts: Parts, side_file: Path
) -> None:
    await parts.store.transact(_begin_call)
    await holds.keep_mark(parts.store)
    await parts.store.transact(_go_back)
    await _started_anew(parts)

    await holds.confirm(parts)
    assert await _started_anew(parts) == {}, "killed before the next mark was written"
    await holds.keep_mark(parts.store)

    assert _marked(side_file) == 0


async def test_a_copy_of_before_the_last_confirm_is_held_however_many_calls_it_knows(parts: Parts) -> None:
    await parts.store.transact(lambda tx: holds.mark_restored(tx, "a.db"))
    await holds.confirm(parts)
    await holds.keep_mark(parts.store)

    def older(tx: Transaction) -> None:
        settings.remove(tx, "generation")
        _begin_call(tx)

    await parts.store.transact(older)

    assert "from before the last `dialer confirm`" in (await _started_anew(parts))["hold"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"attempt": "9"}', "\udcff"])
async def test_a_side_file_that_says_nothing_holds_nobody_and_is_written_anew(
    parts: Parts, side_file: Path, text: str
) -> None:
    await asyncio.to_thread(side_file.write_text, text, errors="surrogateescape")

    assert await _started_anew(parts) == {}
    await holds.keep_mark(parts.store)

    assert _marked(side_file) == 0


async def test_the_side_file_of_another_database_holds_nobody(parts: Parts, side_file: Path) -> None:
    """The old database was deleted, and a new one begun in its place."""
    await asyncio.to_thread(marks.advance, side_file, Mark("another", 0, 1000))

    assert await _started_anew(parts) == {}


async def test_a_restored_database_says_what_it_is_and_as_of_when(parts: Parts) -> None:
    await parts.store.transact(lambda tx: settings.put(tx, "heartbeat", "1800000000000"))
    await parts.store.transact(lambda tx: holds.mark_restored(tx, "dialer-20270115T080000Z.db"))

    said = (await _started_anew(parts))["hold"]

    assert "was restored from dialer-20270115T080000Z.db. It is as it was at 2027-01-15T08:00:00Z." in said
