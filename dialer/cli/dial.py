"""`dialer call dial` and `dialer call hangup`: one call, made and ended."""

from typing import Annotated

import typer

from dialer.api.wire.agent import AgentList
from dialer.api.wire.call import LONGEST_CALL, CallMade
from dialer.api.wire.call_answer import CallAnswer
from dialer.cli import show
from dialer.cli.client import Client, as_, part, talk
from dialer.cli.failure import USED_WRONGLY, Failed
from dialer.cli.options import AsJson, ConfigPath
from dialer.domain.call import OPEN, CallStage
from dialer.domain.clock import Clock, SystemClock

_LOOK = 0.5
"""Seconds."""
_GOES_ON = frozenset(map(str, [*OPEN, *CallStage]))


def dial(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="+12025550101", show_default=False)],
    *,
    agent: Annotated[
        str | None, typer.Option(help="Its id (ag_…) or its number. [default: the only one that speaks]")
    ] = None,
    from_number: Annotated[str | None, typer.Option("--from", metavar="NUMBER", help="A caller id.")] = None,
    name: Annotated[str | None, typer.Option(help="Whom it calls.")] = None,
    var: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Fills {{ KEY }}; may be said again.")
    ] = None,
    schedule: Annotated[str | None, typer.Option(metavar="TIME", help="2026-03-10T09:00:00Z")] = None,
    max_duration: Annotated[
        int | None, typer.Option(min=1, max=LONGEST_CALL, metavar="SECONDS", help="It ends after these.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Until it has ended.")] = False,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Calls one number."""
    body: dict[str, object] = {
        "customer": {"number": number, "name": name},
        "from_number": from_number,
        "context": _variables(var or []),
        "scheduled_at": schedule,
        "max_duration": max_duration,
    }

    async def run(client: Client) -> tuple[str, str]:
        """The answer to the request, and the call once it has ended, or nothing."""
        chosen = agent or await _only_agent(client)
        made = await client.post("/v2/calls", body | {"agent_id": chosen})
        return made, await _ended(client, SystemClock(), as_(CallMade, made).id) if wait else ""

    text, ended = talk(ctx, config, run)
    if json:
        show.as_json(ended or text)
        return
    made = as_(CallMade, text)
    when = f" at {made.scheduled_at}" if made.scheduled_at else ""
    typer.echo(" ".join(filter(None, [f"{made.id} is {made.status}{when}.", made.message])))
    if ended:
        typer.echo(_outcome(as_(CallAnswer, ended)))


def hangup(
    ctx: typer.Context,
    call: Annotated[str, typer.Argument(metavar="CALL", help="Its id (call_…).", show_default=False)],
    *,
    json: AsJson = False,
    config: ConfigPath = None,
) -> None:
    """Ends a call, or keeps it from being placed."""
    text = talk(ctx, config, lambda client: client.delete(f"/v2/calls/{part(call)}"))
    if json:
        show.as_json(text)
        return
    found = as_(CallAnswer, text)
    typer.echo("It is being hung up." if found.status in _GOES_ON else _outcome(found))


async def _only_agent(client: Client) -> str:
    found = [one for one in as_(AgentList, await client.get("/v2/agents")).agents if one.voiceEnabled]
    if len(found) == 1:
        return found[0].id
    names = ", ".join(f"{one.id} ({one.name})" for one in found)
    sentence = f"Say which agent calls: --agent {names}." if found else "There is no agent that speaks."
    raise Failed(sentence, code=USED_WRONGLY)


async def _ended(client: Client, clock: Clock, call_id: str) -> str:
    """The call's JSON, once nothing more will become of it."""
    while True:
        text = await client.get(f"/v2/calls/{part(call_id)}")
        if as_(CallAnswer, text).status not in _GOES_ON:
            return text
        await clock.sleep(_LOOK)


def _outcome(call: CallAnswer) -> str:
    seconds = f", {call.duration_seconds} seconds" if call.duration_seconds else ""
    detail = f" ({call.detail})" if call.detail else ""
    return f"{call.id} is over: {call.outcome or call.status}{seconds}{detail}."


def _variables(given: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    if wrong := [each for each, (key, equals, _) in zip(given, pairs, strict=True) if not (key and equals)]:
        raise Failed(*(f"--var {each}: must be KEY=VALUE." for each in wrong), code=USED_WRONGLY)
    return {key: value for key, _, value in pairs}
