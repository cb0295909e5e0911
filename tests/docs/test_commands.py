"""The README's commands, typed as they stand there: slow, with a daemon and curl of the system."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl; apt install curl"),
]

_SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CAMPAIGN = re.compile(r"camp_[0-9a-f]{8}")
_SAID = "http://127.0.0.1:8080"
"""Where the README's daemon listens."""


@contextmanager
def _served(directory: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """`dialer serve` with the shipped file, on another port and ten times as fast. Its address, and what
    belongs in the environment of a shell that uses it.
    """
    shutil.copy(ROOT / "config.toml", directory)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DIALER_", "THINNEST"))},
        "DIALER_HTTP__PORT": "0",
        "DIALER_CARRIERS__SIM__TIME_SCALE": "10",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "dialer", "serve"],
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = next(line for line in process.stdout if line.startswith("listening on ")).split()[-1]
            yield url, {**environment, "DIALER_URL": url}
        finally:
            process.terminate()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Types a block of the README and answers what it printed."""
    (tmp_path / "people.csv").write_text("phone,first_name\n+12025559900,Ada\n+12025559901,Ben\n", "utf-8")
    with _served(tmp_path) as (url, environment):

        def run(block: str) -> str:
            done = subprocess.run(
                ["sh", "-e", "-c", block.replace(_SAID, url)],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
            return done.stdout

        yield run


def test_what_the_readme_says_to_type_does_what_it_says(shell: Callable[[str], str]) -> None:
    request, moves, in_one_line = _SHELL.findall((ROOT / "README.md").read_text("utf-8"))

    created = json.loads(shell(request))
    moved = shell(_CAMPAIGN.sub(created["id"], moves))
    whole = shell(in_one_line)

    assert created["status"] == "draft"
    assert f"{created['id']} is running." in moved
    assert "completed: 0 pending" in moved
    assert "answered=1 busy=1" in whole


@pytest.mark.timeout(120)
def test_make_demo_ends_with_its_table() -> None:
    """In the environment that the tests run in, so that nothing is installed."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("needs make")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DIALER_")}

    done = subprocess.run(
        [make, "--no-print-directory", "-o", f"{sys.prefix}/.installed", "demo", f"VENV={sys.prefix}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    table = {line[0]: line[-1] for line in lines if line}
    assert ["contacts", "1004"] in lines
    assert int(table["completed"]) + int(table["failed"]) == 1004
