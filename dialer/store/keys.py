"""API keys: the rows. A key itself is never stored, only its digest."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from dialer.domain.clock import Instant
from dialer.store.unit import Snapshot, Transaction

_COLUMNS = "id, name, created_at, revoked_at"


@dataclass(frozen=True, slots=True)
class Key:
    id: int
    name: str
    created_at: Instant
    revoked_at: Instant | None


def insert(tx: Transaction, name: str, digest: str) -> Key:
    row = tx.execute(
        f"INSERT INTO api_key (name, digest, created_at) VALUES (?, ?, ?) RETURNING {_COLUMNS}",
        (name, digest, tx.now),
    ).fetchone()
    return _key(row)


def by_digest(view: Snapshot, digest: str) -> Key | None:
    """The key, unless it was revoked."""
    row = view.execute(
        f"SELECT {_COLUMNS} FROM api_key WHERE digest = ? AND revoked_at IS NULL", (digest,)
    ).fetchone()
    return _key(row) if row else None


def every(view: Snapshot) -> list[Key]:
    """Revoked ones too, oldest first."""
    return [_key(row) for row in view.execute(f"SELECT {_COLUMNS} FROM api_key ORDER BY id")]


def any_there(view: Snapshot) -> bool:
    return view.execute("SELECT 1 FROM api_key LIMIT 1").fetchone() is not None


def revoke(tx: Transaction, key_id: int) -> Key | None:
    """The key as it stands now; a second time changes nothing. None: there is no such key."""
    row = tx.execute(
        f"UPDATE api_key SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? RETURNING {_COLUMNS}",
        (tx.now, key_id),
    ).fetchone()
    return _key(row) if row else None


def _key(row: sqlite3.Row) -> Key:
    return Key(row["id"], row["name"], row["created_at"], row["revoked_at"])


def database_of(view: Snapshot) -> Path:
    """The file that holds the keys."""
    return Path(view.execute("PRAGMA database_list").fetchone()[2])
