"""API keys: who may talk to the daemon."""

import asyncio
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dialer.domain.clock import Instant
from dialer.domain.errors import DialerError, NotFound
from dialer.domain.keyed import keyed_hash
from dialer.domain.schedule import format_instant
from dialer.domain.scope import Scope
from dialer.store import keys, settings
from dialer.store.db import Store
from dialer.store.keys import Key
from dialer.store.unit import Snapshot, Transaction

_BYTES = 32
_TOKEN = re.compile(r"dk_[A-Za-z0-9_-]{43}")
_PREFIX = 12
"""Digits of a digest that are looked up by; the rest is compared in constant time."""
_FIRST = "first key, made by serve"
_EVERYTHING = (Scope.ADMIN,)


class KeyRefused(DialerError):
    """A token that opens nothing: unknown, revoked or expired, as the sentence says."""


class KeyOver(DialerError):
    """A key that is revoked or has expired cannot be replaced."""


@dataclass(frozen=True, slots=True)
class NewKey:
    key: Key
    token: str
    """`dk_` and 43 characters; shown once and stored nowhere."""


def create(
    tx: Transaction, name: str, scopes: Sequence[Scope] = _EVERYTHING, expires_at: Instant | None = None
) -> NewKey:
    return _insert(tx, name, _new_token(), scopes, expires_at)


def rotate(tx: Transaction, key_id: int, grace: int = 0) -> NewKey:
    """A new key of the same name, scopes and lifetime; the old one expires after `grace` ms.

    Raises NotFound, KeyOver.
    """
    old = keys.get(tx, key_id)
    if old is None:
        raise NotFound("key", str(key_id))
    if (over := _why_over(old, tx.now)) is not None:
        raise KeyOver(f"Key {key_id} {over}; make a new one.")
    keys.expire(tx, key_id, tx.now + grace)
    lifetime = None if old.expires_at is None else old.expires_at - old.created_at
    return create(tx, old.name, old.scopes, None if lifetime is None else tx.now + lifetime)


def note_use(tx: Transaction, key_id: int) -> None:
    """It was used just now."""
    keys.note_use(tx, key_id)


def every(view: Snapshot) -> list[Key]:
    """Revoked ones too, oldest first."""
    return keys.every(view)


def revoke(tx: Transaction, key_id: int) -> Key:
    """The next request with it is refused. Raises NotFound."""
    revoked = keys.revoke(tx, key_id)
    if revoked is None:
        raise NotFound("key", str(key_id))
    return revoked


async def authenticate(store: Store, token: str) -> Key:
    """The key behind a token, read anew each time, so that creating and revoking count at once.

    Raises KeyRefused, StoreUnavailable.
    """
    if not _TOKEN.fullmatch(token):
        raise KeyRefused("This API key is not known.")
    return await store.read(lambda view: recognise(view, token))


async def still_counts(store: Store, key: Key) -> bool:
    """Whether the key is neither revoked nor expired, for a request that lasts. Raises StoreUnavailable."""

    def work(view: Snapshot) -> bool:
        found = keys.get(view, key.id)
        return found is not None and _why_over(found, view.now) is None

    return await store.read(work)


def recognise(view: Snapshot, token: str) -> Key:
    """The key behind a token. Raises KeyRefused."""
    digest = _digest(view, token)
    for stored, key in keys.by_prefix(view, digest[:_PREFIX]):
        if hmac.compare_digest(stored, digest):
            if (over := _why_over(key, view.now)) is not None:
                raise KeyRefused(f"This API key {over}.")
            return key
    raise KeyRefused("This API key is not known.")


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


def _insert(
    tx: Transaction,
    name: str,
    token: str,
    scopes: Sequence[Scope] = _EVERYTHING,
    expires_at: Instant | None = None,
) -> NewKey:
    made = keys.insert(tx, name, _digest(tx, token), scopes=scopes, expires_at=expires_at)
    return NewKey(made, token)


def _why_over(key: Key, now: Instant) -> str | None:
    if key.revoked_at is not None:
        return f"was revoked at {format_instant(key.revoked_at)}"
    if key.expires_at is not None and key.expires_at <= now:
        return f"expired at {format_instant(key.expires_at)}"
    return None


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
