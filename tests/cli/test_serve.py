import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Daemon, Dialer


@contextmanager
def process(directory: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """`dialer` as a process of its own; it has ended when the context ends."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("DIALER_")}
    with subprocess.Popen(
        [sys.executable, "-m", "dialer", *arguments],
        cwd=directory,
        env={**ours, "DIALER_HTTP__PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def listening(running: "subprocess.Popen[str]") -> str:
    assert running.stdout is not None
    line = next(line for line in running.stdout if line.startswith("listening on "))
    assert re.fullmatch(r"listening on http://127\.0\.0\.1:[0-9]+\n", line)
    return line.split()[-1]


def test_serve_without_a_file_says_what_counts_and_stops_on_a_signal(tmp_path: Path) -> None:
    with process(tmp_path, "serve") as running:
        url = listening(running)
        with urllib.request.urlopen(f"{url}/healthz") as answer:
            assert answer.status == 200
        running.send_signal(signal.SIGTERM)
        _, said = running.communicate(timeout=20)

    assert running.returncode == 0
    assert said.splitlines()[0] == (
        "No configuration file: the development defaults count (simulated carrier, nobody is rung)."
    )
    assert (tmp_path / "dialer.key").exists()


def test_a_second_database_in_a_folder_has_a_key_file_of_its_own_which_the_verbs_find(
    dialer: Dialer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(tmp_path, "serve") as first:
        listening(first)
    (tmp_path / "dialer.key").write_text("of the first", "utf-8")
    (tmp_path / "config.toml").write_text('[store]\npath = "second.db"\n', "utf-8")

    with process(tmp_path, "serve") as running:
        assert running.stdout is not None
        assert running.stdout.readline().endswith("/second.db.key)\n")
        monkeypatch.setenv("DIALER_URL", listening(running))
        assert dialer("campaign", "list").code == 0

    assert (tmp_path / "dialer.key").read_text("utf-8") == "of the first"


def test_serve_with_a_faulty_file_tells_every_fault_and_does_not_start(dialer: Dialer) -> None:
    Path("config.toml").write_text('[http]\nprot = 1\n[wallet]\ncurrency = "USD"\n', "utf-8")

    ran = dialer("serve")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "http.prot: unknown key; did you mean http.port?",
        "wallet: this version keeps no balance; remove the section",
    ]


def test_check_config_prints_what_counts(dialer: Dialer, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mine.toml").write_text('[http]\nport = 9000\n[carriers.sim]\nkind = "simulator"\n', "utf-8")
    monkeypatch.setenv("DIALER_DIALING__RING_TIMEOUT", "12")

    ran = dialer("check-config", "--config", "mine.toml")

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "# mine.toml"
    assert {"http.port = 9000", "dialing.ring_timeout = 12", "carriers.sim.mix.answered = 0.6"} <= set(lines)
    assert "Warning: No agent is configured: campaigns need one that is made over the API." in ran.err


def test_check_config_is_one_json_value_when_asked(dialer: Dialer) -> None:
    document = json.loads(dialer("check-config", "--json").out)

    assert document["file"] is None
    assert document["config"]["agents"][0]["id"] == "ag_c47e7c97_b2f2"
    assert document["warnings"] == []


def test_check_config_tells_faults_with_exit_code_2(dialer: Dialer) -> None:
    assert dialer("check-config", "--config", "none.toml").code == 2


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["campaign"], ["campaign", "show"], ["key", "revoke", "x"]]
)
def test_a_wrong_use_ends_with_2(dialer: Dialer, arguments: list[str]) -> None:
    assert dialer(*arguments).code == 2


def test_every_verb_explains_itself(dialer: Dialer) -> None:
    ran = dialer("--help")

    assert ran.code == 0
    for verb in ("serve", "check-config", "key", "campaign", "call", "why", "demo", "simulate"):
        assert f"  {verb} " in ran.out


def test_simulate_is_a_network_of_its_own(tmp_path: Path) -> None:
    with process(tmp_path, "simulate", "--port", "0") as running:
        url = listening(running)
        with urllib.request.urlopen(f"{url}/calls") as answer:
            assert json.load(answer) == {"calls": [], "total": 0}
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=20) == 0


def test_ctrl_c_leaves_a_watched_campaign_quietly(daemon: Daemon, served: Dialer, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("phone\n+12025559900\n", "utf-8")
    made = served("campaign", "create", "--agent", "1", "--contacts", "people.csv", "--json")
    campaign = json.loads(made.out)["id"]
    with subprocess.Popen(
        [sys.executable, "-m", "dialer", "campaign", "watch", campaign],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline().startswith("draft: 1 pending")
        watching.send_signal(signal.SIGINT)
        _, said = watching.communicate(timeout=20)

    assert (watching.returncode, said) == (0, "")


def test_serve_rings_no_real_phone_before_the_file_says_where(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[carriers.pbx]\nkind = "asterisk"\npassword = "hush"\n', "utf-8")
    with process(tmp_path, "serve") as running:
        _, said = running.communicate(timeout=20)

    assert running.returncode == 1
    assert "compliance.regions is not written" in said
    assert "hush" not in said
    assert not (tmp_path / "dialer.db").exists()
