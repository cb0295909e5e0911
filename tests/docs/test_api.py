import re

from aiohttp import web

from dialer.api.app import build_app
from dialer.service.parts import Parts
from tests.docs.pages import ROOT

_CURL = re.compile(r"curl\b(?P<options>[^`\n]*?)\"?\$DIALER(?P<path>[^\s\"`?]*)(?P<rest>[^`\n]*)")
_METHOD = re.compile(r"-X ([A-Z]+)")


def test_the_page_has_a_curl_for_every_route_and_for_nothing_else(parts: Parts) -> None:
    page = (ROOT / "docs" / "api.md").read_text("utf-8")

    assert _shown(page) == _routes(build_app(parts))


def _shown(page: str) -> set[tuple[str, str]]:
    found = set()
    for match in _CURL.finditer(page):
        method = _METHOD.search(match["options"])
        found.add((method[1] if method else "GET", re.sub(r"\$\w+", "{id}", match["path"])))
    return found


def _routes(app: web.Application) -> set[tuple[str, str]]:
    """Method and path of each route, without the aliases and HEAD."""
    found = set()
    for route in app.router.routes():
        assert route.resource is not None
        found.add((route.method, re.sub(r"{\w+}", "{id}", route.resource.canonical)))
    return {
        (method, re.sub(r"\{\w+\}", "{id}", path))
        for method, path in found
        if method != "HEAD" and not path.endswith("/") and (method, path[3:]) not in found
    }
