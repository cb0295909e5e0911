"""`dialer key …`: on the database file itself, whether a daemon runs or not."""

import json as json_text
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from dialer.cli import show
from dialer.cli.failure import USED_WRONGLY, Failed
from dialer.cli.options import AsJson, ConfigPath, configuration
from dialer.domain.clock import SystemClock
from dialer.domain.schedule import format_instant
from dialer.service import keys
from dialer.store import direct
from dialer.store.keys import Key
from dialer.store.unit import Transaction

app = typer.Typer(no_args_is_help=True, help="API keys, on the database file: works without a daemon.")

T = TypeVar("T")

_LONGEST_NAME = 200


@app.command()
def create(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="What it is for.", show_default=False)],
    scope: Annotated[list[str] | None, typer.Option(help="Not supported by this version.")] = None,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Makes a key, which counts at once; it is the last line of standard output, and shown only now."""
    if scope:
        raise Failed("Scopes are not supported by this version; a key may do everything.", code=USED_WRONGLY)
    wanted = name.strip()
    if not wanted.isprintable() or not 0 < len(wanted) <= _LONGEST_NAME:
        raise Failed(f"--name needs 1 to {_LONGEST_NAME} characters that can be printed.", code=USED_WRONGLY)
    new = _on_file(configuration(ctx, config).database, lambda tx: keys.create(tx, wanted))
    if json:
        show.as_json(json_text.dumps({**_record(new.key), "key": new.token}))
        return
    typer.echo(
        f"Key {new.key.id} ({new.key.name}) is made; this is the only time that it is shown.", err=True
    )
    typer.echo(new.token)


@app.command("list")
def list_(ctx: typer.Context, *, json: AsJson = False, config: ConfigPath = None) -> None:
    """Lists keys, revoked ones too, never the keys themselves."""
    found = _on_file(_existing(ctx, config), keys.every)
    if json:
        show.as_json(json_text.dumps({"keys": [_record(key) for key in found]}))
        return
    rows = (tuple(_record(key).values()) for key in found)
    show.table(["ID", "NAME", "CREATED", "REVOKED"], rows)


@app.command()
def revoke(
    ctx: typer.Context,
    key: Annotated[int, typer.Argument(metavar="ID", help="As `key list` shows it.", show_default=False)],
    *,
    config: ConfigPath = None,
) -> None:
    """Revokes a key; the next request with it is refused."""
    revoked = _on_file(_existing(ctx, config), lambda tx: keys.revoke(tx, key))
    typer.echo(f"Key {revoked.id} ({revoked.name}) is revoked.")


def _on_file(database: Path, work: Callable[[Transaction], T]) -> T:
    return direct.transact(database, SystemClock(), work)


def _existing(ctx: typer.Context, config: Path | None) -> Path:
    database = configuration(ctx, config).database
    if not database.exists():
        raise Failed(f"There is no database {database}, and so no key; `dialer key create` makes both.")
    return database


def _record(key: Key) -> dict[str, object]:
    revoked = None if key.revoked_at is None else format_instant(key.revoked_at)
    return {
        "id": key.id,
        "name": key.name,
        "created_at": format_instant(key.created_at),
        "revoked_at": revoked,
    }
