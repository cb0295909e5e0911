"""A campaign's progress on the screen: a live table on a terminal, plain lines elsewhere."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dialer.cli import show
from dialer.cli.client import Client, talk
from dialer.cli.progress import Progress, follow
from dialer.domain.clock import Clock, SystemClock

_FRAME = 0.5
_LINE = 1.0
_BAR = 50


def look_on(ctx: typer.Context, config: Path | None, reference: str, *, json: bool) -> None:
    """`dialer campaign watch`: until the campaign is over, or Ctrl-C."""

    async def quietly(client: Client) -> Progress:
        async for look in follow(client, SystemClock(), reference, _LINE, _say):
            if look.over:
                return look
        raise AssertionError  # it follows until it is over

    try:
        if json:
            last = talk(ctx, config, quietly)
            show.as_json(last.campaign.model_dump_json())
        else:
            talk(ctx, config, lambda client: watch(client, SystemClock(), reference))
    except KeyboardInterrupt:
        return


async def watch(client: Client, clock: Clock, reference: str) -> Progress:
    """Shows the campaign until it is over, and returns how it ended."""
    screen = show.console()
    if not screen.is_terminal:
        return await _lines(follow(client, clock, reference, _LINE, _say))
    last: Progress | None = None
    with Live(console=screen, auto_refresh=False) as live:
        async for last in follow(client, clock, reference, _FRAME, screen.print):
            live.update(_picture(last), refresh=True)
    assert last is not None  # the campaign was looked at at least once
    return last


async def _lines(looks: AsyncIterator[Progress]) -> Progress:
    """A line for each look at which something had changed."""
    last: Progress | None = None
    said = ""
    async for last in looks:
        line = _line(last)
        if line != said:
            typer.echo(line)
            said = line
    assert last is not None  # the campaign was looked at at least once
    return last


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)


def _line(progress: Progress) -> str:
    campaign = progress.campaign
    counts = (
        f"{campaign.pending} pending, {campaign.in_progress} in progress, "
        f"{campaign.completed} completed, {campaign.failed} failed"
    )
    outcomes = " ".join(f"{name}={count}" for name, count in progress.outcomes.items())
    said = "; ".join(filter(None, [counts, outcomes, f"{progress.contacts_per_second:.1f} contacts/s"]))
    return f"{_status(progress)}: {said}"


def _picture(progress: Progress) -> RenderableType:
    campaign = progress.campaign
    done = campaign.completed + campaign.failed
    counts = Table(box=None, pad_edge=False, show_header=False)
    counts.add_column(style="bold")
    counts.add_column(justify="right")
    for name, value in _rows(progress):
        counts.add_row(Text(name), Text(value))
    title = Text.assemble((campaign.name, "bold"), f"  {campaign.id}  ", (_status(progress), "cyan"))
    bar = Table.grid()  # a bar by itself ends no line
    bar.add_row(ProgressBar(total=max(campaign.total_contacts, 1), completed=done, width=_BAR))
    return Group(title, bar, counts)


def _rows(progress: Progress) -> Iterator[tuple[str, str]]:
    campaign = progress.campaign
    yield "pending", str(campaign.pending)
    yield "in progress", str(campaign.in_progress)
    yield "completed", str(campaign.completed)
    yield "failed", str(campaign.failed)
    for name, count in progress.outcomes.items():
        yield f"  {name.replace('_', ' ')}", str(count)
    yield "contacts/s", f"{progress.contacts_per_second:.1f}"
    if progress.calls is not None:
        yield "calls", str(progress.calls)


def _status(progress: Progress) -> str:
    campaign = progress.campaign
    return f"{campaign.status} ({campaign.status_reason})" if campaign.status_reason else campaign.status
