"""Requests that cannot be read are answered, and leave no traceback in the log."""

import asyncio
import logging

import pytest

from tests.api.conftest import Api


@pytest.mark.parametrize(
    "sent",
    [
        b"GARBAGE\r\n\r\n",
        b"G@T / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHo st: x\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
        b"POST /campaigns HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_a_400(api: Api, caplog: pytest.LogCaptureFixture, sent: bytes) -> None:
    caplog.set_level(logging.DEBUG)
    reader, writer = await asyncio.open_connection(*api.address)
    writer.write(sent)
    answered = await reader.read()
    writer.close()

    assert b" 400 Bad Request\r\n" in answered
    assert [record for record in caplog.records if record.exc_info] == []


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_a_body_that_would_have_to_be_unpacked_is_a_415(api: Api, encoding: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}

    answer = await api.send("POST", "/campaigns", data=b"\xff\xff\xff\xff packed", headers=headers)

    assert answer.status == answer.body["status"] == 415
    assert "Content-Encoding" in answer.body["detail"]


async def test_a_body_that_says_that_it_is_not_packed_is_read(api: Api) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "Identity"}

    assert (await api.send("POST", "/campaigns", data=b"{}", headers=headers)).status == 422
