"""`dialer doctor`: looks at everything that a daemon needs, whether one runs or not, and changes nothing."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import typer

from dialer.cli import examine_machine, examine_network
from dialer.cli.examine import tell
from dialer.cli.options import AsJson, ConfigPath, configuration
from dialer.config.faults import BadConfiguration
from dialer.config.model import Config
from dialer.domain.checks import Check, fault, ok, warn
from dialer.domain.clock import Clock, SystemClock


def doctor(ctx: typer.Context, *, json: AsJson = False, config: ConfigPath = None) -> None:
    """Examines configuration, database, clock, disk, carriers and key; 1 where there is a fault.

    Whether the daemon runs or not; it places no call and changes nothing.
    """
    raise typer.Exit(tell(list(_checks(ctx, config, SystemClock())), json=json))


def _checks(ctx: typer.Context, named: Path | None, clock: Clock) -> Iterator[Check]:
    try:
        config = configuration(ctx, named)
    except BadConfiguration as bad:
        for sentence in bad.sentences:
            yield fault("configuration", sentence, "Mend it; the other checks need it.")
        return
    yield from _configuration(config)
    yield from examine_machine.zones(config)
    file, found = examine_machine.database(config)
    yield found
    if file is not None:
        yield from examine_machine.content(file, clock)
    yield from examine_machine.disk(config)
    yield from examine_machine.time(file, clock)
    yield from asyncio.run(examine_network.everything(config, file, clock))


def _configuration(config: Config) -> Iterator[Check]:
    source = "the development defaults, there is no file" if config.source is None else str(config.source)
    yield ok("configuration", f"Read: {source}.")
    for sentence in config.warnings():
        yield warn("configuration", sentence)
