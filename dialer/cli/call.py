"""`dialer call …` and `dialer why`."""

import json as json_text
from typing import Annotated

import typer

from dialer.api.wire.call_answer import CallAnswer, CallList, CallPage
from dialer.api.wire.contact_answer import ContactPage
from dialer.cli import show
from dialer.cli.client import as_, part, talk
from dialer.cli.dial import dial, hangup
from dialer.cli.failure import Failed
from dialer.cli.options import AsJson, CampaignReference, ConfigPath, Limit

app = typer.Typer(no_args_is_help=True, help="Calls, and messages of SMS campaigns.")
app.command()(dial)
app.command()(hangup)


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    campaign: Annotated[str | None, typer.Option(help="Of this campaign alone, the oldest first.")] = None,
    status: Annotated[str | None, typer.Option(help="connecting, ringing, completed, no_answer, …")] = None,
    limit: Limit = 20,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Lists calls, the newest first."""
    path = f"/campaigns/{part(campaign)}/calls" if campaign else "/v2/calls"
    text = talk(ctx, config, lambda client: client.get(path, status=status, limit=limit))
    if json:
        show.as_json(text)
        return
    calls = as_(CallPage, text).calls if campaign else as_(CallList, text).calls
    show.table(
        ["ID", "TO", "STATUS", "OUTCOME", "TRY", "CAMPAIGN", "CREATED", "SECONDS"],
        (
            (
                one.id,
                one.to,
                one.status,
                one.outcome,
                one.n,
                one.campaign_id,
                one.created_at,
                one.duration_seconds,
            )
            for one in calls
        ),
    )


@app.command("show")
def show_(
    ctx: typer.Context,
    call: Annotated[str, typer.Argument(metavar="CALL", show_default=False)],
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Shows one call."""
    text = talk(ctx, config, lambda client: client.get(f"/v2/calls/{part(call)}"))
    if json:
        show.as_json(text)
        return
    show.fields(as_(CallAnswer, text))


def why(
    ctx: typer.Context,
    campaign: CampaignReference,
    phone: Annotated[str, typer.Argument(metavar="PHONE", help="+12025550100", show_default=False)],
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Says in one sentence why this contact is not being called now."""
    path = f"/campaigns/{part(campaign)}/contacts"
    text = talk(ctx, config, lambda client: client.get(path, phone=phone))
    found = as_(ContactPage, text).contacts
    if not found:
        raise Failed(f"{phone} is no contact of {campaign}.")
    if json:
        show.as_json(json_text.dumps(json_text.loads(text)["contacts"][0]))
        return
    contact = found[0]
    typer.echo(contact.reason or f"{contact.phone} is being called now.")
