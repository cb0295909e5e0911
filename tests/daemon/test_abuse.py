"""Whoever is slow, many or malicious takes nothing from the others."""

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dialer.domain.clock import SystemClock
from tests.daemon.desk import Desk, sitting_at

CONFIG = """
[http]
port = 0
[logs]
format = "json"
[dialing]
calls_per_second = 100
[[agents]]
id = "ag_c47e7c97_b2f2"
name = "Follow-up"
[carriers.sim]
kind = "simulator"
ring_seconds = [0, 0.1]
talk_seconds = [0, 0.1]
"""
FEW_FILES = 512
SECONDS = 5.0
P99 = 0.1

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Served:
    url: str
    key: str
    log: Path


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """`dialer serve` in a process that may open few files."""
    config, log = tmp_path / "config.toml", tmp_path / "log"
    config.write_text(CONFIG, "utf-8")
    serve = f'ulimit -n {FEW_FILES}; exec "{sys.executable}" -m dialer serve --config "{config}"'
    with (
        log.open("w") as said,
        subprocess.Popen(
            ["/bin/sh", "-c", serve], stdout=subprocess.PIPE, stderr=said, text=True, cwd=ROOT
        ) as process,
    ):
        assert process.stdout is not None
        try:
            url = next(line for line in process.stdout if line.startswith("listening on ")).split()[-1]
            yield Served(url, (tmp_path / "dialer.key").read_text().strip(), log)
        finally:
            process.kill()


@contextlib.contextmanager
def abused(served: Served) -> Iterator[None]:
    place = urlsplit(served.url)
    command = [sys.executable, "-m", "tests.daemon.abuse", str(place.hostname), str(place.port), served.key]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"begun\n"
            yield
        finally:
            process.kill()


def watched(desk: Desk, campaign: str) -> tuple[list[float], float]:
    """How long each of a client's requests took in five seconds; the calls a second meanwhile."""
    clock = SystemClock()
    begun, done = clock.monotonic(), finished(desk, campaign)
    took: list[float] = []
    while clock.monotonic() - begun < SECONDS:
        asked = clock.monotonic()
        if len(took) % 10 == 0:
            desk.close()  # the next request comes over a new connection
        assert desk.get(f"/campaigns/{campaign}").status == 200
        took.append(clock.monotonic() - asked)
    return sorted(took), (finished(desk, campaign) - done) / (clock.monotonic() - begun)


def finished(desk: Desk, campaign: str) -> int:
    shown = desk.get(f"/campaigns/{campaign}").body
    return int(shown["completed"] + shown["failed"])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs several loopback addresses")
def test_half_open_heads_slow_bodies_floods_and_bombs_leave_others_and_the_calls_alone(
    served: Served,
) -> None:
    with sitting_at(served.url, served.key) as desk:
        people = [f"+1202555{number:04}" for number in range(5000)]
        campaign = desk.post(
            "/campaigns",
            {
                "name": "Under fire",
                "agent_id": "ag_c47e7c97_b2f2",
                "type": "voice",
                "contacts": people,
                "max_concurrent": 100,
                "status": "running",
            },
        ).body["id"]
        _, in_peace = watched(desk, campaign)
        with abused(served):
            took, under_fire = watched(desk, campaign)

    p99 = took[int(len(took) * 0.99)]
    print(f"{len(took)} requests, p99 {p99 * 1000:.1f} ms; calls/s {in_peace:.1f}, then {under_fire:.1f}")
    assert p99 <= P99
    assert under_fire >= 0.9 * in_peace
    lines = [json.loads(line) for line in served.log.read_text().splitlines()]
    assert "Traceback" not in served.log.read_text()
    refused = [line for line in lines if line["event"] == "connections_refused"]
    assert any(line.get("too_many_from_an_address") for line in refused)
    assert len(refused) <= 2 * SECONDS + 5
    assert not re.search(r"dk_\w", served.log.read_text())
