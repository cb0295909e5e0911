"""kill -9 at every commit, send and reply, and again inside recovery (promises P1 to P3, P6)."""

import os
from pathlib import Path

import pytest

from tests.daemon.processes import Forge
from tests.daemon.rehearsal import Kill, NetworkIs
from tests.daemon.sweep import Sweep, in_turn, killed_again, killed_at_random, killed_once

pytestmark = pytest.mark.slow

WANTED = int(os.environ.get("CRASH_KILLS", "400"))
"""Kills; `make proof` asks for more."""

LEAVING_CALLS_OPEN = ("claim.committed:7", "carrier.before_send:9", "carrier.reply:8", "report.committed:20")

ESSENTIAL = {f"{name}.committed" for name in ("create", "launch", "claim", "report", "conclude")}
SENDING = {"carrier.before_send", "carrier.reply"}
IN_RECOVERY = {f"{name}.committed" for name in ("doubt_intents", "report", "conclude")}


@pytest.mark.timeout(120 + WANTED)
def test_whenever_the_daemon_is_killed_nobody_is_rung_twice_and_nobody_is_lost(
    forge: Forge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each rehearsal ends exactly as an undisturbed one: the same rings, the same outcomes."""
    sweep = Sweep(forge, tmp_path)
    life = sweep.trace()
    silence = sweep.trace(network=NetworkIs.SILENT)
    only_in_silence = {name: count for name, count in silence.items() if name not in life}
    assert life.keys() >= ESSENTIAL | SENDING
    assert only_in_silence.keys() >= {"doubt.committed"}

    deaths = [Kill(point) for point in LEAVING_CALLS_OPEN]
    recoveries = in_turn(*(killed_again(death, sweep.trace(death)) for death in deaths))
    once = killed_once(life)
    tally = sweep.run(
        in_turn(
            once,
            recoveries,
            once,
            recoveries,
            killed_once(life, NetworkIs.INSIDE),
            killed_once(only_in_silence, NetworkIs.SILENT),
            killed_at_random(seed=1, kills=2),
        ),
        wanted=WANTED,
    )
    with capsys.disabled():
        print(f"\n{tally}")

    assert tally.faults == []
    assert tally.kills >= WANTED
    if WANTED >= 400:
        assert tally.killed_at >= life.keys() | only_in_silence.keys()
        assert tally.killed_again_at >= IN_RECOVERY
