"""The seam's contract, kept by an Asterisk in real time."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from dialer.carriers.asterisk.carrier import AsteriskCarrier
from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.domain.clock import SystemClock
from tests.carriers.contract import Callee, CarrierContract, FarContract, Peer
from tests.carriers.ears import Ears, listening
from tests.peers import scenario
from tests.peers.asterisk import Asterisk
from tests.peers.callee import Callee as People
from tests.peers.relay import Relay
from tests.phones.calls import clear, number, until_up

_REAL = SystemClock()
_CODES = {
    Callee.ANSWERS: scenario.TALKS_TEN,
    Callee.BUSY: "486",
    Callee.NEVER_ANSWERS: scenario.RINGS_FOR_EVER,
    Callee.DECLINES: "603",
    Callee.MACHINE: scenario.MACHINE,
    Callee.NO_SUCH_NUMBER: "404",
    Callee.GONE_AT_ONCE: scenario.GONE_AT_ONCE,
    Callee.OPTS_OUT: scenario.PRESSES_9,
}
_AT_FIRST = {Callee.FAILS_ONCE: "503", Callee.ANSWERS_THE_SECOND_TIME: scenario.RINGS_FOR_EVER}


class AsteriskPeer:
    channels = 3

    def __init__(self, carrier: AsteriskCarrier, ears: Ears, pbx: Asterisk, wire: Relay) -> None:
        self.carrier = carrier
        self.ears = ears
        self._pbx = pbx
        self._wire = wire
        self._called: set[Callee] = set()

    def number(self, callee: Callee) -> str:
        code = _CODES.get(callee) or (scenario.HANGS_UP if callee in self._called else _AT_FIRST[callee])
        self._called.add(callee)
        return number(code)

    async def passes(self, seconds: float) -> None:
        """Time passes here by itself; what a test waits for comes when it comes."""

    async def goes_away(self) -> None:
        await self._wire.cut()
        while (await self.carrier.health()).up:
            await _REAL.sleep(0.05)

    async def comes_back(self) -> None:
        await asyncio.to_thread(self._pbx.stop)
        await asyncio.to_thread(self._pbx.start)
        await self._wire.mend()
        await until_up(self.carrier)

    async def drops_connections(self) -> None:
        self._wire.drop()


class TestAnAsterisk(CarrierContract, FarContract):
    @pytest.fixture
    async def peer(
        self,
        pbx: Asterisk,
        people: People,  # noqa: ARG002  it takes the calls
        settings: AsteriskSettings,
    ) -> AsyncIterator[AsteriskPeer]:
        async with Relay(pbx.ports.ari) as wire:
            here = settings.model_copy(
                update={
                    "url": f"http://127.0.0.1:{wire.port}",
                    "max_channels": AsteriskPeer.channels,
                    # Longer than anybody listens, so that the callee hangs up first.
                    "speech_command": f"{pbx.tree.program('sox')} -n -r 8000 -c 1 -b 16 -t wav - trim 0 20",
                }
            )
            async with AsteriskCarrier("trunk", here, SystemClock()) as carrier, listening(carrier) as ears:
                yield AsteriskPeer(carrier, ears, pbx, wire)
        await clear(settings)

    @pytest.mark.skip("a channel that cannot be hung up cannot be made on demand")
    async def test_a_call_that_fell_silent_is_known_and_alive(self, peer: Peer) -> None: ...
