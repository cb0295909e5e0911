"""The command as a user runs it, and a real daemon for the verbs that talk to one."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from dialer.cli.app import main

CONFIGURATION = """\
[http]
port = 0
[dialing]
carrier = "sim"
ring_timeout = 1
[[agents]]
id = "ag_c47e7c97_b2f2"
name = "Follow-up agent"
sms = true
[[caller_ids]]
number = "+12025550100"
verified = true
default = true
[carriers.sim]
kind = "simulator"
ring_seconds = [0, 0.05]
talk_seconds = [0, 0.05]
latency_seconds = [0, 0]
"""


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str


Dialer: TypeAlias = Callable[..., Ran]


@dataclass(frozen=True, slots=True)
class Daemon:
    url: str
    directory: Path

    @property
    def key_file(self) -> Path:
        return self.directory / "dialer.key"


@pytest.fixture
def dialer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Dialer:
    """Runs `dialer` with these arguments in this process, in an empty directory of its own."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("DIALER_", "THINNESTAI_")):
            monkeypatch.delenv(name)

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["dialer", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """`dialer serve` as a process, one for all tests: each works on campaigns of its own."""
    directory = tmp_path_factory.mktemp("daemon")
    configuration = directory / "config.toml"
    configuration.write_text(CONFIGURATION, "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "dialer", "serve", "--config", str(configuration)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        said = next((line for line in process.stdout if line.startswith("listening on ")), "")
        yield Daemon(said.removeprefix("listening on ").strip(), directory)
        process.send_signal(signal.SIGTERM)


@pytest.fixture
def served(dialer: Dialer, daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> Dialer:
    """The command with a daemon to talk to."""
    monkeypatch.setenv("DIALER_URL", daemon.url)
    monkeypatch.setenv("DIALER_CONFIG", str(daemon.directory / "config.toml"))
    return dialer
