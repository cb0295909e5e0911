import json
from collections.abc import AsyncIterator

import pytest

from dialer.carriers.base import NotPlaced
from dialer.carriers.simulator.remote import RemoteSimulator
from tests.carriers.contract import Callee, CarrierContract, FarContract, TextContract, placed, request_to
from tests.carriers.simulator.peers import RemotePeer, remote


class TestTheNetworkInAProcessOfItsOwn(CarrierContract, TextContract, FarContract):
    @pytest.fixture
    async def peer(self) -> AsyncIterator[RemotePeer]:
        async with remote() as peer:
            yield peer

    async def test_what_it_was_asked_to_do_can_be_listed(self, peer: RemotePeer) -> None:
        assert isinstance(peer.carrier, RemoteSimulator)
        attempt = await placed(peer, request_to(peer.number(Callee.BUSY)))

        listing = json.loads(await peer.carrier.listing() or b"null")

        assert [(call["attempt_id"], call["outcome"]) for call in listing["calls"]] == [(attempt, "busy")]

    async def test_why_it_cannot_be_reached_is_said_to_people(self, peer: RemotePeer) -> None:
        await peer.goes_away()

        answer = await peer.carrier.place(request_to(peer.number(Callee.BUSY)))

        assert isinstance(answer, NotPlaced)
        assert answer.detail.startswith("Cannot connect to host 127.0.0.1:")

    async def test_a_network_that_is_gone_lists_nothing(self, peer: RemotePeer) -> None:
        await peer.goes_away()

        assert isinstance(peer.carrier, RemoteSimulator)
        assert await peer.carrier.listing() is None
