"""`dialer db …`: the database file, and copies of it."""

import json as json_text
from pathlib import Path
from typing import Annotated

import typer

from dialer.api.upkeep import Pruned
from dialer.cli import show
from dialer.cli.client import as_, talk
from dialer.cli.examine import tell
from dialer.cli.failure import USED_WRONGLY, Failed
from dialer.cli.options import AsJson, ConfigPath, configuration
from dialer.config.model import Config
from dialer.domain.clock import SystemClock
from dialer.domain.errors import StoreRefused
from dialer.service import holds
from dialer.store import audit, backup, direct
from dialer.store.unit import Transaction

app = typer.Typer(no_args_is_help=True, help="The database file, and copies of it.")

_NEXT = """\
Dialling is held: the copy does not know of calls that were placed after it was made.
1. Start the daemon. It answers, and dials nobody.
2. Cancel or pause the campaigns that ran meanwhile: `dialer campaign list`.
3. Revoke again the keys that were revoked meanwhile: `dialer key list`.
4. `dialer confirm` lets dialling go on.""".splitlines()


@app.command("backup")
def backup_(
    ctx: typer.Context,
    destination: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="A new file. Otherwise dialer-YYYYMMDDThhmmssZ.db in the folder that store.backups names.",
            show_default=False,
        ),
    ] = None,
    *,
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="Then delete the oldest copies there but so many; not with a FILE."),
    ] = None,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Copies the database into a new file and checks the copy; safe while the daemon runs."""
    if destination is not None and keep is not None:
        raise Failed(
            "--keep is for copies that get their names by themselves; leave FILE out.", code=USED_WRONGLY
        )
    found = configuration(ctx, config)
    database = _existing(found)
    deleted: list[Path] = []
    if destination is None:
        folder = found.backup_folder
        _make(folder)
        made = backup.back_up(database, folder / backup.name_at(database, SystemClock().now()))
        deleted = backup.keep_newest(database, folder, keep) if keep else []
    else:
        made = backup.back_up(database, destination)
    if json:
        document = {"path": str(made.path), "bytes": made.size, "deleted": [str(file) for file in deleted]}
        show.as_json(json_text.dumps(document))
        return
    typer.echo(f"{made.path} ({_size(made.size)}), checked.")
    for file in deleted:
        typer.echo(f"{file} is deleted.")


@app.command()
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `db backup` made.", show_default=False)],
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Puts a backup in the place of the database, which is kept, and holds dialling until `confirm`."""
    database = configuration(ctx, config).database

    def mark(tx: Transaction) -> None:
        holds.mark_restored(tx, file.name)

    with direct.without_a_daemon(database):
        restored = backup.restore(file, database, SystemClock(), mark)
    kept = None if restored.kept is None else str(restored.kept)
    if json:
        document = {
            "database": str(database),
            "from": str(file),
            "schema": restored.schema,
            "kept": kept,
            "next": _NEXT,
        }
        show.as_json(json_text.dumps(document))
        return
    typer.echo(f"{database} is what {file} was." + (f" What it was before is {kept}." if kept else ""))
    for line in _NEXT:
        typer.echo(line)


@app.command()
def check(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A backup, in the place of the database.", show_default=False),
    ] = None,
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Checks the whole file and what it says, daemon running or not; 1 when something is wrong."""
    if file is None:
        file = _existing(configuration(ctx, config))
    elif not file.is_file():
        raise Failed(f"There is no file {file}.")
    raise typer.Exit(tell(audit.findings(file, SystemClock(), audit.audit), json=json))


@app.command()
def migrate(ctx: typer.Context, *, json: AsJson = False, config: ConfigPath = None) -> None:
    """Brings the file to this version's schema, as the next start of the daemon would."""
    database = _existing(configuration(ctx, config))
    with direct.without_a_daemon(database):
        before, after = direct.migrate(database)
    if json:
        show.as_json(json_text.dumps({"from": before, "to": after}))
    elif before == after:
        typer.echo(f"{database} has schema {after} already.")
    else:
        typer.echo(f"{database} had schema {before}, and now has {after}.")


@app.command()
def prune(
    ctx: typer.Context,
    *,
    older_than: Annotated[int, typer.Option(min=1, metavar="DAYS", help="For events, in days.")] = 14,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Has the daemon delete now what it deletes daily: old events, and answers kept for repeated requests."""
    text = talk(ctx, config, lambda client: client.post("/housekeeping", older_than_days=older_than))
    if json:
        show.as_json(text)
        return
    pruned = as_(Pruned, text)
    typer.echo(f"{pruned.events} events and {pruned.receipts} kept answers are deleted.")


def _existing(config: Config) -> Path:
    if not config.database.exists():
        raise Failed(f"There is no database {config.database}; the first `dialer serve` makes it.")
    return config.database


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreRefused(f"{folder} cannot be made: {error.strerror}.") from None


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB"
