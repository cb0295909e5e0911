import tomllib

import pytest

from tests.docs.drawings import PAGE, blocks, renewed
from tests.docs.pages import ROOT


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text("utf-8")


def test_the_page_shows_the_states_and_moves_that_the_code_has(page: str) -> None:
    """Where it does not: `python -m tests.docs.drawings` renews it."""
    assert [name for name, _ in blocks(page)] == ["states", "moves"]
    assert dict(blocks(page)) == dict(blocks(renewed(page)))


def test_a_page_that_says_otherwise_is_noticed(page: str) -> None:
    wrong = page.replace("    draft --> launched\n", "")

    assert dict(blocks(wrong)) != dict(blocks(renewed(wrong)))


def test_the_page_draws_every_layer_in_the_order_of_the_contract(page: str) -> None:
    drawing = page.partition("```\n")[2].partition("```")[0]
    levels = [level.split(" | ") for level in _contract() if level != "__main__"]
    places = [drawing.find(level[0]) for level in levels]

    assert [name for level in levels for name in level if name not in drawing] == []
    assert places == sorted(places)


def test_the_contract_names_every_module_of_the_package() -> None:
    named = {name for level in _contract() for name in level.split(" | ")}
    there = {path.parent.name for path in (ROOT / "dialer").glob("*/__init__.py")}
    there |= {path.stem for path in (ROOT / "dialer").glob("*.py")} - {"__init__"}

    assert named == there


def _contract() -> list[str]:
    """The layers that import-linter holds, from the top."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers: list[str] = next(each["layers"] for each in contracts if each["type"] == "layers")
    return layers
