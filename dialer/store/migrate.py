"""Brings a database file to the schema of this version: numbered scripts, `PRAGMA user_version`."""

import re
import sqlite3
from importlib import resources

from dialer.domain.errors import StoreRefused
from dialer.domain.keyed import keyed_hash, new_hash_key

_SCRIPT = re.compile(r"(\d{4})_\w+\.sql\Z")


def scripts() -> dict[int, str]:
    """Every migration there is, by its number."""
    found: dict[int, str] = {}
    for file in resources.files("dialer.store.migrations").iterdir():
        if match := _SCRIPT.match(file.name):
            found[int(match[1])] = file.read_text("utf-8")
    return dict(sorted(found.items()))


def version(connection: sqlite3.Connection) -> int:
    """The schema that the file has; 0 where it has none yet."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def migrate(connection: sqlite3.Connection) -> None:
    """Runs what is missing, each script in one transaction.

    Raises StoreRefused when the file was written by a newer version.
    """
    known = scripts()
    present = version(connection)
    newest = max(known)
    if present > newest:
        raise StoreRefused(
            f"The database has schema {present}, this version knows {newest}: it was written by a newer "
            "version. Install that one, or restore an older backup."
        )
    connection.create_function("new_hash_key", 0, new_hash_key)
    connection.create_function("keyed_hash", 2, keyed_hash)
    for number, script in known.items():
        if number > present:
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
