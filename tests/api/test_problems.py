"""Errors have one form, and say nothing about the inside."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from dialer.api.problems import answer_problems
from dialer.api.route import Handler
from dialer.domain.errors import StoreUnavailable
from tests.api.conftest import REFERENCE, Api


async def test_what_does_not_exist_is_a_json_404(api: Api) -> None:
    for path in ("/nothing", "/campaigns/1/launch/x", "/calls", "/campaigns/1/exports/"):
        answer = await api.get(path)
        assert answer.status == 404
        assert answer.body == {"detail": "There is nothing at this address.", "status": 404}


async def test_another_method_is_told_which_ones_there_are(api: Api) -> None:
    answer = await api.send("DELETE", "/v2/campaigns")

    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert answer.body == {"detail": "DELETE is not possible here; use GET, HEAD, POST.", "status": 405}


async def test_a_body_must_be_declared_as_json(api: Api) -> None:
    for content_type in ("text/plain", "application/json; charset=utf-16", "application/jsonp", ";;;", "x"):
        answer = await api.send("POST", "/campaigns", data=b"{}", headers={"Content-Type": content_type})
        assert answer.status == answer.body["status"] == 415


async def test_a_charset_of_utf_8_is_fine(api: Api) -> None:
    answer = await api.send(
        "POST", "/campaigns", data=b"{}", headers={"Content-Type": "Application/JSON; Charset=UTF-8"}
    )

    assert answer.status == 422


async def test_a_body_above_16_mib_is_413_whether_or_not_its_length_is_declared(api: Api) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b" " * 1024 * 1024

    headers = {"Content-Type": "application/json"}
    declared = await api.send("POST", "/campaigns", data=BytesIO(b" " * (16 * 1024**2 + 1)), headers=headers)
    streamed = await api.send("POST", "/campaigns", data=chunks(), headers=headers)

    assert declared.status == streamed.status == 413
    assert declared.body == {"detail": "The body is larger than 16 MiB.", "status": 413}


async def test_a_store_that_cannot_be_written_is_a_503_to_be_tried_again(api: Api) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        raise StoreUnavailable("The database cannot be written: disk full.")

    answer, _ = await _through_the_middleware(refuse)

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "5"


async def test_what_nobody_foresaw_is_logged_and_answered_without_its_words() -> None:
    async def fail(_request: web.Request) -> web.Response:
        raise RuntimeError("secret words")

    answer, logged = await _through_the_middleware(fail)

    assert answer.status == 500
    assert "secret" not in await answer.text()
    assert [line["event"] for line in logged] == ["request_failed"]
    assert logged[0]["route"] == "/x/{id}"


async def test_an_access_line_holds_neither_path_nor_query_nor_key(api: Api) -> None:
    structlog.reset_defaults()
    with capture_logs() as logged:
        await api.get("/campaigns/12/contacts", phone="+12025550101")
        await api.post("/campaigns", REFERENCE)

    lines = [line for line in logged if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/campaigns/{id}/contacts", 404),
        ("POST", "/campaigns", 201),
    ]
    assert "2025550101" not in str(logged)
    assert api.token not in str(logged)


async def _through_the_middleware(handler: Handler) -> tuple[Any, Any]:
    """The answer to a request that this handler takes, and what was logged."""
    app = web.Application(middlewares=[answer_problems])
    app.router.add_get("/x/{id}", handler)
    structlog.reset_defaults()
    with capture_logs() as logged:
        async with TestClient(TestServer(app)) as client:
            answer = await client.get("/x/1")
            await answer.read()
    return answer, logged
