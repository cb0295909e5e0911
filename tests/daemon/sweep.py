"""Hundreds of rehearsals, several at a time: which ones, and what they come to."""

import itertools
import random
import shutil
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.daemon.cast import Cast, everybody
from tests.daemon.processes import Forge
from tests.daemon.rehearsal import Kill, NetworkIs, Outcome, Plan, Rehearsal, perform

T = TypeVar("T")

_LANES = 6
_ON_ONE_NETWORK = 25
"""Rehearsals after which a lane takes a new network, whose list of calls is short again."""
_MOST_PLANS = 3
"""For each kill that is wanted."""
_LONGEST_LIFE = 0.8
"""Real seconds in which a daemon gets done with the cast."""
_EARLY = 6

Trace = Mapping[str, int]
"""How often each failpoint was passed."""


@dataclass(slots=True)
class Tally:
    kills: int = 0
    duplicates: int = 0
    lost: int = 0
    faults: list[str] = field(default_factory=list)

    killed_at: set[str] = field(default_factory=set)
    """Names of failpoints."""
    killed_again_at: set[str] = field(default_factory=set)
    """The same, of processes that took over from a killed one."""

    def __str__(self) -> str:
        return f"kills {self.kills}, duplicates {self.duplicates}, lost {self.lost}"


class Sweep:
    """Performs rehearsals in lanes, each lane with a network of its own, until one shows a fault."""

    def __init__(self, forge: Forge, directory: Path) -> None:
        self._forge = forge
        self._directory = directory
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def trace(self, *before: Kill, network: NetworkIs = NetworkIs.OUTSIDE, cast: Cast = everybody) -> Trace:
        """What the process after these kills passes, to the end of the cast."""
        file = self._directory / f"trace-{next(self._numbers)}"
        tally = self.run([Plan([*before, Kill(f"trace:{file}")], network, cast)], wanted=len(before) + 1)
        if tally.faults:
            raise AssertionError(tally.faults)
        return Counter(file.read_text("utf-8").split())

    def run(self, plans: Iterable[Plan], *, wanted: int) -> Tally:
        """Until so many kills have happened, one rehearsal shows a fault, or the plans end.

        A plan whose kill does not happen, since the process passes its point less often this time, is
        followed by others, within bounds.
        """
        tally = Tally()
        waiting = itertools.islice(plans, _MOST_PLANS * wanted)

        def following() -> Rehearsal | None:
            with self._lock:
                plan = None if tally.faults or tally.kills >= wanted else next(waiting, None)
                return None if plan is None else Rehearsal(next(self._numbers), plan)

        def lane() -> None:
            rehearsal = following()
            while rehearsal is not None:
                with self._forge.network() as network:
                    for _ in range(_ON_ONE_NETWORK):
                        if rehearsal is None:
                            break
                        directory = self._directory / str(rehearsal.number)
                        directory.mkdir()
                        outcome = perform(rehearsal, self._forge, network, directory)
                        self._note(tally, rehearsal, outcome)
                        if not outcome.verdict.faults:
                            shutil.rmtree(directory)
                        rehearsal = following()

        with ThreadPoolExecutor(_LANES) as lanes:
            for running in [lanes.submit(lane) for _ in range(_LANES)]:
                running.result()
        return tally

    def _note(self, tally: Tally, rehearsal: Rehearsal, outcome: Outcome) -> None:
        with self._lock:
            names = [death.name for death in outcome.deaths if death.name]
            tally.kills += len(outcome.deaths)
            tally.killed_at.update(names)
            tally.killed_again_at.update(names[1:])
            tally.duplicates += len(outcome.verdict.duplicates)
            tally.lost += len(outcome.verdict.lost)
            tally.faults += [f"{rehearsal}: {fault}" for fault in outcome.verdict.faults]


def killed_once(
    trace: Trace, network: NetworkIs = NetworkIs.OUTSIDE, cast: Cast = everybody
) -> Iterator[Plan]:
    """At every passage, endlessly."""
    return (Plan([kill], network, cast) for kill in passages(trace))


def killed_again(before: Kill, recovery: Trace) -> Iterator[Plan]:
    """After that death, at every early passage, endlessly: recovery comes first in a process."""
    early = {name: min(count, _EARLY) for name, count in recovery.items()}
    return (Plan([before, again]) for again in passages(early))


def killed_at_random(seed: int, kills: int, *, cast: Cast = everybody) -> Iterator[Plan]:
    """So many kills a rehearsal, each at a random moment of its process, endlessly."""
    chance = random.Random(seed)
    while True:
        yield Plan([Kill(after=chance.uniform(0, _LONGEST_LIFE)) for _ in range(kills)], cast=cast)


def passages(trace: Trace) -> Iterator[Kill]:
    """Every passage of every failpoint, endlessly: of each name the first, the last, then between."""
    while True:
        by_name = [[Kill(f"{name}:{nth}") for nth in _spread(count)] for name, count in sorted(trace.items())]
        for round_of_all in itertools.zip_longest(*by_name):
            yield from (kill for kill in round_of_all if kill is not None)


def in_turn(*sources: Iterable[T]) -> Iterator[T]:
    """One of each, again and again; all are endless."""
    for each in zip(*sources, strict=True):
        yield from each


def _spread(count: int) -> Iterator[int]:
    """1 to `count`: the ends first, then each time the middle of the largest gap."""
    yield from dict.fromkeys((1, count))
    gaps = [(1, count)]
    while gaps:
        low, high = gaps.pop(0)
        middle = (low + high) // 2
        if middle not in (low, high):
            yield middle
            gaps += [(low, middle), (middle, high)]
