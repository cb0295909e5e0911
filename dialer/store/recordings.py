"""Recordings: the carrier has them; the attempt's row says until when."""

from collections.abc import Iterable, Sequence

from dialer.domain.clock import Instant
from dialer.domain.ids import AttemptId
from dialer.store.unit import Snapshot, Transaction

_KEPT = "recording_due IS NOT NULL AND carrier = ?"


def due(view: Snapshot, carrier: str, limit: int) -> Sequence[AttemptId]:
    """Whose recordings this carrier is to delete now, those that are longest due first."""
    rows = view.execute(
        f"SELECT id FROM attempt WHERE {_KEPT} AND recording_due <= ? ORDER BY recording_due LIMIT ?",
        (carrier, view.now, limit),
    )
    return [row[0] for row in rows]


def next_due(view: Snapshot, carriers: Iterable[str]) -> Instant | None:
    """When one of them has the next to delete; None: none has any."""
    moments = [
        view.execute(f"SELECT min(recording_due) FROM attempt WHERE {_KEPT}", (carrier,)).fetchone()[0]
        for carrier in carriers
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def forget(tx: Transaction, attempts: Iterable[AttemptId]) -> None:
    """They are deleted."""
    tx.executemany(
        "UPDATE attempt SET recording_due = NULL, recording_seconds = NULL WHERE id = ?",
        [(attempt,) for attempt in attempts],
    )
