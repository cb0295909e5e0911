"""kill -9 around a single call: it is placed once, whatever dies when."""

import signal
from pathlib import Path

import pytest

from tests.daemon.cast import AGENT, database, key, write_config
from tests.daemon.desk import Gone, rings, sitting_at
from tests.daemon.processes import Forge, Process
from tests.daemon.truth import all_completed

TO = "+19990009900"


@pytest.mark.parametrize(
    "death",
    [
        "dial.committed:1",
        pytest.param("claim.committed:1", marks=pytest.mark.slow),
        pytest.param("carrier.reply:1", marks=pytest.mark.slow),
    ],
)
def test_a_call_that_was_asked_for_before_a_kill_is_placed_exactly_once(
    forge: Forge, network: Process, tmp_path: Path, death: str
) -> None:
    config = write_config(tmp_path, network.url())
    with forge.daemon(config, failpoint=death) as daemon:
        with sitting_at(daemon.url(), key(config)) as desk:
            try:
                assert desk.post("/voice/outbound/dial", {"agent_id": AGENT, "to_number": TO}).status == 201
            except Gone:
                assert death.startswith("dial")
        assert daemon.ended() == -signal.SIGKILL

    with forge.daemon(config) as daemon, sitting_at(daemon.url(), key(config)) as desk:
        daemon.until(lambda: all_completed(database(config), 1))
        [call] = desk.get("/v2/calls").body["calls"]
    [ring] = rings(network.url())
    assert (ring.to, ring.outcome) == (TO, "answered")
    # An intent that is proven never to have left is followed by an attempt of another id.
    assert (ring.attempt == call["id"]) is not death.startswith("claim")
    assert (call["status"], call["outcome"]) == ("completed", "answered")


def test_an_agent_that_was_made_over_the_api_is_there_after_a_restart(
    forge: Forge, network: Process, tmp_path: Path
) -> None:
    config = write_config(tmp_path, network.url())
    with forge.daemon(config) as daemon, sitting_at(daemon.url(), key(config)) as desk:
        agent = desk.post("/agents", {"name": "Sales"}).body
        number = desk.post("/phone-numbers", {"number": "+12025550150", "verified": True}).body
        assert daemon.kill() == -signal.SIGKILL

    with forge.daemon(config) as daemon, sitting_at(daemon.url(), key(config)) as desk:
        assert desk.get(f"/agents/{agent['id']}").body == agent
        assert number in desk.get("/phone-numbers").body["phone_numbers"]
        body = {"agent_id": agent["id"], "customer": {"number": TO}, "phone_number_id": number["id"]}
        assert desk.post("/v2/calls", body).status == 201
        daemon.until(lambda: all_completed(database(config), 1))
    assert [ring.to for ring in rings(network.url())] == [TO]
