"""Contacts that come as a stream: read and checked a batch at a time."""

from dataclasses import dataclass

from dialer.domain.clock import HOUR

REJECTS_KEPT = 7 * 24 * HOUR


@dataclass(frozen=True, slots=True)
class Reject:
    """An entry that could not be taken."""

    line: int
    """Of the file, from 1; in a JSON array the place of the entry, from 1."""
    column: str | None
    value: str | None
    """What stands in that column, cut where it is long."""
    reason: str
    row: str
    """The entry as JSON: an array (a row of a CSV file), an object by column, a string (neither)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A few hundred entries.

    As texts, since they come from another process and go into the database: a million objects that cross
    over would hold the interpreter, and texts do not.
    """

    people: str
    """A JSON array that holds an array for each: phone, first_name, last_name, name, email, timezone,
    variables (JSON, or null), whether the number is usable, the names of what is filled."""
    rejects: str
    """A JSON array that holds an array for each Reject, its fields in their order."""
    columns: tuple[str, ...] = ()
    """Of the rejects."""
