"""The page of events names every kind with its fields, and nothing else."""

import re
from dataclasses import fields

from dialer.domain import events
from dialer.domain.events import AttemptEvent, Event
from tests.docs.pages import ROOT

_ROW = re.compile(r"^\| `([a-z_.]+)` \|([^|]*)\|", re.MULTILINE)


def test_the_page_names_every_kind_with_its_fields_and_nothing_else() -> None:
    table = (ROOT / "docs" / "events.md").read_text("utf-8").partition("## Every kind that is kept")[2]
    named = {row[1]: set(re.findall(r"`(\w+)`", row[2].partition("(")[0])) for row in _ROW.finditer(table)}

    assert named == _kinds()


def _kinds() -> dict[str, set[str]]:
    """By kind, the fields that stand in an event's data."""
    return {
        each.kind: {field.name for field in fields(each)} - _columns(each)
        for each in vars(events).values()
        if isinstance(each, type) and issubclass(each, Event) and hasattr(each, "kind")
    }


def _columns(kind: type[Event]) -> set[str]:
    base = AttemptEvent if issubclass(kind, AttemptEvent) else Event
    return {field.name for field in fields(base)}
