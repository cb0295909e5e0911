"""Writes down the schema of the newest migration: `python -m tests.store.schema_dump`, once a release."""

import contextlib
import sqlite3
from pathlib import Path

from dialer.store.migrate import migrate, scripts

FOLDER = Path(__file__).parent / "schema"


def dump(connection: sqlite3.Connection) -> str:
    """Every table and index as the file names it, in a stable order."""
    rows = connection.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        " ORDER BY type DESC, name"
    )
    return "".join(f"{row[0]};\n" for row in rows)


def main() -> None:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate(connection)
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{max(scripts()):04}.sql").write_text(dump(connection))


if __name__ == "__main__":
    main()
