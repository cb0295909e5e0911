import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialer.carriers.simulator.carrier import SimulatedCarrier
from tests.carriers.contract import Callee, CarrierContract, TextContract, placed, request_to
from tests.carriers.simulator.peers import SimulatedPeer, embedded


class TestTheNetworkInsideTheDaemon(CarrierContract, TextContract):
    @pytest.fixture
    async def peer(self, tmp_path: Path) -> AsyncIterator[SimulatedPeer]:
        async with embedded(tmp_path) as peer:
            yield peer

    async def test_what_it_was_asked_to_do_can_be_listed(self, peer: SimulatedPeer) -> None:
        assert isinstance(peer.carrier, SimulatedCarrier)
        attempt = await placed(peer, request_to(peer.number(Callee.BUSY)))

        listing = json.loads(await peer.carrier.listing() or b"null")

        assert [(call["attempt_id"], call["outcome"]) for call in listing["calls"]] == [(attempt, "busy")]
