"""`dialer key …`: on the database file itself, whether a daemon runs or not."""

import json as json_text
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from dialer.api.wire.faults import guess
from dialer.cli import show
from dialer.cli.failure import USED_WRONGLY, Failed
from dialer.cli.options import AsJson, ConfigPath, configuration
from dialer.cli.when import moment, span
from dialer.domain.clock import Instant, SystemClock
from dialer.domain.schedule import format_instant
from dialer.domain.scope import Scope
from dialer.service import keys
from dialer.service.keys import NewKey
from dialer.store import direct
from dialer.store.keys import Key
from dialer.store.unit import Transaction

app = typer.Typer(no_args_is_help=True, help="API keys, on the database file: works without a daemon.")

KeyId = Annotated[int, typer.Argument(metavar="ID", help="As `key list` shows it.", show_default=False)]

T = TypeVar("T")

_LONGEST_NAME = 200


@app.command()
def create(
    ctx: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="What it is for.", show_default=False)],
    scope: Annotated[
        list[str] | None,
        typer.Option(help=f"What it may do; may be said several times: {', '.join(Scope)}. Unsaid: admin."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="WHEN", help="2027-01-31T00:00:00Z, or 30d. Unsaid: never.")
    ] = None,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Makes a key, which counts at once; it is the last line of standard output, and shown only now."""
    wanted = name.strip()
    if not wanted.isprintable() or not 0 < len(wanted) <= _LONGEST_NAME:
        raise Failed(f"--name needs 1 to {_LONGEST_NAME} characters that can be printed.", code=USED_WRONGLY)
    scopes = _scopes(scope or [Scope.ADMIN])
    until = None if expires is None else moment(expires, "--expires", SystemClock().now())
    database = configuration(ctx, config).database
    _print_new(_on_file(database, lambda tx: keys.create(tx, wanted, scopes, until)), json=json)


@app.command("list")
def list_(ctx: typer.Context, *, json: AsJson = False, config: ConfigPath = None) -> None:
    """Lists keys, revoked ones too, never the keys themselves."""
    found = _on_file(_existing(ctx, config), keys.every)
    if json:
        show.as_json(json_text.dumps({"keys": [_record(key) for key in found]}))
        return
    rows = (tuple(({**_record(key), "scopes": " ".join(key.scopes)}).values()) for key in found)
    show.table(["ID", "NAME", "SCOPES", "CREATED", "EXPIRES", "LAST USED", "REVOKED"], rows)


@app.command()
def rotate(
    ctx: typer.Context,
    key: KeyId,
    *,
    grace: Annotated[
        str, typer.Option(metavar="SPAN", help="How long the old one still counts: 24h.")
    ] = "0s",
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Makes a new key with the name, scopes and lifetime of another, which then expires."""
    length = span(grace, "--grace")
    _print_new(_on_file(_existing(ctx, config), lambda tx: keys.rotate(tx, key, length)), json=json)


@app.command()
def revoke(
    ctx: typer.Context,
    key: KeyId,
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


def _scopes(words: Sequence[str]) -> tuple[Scope, ...]:
    """Each once, in the order of `Scope`. Raises Failed with every word that is none."""
    known = list(map(str, Scope))
    wrong = [f"--scope: there is no {word!r}{guess(word, known)}" for word in words if word not in known]
    if wrong:
        raise Failed(*wrong, f"Scopes are {', '.join(known)}.", code=USED_WRONGLY)
    return tuple(scope for scope in Scope if scope in words)


def _print_new(new: NewKey, *, json: bool) -> None:
    if json:
        show.as_json(json_text.dumps({**_record(new.key), "key": new.token}))
        return
    sentence = f"Key {new.key.id} ({new.key.name}) is made; this is the only time that it is shown."
    typer.echo(sentence, err=True)
    typer.echo(new.token)


def _record(key: Key) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "created_at": _shown(key.created_at),
        "expires_at": _shown(key.expires_at),
        "last_used_at": _shown(key.last_used_at),
        "revoked_at": _shown(key.revoked_at),
    }


def _shown(at: Instant | None) -> str | None:
    return None if at is None else format_instant(at)
