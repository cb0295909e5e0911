"""Single values that outlive the process, by name."""

from dialer.store.unit import Snapshot, Transaction

HOLD = "hold"
"""While this one is there nobody is dialled."""


def get(view: Snapshot, name: str) -> str | None:
    row = view.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def put(tx: Transaction, name: str, value: str) -> None:
    tx.execute(
        "INSERT INTO setting (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def hash_key(view: Snapshot) -> str:
    """The key of all keyed hashes, which the migration made."""
    key = get(view, "hash_key")
    if key is None:
        raise LookupError("hash_key")
    return key


def remove(tx: Transaction, name: str) -> None:
    tx.execute("DELETE FROM setting WHERE name = ?", (name,))
