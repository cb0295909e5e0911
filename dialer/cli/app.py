"""The `dialer` command: its verbs, and how it ends."""

import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Annotated

import typer

from dialer.cli import agent, call, campaign, confirm, db, demo, doctor, key, number, serve
from dialer.cli.failure import FAILED, USED_WRONGLY, Failed
from dialer.cli.options import ConfigPath, before_the_verb
from dialer.config.faults import BadConfiguration
from dialer.domain.errors import DialerError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Calls lists of people: a daemon, and verbs that talk to it over its HTTP API.",
)


def _say_version(wanted: bool) -> None:  # noqa: FBT001  typer's own signature
    if wanted:
        typer.echo(f"dialer {metadata.version('dialerd')}")
        raise typer.Exit


@app.callback(help=app.info.help)
def before_every_verb(
    *,
    config: ConfigPath = None,
    version: Annotated[
        bool, typer.Option("--version", help="Which version this is.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """`--config` may stand before every verb; `--version` stands alone."""


for each in (key.app, campaign.app, call.app, agent.app, number.app, db.app):
    each.callback(help=each.info.help)(before_the_verb)
app.command()(serve.serve)
app.command("check-config")(serve.check_config)
app.add_typer(key.app, name="key")
app.add_typer(campaign.app, name="campaign")
app.add_typer(call.app, name="call")
app.add_typer(agent.app, name="agent")
app.add_typer(number.app, name="number")
app.command()(call.why)
app.add_typer(db.app, name="db")
app.command()(confirm.confirm)
app.command()(doctor.doctor)
app.command()(demo.demo)
app.command()(serve.simulate)


def main() -> None:
    """Exit codes: 0 done, 1 failed, 2 used wrongly (a faulty configuration included)."""
    try:
        app(prog_name="dialer")
    except Failed as failed:
        _end(failed.sentences, failed.code)
    except BadConfiguration as bad:
        _end(bad.sentences, USED_WRONGLY)
    except DialerError as error:
        _end([str(error)], FAILED)
    except OSError as error:
        _end([f"{error.filename}: {error.strerror}." if error.filename else str(error)], FAILED)


def _end(sentences: Sequence[str], code: int) -> None:
    for sentence in sentences:
        typer.echo(sentence, err=True)
    sys.exit(code)
