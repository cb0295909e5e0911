from collections.abc import AsyncIterator

import pytest

from tests.carriers.contract import CarrierContract, FarContract, TextContract
from tests.carriers.simulator.peers import RemotePeer, remote


class TestTheNetworkInAProcessOfItsOwn(CarrierContract, TextContract, FarContract):
    @pytest.fixture
    async def peer(self) -> AsyncIterator[RemotePeer]:
        async with remote() as peer:
            yield peer
