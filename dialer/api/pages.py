"""What the API says of itself: /openapi.json for programs, /docs for people."""

import asyncio
import json
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version

from aiohttp import web

from dialer.api.docs_page import Page, render
from dialer.api.openapi import describe
from dialer.api.route import JSON, Media, Route
from dialer.api.schemas import JsonSchema

_HTML = "text/html"


class Description:
    """The routes, described when it is first asked for; what is asked for must not be read in the loop."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._routes = routes

    @cached_property
    def document(self) -> JsonSchema:
        return describe(self._routes, version("dialerd"))

    @cached_property
    def json(self) -> bytes:
        return json.dumps(self.document, ensure_ascii=False, separators=(",", ":")).encode()

    @cached_property
    def page(self) -> Page:
        return render(self.document)


DESCRIPTION = web.AppKey("description", Description)


async def openapi(request: web.Request) -> web.Response:
    description = request.app[DESCRIPTION]
    return web.Response(body=await asyncio.to_thread(lambda: description.json), content_type=JSON)


async def docs(request: web.Request) -> web.Response:
    description = request.app[DESCRIPTION]
    page = await asyncio.to_thread(lambda: description.page)
    headers = {"Content-Security-Policy": page.policy, "X-Content-Type-Options": "nosniff"}
    return web.Response(text=page.html, content_type=_HTML, charset="utf-8", headers=headers)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/openapi.json", openapi, "This description.", None, {200: Media(JSON)}, counted=False),
    Route("GET", "/docs", docs, "This description as a page.", None, {200: Media(_HTML)}, counted=False),
)
