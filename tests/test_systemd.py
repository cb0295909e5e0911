"""What systemd is told, and what it is given."""

import asyncio
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from configparser import RawConfigParser
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dialer.config.load import load
from dialer.domain.clock import SystemClock
from dialer.store import direct
from dialer.systemd import Notifier

SYSTEMD = Path(__file__).parent.parent / "systemd"
UNIT = SYSTEMD / "dialer.service"
BACKUP = SYSTEMD / "dialer-backup.service"
TIMER = SYSTEMD / "dialer-backup.timer"
PRODUCTION = SYSTEMD / "config.toml"

_MANAGERS = (Path("/usr/lib/systemd/systemd"), Path("/lib/systemd/systemd"))
needs_systemd = pytest.mark.skipif(
    not any(manager.exists() for manager in _MANAGERS), reason="needs systemd; run on a Linux that has it"
)


@pytest.fixture(params=["path", "abstract"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """`$NOTIFY_SOCKET` in both of its forms."""
    if request.param == "path":
        return str(tmp_path / "notify")
    if sys.platform != "linux":
        pytest.skip("abstract sockets are Linux's")
    return f"@dialer-test-{secrets.token_hex(8)}"


@pytest.fixture
def manager(address: str) -> Iterator[socket.socket]:
    """The end of the socket that is systemd's."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind("\0" + address[1:] if address.startswith("@") else address)
        end.setblocking(False)
        yield end


def test_it_says_ready_alive_and_stopping(
    address: str, manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    notifier = Notifier.from_environment()

    notifier.ready()
    notifier.alive()
    notifier.stopping()

    said = [manager.recv(100) for _ in range(3)]
    assert said == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_it_says_nothing_where_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)

    Notifier.from_environment().ready()


def test_it_goes_on_while_systemd_is_behind_with_reading(address: str, manager: socket.socket) -> None:
    notifier = Notifier(address)

    for _ in range(10_000):
        notifier.alive()

    assert manager.recv(100) == b"WATCHDOG=1"


async def test_the_daemon_says_ready_once_it_listens_then_feeds_the_watchdog_then_stops(
    address: str, manager: socket.socket, tmp_path: Path
) -> None:
    loop = asyncio.get_running_loop()
    async with _served(tmp_path, address) as (process, output):
        said = [await loop.sock_recv(manager, 100)]
        printed = os.read(output, 4096)
        said.append(await loop.sock_recv(manager, 100))
        process.send_signal(signal.SIGTERM)
        while said[-1] != b"STOPPING=1":
            said.append(await loop.sock_recv(manager, 100))
        code = await process.wait()

    assert said[:2] == [b"READY=1", b"WATCHDOG=1"]
    assert b"listening on http://127.0.0.1:" in printed
    assert code == 0


@asynccontextmanager
async def _served(directory: Path, notify: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """A daemon with the shipped production file, its database elsewhere, on any free port.

    With the end of a pipe that holds all that it has printed so far.
    """
    environment = {
        **os.environ,
        "NOTIFY_SOCKET": notify,
        "DIALER_HTTP__PORT": "0",
        "DIALER_STORE__PATH": str(directory / "dialer.db"),
    }
    output, inner = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dialer", "serve", "--config", str(PRODUCTION)),
        env=environment,
        stdout=inner,
        stderr=asyncio.subprocess.DEVNULL,
    )
    os.close(inner)
    try:
        yield process, output
    finally:
        os.close(output)
        if process.returncode is None:
            process.kill()
            await process.wait()


@needs_systemd
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """The program stands elsewhere here than where `make install` puts it."""
    for unit in (UNIT, BACKUP, TIMER):
        text = unit.read_text("utf-8").replace("/opt/dialer/bin/python", sys.executable)
        (tmp_path / unit.name).write_text(text, "utf-8")

    verified = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / UNIT.name, tmp_path / TIMER.name],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (verified.stdout, verified.stderr, verified.returncode) == ("", "", 0)


@needs_systemd
@pytest.mark.parametrize("unit", [UNIT, BACKUP], ids=lambda unit: unit.stem)
def test_the_units_are_hardened(unit: Path) -> None:
    analysed = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=False,
    )

    exposure = re.search(rf"Overall exposure level for {unit.name}: ([0-9.]+)", analysed.stdout)

    assert exposure is not None, analysed.stderr
    assert float(exposure[1]) <= 1.5


def test_a_stop_has_time_for_the_calls_in_progress() -> None:
    service = _service()

    assert service["Type"] == "notify"
    assert service["Restart"] == "always"
    assert int(service["TimeoutStopSec"]) > load(PRODUCTION).policy().shutdown_grace + 10


def test_the_units_start_what_the_makefile_installs() -> None:
    makefile = (SYSTEMD.parent / "Makefile").read_text("utf-8")
    places = dict(re.findall(r"^(PREFIX|STATE|CONFIG) := (\S+)$", makefile, re.MULTILINE))
    for unit in (UNIT, BACKUP):
        service = _section(unit, "Service")
        assert service["ExecStart"].startswith(f"{places['PREFIX']}/bin/python ")
        assert service["ExecStart"].endswith(f" --config {places['CONFIG']}")
        assert service["WorkingDirectory"] == places["STATE"]
    assert load(PRODUCTION).database == Path(places["STATE"]) / "dialer.db"


def test_the_production_file_dials_nobody_until_a_carrier_is_named() -> None:
    config = load(PRODUCTION)

    policy = config.policy()
    assert policy.carrier is None
    assert (policy.number_check, policy.reject_unusable) == ("valid", True)
    assert (policy.ring_timeout, policy.max_duration) == (30, 600)
    assert config.logs.phone_numbers == "masked"


def test_the_production_file_turns_nothing_off_for_a_later_version() -> None:
    given = tomllib.loads(PRODUCTION.read_text("utf-8"))

    assert not {"compliance", "webhooks"} & given.keys()


def test_what_the_production_file_comments_out_is_right_too(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^# (?=\[+[\w.]+\]+$|\w+ = )", "", PRODUCTION.read_text("utf-8"))
    file = tmp_path / "config.toml"
    file.write_text(text, "utf-8")

    config = load(file)

    assert config.policy().carrier == "sim"
    assert [agent.id for agent in config.agents()] == ["ag_c47e7c97_b2f2"]
    assert len(config.caller_ids()) == 1


def test_what_the_timer_starts_copies_the_database_to_where_the_service_may_write(tmp_path: Path) -> None:
    """With the command of the unit, in the folder that stands for its state."""
    words = _section(BACKUP, "Service")["ExecStart"].split()[3:]
    folder = load(PRODUCTION).backup_folder
    environment = {"DIALER_STORE__PATH": str(tmp_path / "dialer.db"), "DIALER_STORE__BACKUPS": folder.name}
    direct.transact(tmp_path / "dialer.db", SystemClock(), lambda _: None)

    subprocess.run(
        [sys.executable, "-m", *words[:-1], PRODUCTION],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        check=True,
    )

    assert folder.parent == Path(_section(UNIT, "Service")["WorkingDirectory"])
    assert len(list((tmp_path / folder.name).glob("dialer-*.db"))) == 1
    assert "--keep 14" in " ".join(words)
    assert _section(TIMER, "Timer")["OnCalendar"] == "daily"


def _service() -> "dict[str, str]":
    return _section(UNIT, "Service")


def _section(unit: Path, name: str) -> "dict[str, str]":
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names of a unit keep their case
    parser.read_string(unit.read_text("utf-8"))
    return dict(parser[name])
