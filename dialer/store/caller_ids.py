"""The caller_id table: numbers that calls may come from, made over the API."""

import dataclasses
import sqlite3

from dialer.domain.policy import CallerId, Source
from dialer.store.unit import Snapshot, Transaction

FIRST_NUMERIC_ID = 1001
"""Below it, those of the configuration file are counted."""


def insert(tx: Transaction, caller_id: CallerId) -> CallerId:
    """The caller id with the numeric id that it got."""
    cursor = tx.execute(
        "INSERT INTO caller_id (public_id, number, name, verified, carrier, calls_per_second, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (caller_id.id, caller_id.number, *_columns(caller_id), tx.now),
    )
    return dataclasses.replace(caller_id, numeric_id=_numeric_id(cursor.lastrowid or 0))


def save(tx: Transaction, caller_id: CallerId) -> None:
    tx.execute(
        "UPDATE caller_id SET name = ?, verified = ?, carrier = ?, calls_per_second = ? WHERE public_id = ?",
        (*_columns(caller_id), caller_id.id),
    )


def delete(tx: Transaction, public_id: str) -> None:
    tx.execute("DELETE FROM caller_id WHERE public_id = ?", (public_id,))


def get(view: Snapshot, public_id: str) -> CallerId | None:
    row = view.execute("SELECT * FROM caller_id WHERE public_id = ?", (public_id,)).fetchone()
    return _from_row(row) if row else None


def every(view: Snapshot) -> list[CallerId]:
    """Oldest first."""
    return [_from_row(row) for row in view.execute("SELECT * FROM caller_id ORDER BY id")]


def _numeric_id(row_id: int) -> int:
    return FIRST_NUMERIC_ID - 1 + row_id


def _columns(caller_id: CallerId) -> tuple[object, ...]:
    return caller_id.name, caller_id.verified, caller_id.carrier, caller_id.calls_per_second


def _from_row(row: sqlite3.Row) -> CallerId:
    return CallerId(
        number=row["number"],
        verified=bool(row["verified"]),
        id=row["public_id"],
        numeric_id=_numeric_id(row["id"]),
        name=row["name"],
        carrier=row["carrier"],
        calls_per_second=row["calls_per_second"],
        source=Source.API,
    )
