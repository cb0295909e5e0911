"""The database file from a process that is not the daemon, running or not.

SQLite's own locks keep the two apart; the daemon's lock file forbids only a second daemon.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from dialer.domain.clock import Clock
from dialer.domain.errors import StoreRefused
from dialer.store.db import translated
from dialer.store.file import FileIsLocked, connect, connect_as_it_is, lock, lock_file, prepare
from dialer.store.migrate import version
from dialer.store.unit import Snapshot, Transaction

T = TypeVar("T")


def transact(path: Path, clock: Clock, work: Callable[[Transaction], T]) -> T:
    """Runs `work` in a transaction of its own; creates and migrates the file where it must.

    Raises StoreRefused when the file cannot be used, StoreUnavailable when it cannot be written now, and what
    `work` raises, which undoes it.
    """
    with contextlib.closing(prepare(path)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            result = work(Transaction(connection, clock.now()))
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise translated(error) from error
            raise
        return result


def migrate(path: Path) -> tuple[int, int]:
    """Brings the file to this version's schema; which it had, and has. Raises StoreRefused."""
    with contextlib.closing(connect(path)) as connection:
        before = version(connection)
    with contextlib.closing(prepare(path)) as connection:
        return before, version(connection)


@contextlib.contextmanager
def looking(path: Path, clock: Clock) -> Iterator[Snapshot]:
    """One snapshot of a file that is there, whatever its schema. Raises sqlite3.Error."""
    with contextlib.closing(connect_as_it_is(path)) as connection:
        connection.execute("BEGIN")
        yield Snapshot(connection, clock.now())


@contextlib.contextmanager
def without_a_daemon(path: Path) -> Iterator[None]:
    """Keeps every daemon off meanwhile. Raises StoreRefused where one runs."""
    try:
        held = lock(lock_file(path))
    except FileIsLocked:
        raise StoreRefused(f"A daemon is running on {path}; stop it first.") from None
    try:
        yield
    finally:
        os.close(held)


def is_served(path: Path) -> bool:
    """Whether a daemon runs on this database."""
    file = lock_file(path)
    if not file.exists():
        return False
    try:
        os.close(lock(file))
    except FileIsLocked:
        return True
    return False
