"""What holds for every verb: version, completion, and how it ends when nobody listens any more."""

import os
import subprocess
import sys
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


@pytest.mark.parametrize("verb", [["check-config"], ["doctor"]])
def test_a_pipe_that_is_closed_ends_it_without_a_word(verb: list[str], tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)

    ended = subprocess.run(
        [*DIALER, *verb], stdout=write, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path
    )

    os.close(write)
    assert (ended.returncode, ended.stderr) == (1, "")
