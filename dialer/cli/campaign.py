"""The campaign verbs: `dialer campaign list`, `show`, `launch` and so on."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel

from dialer.api.wire.campaign_answer import CampaignAnswer, CampaignPage
from dialer.api.wire.contact_answer import ContactPage
from dialer.cli import show
from dialer.cli.client import as_, part, talk
from dialer.cli.create import create
from dialer.cli.decisions import delete, requeue
from dialer.cli.lists import append, export
from dialer.cli.options import AsJson, CampaignReference, ConfigPath, Limit
from dialer.cli.reports import preflight, stats
from dialer.cli.watch import look_on

app = typer.Typer(no_args_is_help=True, help="Campaigns of the running daemon.")
app.command()(create)
app.command()(append)
app.command()(export)
app.command()(preflight)
app.command()(stats)
app.command()(requeue)
app.command()(delete)


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    status: Annotated[str | None, typer.Option(help="draft, launched, running, paused, …")] = None,
    limit: Limit = 20,
    offset: Annotated[int, typer.Option(min=0, help="How many to leave out.")] = 0,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Lists campaigns, the newest first."""
    text = talk(
        ctx, config, lambda client: client.get("/campaigns", status=status, limit=limit, offset=offset)
    )
    if json:
        show.as_json(text)
        return
    page = as_(CampaignPage, text)
    show.table(
        ["ID", "NAME", "STATUS", "TYPE", "TOTAL", "PENDING", "IN PROGRESS", "COMPLETED", "FAILED", "CREATED"],
        (
            (
                one.id,
                one.name,
                one.status,
                one.type,
                one.total_contacts,
                one.pending,
                one.in_progress,
                one.completed,
                one.failed,
                one.created_at,
            )
            for one in page.campaigns
        ),
    )
    if offset + len(page.campaigns) < page.total:
        typer.echo(f"There are more, {page.total} in all: --offset {offset + limit}", err=True)


@app.command("show")
def show_(
    ctx: typer.Context,
    campaign: CampaignReference,
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Shows one campaign."""
    text = talk(ctx, config, lambda client: client.get(f"/campaigns/{part(campaign)}"))
    if json:
        show.as_json(text)
        return
    show.fields(as_(CampaignAnswer, text))


@app.command()
def launch(
    ctx: typer.Context,
    campaign: CampaignReference,
    *,
    now: Annotated[bool, typer.Option("--now", help="At once, whatever its schedule.")] = False,
    force_rerun: Annotated[
        bool, typer.Option("--force-rerun", help="Also one that is over: everybody is called again.")
    ] = False,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Starts dialling."""
    path = f"/campaigns/{part(campaign)}/launch"
    _move(ctx, config, path, json=json, now=_yes(now), force_rerun=_yes(force_rerun))


@app.command()
def pause(
    ctx: typer.Context,
    campaign: CampaignReference,
    *,
    hangup: Annotated[bool, typer.Option("--hangup", help="End calls in progress, too.")] = False,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Stops new calls. Once it returns, none leaves."""
    _move(ctx, config, f"/campaigns/{part(campaign)}/pause", json=json, hangup=_yes(hangup))


@app.command()
def resume(
    ctx: typer.Context,
    campaign: CampaignReference,
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Goes on after a pause."""
    _move(ctx, config, f"/campaigns/{part(campaign)}/resume", json=json)


@app.command()
def cancel(
    ctx: typer.Context,
    campaign: CampaignReference,
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Ends it for good; who was pending is not called."""
    _move(ctx, config, f"/campaigns/{part(campaign)}/cancel", json=json)


@app.command()
def watch(
    ctx: typer.Context,
    campaign: CampaignReference,
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Shows its progress until it is over; Ctrl-C leaves, the campaign goes on.

    With --json nothing is shown until then, and the finished campaign after.
    """
    look_on(ctx, config, campaign, json=json)


@app.command()
def contacts(
    ctx: typer.Context,
    campaign: CampaignReference,
    *,
    status: Annotated[str | None, typer.Option(help="pending, in_progress, completed, failed")] = None,
    outcome: Annotated[str | None, typer.Option(help="answered, no_answer, busy, …")] = None,
    phone: Annotated[str | None, typer.Option(help="One number.")] = None,
    held: Annotated[bool, typer.Option("--held", help="Those that wait for your decision.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 100,
    cursor: Annotated[str | None, typer.Option(help="next_cursor of the page before.")] = None,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Lists its contacts, each with the reason why it is not being called now."""
    path = f"/campaigns/{part(campaign)}/contacts"
    text = talk(
        ctx,
        config,
        lambda client: client.get(
            path,
            status=status,
            outcome=outcome,
            phone=phone,
            held=_yes(held),
            limit=limit,
            cursor=cursor,
        ),
    )
    if json:
        show.as_json(text)
        return
    page = as_(ContactPage, text)
    show.table(
        ["PHONE", "NAME", "STATUS", "OUTCOME", "TRIES", "NEXT TRY", "WHY NOT NOW"],
        (
            (one.phone, one.name, one.status, one.outcome, one.attempts, one.next_attempt_at, one.reason)
            for one in page.contacts
        ),
    )
    if page.next_cursor:
        typer.echo(f"There are more: --cursor {page.next_cursor}", err=True)


class _Moved(BaseModel):
    """What the moves answer, as far as it is said to a person."""

    id: str
    status: str
    message: str | None = None


def _move(ctx: typer.Context, config: Path | None, path: str, *, json: bool, **query: str | None) -> None:
    text = talk(ctx, config, lambda client: client.post(path, **query))
    if json:
        show.as_json(text)
        return
    moved = as_(_Moved, text)
    typer.echo(" ".join(filter(None, [f"{moved.id} is {moved.status}.", moved.message])))


def _yes(switch: bool) -> str | None:  # noqa: FBT001  the value is what it is about
    return "true" if switch else None
