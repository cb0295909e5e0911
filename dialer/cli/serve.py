"""`dialer serve`, `dialer check-config`, `dialer simulate`: what runs on the configuration itself."""

import asyncio
import json as json_text
from collections.abc import Iterator
from typing import Annotated

import typer

from dialer import daemon
from dialer.carriers.simulator import server
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.cli import show
from dialer.cli.options import AsJson, ConfigPath, configuration
from dialer.config.model import Config
from dialer.domain.clock import SystemClock

_UNNAMED = "No configuration file: the development defaults count (simulated carrier, nobody is rung)."


def serve(ctx: typer.Context, *, config: ConfigPath = None) -> None:
    """Runs the daemon in the foreground; prints `listening on http://HOST:PORT` once it does."""
    found = configuration(ctx, config)
    if found.source is None:
        typer.echo(_UNNAMED, err=True)
    raise typer.Exit(daemon.run(found))


def check_config(ctx: typer.Context, *, json: AsJson = False, config: ConfigPath = None) -> None:
    """Prints the configuration that counts and its warnings; every fault at once, and exit code 2."""
    found = configuration(ctx, config)
    if json:
        document = {
            "file": None if found.source is None else str(found.source),
            "config": found.document.model_dump(mode="json"),
            "warnings": found.warnings(),
        }
        show.as_json(json_text.dumps(document))
        return
    typer.echo(_UNNAMED if found.source is None else f"# {found.source}")
    for line in _lines((), found.document.model_dump(mode="json")):
        typer.echo(line)
    for warning in found.warnings():
        typer.echo(f"Warning: {warning}", err=True)


def simulate(
    ctx: typer.Context,
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.", show_default=False)],
    config: ConfigPath = None,
) -> None:
    """Runs the simulated network in a process of its own, with [carriers.sim] of the configuration."""
    asyncio.run(server.serve(_network(configuration(ctx, config)), SystemClock(), port))


def _network(config: Config) -> SimulatorSettings:
    sim = config.carriers.get("sim")
    return sim if isinstance(sim, SimulatorSettings) else SimulatorSettings()


def _lines(place: tuple[str, ...], value: object) -> Iterator[str]:
    """`section.key = value`, one key a line; secrets are stars, since that is how pydantic dumps them."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _lines((*place, str(key)), inner)
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for position, inner in enumerate(value):
            yield from _lines((*place, str(position)), inner)
    elif value is not None:
        yield f"{'.'.join(place)} = {json_text.dumps(value, ensure_ascii=False)}"
