"""A stop by a signal while calls are live, and a second signal (the fault test F4)."""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.daemon.cast import Part, database, key, people, write_config
from tests.daemon.desk import Desk, rings, sitting_at
from tests.daemon.processes import Forge, Process
from tests.daemon.stage import Stage
from tests.daemon.truth import all_completed, judge, states

TALK = 30.0
CAST = people(6, at_once=4)


@pytest.fixture
def network(forge: Forge) -> Iterator[Process]:
    with forge.network(talk=(TALK, TALK)) as network:
        yield network


@contextmanager
def four_people_talking(forge: Forge, config: Path, part: Part = CAST) -> Iterator[tuple[Process, Desk]]:
    with forge.daemon(config) as daemon, sitting_at(daemon.url(), key(config)) as desk:
        Stage((part,), forge.clock).enter(desk)
        daemon.until(lambda: states(database(config)) == Counter(answered=4))
        yield daemon, desk


def stop(daemon: Process, desk: Desk) -> None:
    assert desk.get("/readyz").status == 200
    daemon.send(signal.SIGTERM)

    def says_so() -> bool:
        answer = desk.get("/readyz")
        return answer.status == 503 and "stopping" in answer.body["reasons"]

    daemon.until(says_so)


def goes_on(forge: Forge, config: Path, network: Process) -> None:
    """A second start finishes the campaign, and nobody was rung twice."""
    with forge.daemon(config) as daemon:
        daemon.until(lambda: all_completed(database(config), 1))
    assert judge(database(config), (CAST,), rings(network.url())).faults == []


def test_a_stop_waits_for_the_calls_in_progress_and_places_no_further_one(
    forge: Forge, network: Process, tmp_path: Path
) -> None:
    """The slots that become free stay free: two people are left for the next start."""
    config = write_config(tmp_path, network.url(), shutdown_grace=600)
    with four_people_talking(forge, config) as (daemon, desk):
        stop(daemon, desk)
        assert daemon.ended() == 0
        assert "4 calls in progress; again to abort" in daemon.log

    assert states(database(config)) == Counter(completed=4)
    goes_on(forge, config, network)


def test_a_stop_leaves_calls_that_outlast_its_grace_to_the_next_start(
    forge: Forge, network: Process, tmp_path: Path
) -> None:
    config = write_config(tmp_path, network.url(), shutdown_grace=int(TALK / 2))
    with four_people_talking(forge, config) as (daemon, desk):
        stop(daemon, desk)
        assert daemon.ended() == 0

    assert states(database(config)) == Counter(answered=4)
    goes_on(forge, config, network)


def test_a_second_signal_aborts_at_once_and_loses_nothing(
    forge: Forge, network: Process, tmp_path: Path
) -> None:
    an_hour = 3600  # at the tests' speed, longer than they have patience
    config = write_config(tmp_path, network.url(), shutdown_grace=an_hour, max_duration=an_hour)
    with four_people_talking(forge, config) as (daemon, desk):
        stop(daemon, desk)
        daemon.send(signal.SIGTERM)
        assert daemon.ended() == 0

    assert states(database(config)) == Counter(answered=4)
    goes_on(forge, config, network)
