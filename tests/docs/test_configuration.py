"""docs/configuration.md against the keys that there are, and the environment variables that are read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.config.document import Document
from tests.docs.pages import PAGES, ROOT

_ROW = re.compile(r"^\| `([a-z_]+\.[A-Za-z_.]+)` \| ((?:\\\||[^|])*?) \|", re.MULTILINE)
_VARIABLE = re.compile(r"""["']((?:DIALER|THINNESTAI)_[A-Z_]+|CREDENTIALS_DIRECTORY|NOTIFY_SOCKET)["']""")


def _keys(model: type[BaseModel], place: str = "") -> Iterator[tuple[str, str]]:
    """Every key as the page writes it, with its default."""
    for name, field in model.model_fields.items():
        inner = _model_in(field.annotation)
        if name == "carriers":
            yield from _keys(SimulatorSettings, "carriers.NAME.")
            yield from _keys(AsteriskSettings, "carriers.PBX.")
        elif inner is not None and not place:
            yield from _keys(inner, f"{name}.")
        else:
            yield f"{place}{name}", _shown(field.get_default(call_default_factory=True))


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """A section, or an entry of a list of sections."""
    candidates = [annotation, *get_args(annotation)]
    return next((each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)), None)


def _shown(default: Any) -> str:
    if default is PydanticUndefined:
        return "required"
    if default is None:
        return "none"
    if isinstance(default, BaseModel):
        default = default.model_dump(mode="json")
    if isinstance(default, Path):
        default = str(default)
    if isinstance(default, dict):
        return "`{ " + ", ".join(f"{key} = {json.dumps(value)}" for key, value in default.items()) + " }`"
    if isinstance(default, float) and default.is_integer():
        default = int(default)
    # A bar ends a cell of the table, unless it is escaped.
    return f"`{json.dumps(default)}`".replace("|", r"\|")


KEYS = dict(_keys(Document))
PAGE = (ROOT / "docs" / "configuration.md").read_text("utf-8")


def test_the_page_has_every_key_with_its_default() -> None:
    rows = dict(_ROW.findall(PAGE))
    wrong = [
        f"docs/configuration.md, under Every key: | `{key}` | {default} | what it is for |"
        for key, default in KEYS.items()
        if rows.get(key) != default
    ]

    assert wrong == []


def test_the_page_has_no_key_that_is_not_there() -> None:
    assert [key for key, _ in _ROW.findall(PAGE) if key not in KEYS] == []


def _variables() -> set[str]:
    sources = (ROOT / "dialer").rglob("*.py")
    return {name for file in sources for name in _VARIABLE.findall(file.read_text("utf-8"))} - {"DIALER_"}


@pytest.mark.parametrize("variable", sorted(_variables()))
def test_every_environment_variable_that_is_read_is_documented(variable: str) -> None:
    assert f"`{variable}`" in PAGE, f"docs/configuration.md, under The environment: | `{variable}` | … |"


def test_no_page_names_a_variable_that_nobody_reads() -> None:
    known = _variables()
    sections = tuple(f"DIALER_{name.upper()}__" for name in Document.model_fields)
    unknown = {
        name
        for page in PAGES
        for name in re.findall(r"\b(?:DIALER|THINNESTAI)_[A-Z_]+\b", page.read_text("utf-8"))
        if name not in known and not name.startswith(sections)
    }

    assert unknown == set()
