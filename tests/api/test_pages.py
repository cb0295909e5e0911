from html.parser import HTMLParser

import pytest

from dialer.api.app import ROUTES
from dialer.api.docs_page import render
from dialer.api.openapi import describe
from dialer.api.operation import operation_id
from tests.api.conftest import Api


class Elements(HTMLParser):
    """Which tags a page has, and where they lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links |= {value or "" for name, value in attrs if name in ("href", "src")}


async def test_the_description_is_open_and_is_what_the_routes_say(api: Api) -> None:
    answer = await api.send("GET", "/openapi.json", headers={"Authorization": ""})

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.body["openapi"] == "3.1.0"
    assert answer.body["paths"].keys() == {route.path for route in ROUTES}


async def test_the_page_has_every_operation_with_a_curl_and_asks_for_nothing_from_elsewhere(api: Api) -> None:
    async with api._client.get("/docs") as response:
        html = await response.text()

    page = Elements(html)
    assert response.status == 200
    assert response.content_type == "text/html"
    assert html.count("<pre>curl ") == len(ROUTES)
    assert {operation_id(route) for route in ROUTES} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert {link for link in page.links if not link.startswith("#")} == {"/openapi.json"}
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert not page.tags & {"script", "img", "link", "iframe", "form"}
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")


def test_what_a_description_says_is_text_and_never_markup() -> None:
    document = describe(ROUTES, "<script>alert(1)</script>")
    document["paths"]["/healthz"]["get"]["summary"] = "Has `code` and `<script>`."

    html = render(document).html

    assert "<script>" not in html
    assert "Has <code>code</code> and <code>&lt;script&gt;</code>." in html


@pytest.mark.parametrize(
    "wanted", ['-d \'{"name"', "/campaigns/$id/launch", "-X PATCH", "integer, 1 to 100, 20 if left out"]
)
def test_a_curl_can_be_pasted(wanted: str) -> None:
    assert wanted in render(describe(ROUTES, "1")).html.replace("&#34;", '"').replace("&#39;", "'")
