"""API keys: who may talk to the daemon."""

import asyncio
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from dialer.domain.errors import NotFound
from dialer.domain.keyed import keyed_hash
from dialer.store import keys, settings
from dialer.store.db import Store
from dialer.store.keys import Key
from dialer.store.unit import Snapshot, Transaction

_BYTES = 32
_LONGEST_TOKEN = 256
_FIRST = "first key, made by serve"


@dataclass(frozen=True, slots=True)
class NewKey:
    key: Key
    token: str
    """`dk_` and 43 characters; shown once and stored nowhere."""


def create(tx: Transaction, name: str) -> NewKey:
    return _insert(tx, name, _new_token())


def every(view: Snapshot) -> list[Key]:
    """Revoked ones too, oldest first."""
    return keys.every(view)


def revoke(tx: Transaction, key_id: int) -> Key:
    """The next request with it is refused. Raises NotFound."""
    revoked = keys.revoke(tx, key_id)
    if revoked is None:
        raise NotFound("key", str(key_id))
    return revoked


async def authenticate(store: Store, token: str) -> Key | None:
    """The key behind a token, read anew each time, so that creating and revoking count at once."""
    if len(token) > _LONGEST_TOKEN:
        return None
    return await store.read(lambda view: keys.by_digest(view, _digest(view, token)))


async def first_key(store: Store, file: Path) -> NewKey | None:
    """Where there has never been a key, makes one and leaves it in `file`, readable by its owner alone.

    Where `file` may hold the key of another database beside this one, it is `key_file_of` this one instead.
    None where there are keys already. The file is written first: a key that nobody can read would lock
    everybody out.
    """
    if await store.read(keys.any_there):
        return None
    token = _new_token()
    database = await store.read(keys.database_of)
    await asyncio.to_thread(_leave, token, file, database)

    def work(tx: Transaction) -> NewKey | None:
        return None if keys.any_there(tx) else _insert(tx, _FIRST, token)

    return await store.transact(work)


def key_file_of(database: Path) -> Path:
    """The first key's file where `dialer.key` is another database's."""
    return database.with_name(f"{database.name}.key")


def _insert(tx: Transaction, name: str, token: str) -> NewKey:
    return NewKey(keys.insert(tx, name, _digest(tx, token)), token)


def _new_token() -> str:
    return f"dk_{secrets.token_urlsafe(_BYTES)}"


def _digest(view: Snapshot, token: str) -> str:
    plain = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    return keyed_hash(settings.hash_key(view), plain)


def _leave(token: str, file: Path, database: Path) -> None:
    if file.exists() and _another_is_served_beside(database):
        file = key_file_of(database)
    _write_private(file, f"{token}\n")


def _another_is_served_beside(database: Path) -> bool:
    """Judged by the lock file that each daemon leaves beside its database.

    Nothing is opened: to close a file of an open SQLite database drops the locks of the whole process on it,
    and another process then cuts the shared memory from under us.
    """
    own = f"{database.name}.lock"
    return any(lock.name != own and lock.with_suffix("").exists() for lock in database.parent.glob("*.lock"))


def _write_private(file: Path, text: str) -> None:
    beside = file.with_name(f"{file.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as new:
        new.write(text)
    beside.replace(file)
