"""What a daemon may find when it starts: another one, calls on a carrier that is gone, a paused campaign."""

import signal
from pathlib import Path

from tests.daemon.cast import database, key, people, write_config
from tests.daemon.desk import rings, sitting_at
from tests.daemon.processes import Forge, Process
from tests.daemon.stage import Stage
from tests.daemon.truth import all_completed, judge, states


def test_a_second_daemon_on_the_same_database_refuses_to_start(
    forge: Forge, network: Process, tmp_path: Path
) -> None:
    config = write_config(tmp_path, network.url())
    with forge.daemon(config) as first:
        url = first.url()
        with forge.daemon(config) as second:
            assert second.ended() == 1
            assert "Another daemon is running on this database" in second.log
        with sitting_at(url) as desk:
            assert desk.get("/readyz").status == 200


def test_calls_on_a_carrier_that_the_configuration_does_not_name_any_more_keep_the_daemon_from_starting(
    forge: Forge, network: Process, tmp_path: Path
) -> None:
    """Put back, it takes the calls up again."""
    part = people(4, at_once=2)
    config = write_config(tmp_path, network.url())
    with forge.daemon(config, failpoint="carrier.reply:2") as daemon:
        with sitting_at(daemon.url(), key(config)) as desk:
            Stage((part,), forge.clock).enter(desk)
        assert daemon.ended() == -signal.SIGKILL

    named = config.read_text("utf-8")
    config.write_text(named.replace("[carriers.sim]", "[carriers.lab]"), "utf-8")
    with forge.daemon(config) as daemon:
        assert daemon.ended() == 1
        assert (
            "Calls are open on the carrier sim, which the configuration does not name any more" in daemon.log
        )

    config.write_text(named, "utf-8")
    with forge.daemon(config) as daemon:
        daemon.until(lambda: all_completed(database(config), 1))
    assert judge(database(config), (part,), rings(network.url())).faults == []


def test_a_campaign_that_was_paused_is_still_paused_after_a_kill(
    forge: Forge, network: Process, tmp_path: Path
) -> None:
    """While another campaign runs to its end, nobody of it is rung; resumed, it goes on where it was."""
    first, second = people(8, at_once=1), people(4, at_once=4, name="other", country=2)
    config = write_config(tmp_path, network.url())
    with forge.daemon(config) as daemon, sitting_at(daemon.url(), key(config)) as desk:
        Stage((first,), forge.clock).enter(desk)
        daemon.until(lambda: states(database(config)).total() >= 3)
        campaign = desk.get("/campaigns").body["campaigns"][0]["id"]
        assert desk.post(f"/campaigns/{campaign}/pause").status == 200
        daemon.kill()
    rung = {ring.to for ring in rings(network.url())}

    with forge.daemon(config) as daemon, sitting_at(daemon.url(), key(config)) as desk:
        Stage((second,), forge.clock).enter(desk)
        daemon.until(lambda: {ring.to for ring in rings(network.url())} >= second.fates.keys())
        assert {ring.to for ring in rings(network.url())} == rung | second.fates.keys()
        assert desk.get(f"/campaigns/{campaign}").body["status"] == "paused"
        assert desk.post(f"/campaigns/{campaign}/resume").status == 200
        daemon.until(lambda: all_completed(database(config), 2))
    assert judge(database(config), (first, second), rings(network.url())).faults == []
