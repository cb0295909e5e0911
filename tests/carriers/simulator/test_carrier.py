from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.carriers.contract import CarrierContract, TextContract
from tests.carriers.simulator.peers import SimulatedPeer, embedded


class TestTheNetworkInsideTheDaemon(CarrierContract, TextContract):
    @pytest.fixture
    async def peer(self, tmp_path: Path) -> AsyncIterator[SimulatedPeer]:
        async with embedded(tmp_path) as peer:
            yield peer
