"""kill -9 at every commit, send and reply, and again inside recovery (promises P1 to P3, P6)."""

import os
from pathlib import Path

import pytest

from tests.daemon.cast import quick_people, silent_people
from tests.daemon.processes import Forge
from tests.daemon.rehearsal import Kill, NetworkIs
from tests.daemon.sweep import Sweep, in_turn, killed_again, killed_at_random, killed_once

pytestmark = pytest.mark.slow

WANTED = int(os.environ.get("CRASH_KILLS", "400"))
"""Kills; `make proof` asks for more."""

LEAVING_CALLS_OPEN = ("claim.committed:7", "carrier.before_send:9", "carrier.reply:8", "report.committed:20")

ESSENTIAL = {
    f"{name}.committed" for name in ("create", "launch", "pause", "resume", "claim", "report", "conclude")
}
SENDING = {"carrier.before_send", "carrier.reply"}
IN_RECOVERY = {f"{name}.committed" for name in ("doubt_intents", "report", "conclude")}


@pytest.mark.timeout(120 + WANTED)
def test_whenever_the_daemon_is_killed_nobody_is_rung_twice_and_nobody_is_lost(
    forge: Forge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each rehearsal ends exactly as an undisturbed one: the same rings, the same outcomes."""
    sweep = Sweep(forge, tmp_path)
    life = sweep.trace()
    silence = sweep.trace(network=NetworkIs.SILENT, cast=quick_people)
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
            killed_once(only_in_silence, NetworkIs.SILENT, quick_people),
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


@pytest.mark.timeout(120)
def test_a_call_of_which_nothing_more_is_heard_is_given_up_once_and_not_placed_again(
    forge: Forge, tmp_path: Path
) -> None:
    """The carrier says that it lives, and never how it ended: it stays one call, whoever dies meanwhile."""
    sweep = Sweep(forge, tmp_path)
    plans = in_turn(
        killed_once(sweep.trace(cast=silent_people), cast=silent_people),
        killed_at_random(seed=2, kills=3, cast=silent_people),
    )
    tally = sweep.run(plans, wanted=24)

    assert tally.faults == []
    assert tally.kills >= 24
