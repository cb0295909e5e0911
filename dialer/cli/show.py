"""What verbs print: tables for people, one JSON value for programs."""

import json
from collections.abc import Container, Iterable, Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

NOTHING = "-"
_ENDLESS = 10_000
"""Columns."""


def console() -> Console:
    """Standard output; a pipe gets whole lines of plain text, however long."""
    found = Console(highlight=False, markup=False, emoji=False)
    if not found.is_terminal:
        found.width = _ENDLESS
    return found


def as_json(text: str) -> None:
    """A JSON text as it came, made readable."""
    typer.echo(json.dumps(json.loads(text), indent=2, ensure_ascii=False))


def table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, wrapped: Container[str] = frozenset()
) -> None:
    """Numbers stand on the right.

    On a narrow terminal the `wrapped` columns take several lines, others are cut.
    """
    lines = list(rows)
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for position, column in enumerate(columns):
        number = all(isinstance(line[position], int | float) for line in lines) and bool(lines)
        shown.add_column(column, justify="right" if number else "left", no_wrap=column not in wrapped)
    for line in lines:
        shown.add_row(*(Text(cell(value)) for value in line))
    console().print(shown)


def fields(pairs: Iterable[tuple[str, object]]) -> None:
    """One value a line, under its name."""
    shown = Table(box=None, pad_edge=False, show_header=False)
    shown.add_column(style="bold", no_wrap=True)
    shown.add_column(overflow="fold")
    for name, value in pairs:
        shown.add_row(Text(name), Text(cell(value)))
    console().print(shown)


def cell(value: object) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else NOTHING
    return str(value)
