"""What the README and the other pages tell the reader to type."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from typer.testing import CliRunner

from dialer.api.app import build_app
from dialer.cli.app import app as command
from dialer.service import keys
from dialer.service.parts import Parts
from tests.docs.pages import PAGES, ROOT, name_of, shell_lines

README = ROOT / "README.md"
_BODY = re.compile(r"-d '(\{.*?\})'", re.DOTALL)
_TARGETS = re.compile(r"^\.PHONY: (.*)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_that_a_page_names_is_there(page: Path) -> None:
    targets = _TARGETS.findall((ROOT / "Makefile").read_text("utf-8"))[0].split()
    used = re.findall(r"`make ((?:[a-z-]+ ?)+)`", page.read_text("utf-8"))
    used += [
        line.split("#")[0].removeprefix("make ") for line in shell_lines(page) if line.startswith("make ")
    ]

    words = [word for line in used for word in line.split() if "=" not in word]

    assert [word for word in words if word not in targets] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_that_a_page_shows_is_there(page: Path) -> None:
    shown = [line.rpartition("/bin/")[2] for line in shell_lines(page)]  # sudo -u dialer /opt/…/bin/dialer …
    wrong = [line for line in shown if line.startswith("dialer ") and not _is_there(line)]

    assert wrong == []


def test_a_command_that_is_not_there_is_noticed() -> None:
    assert not _is_there("dialer campaign lunch camp_1")
    assert not _is_there("dialer campaign launch camp_1 --later")


async def test_the_request_of_the_readme_is_answered_as_it_says(parts: Parts) -> None:
    """A draft whose schedule has passed, which then can be launched."""

    def work(tx: Any) -> str:
        return keys.create(tx, "reader").token

    body = json.loads(next(_bodies(README)))
    headers = {"Authorization": f"Bearer {await parts.store.transact(work)}"}
    async with TestClient(TestServer(build_app(parts))) as client:
        async with client.post("/campaigns", json=body, headers=headers) as response:
            created = await response.json()
        async with client.post(f"/campaigns/{created['id']}/launch", headers=headers) as launched:
            started = await launched.json()

    assert response.status == 201
    assert (created["status"], created["total_contacts"], created["autostart"]) == ("draft", 2, False)
    assert (launched.status, started["status"]) == (200, "running")


def _bodies(page: Path) -> Iterator[str]:
    return (match[1] for match in _BODY.finditer(page.read_text("utf-8")))


def _is_there(line: str) -> bool:
    """Whether the command knows the verbs and options of the line; nothing is done."""
    words = shlex.split(line, comments=True)[1:]
    return CliRunner().invoke(command, [*words, "--help"]).exit_code == 0
