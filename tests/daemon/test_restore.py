"""Backups of a daemon that works, and what a daemon does that finds itself on one."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dialer.store import marks
from tests.daemon.cast import Part, database, key, people, write_config
from tests.daemon.desk import Desk, rings, sitting_at
from tests.daemon.processes import Forge, Process
from tests.daemon.stage import Stage
from tests.daemon.truth import claimed_for, connect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

_MORE_THAN_A_BACKUP_LASTS = 3_000
"""People; a quick machine calls some hundred a second."""
_ROUNDS = 50
"""Looks of 20 ms, each half a second of the clock, in which somebody would have been rung."""


def test_backed_up_under_load_and_restored_nobody_is_rung_before_or_after_the_confirmation(
    forge: Forge, network: Process, tmp_path: Path
) -> None:
    """Everybody who is pending in the copy was rung since; the operator cancels, then confirms."""
    part = people(_MORE_THAN_A_BACKUP_LASTS, at_once=20)
    config = write_config(tmp_path, network.url())
    copy = tmp_path / "copy.db"
    with forge.daemon(config) as daemon, sitting_at(daemon.url(), key(config)) as desk:
        _start(forge, desk, part)
        daemon.until(lambda: claimed_for(database(config)) >= 20)
        _dialer(config, "db", "backup", copy)
        known = claimed_for(copy)
        daemon.until(lambda: claimed_for(database(config)) > known + 20)
        daemon.kill()
    placed = len(rings(network.url()))
    assert 20 <= known < placed

    _dialer(config, "db", "restore", copy)
    with forge.daemon(config) as daemon, sitting_at(daemon.url(), key(config)) as desk:
        ready = desk.get("/readyz")
        assert "hold" in ready.body["reasons"]
        _nobody_is_rung(daemon, network, placed)
        campaign = desk.get("/campaigns").body["campaigns"][0]
        assert campaign["status"] == "running"
        assert desk.post(f"/campaigns/{campaign['id']}/cancel").status == 200
        assert desk.post("/confirm").body["released"]["reason"] == "restored"
        assert desk.get("/readyz").status == 200
        _nobody_is_rung(daemon, network, placed)
        daemon.send(signal.SIGTERM)
        assert daemon.ended() == 0
    with connect(database(config)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    _dialer(config, "db", "check")


def test_an_older_copy_that_was_put_in_place_by_hand_is_held_and_one_killed_at_any_moment_is_not(
    forge: Forge, network: Process, tmp_path: Path
) -> None:
    part = people(_MORE_THAN_A_BACKUP_LASTS, at_once=20)
    config = write_config(tmp_path, network.url())
    file = database(config)
    with forge.daemon(config) as daemon, sitting_at(daemon.url(), key(config)) as desk:
        _start(forge, desk, part)
        daemon.until(lambda: claimed_for(file) >= 20)
        _dialer(config, "db", "backup", tmp_path / "copy.db")
        known = claimed_for(tmp_path / "copy.db")
        daemon.until(lambda: _marked(file) > known)
        daemon.kill()
    with forge.daemon(config) as daemon, sitting_at(daemon.url(), key(config)) as desk:
        assert desk.get("/readyz").status == 200
        daemon.kill()
    placed = len(rings(network.url()))

    file.with_name("dialer.db-wal").unlink()
    file.with_name("dialer.db-shm").unlink()
    shutil.copy(tmp_path / "copy.db", file)

    with forge.daemon(config) as daemon, sitting_at(daemon.url(), key(config)) as desk:
        assert "older than its side file" in desk.get("/readyz").body["reasons"]["hold"]
        _nobody_is_rung(daemon, network, placed)


def _start(forge: Forge, desk: Desk, part: Part) -> None:
    Stage((part,), forge.clock).enter(desk)


def _nobody_is_rung(daemon: Process, network: Process, placed: int) -> None:
    for _ in range(_ROUNDS):
        assert daemon.outlives(0.02)
    assert len(rings(network.url())) == placed


def _marked(file: Path) -> int:
    mark = marks.read(marks.file_of(file))
    return 0 if mark is None else mark.attempt


def _dialer(config: Path, *arguments: str | Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "dialer", *arguments, "--config", config],
        check=True,
        stdout=subprocess.DEVNULL,
    )
