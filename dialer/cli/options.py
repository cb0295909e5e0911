"""What many verbs take."""

from pathlib import Path
from typing import Annotated

import typer

from dialer.config.load import find, load
from dialer.config.model import Config

ConfigPath = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="PATH",
        help="The configuration file; else DIALER_CONFIG, ./config.toml, /etc/dialer/config.toml.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value on standard output, nothing else.")]
CampaignReference = Annotated[
    str, typer.Argument(metavar="CAMPAIGN", help="Its id (camp_…) or its number.", show_default=False)
]
Limit = Annotated[int, typer.Option(min=1, max=100, help="How many at most.")]


def configuration(ctx: typer.Context, named: Path | None) -> Config:
    """The configuration that counts: `--config` after the verb, before it or its group, or what is found.

    Raises BadConfiguration.
    """
    above = ctx.parent
    while named is None and above is not None:
        named, above = above.params.get("config"), above.parent
    return load(find(named))


def before_the_verb(config: ConfigPath = None) -> None:
    """`--config` may stand before the verb, too; `configuration` reads it from there."""
