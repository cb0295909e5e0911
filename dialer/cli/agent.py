"""`dialer agent …`: the voice agents that calls are connected to."""

from typing import Annotated

import typer

from dialer.api.wire.agent import AgentAnswer, AgentList
from dialer.cli import show
from dialer.cli.client import as_, part, talk
from dialer.cli.options import AsJson, ConfigPath

app = typer.Typer(no_args_is_help=True, help="Agents that answered calls are connected to.")


@app.command("list")
def list_(ctx: typer.Context, *, json: AsJson = False, config: ConfigPath = None) -> None:
    """Lists agents: those of the configuration file, then those made over the API."""
    text = talk(ctx, config, lambda client: client.get("/v2/agents"))
    if json:
        show.as_json(text)
        return
    show.table(
        ["ID", "NUMBER", "NAME", "VOICE", "SMS", "CONNECT", "SOURCE"],
        (
            (one.id, one.numeric_id, one.name, one.voiceEnabled, one.smsEnabled, one.connect.kind, one.source)
            for one in as_(AgentList, text).agents
        ),
    )


@app.command("show")
def show_(
    ctx: typer.Context,
    agent: Annotated[
        str, typer.Argument(metavar="AGENT", help="Its id (ag_…) or its number.", show_default=False)
    ],
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Shows one agent."""
    text = talk(ctx, config, lambda client: client.get(f"/v2/agents/{part(agent)}"))
    if json:
        show.as_json(text)
        return
    found = as_(AgentAnswer, text)
    at = found.connect.model_dump(exclude_none=True)
    show.fields((name, at if name == "connect" else value) for name, value in found)
