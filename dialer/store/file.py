"""The file itself: how it is made, opened, and kept from a second daemon."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from dialer.domain.errors import StoreRefused
from dialer.store.migrate import migrate

_BUSY_TIMEOUT = 5.0


class FileIsLocked(StoreRefused):
    """Another process has it."""


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection with the project's settings; any thread may use it, one at a time."""
    connection = connect_as_it_is(path, "ro" if read_only else "rwc")
    with _closed_on_failure(connection):
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            # What is erased is overwritten, too; whether SQLite does it by itself depends on who built it.
            connection.execute("PRAGMA secure_delete = ON")
    return connection


def connect_as_it_is(path: Path, mode: str = "rw") -> sqlite3.Connection:
    """The same to what may be no daemon's database, such as a backup: nothing in it is changed."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=_BUSY_TIMEOUT,
        cached_statements=256,
    )
    connection.row_factory = sqlite3.Row
    with _closed_on_failure(connection):
        connection.execute("PRAGMA foreign_keys = ON")
    return connection


def prepare(path: Path) -> sqlite3.Connection:
    """Creates the file (0600) where it is missing, migrates it, returns a connection that may write.

    Raises StoreRefused when the file is no database of ours.
    """
    os.close(_open(path))
    try:
        connection = connect(path)
        with _closed_on_failure(connection):
            migrate(connection)
    except sqlite3.DatabaseError as error:
        raise StoreRefused(
            f"{path} cannot be used as the database: {error}. Restore a backup, or move it away."
        ) from error
    return connection


@contextlib.contextmanager
def _closed_on_failure(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _open(path: Path) -> int:
    """A file of its owner's alone, created where it is missing."""
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise StoreRefused(f"{path} cannot be opened: {error.strerror}.") from error


def lock_file(database: Path) -> Path:
    return database.with_name(f"{database.name}.lock")


def lock(path: Path) -> int:
    """Takes the lock file; raises StoreRefused when another daemon has it. The handle, to be closed."""
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise FileIsLocked(f"Another daemon is running on this database ({path} is locked).") from None
    return handle
