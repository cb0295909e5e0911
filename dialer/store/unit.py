"""What a piece of work in the store is given: a view to read, or a transaction to write."""

import json
import sqlite3
from collections.abc import Sequence

from dialer.domain.clock import Instant
from dialer.domain.events import AttemptEvent, Event

_LONGEST_KEY = 18
"""Digits; more do not fit SQLite's integers."""


class Snapshot:
    """A consistent view of the file, for reading. `now` is the instant at which it was taken."""

    def __init__(self, connection: sqlite3.Connection, now: Instant) -> None:
        self.execute = connection.execute
        self.now = now


class Transaction(Snapshot):
    """A view that may also write."""

    def __init__(self, connection: sqlite3.Connection, now: Instant) -> None:
        super().__init__(connection, now)
        self.executemany = connection.executemany
        self.events: list[Event] = []

    def record(self, event: Event) -> None:
        """The event is committed with the rows it tells of; readers wake once both are."""
        self.events.append(event)


def write_events(connection: sqlite3.Connection, now: Instant, events: Sequence[Event]) -> None:
    """Appends the events of a group of transactions by one statement."""
    rows = json.dumps([_row(event) for event in events])
    connection.execute(
        "INSERT INTO event (at, kind, campaign, contact, attempt, data)"
        " SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value -> 4 FROM json_each(?)"
        " ORDER BY key",
        (now, rows),
    )


def _row(event: Event) -> tuple[object, ...]:
    contact, attempt = (event.contact, event.attempt) if isinstance(event, AttemptEvent) else (None, None)
    # The slots of a dataclass are its own fields; what it inherits has columns.
    rest = {name: getattr(event, name) for name in type(event).__slots__}
    return (event.kind, event.campaign, contact, attempt, rest)


def key_of(reference: str) -> int:
    """A numeric id written as text; -1, which is nobody's, when it is none."""
    is_key = reference.isascii() and reference.isdigit() and len(reference) <= _LONGEST_KEY
    return int(reference) if is_key else -1
