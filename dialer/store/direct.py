"""A short transaction on the database file from a process that is not the daemon, running or not.

SQLite's own locks keep the two apart; the daemon's lock file forbids only a second daemon.
"""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from dialer.domain.clock import Clock
from dialer.store.file import prepare
from dialer.store.unit import Transaction

T = TypeVar("T")


def transact(path: Path, clock: Clock, work: Callable[[Transaction], T]) -> T:
    """Runs `work` in a transaction of its own; creates and migrates the file where it must.

    Raises StoreRefused when the file cannot be used, and what `work` raises, which undoes it.
    """
    with contextlib.closing(prepare(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(Transaction(connection, clock.now()))
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return result
