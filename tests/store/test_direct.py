import sqlite3
from pathlib import Path

import pytest

from dialer.domain.errors import StoreUnavailable
from dialer.store import direct, settings
from dialer.store.unit import Transaction
from tests.clock import FakeClock


def test_what_the_disk_refuses_has_a_name_and_undoes_everything(database: Path) -> None:
    def work(tx: Transaction) -> None:
        settings.put(tx, "a", "b")
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(StoreUnavailable, match="disk is full"):
        direct.transact(database, FakeClock(), work)

    assert direct.transact(database, FakeClock(), lambda tx: settings.get(tx, "a")) is None


def test_a_database_is_served_while_its_lock_is_held_and_no_longer(database: Path) -> None:
    assert not direct.is_served(database)
    with direct.without_a_daemon(database):
        assert direct.is_served(database)
    assert not direct.is_served(database)
