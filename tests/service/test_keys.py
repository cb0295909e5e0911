import asyncio
import os
import re
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from dialer.domain.clock import HOUR
from dialer.domain.errors import NotFound
from dialer.domain.scope import Scope
from dialer.service import keys
from dialer.service.keys import KeyRefused
from dialer.store import direct
from dialer.store.db import Store, open_store
from dialer.store.unit import Transaction
from tests.clock import NOON, FakeClock


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "dialer.db"


@pytest.fixture
async def store(database: Path, clock: FakeClock) -> AsyncIterator[Store]:
    async with open_store(database, clock) as store:
        yield store


async def test_a_new_key_opens_the_door_at_once(store: Store) -> None:
    new = await store.transact(lambda tx: keys.create(tx, "crm"))

    assert re.fullmatch(r"dk_[A-Za-z0-9_-]{43}", new.token)
    assert await keys.authenticate(store, new.token) == new.key
    assert (new.key.name, new.key.created_at, new.key.revoked_at) == ("crm", NOON, None)


@pytest.mark.parametrize("token", ["", "dk_", "dk_" + "x" * 43, "\ud800", "x" * 10_000])
async def test_nothing_else_opens_it(store: Store, token: str) -> None:
    await store.transact(lambda tx: keys.create(tx, "crm"))

    with pytest.raises(KeyRefused, match="This API key is not known"):
        await keys.authenticate(store, token)


async def test_the_key_itself_is_not_in_the_file(store: Store, database: Path) -> None:
    new = await store.transact(lambda tx: keys.create(tx, "crm"))

    files = [database, database.with_name("dialer.db-wal")]
    content = b"".join(file.read_bytes() for file in files)
    assert b"crm" in content
    assert new.token.encode() not in content


async def test_a_revoked_key_is_refused_and_stays_listed(store: Store) -> None:
    first = await store.transact(lambda tx: keys.create(tx, "crm"))
    second = await store.transact(lambda tx: keys.create(tx, "crm"))

    await store.transact(lambda tx: keys.revoke(tx, first.key.id))

    with pytest.raises(KeyRefused, match=r"This API key was revoked at 2027-01-15T08:00:00Z\."):
        await keys.authenticate(store, first.token)
    assert await keys.authenticate(store, second.token) == second.key
    listed = await store.read(keys.every)
    assert [(key.id, key.revoked_at) for key in listed] == [(first.key.id, NOON), (second.key.id, None)]


async def test_a_key_counts_until_the_moment_it_expires(store: Store, clock: FakeClock) -> None:
    new = await store.transact(lambda tx: keys.create(tx, "crm", expires_at=NOON + HOUR))

    await clock.advance(seconds=3599.9)
    assert (await keys.authenticate(store, new.token)).id == new.key.id

    await clock.advance(seconds=0.1)
    with pytest.raises(KeyRefused, match=r"This API key expired at 2027-01-15T09:00:00Z\."):
        await keys.authenticate(store, new.token)


async def test_the_whole_digest_must_be_right_not_only_what_is_looked_up_by(store: Store) -> None:
    new = await store.transact(lambda tx: keys.create(tx, "crm"))

    def damage_digest(tx: Transaction) -> None:
        tx.execute("UPDATE api_key SET digest = substr(digest, 1, 63) || 'x'")

    await store.transact(damage_digest)

    with pytest.raises(KeyRefused):
        await keys.authenticate(store, new.token)


async def test_a_scope_of_a_later_version_grants_nothing(store: Store) -> None:
    new = await store.transact(lambda tx: keys.create(tx, "crm", [Scope.DNC_WRITE]))

    def add_scope(tx: Transaction) -> None:
        tx.execute("UPDATE api_key SET scopes = scopes || ' moon:land'")

    await store.transact(add_scope)

    assert (await keys.authenticate(store, new.token)).scopes == (Scope.DNC_WRITE,)


async def test_a_successor_has_the_lifetime_of_the_key_that_it_replaces(
    store: Store, clock: FakeClock
) -> None:
    old = await store.transact(lambda tx: keys.create(tx, "crm", [Scope.DNC_WRITE], NOON + 10 * HOUR))
    await clock.advance(hours=9.5)

    new = await store.transact(lambda tx: keys.rotate(tx, old.key.id, 24 * HOUR))

    assert (new.key.name, new.key.scopes) == ("crm", (Scope.DNC_WRITE,))
    assert new.key.expires_at == clock.now() + 10 * HOUR
    assert (await store.read(keys.every))[0].expires_at == NOON + 10 * HOUR  # a grace lengthens nothing
    with pytest.raises(NotFound):
        await store.transact(lambda tx: keys.rotate(tx, 99))


async def test_a_key_that_is_not_there_cannot_be_revoked(store: Store) -> None:
    with pytest.raises(NotFound, match="There is no key '7'"):
        await store.transact(lambda tx: keys.revoke(tx, 7))


async def test_the_first_start_leaves_a_key_that_its_owner_alone_can_read(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "dialer.key"

    new = await keys.first_key(store, file)

    assert new is not None
    assert file.read_text() == f"{new.token}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert await keys.authenticate(store, new.token) == new.key


async def test_a_later_start_makes_no_key_even_if_all_were_revoked(store: Store, tmp_path: Path) -> None:
    new = await store.transact(lambda tx: keys.create(tx, "crm"))
    await store.transact(lambda tx: keys.revoke(tx, new.key.id))

    assert await keys.first_key(store, tmp_path / "dialer.key") is None
    assert not (tmp_path / "dialer.key").exists()


async def test_the_first_key_replaces_a_file_that_somebody_left(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "dialer.key"
    file.write_text("old")
    file.chmod(0o644)

    new = await keys.first_key(store, file)

    assert new is not None
    assert file.read_text() == f"{new.token}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_the_first_key_of_a_second_database_leaves_the_others_file_alone(
    store: Store, database: Path
) -> None:
    file = database.with_name("dialer.key")
    file.write_text("another's")
    async with open_store(database.with_name("another.sqlite"), FakeClock()):
        pass

    new = await keys.first_key(store, file)

    assert new is not None
    assert file.read_text() == "another's"
    own = keys.key_file_of(database)
    assert own.name == f"{database.name}.key"
    assert own.read_text() == f"{new.token}\n"
    assert stat.S_IMODE(own.stat().st_mode) == 0o600


async def test_an_old_key_file_with_no_other_database_beside_it_is_replaced(
    store: Store, database: Path
) -> None:
    """A start that died between writing the file and committing the key."""
    file = database.with_name("dialer.key")
    file.write_text("never committed")

    new = await keys.first_key(store, file)

    assert new is not None
    assert file.read_text() == f"{new.token}\n"


async def test_making_the_first_key_opens_no_file_of_the_open_database(
    store: Store, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing it again would drop SQLite's locks; another process then cuts the shared memory: SIGBUS."""
    file = database.with_name("dialer.key")
    file.write_text("never committed")
    opened: list[str] = []
    by_path, by_number = Path.open, os.open

    def open_path(path: Path, *rest: Any) -> Any:
        opened.append(path.name)
        return by_path(path, *rest)

    def open_number(path: Any, *rest: Any) -> int:
        opened.append(Path(path).name)
        return by_number(path, *rest)

    monkeypatch.setattr(Path, "open", open_path)
    monkeypatch.setattr(os, "open", open_number)

    await keys.first_key(store, file)

    assert opened == ["dialer.key.new"]


async def test_a_key_made_beside_a_running_daemon_counts_at_once(store: Store, database: Path) -> None:
    new = await asyncio.to_thread(
        direct.transact, database, FakeClock(), lambda tx: keys.create(tx, "by hand")
    )

    assert await keys.authenticate(store, new.token) == new.key


def test_a_key_can_be_made_before_the_first_start(database: Path) -> None:
    direct.transact(database, FakeClock(), lambda tx: keys.create(tx, "early"))

    assert [key.name for key in direct.transact(database, FakeClock(), keys.every)] == ["early"]
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_what_fails_beside_the_daemon_changes_nothing(database: Path) -> None:
    direct.transact(database, FakeClock(), lambda tx: keys.create(tx, "early"))

    with pytest.raises(NotFound):
        direct.transact(database, FakeClock(), lambda tx: (keys.create(tx, "late"), keys.revoke(tx, 99)))

    assert [key.name for key in direct.transact(database, FakeClock(), keys.every)] == ["early"]
