"""`dialer number …`: the numbers that calls come from."""

import typer

from dialer.api.wire.number import NumberList
from dialer.cli import show
from dialer.cli.client import as_, talk
from dialer.cli.options import AsJson, ConfigPath

app = typer.Typer(no_args_is_help=True, help="Numbers that calls come from.")


@app.command("list")
def list_(ctx: typer.Context, *, json: AsJson = False, config: ConfigPath = None) -> None:
    """Lists caller ids: those of the configuration file, then those made over the API."""
    text = talk(ctx, config, lambda client: client.get("/phone-numbers"))
    if json:
        show.as_json(text)
        return
    show.table(
        ["ID", "NUMBER", "NAME", "VERIFIED", "DEFAULT", "CARRIER", "CALLS/S", "SOURCE"],
        (
            (
                one.id,
                one.number,
                one.name,
                one.verified,
                one.default,
                one.carrier,
                one.calls_per_second or None,
                one.source,
            )
            for one in as_(NumberList, text).phone_numbers
        ),
    )
