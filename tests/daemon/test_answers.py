"""A daemon that dies after the commit and before the answer: whoever asks again gets the answer."""

import signal
from pathlib import Path

import pytest

from tests.daemon.cast import database, key, people, write_config
from tests.daemon.desk import Gone, rings, sitting_at
from tests.daemon.processes import Forge, Process
from tests.daemon.truth import all_completed, judge

CAST = people(2, at_once=1)


def test_a_campaign_whose_creation_or_launch_was_never_answered_is_created_and_launched_once(
    forge: Forge, network: Process, tmp_path: Path
) -> None:
    config = write_config(tmp_path, network.url())
    body = CAST.body(forge.clock)

    with forge.daemon(config, failpoint="create.committed") as daemon:
        with sitting_at(daemon.url(), key(config)) as desk, pytest.raises(Gone):
            desk.post("/campaigns", body, once="creation")
        assert daemon.ended() == -signal.SIGKILL

    with forge.daemon(config, failpoint="launch.committed") as daemon:
        with sitting_at(daemon.url(), key(config)) as desk:
            created = desk.post("/campaigns", body, once="creation")
            assert (created.status, created.replayed) == (201, True)
            assert desk.get("/campaigns").body["total"] == 1
            launch = f"/campaigns/{created.body['id']}/launch"
            with pytest.raises(Gone):
                desk.post(launch, once="launch")
        assert daemon.ended() == -signal.SIGKILL

    with forge.daemon(config) as daemon:
        with sitting_at(daemon.url(), key(config)) as desk:
            launched = desk.post(launch, once="launch")
            assert (launched.status, launched.replayed) == (200, True)
            assert launched.body["status"] == "running"
        daemon.until(lambda: all_completed(database(config), 1))
    assert judge(database(config), (CAST,), rings(network.url())).faults == []
