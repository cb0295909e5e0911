"""What a piece of work in the store is given: a view to read, or a transaction to write."""

import dataclasses
import json
import sqlite3

from dialer.domain.clock import Instant
from dialer.domain.events import AttemptEvent, Event

_INSERT_EVENT = "INSERT INTO event (at, kind, campaign, contact, attempt, data) VALUES (?, ?, ?, ?, ?, ?)"
_COLUMNS = frozenset({"campaign", "contact", "attempt"})
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
        """Writes the event beside the rows it tells of; readers wake once both are committed."""
        contact, attempt = None, None
        if isinstance(event, AttemptEvent):
            contact, attempt = event.contact, event.attempt
        rest = {
            field.name: getattr(event, field.name)
            for field in dataclasses.fields(event)
            if field.name not in _COLUMNS
        }
        data = json.dumps(rest) if rest else "{}"
        self.execute(_INSERT_EVENT, (self.now, event.kind, event.campaign, contact, attempt, data))
        self.events.append(event)


def key_of(reference: str) -> int:
    """A numeric id written as text; -1, which is nobody's, when it is none."""
    is_key = reference.isascii() and reference.isdigit() and len(reference) <= _LONGEST_KEY
    return int(reference) if is_key else -1
