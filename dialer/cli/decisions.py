"""`dialer campaign delete` and `requeue`: what only a person decides."""

import json as json_text
import sys
from typing import Annotated

import typer

from dialer.api.wire.campaign_answer import CampaignAnswer
from dialer.api.wire.contact_answer import ContactAnswer
from dialer.cli import show
from dialer.cli.client import as_, part, talk
from dialer.cli.failure import Failed
from dialer.cli.options import AsJson, CampaignReference, ConfigPath


def delete(
    ctx: typer.Context,
    campaign: CampaignReference,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, on a terminal either.")] = False,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Hides a draft, or a campaign that is over, and erases its contacts' data for good."""
    path = f"/campaigns/{part(campaign)}"
    found = as_(CampaignAnswer, talk(ctx, config, lambda client: client.get(path)))
    if not (yes or json) and sys.stdin.isatty():
        of_whom = f"and the data of its contacts ({found.total_contacts})"
        asked = f"Delete {found.id} ({found.name}) {of_whom} for good?"
        if not typer.confirm(asked, err=True):
            raise Failed("Nothing was deleted.")
    talk(ctx, config, lambda client: client.delete(path))
    if json:
        show.as_json(json_text.dumps({"id": found.id, "deleted": True}))
    else:
        typer.echo(f"{found.id} is deleted; the data of its contacts is being erased.")


def requeue(
    ctx: typer.Context,
    campaign: CampaignReference,
    phone: Annotated[str, typer.Argument(metavar="PHONE", help="+12025550100", show_default=False)],
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Calls a held contact once more; a completed campaign goes on for it."""
    path = f"/campaigns/{part(campaign)}/contacts/{part(phone)}/requeue"
    text = talk(ctx, config, lambda client: client.post(path))
    if json:
        show.as_json(text)
        return
    contact = as_(ContactAnswer, text)
    typer.echo(f"{contact.phone} is requeued. {contact.reason or 'It is being called.'}")
