"""The side file of a database: how far it had come, so that an older copy in its place is noticed.

It never says more than the database has committed, so a crash between a commit and its mark alarms nobody.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from dialer.domain.keyed import keyed_hash
from dialer.store import settings
from dialer.store.unit import Snapshot, Transaction

_GENERATION = "generation"


@dataclass(frozen=True, slots=True)
class Mark:
    database: str
    """The same in every copy of a database, and in no other one."""
    generation: int
    """How often an operator has confirmed a copy that was put in its place."""
    attempt: int
    """The numeric id of the newest attempt that there has ever been."""

    def is_beyond(self, other: "Mark") -> bool:
        """Whether this one was made later in the life of the same database."""
        mine, theirs = (self.generation, self.attempt), (other.generation, other.attempt)
        return self.database == other.database and mine > theirs


def of(view: Snapshot) -> Mark:
    # Not max(numeric_id): rows may be deleted, the sequence never goes back.
    row = view.execute("SELECT seq FROM sqlite_sequence WHERE name = 'attempt'").fetchone()
    return Mark(
        database=keyed_hash(settings.hash_key(view), "mark"),
        generation=int(settings.get(view, _GENERATION) or 0),
        attempt=0 if row is None else int(row[0]),
    )


def begin_generation(tx: Transaction) -> None:
    """From now on the database is beyond every mark that it has left so far."""
    settings.put(tx, _GENERATION, str(of(tx).generation + 1))


def file_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.mark")


def read(file: Path) -> Mark | None:
    """None where there is none, or it cannot be understood."""
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(found, Mapping):
        return None
    match (found.get("database"), found.get("generation"), found.get("attempt")):
        case (str(database), int(generation), int(attempt)):
            return Mark(database, generation, attempt)
        case _:
            return None


def advance(file: Path, mark: Mark) -> None:
    """Writes the mark unless the file says the same, or more. Raises OSError.

    Nothing waits for the disk: after a power loss the mark may be an older one, which alarms nobody.
    """
    present = read(file)
    if present == mark or (present is not None and present.is_beyond(mark)):
        return
    beside = file.with_name(f"{file.name}.new")
    beside.write_text(f"{json.dumps(asdict(mark))}\n", "ascii")
    beside.replace(file)
