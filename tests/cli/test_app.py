"""What holds for every verb: version, completion, and how it ends when nobody listens any more."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest

from tests.cli.conftest import Dialer

DIALER = (sys.executable, "-m", "dialer")


def test_it_says_its_version(dialer: Dialer) -> None:
    assert dialer("--version").out == f"dialer {metadata.version('dialerd')}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_of_a_shell_is_shown(
    dialer: Dialer, monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    """The shell is told by hand here, since a test runs in none."""
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")

    assert "_DIALER_COMPLETE" in dialer("--show-completion", shell).out


def test_verbs_are_completed(dialer: Dialer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_DIALER_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "dialer db b")
    monkeypatch.setenv("COMP_CWORD", "2")

    assert dialer().out.split() == ["backup"]


@pytest.mark.parametrize("verb", [["doctor"], pytest.param(["check-config"], marks=pytest.mark.slow)])
def test_a_pipe_that_is_closed_ends_it_without_a_word(verb: list[str], tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)

    ended = subprocess.run(
        [*DIALER, *verb], stdout=write, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path
    )

    os.close(write)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_what_the_system_refuses_is_one_sentence(dialer: Dialer) -> None:
    dialer("key", "create", "--name", "crm")
    name = "x" * 300

    ran = dialer("db", "backup", name)

    assert (ran.code, ran.out, ran.err) == (1, "", f"{name}: File name too long.\n")


def test_ctrl_c_ends_a_verb_without_a_word(tmp_path: Path) -> None:
    """While it waits for a daemon that took the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            subprocess.Popen(
                [*DIALER, "campaign", "list"],
                env={**os.environ, "DIALER_URL": url, "DIALER_API_KEY": "dk_x"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=tmp_path,
            ) as waiting,
            closing(silent.accept()[0]),
        ):
            waiting.send_signal(signal.SIGINT)
            said = waiting.communicate(timeout=20)

    assert (waiting.returncode, *said) == (130, "", "")
