import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import web

from dialer.api.wire.campaign_answer import CampaignPage
from dialer.cli.client import as_, connect
from dialer.cli.failure import Failed
from tests.cli.conftest import Daemon, Dialer


@pytest.fixture
def nobody() -> str:
    """An address at which nobody listens."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_without_a_daemon_one_sentence_says_what_to_do(
    dialer: Dialer, monkeypatch: pytest.MonkeyPatch, nobody: str
) -> None:
    monkeypatch.setenv("DIALER_URL", nobody)
    monkeypatch.setenv("DIALER_API_KEY", "dk_x")

    ran = dialer("campaign", "list")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"No daemon answers at {nobody} (Connection refused). "
        "Start one with `dialer serve`, or say where it is with DIALER_URL.\n"
    )


def test_an_address_that_is_none_is_said_so(dialer: Dialer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALER_URL", "localhost:8080")
    monkeypatch.setenv("DIALER_API_KEY", "dk_x")

    ran = dialer("campaign", "list")

    assert ran.code == 1
    assert ran.err.startswith("No daemon answers at localhost:8080")


def test_without_a_key_one_sentence_says_what_to_do(dialer: Dialer) -> None:
    ran = dialer("campaign", "list")

    assert ran.code == 1
    assert "DIALER_API_KEY is not set" in ran.err
    assert "Make one with `dialer key create --name NAME`." in ran.err


def test_a_port_that_only_the_daemon_knows_needs_its_address(dialer: Dialer) -> None:
    Path("config.toml").write_text("[http]\nport = 0\n", "utf-8")

    ran = dialer("campaign", "list")

    assert ran.code == 1
    assert "set DIALER_URL" in ran.err


def test_a_faulty_configuration_is_a_wrong_use(dialer: Dialer) -> None:
    Path("config.toml").write_text("[http]\nprot = 1\n", "utf-8")

    ran = dialer("campaign", "list")

    assert (ran.code, ran.err) == (2, "http.prot: unknown key; did you mean http.port?\n")


@pytest.mark.parametrize("variable", ["DIALER_API_KEY", "THINNESTAI_API_KEY"])
def test_address_and_key_from_the_environment_need_no_configuration(
    dialer: Dialer, daemon: Daemon, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    Path("config.toml").write_text("not toml", "utf-8")
    monkeypatch.setenv("DIALER_URL", daemon.url + "/")
    monkeypatch.setenv(variable, daemon.key_file.read_text())

    assert dialer("campaign", "list").code == 0


def test_the_daemon_is_found_through_the_configuration(
    dialer: Dialer, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALER_HTTP__PORT", daemon.url.rpartition(":")[2])

    assert dialer("campaign", "list", "--config", daemon.directory / "config.toml").code == 0
    assert dialer("--config", daemon.directory / "config.toml", "campaign", "list").code == 0


def test_a_wrong_key_is_told_with_where_keys_come_from(
    dialer: Dialer, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALER_URL", daemon.url)
    monkeypatch.setenv("DIALER_API_KEY", "dk_wrong")

    ran = dialer("campaign", "list")

    assert ran.code == 1
    assert "The key is read from DIALER_API_KEY, THINNESTAI_API_KEY or the file dialer.key." in ran.err
    assert "dk_wrong" not in ran.err


async def _answered_by(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> str:
    app = web.Application()
    app.router.add_get("/campaigns", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with connect(f"http://127.0.0.1:{runner.addresses[0][1]}", "dk_x") as client:
            return await client.get("/campaigns")
    finally:
        await runner.cleanup()


def test_another_server_is_recognised_as_one() -> None:
    async def odd(_: web.Request) -> web.Response:
        return web.Response(status=502, text="<html>Bad gateway</html>")

    async def fine(_: web.Request) -> web.Response:
        return web.Response(text="<html>Welcome</html>")

    with pytest.raises(Failed, match="The server answered 502, and not as a dialer does"):
        asyncio.run(_answered_by(odd))
    with pytest.raises(Failed, match="What answered is no dialer of this version"):
        as_(CampaignPage, asyncio.run(_answered_by(fine)))


def test_a_key_is_not_carried_to_where_a_redirect_points() -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        raise web.HTTPFound("http://127.0.0.1:9/")

    with pytest.raises(Failed, match="What answered is no dialer of this version"):
        as_(CampaignPage, asyncio.run(_answered_by(elsewhere)))
