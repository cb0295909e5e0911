from collections.abc import Iterator
from pathlib import Path

import typer

from dialer.cli.app import app

PAGE = Path(__file__).parent.parent.parent / "docs" / "cli.md"


def verbs(level: typer.Typer) -> Iterator[str]:
    for command in level.registered_commands:
        assert command.callback is not None
        yield command.name or command.callback.__name__
    for group in level.registered_groups:
        assert group.typer_instance is not None
        yield from (f"{group.name} {verb}" for verb in verbs(group.typer_instance))


def test_the_page_names_every_verb() -> None:
    page = PAGE.read_text("utf-8")
    # Verbs that share a row of the table name their group once: `pause C` after `campaign launch C`.
    missing = [verb for verb in verbs(app) if f"`{verb}" not in page and f"`{verb.split()[-1]} C" not in page]

    assert missing == []
