"""API keys: the rows. A key itself is never stored, only its digest."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dialer.domain.clock import Instant
from dialer.domain.scope import Scope
from dialer.store.unit import Snapshot, Transaction

_COLUMNS = "id, name, scopes, created_at, expires_at, last_used_at, revoked_at"
_AFTER_HEX = "g"


@dataclass(frozen=True, slots=True)
class Key:
    id: int
    name: str
    scopes: tuple[Scope, ...]
    created_at: Instant
    expires_at: Instant | None
    last_used_at: Instant | None
    """Within about a minute."""
    revoked_at: Instant | None


def insert(
    tx: Transaction,
    name: str,
    digest: str,
    *,
    scopes: Iterable[Scope] = (Scope.ADMIN,),
    expires_at: Instant | None = None,
) -> Key:
    row = tx.execute(
        "INSERT INTO api_key (name, digest, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?)"
        f" RETURNING {_COLUMNS}",
        (name, digest, " ".join(scopes), tx.now, expires_at),
    ).fetchone()
    return _key(row)


def by_prefix(view: Snapshot, prefix: str) -> list[tuple[str, Key]]:
    """Every key, revoked and expired ones too, whose digest begins so, each after its whole digest."""
    rows = view.execute(
        f"SELECT digest, {_COLUMNS} FROM api_key WHERE digest >= ? AND digest < ?",
        (prefix, prefix + _AFTER_HEX),
    )
    return [(row["digest"], _key(row)) for row in rows]


def get(view: Snapshot, key_id: int) -> Key | None:
    row = view.execute(f"SELECT {_COLUMNS} FROM api_key WHERE id = ?", (key_id,)).fetchone()
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


def expire(tx: Transaction, key_id: int, at: Instant) -> None:
    """No later than this; a key that expires earlier keeps its time."""
    tx.execute(
        "UPDATE api_key SET expires_at = min(coalesce(expires_at, ?1), ?1) WHERE id = ?2", (at, key_id)
    )


def note_use(tx: Transaction, key_id: int) -> None:
    tx.execute("UPDATE api_key SET last_used_at = ? WHERE id = ?", (tx.now, key_id))


def database_of(view: Snapshot) -> Path:
    """The file that holds the keys."""
    return Path(view.execute("PRAGMA database_list").fetchone()[2])


def _key(row: sqlite3.Row) -> Key:
    words = row["scopes"].split()
    return Key(
        id=row["id"],
        name=row["name"],
        # A word that this version does not know grants nothing.
        scopes=tuple(scope for scope in Scope if scope in words),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )
