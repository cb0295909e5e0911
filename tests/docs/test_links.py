from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, links, name_of


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_link_is_dead(page: Path) -> None:
    dead = [target for target in links(page) if not _leads_somewhere(page, target)]

    assert dead == []


@pytest.mark.parametrize(
    "target", ["docs/nothing.md", "README.md#no-such-heading", "../outside.md"], ids=lambda target: target
)
def test_a_dead_link_is_noticed(target: str) -> None:
    assert not _leads_somewhere(ROOT / "README.md", target)


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached:
            continue
        reached.add(page)
        for target in links(page):
            path = (page.parent / target.partition("#")[0]).resolve()
            ahead += sorted(path.glob("*.md")) if path.is_dir() else [path] * (path.suffix == ".md")

    assert set(PAGES) <= reached


def _leads_somewhere(page: Path, target: str) -> bool:
    if target.startswith("https://"):
        return True
    path, _, anchor = target.partition("#")
    place = (page.parent / path).resolve() if path else page
    if not (place.exists() and place.is_relative_to(ROOT)):
        return False
    return not anchor or anchor in anchors(place)
