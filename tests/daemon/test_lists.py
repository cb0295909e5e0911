"""A daemon that dies while a list grows, or while one is erased."""

import contextlib
import signal
import sqlite3
from pathlib import Path

import pytest

from dialer.domain.checks import State
from dialer.domain.clock import SystemClock
from dialer.store.audit import audit, findings
from tests.daemon.cast import database, key, people, write_config
from tests.daemon.desk import Gone, sitting_at
from tests.daemon.processes import Forge, Process

CAST = people(2, at_once=1)
MORE = {"contacts": [f"+1202556{number:04}" for number in range(1000)]}


def test_an_upload_that_is_sent_again_adds_nobody_twice_and_an_erasure_goes_on(
    forge: Forge, network: Process, tmp_path: Path
) -> None:
    config = write_config(tmp_path, network.url())

    with forge.daemon(config, failpoint="add.committed:2") as daemon:
        with sitting_at(daemon.url(), key(config)) as desk:
            campaign = f"/campaigns/{desk.post('/campaigns', CAST.body(forge.clock)).body['id']}"
            with pytest.raises(Gone):
                desk.post(f"{campaign}/contacts", MORE)
        assert daemon.ended() == -signal.SIGKILL

    with forge.daemon(config, failpoint="delete.committed") as daemon:
        with sitting_at(daemon.url(), key(config)) as desk:
            assert desk.get(campaign).body["total_contacts"] == 2 + 800
            sent_again = desk.post(f"{campaign}/contacts", MORE).body
            assert (sent_again["accepted"], sent_again["duplicate"]) == (200, 800)
            with pytest.raises(Gone):
                desk.send("DELETE", campaign)
        assert daemon.ended() == -signal.SIGKILL

    with forge.daemon(config, failpoint="_write_chunk.committed:3") as daemon:
        assert daemon.ended() == -signal.SIGKILL  # in the middle of the erasure, which goes on by itself
    assert 0 < _numbers_left(database(config)) < 1002

    with forge.daemon(config) as daemon:
        daemon.until(lambda: _numbers_left(database(config)) == 0)
    checks = findings(database(config), SystemClock(), audit)
    assert [check for check in checks if check.state is not State.OK] == []


def _numbers_left(file: Path) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as view:
        return int(view.execute("SELECT count(*) FROM contact WHERE phone GLOB '+*'").fetchone()[0])
