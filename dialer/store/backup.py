"""Copies of the database: made while a daemon runs, and put back while none does.

Only for processes that are not the daemon: SQLite's locks belong to a process, and whoever closes a file of
an open database drops them all.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dialer.domain.clock import SECOND, Clock, Instant
from dialer.domain.errors import StoreRefused
from dialer.store.file import connect
from dialer.store.migrate import scripts
from dialer.store.unit import Transaction

_SUFFIXES = ("-wal", "-shm")
_OURS = frozenset({"setting", "api_key", "contact_list", "campaign", "contact", "attempt", "event"})
_STAMP = "[0-9]" * 8 + "T" + "[0-9]" * 6 + "Z"


@dataclass(frozen=True, slots=True)
class Copy:
    path: Path
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Restored:
    schema: int
    kept: Path | None
    """What was the database until now; None where there was none."""


def name_at(database: Path, now: Instant, kind: str = "") -> str:
    """`dialer.db` gives `dialer-20270115T080000Z.db`; a kind such as `replaced-` stands before the date."""
    moment = datetime.fromtimestamp(now / SECOND, UTC)
    return f"{database.stem}-{kind}{moment:%Y%m%dT%H%M%SZ}{database.suffix}"


def back_up(database: Path, destination: Path) -> Copy:
    """Copies the database as of one instant into a new file (0600), and checks the copy.

    Raises StoreRefused; then there is no such file, unless there was one before.
    """
    if destination.exists():
        raise StoreRefused(f"{destination} is there already and is not overwritten; name another file.")
    part = destination.with_name(f"{destination.name}.part")
    with _refusing(destination):
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        # In one read transaction, which holds up no writer; what was deleted is not copied.
        with _refusing(database), closing(connect(database)) as source:
            _schema(source, database)
            source.execute("VACUUM INTO ?", (str(part.absolute()),))
        with _refusing(part), closing(connect(part, read_only=True)) as copy:
            _require_whole(copy, destination)
        with _refusing(destination):
            _sync(part)
            os.link(part, destination)  # unlike a rename, it overwrites nothing
            _sync(destination.parent)
    finally:
        part.unlink(missing_ok=True)
    return Copy(destination, destination.stat().st_size)


def keep_newest(database: Path, folder: Path, count: int) -> list[Path]:
    """Deletes all copies in the folder but the newest so many, judged by their names; which these were.

    What a backup left that was killed goes with those of its time.
    """
    found = sorted(folder.glob(f"{database.stem}-{_STAMP}{database.suffix}*"))
    whole = [file for file in found if file.suffix == database.suffix]
    if len(whole) <= count:
        return []
    old = [file for file in found if file.name < whole[-count].name]
    with _refusing(folder):
        for file in old:
            file.unlink()
    return [file for file in old if file in whole]


def restore(backup: Path, database: Path, clock: Clock, mark: Callable[[Transaction], object]) -> Restored:
    """Puts a copy of the backup in the place of the database, which is kept under a dated name.

    `mark` writes into the copy before it becomes the database. The caller holds the daemon's lock file.
    Raises StoreRefused; then the database is as it was.
    """
    new = database.with_name(f"{database.name}.restoring")
    new.unlink(missing_ok=True)
    try:
        schema = _take_copy(backup, new, clock, mark)
        with _refusing(database):
            kept = _keep(database, clock.now())
            new.replace(database)
            _sync(database.parent)
    finally:
        new.unlink(missing_ok=True)
    return Restored(schema, kept)


def _take_copy(backup: Path, new: Path, clock: Clock, mark: Callable[[Transaction], object]) -> int:
    with _refusing(new):
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with _refusing(backup), closing(_open_backup(backup)) as source, closing(connect(new)) as copy:
        schema = _schema(source, backup)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, which can be put in place by one rename
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        _require_whole(copy, backup)
        copy.execute("BEGIN IMMEDIATE")
        mark(Transaction(copy, clock.now()))
        copy.execute("COMMIT")
    _sync(new)
    return schema


def _open_backup(backup: Path) -> sqlite3.Connection:
    if not backup.is_file():
        raise StoreRefused(f"There is no file {backup}.")
    # A copy with a log of its own is read with it; any other is left alone, without files beside it.
    how = "mode=ro" if backup.with_name(f"{backup.name}-wal").exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"{backup.absolute().as_uri()}?{how}", uri=True, isolation_level=None)


def _keep(database: Path, now: Instant) -> Path | None:
    """Gives the database a dated name, too, and moves its log there.

    Nothing is opened: of a damaged database SQLite would throw the log away, which may be all that is left.
    """
    if not database.exists():
        return None
    kept = database.with_name(name_at(database, now, "replaced-"))
    os.link(database, kept)
    for suffix in _SUFFIXES:  # under the name of another database they would spoil it
        with contextlib.suppress(FileNotFoundError):
            database.with_name(database.name + suffix).rename(kept.with_name(kept.name + suffix))
    return kept


def _schema(connection: sqlite3.Connection, file: Path) -> int:
    """Raises StoreRefused when it is no database of ours, or a newer one."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables >= _OURS:
        raise StoreRefused(f"{file} is no database of dialer.")
    schema: int = connection.execute("PRAGMA user_version").fetchone()[0]
    newest = max(scripts())
    if schema > newest:
        raise StoreRefused(
            f"{file} has schema {schema}, this version knows {newest}: it was written by a newer version."
            " Install that one, or take an older backup."
        )
    return schema


def _require_whole(copy: sqlite3.Connection, file: Path) -> None:
    complaint = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if complaint != "ok":
        raise StoreRefused(f"{file} is damaged: {complaint}. `dialer db check` says more.")


@contextlib.contextmanager
def _refusing(file: Path) -> Iterator[None]:
    """What the disk or SQLite finds wrong, as a sentence that names the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreRefused(f"{file} cannot be used: {error}.") from error
    except OSError as error:
        raise StoreRefused(f"{file} cannot be written: {error.strerror}.") from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
