"""`dialer demo`: a whole campaign on a daemon of its own, over HTTP, in half a minute."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from importlib import resources
from pathlib import Path
from typing import IO

import typer

from dialer.api.wire.campaign_answer import CampaignAnswer
from dialer.api.wire.contact_answer import ContactPage
from dialer.cli import contacts_file, show
from dialer.cli.client import Client, as_, connect, part
from dialer.cli.contacts_file import Person
from dialer.cli.failure import Failed
from dialer.cli.options import ConfigPath
from dialer.cli.progress import Progress
from dialer.cli.watch import watch
from dialer.domain.clock import Clock, SystemClock

_CONFIGURATION = """\
[http]
port = 0
[dialing]
carrier = "sim"
ring_timeout = 1
[[agents]]
id = "ag_c47e7c97_b2f2"
name = "Follow-up agent"
[[caller_ids]]
number = "+12025550100"
verified = true
default = true
[carriers.sim]
kind = "simulator"
ring_seconds = [0.1, 0.5]
talk_seconds = [0.3, 1.2]
"""
"""The shipped configuration, but for shorter times and any free port."""

_LISTENING = "listening on "
_START_WITHIN = 20.0
_STOP_WITHIN = 10.0
_AT_ONCE = 150
_RETRY_AFTER = [0.02, 0.03]
"""Minutes."""

_TEMPLATE = "Hello {{ first_name | there }}, this call comes from {{ agent_name }}. Nobody's phone rang."
_PAGE = 1000


def demo(*, config: ConfigPath = None) -> None:
    """Calls a thousand simulated people: a daemon on a free port, a campaign over HTTP, a live table.

    It runs on a configuration of its own, whatever --config says.
    """
    if config is not None:
        typer.echo("The demo runs on a configuration of its own; --config is not used.", err=True)
    with resources.as_file(resources.files("dialer.cli") / "demo_contacts.csv") as path:
        people = contacts_file.read(path)
    with tempfile.TemporaryDirectory(prefix="dialer-demo-") as folder:
        directory = Path(folder)
        (directory / "config.toml").write_text(_CONFIGURATION, "utf-8")
        with (directory / "log").open("w+b") as log:
            try:
                asyncio.run(_demo(SystemClock(), people.contacts, directory, log))
            except _NotStarted:
                log.seek(0)
                raise Failed("The daemon did not start:", log.read().decode("utf-8", "replace")) from None
            except KeyboardInterrupt:
                raise Failed("Stopped.") from None


class _NotStarted(Exception):
    pass


async def _demo(clock: Clock, people: Sequence[Person], directory: Path, log: IO[bytes]) -> None:
    async with _daemon(directory, log, clock) as base_url:
        typer.echo(f"A daemon with a simulated telephone network is {_LISTENING}{base_url}")
        key = await asyncio.to_thread((directory / "dialer.key").read_text, "ascii")
        async with connect(base_url, key.strip()) as client:
            await _rehearse(client, clock, people)


async def _rehearse(client: Client, clock: Clock, people: Sequence[Person]) -> None:
    body = {
        "name": "Demo: every region's example numbers",
        "agent_id": "ag_c47e7c97_b2f2",
        "type": "voice",
        "contacts": people,
        "message_template": _TEMPLATE,
        "max_concurrent": _AT_ONCE,
        "config": {"retry": {"enabled": True, "intervalsMinutes": _RETRY_AFTER}},
    }
    campaign = as_(CampaignAnswer, await client.post("/campaigns", body))
    typer.echo(f"POST /campaigns: {campaign.id} with {campaign.total_contacts} contacts")
    began = clock.monotonic()
    await client.post(f"/campaigns/{part(campaign.id)}/launch")
    typer.echo(f"POST /campaigns/{campaign.id}/launch")
    last = await watch(client, clock, campaign.id)
    await _summarise(client, last, clock.monotonic() - began)


async def _summarise(client: Client, last: Progress, seconds: float) -> None:
    campaign, calls = last.campaign, last.calls or 0
    outcomes = await _outcomes(client, campaign.id)
    typer.echo("")
    show.table(["WHAT BECAME OF THEM", "CONTACTS"], outcomes.most_common())
    typer.echo("")
    show.fields(
        [
            ("contacts", campaign.total_contacts),
            ("completed", campaign.completed),
            ("failed", campaign.failed),
            ("calls", f"{calls}, retries included"),
            ("time", f"{seconds:.1f} s, {calls / seconds:.0f} calls/s"),
        ]
    )
    if campaign.status != "completed" or outcomes.total() != campaign.total_contacts:
        raise Failed(f"The campaign ended as {campaign.status}; that should not happen.")


async def _outcomes(client: Client, campaign: str) -> Counter[str]:
    """How many contacts had which outcome, over all pages."""
    found: Counter[str] = Counter()
    cursor: str | None = None
    while True:
        path = f"/campaigns/{part(campaign)}/contacts"
        page = as_(ContactPage, await client.get(path, limit=_PAGE, cursor=cursor))
        found.update((contact.outcome or contact.status).replace("_", " ") for contact in page.contacts)
        cursor = page.next_cursor
        if cursor is None:
            return found


@contextlib.asynccontextmanager
async def _daemon(directory: Path, log: IO[bytes], clock: Clock) -> AsyncIterator[str]:
    """`dialer serve` in this directory; its address. Stopped by SIGTERM, killed if that does not help."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("DIALER_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dialer", "serve", "--config", str(directory / "config.toml")),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=log,
        env=ours,
        start_new_session=True,  # Ctrl-C reaches it through us, once
    )
    try:
        yield await _address(process, clock)
    finally:
        await _stop(process, clock)


async def _address(process: Process, clock: Clock) -> str:
    """What it says that it listens on. Raises _NotStarted when it ends before, or says nothing."""
    assert process.stdout is not None  # it is a pipe
    try:
        async with clock.timeout(_START_WITHIN):
            async for line in process.stdout:
                text = line.decode("utf-8", "replace").strip()
                if text.startswith(_LISTENING):
                    return text.removeprefix(_LISTENING)
    except TimeoutError:
        pass
    raise _NotStarted


async def _stop(process: Process, clock: Clock) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with clock.timeout(_STOP_WITHIN):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
