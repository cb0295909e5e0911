"""`dialer confirm`: the operator's word that dialling may go on."""

import os

import typer

from dialer.api.upkeep import Confirmed
from dialer.cli import show
from dialer.cli.client import as_, talk
from dialer.cli.options import AsJson, ConfigPath, configuration
from dialer.domain.clock import SystemClock
from dialer.service import holds
from dialer.store import direct


def confirm(ctx: typer.Context, *, json: AsJson = False, config: ConfigPath = None) -> None:
    """Lets dialling go on after a restore; on the file itself where no daemon runs."""
    found = None if os.environ.get("DIALER_URL") else configuration(ctx, config)
    if found is None or direct.is_served(found.database) or not found.database.exists():
        text = talk(ctx, config, lambda client: client.post("/confirm"))
    else:
        with direct.without_a_daemon(found.database):
            released = direct.transact(found.database, SystemClock(), holds.release)
        text = Confirmed.of(released).model_dump_json()
    if json:
        show.as_json(text)
        return
    answer = as_(Confirmed, text)
    if answer.released is not None:
        typer.echo(f"Held since {answer.released.since}: {answer.released.detail}")
    typer.echo(answer.message)
