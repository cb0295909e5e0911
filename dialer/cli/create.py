"""`dialer campaign create`: a list in a file becomes a campaign."""

import re
from pathlib import Path
from typing import Annotated

import typer

from dialer.api.wire.campaign_answer import CampaignAnswer
from dialer.api.wire.messages import NOT_LAUNCHED
from dialer.cli import contacts_file, show
from dialer.cli.client import Client, as_, talk
from dialer.cli.contacts_file import ContactsFile
from dialer.cli.failure import FAILED, USED_WRONGLY, Failed
from dialer.cli.options import AsJson, ConfigPath
from dialer.cli.watch import look_on

_AT_ONCE = 10


def create(
    ctx: typer.Context,
    *,
    agent: Annotated[str, typer.Option(help="Its id (ag_…) or its number.", show_default=False)],
    contacts: Annotated[
        Path,
        typer.Option(
            metavar="FILE.csv",
            show_default=False,
            help="A header with `phone`; first_name, last_name, name, email, timezone are known, "
            "other columns become variables.",
        ),
    ],
    name: Annotated[str | None, typer.Option(help="[default: the file's name]")] = None,
    type_: Annotated[str, typer.Option("--type", help="voice or sms")] = "voice",
    template: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What is said: 'Hello {{ first_name | there }}.'")
    ] = None,
    schedule: Annotated[str | None, typer.Option(metavar="TIME", help="2026-03-10T09:00:00Z")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Europe/Berlin")] = None,
    max_concurrent: Annotated[int, typer.Option(min=1, help="Calls at a time.")] = _AT_ONCE,
    from_number: Annotated[str | None, typer.Option("--from", metavar="NUMBER", help="A caller id.")] = None,
    retry: Annotated[
        str | None,
        typer.Option(metavar="MINUTES", help="Waits before each retry: 60,300,1440. Fractions are fine."),
    ] = None,
    launch: Annotated[bool, typer.Option("--launch", help="And launch it.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="And watch it to its end.")] = False,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Makes a campaign of the contacts in a CSV file."""
    if watch and not launch:
        raise Failed("--watch needs --launch: a draft does not move.", code=USED_WRONGLY)
    waits = _waits(retry) if retry else None
    people = contacts_file.read(contacts)
    body: dict[str, object] = {
        "name": name or contacts.stem,
        "agent_id": int(agent) if agent.isdecimal() else agent,
        "type": type_,
        "contacts": people.contacts,
        "message_template": template,
        "schedule": schedule,
        "timezone": timezone,
        "max_concurrent": max_concurrent,
        "from_number": from_number,
        "config": {"retry": {"enabled": True, "intervalsMinutes": waits}} if waits else None,
        "status": "running" if launch else None,
    }
    given = {field: value for field, value in body.items() if value is not None}
    made = talk(ctx, config, lambda client: _create(client, given, people))
    message = made.message or ""
    if launch and made.status == "draft":
        raise Failed(
            f"{made.id} was created and stays a draft, its launch was refused:",
            message.removeprefix(NOT_LAUNCHED).lstrip(),
        )
    if json and not watch:
        show.as_json(made.model_dump_json())
        return
    if not json:
        typer.echo(f"{made.id} ({made.name}, {made.total_contacts} contacts) is {made.status}.")
        typer.echo(message, nl=bool(message))
    if watch:
        look_on(ctx, config, made.id, json=json)


async def _create(client: Client, body: dict[str, object], people: ContactsFile) -> CampaignAnswer:
    try:
        return as_(CampaignAnswer, await client.post("/campaigns", body))
    except Failed as failed:
        sentences = [people.name_lines(sentence) for sentence in failed.sentences]
        # Faults of the file alone are no wrong use, whoever finds them.
        in_file = all(said != sentence for said, sentence in zip(sentences, failed.sentences, strict=True))
        raise Failed(*sentences, code=FAILED if in_file else failed.code) from None


def _waits(text: str) -> list[float]:
    waits = [wait.strip() for wait in text.split(",")]
    if not all(re.fullmatch(r"[0-9]+(\.[0-9]+)?", wait) for wait in waits):
        raise Failed(f"--retry {text}: give minutes, such as 60,300,1440.", code=USED_WRONGLY)
    return [float(wait) for wait in waits]
