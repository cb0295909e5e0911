"""`dialer serve` with the shipped configuration, its network inside: killed in the middle, it goes on."""

from collections import Counter
from pathlib import Path
from shutil import copy

import pytest

from tests.daemon.cast import AGENT, database, key
from tests.daemon.desk import Desk, Ring, rings, sitting_at
from tests.daemon.processes import Forge
from tests.daemon.truth import all_completed, states

pytestmark = pytest.mark.slow

SHIPPED = Path(__file__).parents[2] / "config.toml"
ENDINGS = (9900, 9901, 9903, 9904, 9908)
"""One answers, one is engaged, one declines, one is a machine, one hangs up at once."""


def launch(desk: Desk, people: list[str], at_once: int) -> None:
    body = {"name": "A", "agent_id": AGENT, "type": "voice", "contacts": people, "max_concurrent": at_once}
    created = desk.post("/campaigns", body)
    assert created.status == 201, created.body
    assert desk.post(f"/campaigns/{created.body['id']}/launch").status == 200


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("groups", "at_once"), [(8, 10), (1, 1)])
def test_killed_in_the_middle_of_a_campaign_it_calls_everybody_exactly_once(
    forge: Forge, tmp_path: Path, groups: int, at_once: int
) -> None:
    config = Path(copy(SHIPPED, tmp_path))
    people = [f"+1202{group:03d}{ending}" for group in range(groups) for ending in ENDINGS]

    def rung(url: str) -> list[Ring]:
        return rings(url, "/debug/simulator/calls", key(config))

    with forge.serve(config) as daemon:
        url = daemon.url()
        with sitting_at(url, key(config)) as desk:
            launch(desk, people, at_once)
        daemon.until(lambda: len(rung(url)) > len(people) // 2)
        daemon.kill()
    assert states(database(config)).keys() & {"intent", "placed", "ringing", "answered"}

    with forge.serve(config) as daemon:
        url = daemon.url()
        daemon.until(lambda: all_completed(database(config), 1), patience=90)
        assert Counter(ring.to for ring in rung(url)) == Counter(people)
