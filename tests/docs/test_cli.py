"""docs/cli.md against the command itself."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from dialer.cli.app import app
from tests.docs.pages import ROOT

_SECTION = re.compile(r"^### ([^\n]+)$(.*?)(?=^#{2,3} |\Z)", re.MULTILINE | re.DOTALL)
_EVERYWHERE = frozenset({"--config", "--json", "--help"})


def _verbs(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if isinstance(command, TyperGroup):
        for name, inner in command.commands.items():
            yield from _verbs(inner, (*path, name))
    else:
        yield " ".join(path), command


VERBS = dict(_verbs(get_command(app)))


def _sections(page: str) -> dict[str, str]:
    """By verb: what stands under its heading."""
    return {
        verb: text for heading, text in _SECTION.findall(page) for verb in re.findall(r"`([^`]+)`", heading)
    }


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    return _sections((ROOT / "docs" / "cli.md").read_text("utf-8"))


def _missing(sections: dict[str, str], verb: str, command: Any) -> Iterator[str]:
    """Sentences that say what to add, and where."""
    if verb not in sections:
        yield f"docs/cli.md lacks a section for `dialer {verb}`: add ### `{verb}` under its group."
        return
    text = sections[verb]
    options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
    for option in sorted(options - _EVERYWHERE):
        if not re.search(rf"{option}\b", text):
            yield f"docs/cli.md, ### `{verb}`: say what {option} does."
    if "--json" in options and "`--json`: " not in text:
        yield f"docs/cli.md, ### `{verb}`: say what --json prints, in a line that begins with `--json`: …"


@pytest.mark.parametrize("verb", VERBS)
def test_the_page_has_a_section_for_each_verb_with_its_options_and_its_json(
    sections: dict[str, str], verb: str
) -> None:
    assert list(_missing(sections, verb, VERBS[verb])) == []


def test_the_page_has_no_section_for_a_verb_that_is_not_there(sections: dict[str, str]) -> None:
    assert [verb for verb in sections if verb not in VERBS] == []


def test_what_is_missing_is_told_with_where_to_add_it() -> None:
    page = "### `db backup`\n\nSays nothing.\n\n## Next\n"

    told = list(_missing(_sections(page), "db backup", VERBS["db backup"]))

    assert told[0] == "docs/cli.md, ### `db backup`: say what --keep does."
    assert told[1].startswith("docs/cli.md, ### `db backup`: say what --json prints")
    assert next(_missing({}, "db prune", VERBS["db prune"])).startswith("docs/cli.md lacks a section for")


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_and_each_of_its_options_is_explained_by_help(verb: str) -> None:
    command = VERBS[verb]

    unexplained = [
        parameter.name
        for parameter in command.params
        if parameter.param_type_name == "option" and not getattr(parameter, "help", None)
    ]

    assert command.help
    assert unexplained == [], f"give these options of `dialer {verb}` a help= of their own"
