"""One store from its creation to the last completed campaign, with the daemon killed on the way."""

import signal
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tests.daemon.cast import Cast, database, everybody, key, write_config
from tests.daemon.desk import Desk, Gone, Ring, rings, sitting_at
from tests.daemon.processes import Died, Forge, Process, TooLate
from tests.daemon.stage import Broken, Stage
from tests.daemon.truth import Verdict, all_completed, claimed_for, connect, judge

_A_FEW, _SOME = 2, 8
_SILENCE = 45.0
"""Seconds of the clock: long enough for a request and two questions after it, 10 each, 10 between."""
_PATIENT = 60
"""Seconds for which it may ring where the network falls silent; else silent calls would be hung up."""


@dataclass(frozen=True, slots=True)
class Kill:
    """How one process of a rehearsal dies."""

    point: str = ""
    """`name:nth` of a failpoint."""
    after: float | None = None
    """Real seconds from its start; for kills at random moments."""

    @property
    def name(self) -> str:
        """The failpoint's, without the passage."""
        return self.point.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    deaths: Sequence[Kill]
    """Of the kills that were planned, those that happened."""
    verdict: Verdict


class NetworkIs(Enum):
    OUTSIDE = "network outside"
    """In a process of its own, which lives on."""
    SILENT = "silent network"
    """Outside, and in the middle deaf and dumb for longer than a request may take."""
    INSIDE = "network inside"
    """It dies with the daemon, and takes its calls up again from its record."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Killed in this way, and then in that, until nobody kills it any more."""

    kills: Sequence[Kill]
    network: NetworkIs = NetworkIs.OUTSIDE
    cast: Cast = everybody


@dataclass(frozen=True, slots=True)
class Rehearsal:
    number: int
    """Of its own in a sweep."""
    plan: Plan

    def __str__(self) -> str:
        deaths = ", ".join(kill.point or f"{kill.after:.3f} s" for kill in self.plan.kills)
        return f"rehearsal {self.number} ({deaths}; {self.plan.network.value})"


def perform(rehearsal: Rehearsal, forge: Forge, network: Process, directory: Path) -> Outcome:
    """Plays it to the end, and judges."""
    parts = rehearsal.plan.cast(rehearsal.number)
    play = _Play(rehearsal.plan.network, directory, Stage(parts, forge.clock), network)
    deaths: list[Kill] = []
    for kill in [*rehearsal.plan.kills, Kill()]:
        with forge.daemon(play.config, failpoint=kill.point) as daemon:
            try:
                play.act(daemon, kill)
            except (Died, Gone):
                code = daemon.ended()
                if code != -signal.SIGKILL or kill == Kill():
                    return Outcome(deaths, Verdict(broken=[f"ended by itself with {code}: {daemon.log}"]))
                deaths.append(kill)
            except Broken as error:
                return Outcome(deaths, Verdict(broken=[f"{error}\n{daemon.log}"]))
            except TooLate as error:
                return Outcome(deaths, Verdict(lost=[f"did not complete: {play.left()} {error}"]))
            else:
                break
    ours = {phone for part in parts for phone in part.fates}
    rung = [ring for ring in play.rung if ring.to in ours]
    return Outcome(deaths, judge(play.database, parts, rung))


class _Play:
    def __init__(self, kind: NetworkIs, directory: Path, stage: Stage, network: Process) -> None:
        outside = None if kind is NetworkIs.INSIDE else network.url()
        ring_timeout = _PATIENT if kind is NetworkIs.SILENT else 3
        self.config = write_config(directory, outside, ring_timeout=ring_timeout)
        self.database = database(self.config)
        self.rung: list[Ring] = []
        """At the end: what the network was asked for."""
        self._outside = outside
        self._stage = stage
        self._network = network
        self._stalls = kind is NetworkIs.SILENT
        self._pauses = True

    def act(self, daemon: Process, kill: Kill) -> None:
        """From a start to the end. Raises Died or Gone when it is killed before."""
        if kill.after is not None:
            daemon.kill_after(kill.after)
        url = daemon.url()
        with sitting_at(url, key(self.config)) as desk:
            self._stage.enter(desk)
            if self._pauses:
                self._pauses = False
                self._pause(daemon, desk)
        if self._stalls:
            self._stalls = False
            self._stall(daemon)
        daemon.until(lambda: all_completed(self.database, len(self._stage.parts)))
        if self._outside is None:
            self.rung = rings(url, "/debug/simulator/calls", key(self.config))
        else:
            self.rung = rings(self._outside)

    def left(self) -> list[tuple[object, ...]]:
        """Whom it did not get done with."""
        with closing(connect(self.database)) as db:
            rows = db.execute("SELECT * FROM contact WHERE status IN ('pending', 'in_progress')")
            return [tuple(row) for row in rows]

    def _pause(self, daemon: Process, desk: Desk) -> None:
        """Pauses the first campaign early on; nobody new is rung until it is resumed."""
        part = self._stage.parts[0]
        daemon.until(lambda: claimed_for(self.database) >= _A_FEW)
        self._stage.pause(desk, part)
        before = claimed_for(self.database, part.name)
        desk.get("/campaigns")
        if claimed_for(self.database, part.name) != before:
            raise Broken(f"{part.name} was paused, and a call was claimed after that")
        self._stage.resume(desk, part)

    def _stall(self, daemon: Process) -> None:
        """Stops the network in the middle, for longer than the daemon waits for an answer."""
        daemon.until(lambda: claimed_for(self.database) >= _SOME)
        self._network.send(signal.SIGSTOP)
        try:
            daemon.outlives(_SILENCE / self._stage.clock.speed)
        finally:
            self._network.send(signal.SIGCONT)
