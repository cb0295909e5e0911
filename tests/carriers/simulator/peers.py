"""The two simulated networks as the contract's tests handle them, on a clock that stands still."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from dialer.carriers.base import Carrier
from dialer.carriers.simulator.carrier import SimulatedCarrier
from dialer.carriers.simulator.remote import RemoteSimulator
from dialer.carriers.simulator.server import simulator_app
from dialer.carriers.simulator.settings import Mix, SimulatorSettings
from tests.carriers.contract import RINGS, TALKS, Callee
from tests.carriers.ears import Ears, listening
from tests.clock import FakeClock

CHANNELS = 3
SETTINGS = SimulatorSettings(
    ring_seconds=(RINGS, RINGS),
    talk_seconds=(TALKS, TALKS),
    latency_seconds=(0, 0),
    mix=Mix(),
    max_channels=CHANNELS,
)

ENDINGS = {
    Callee.ANSWERS: "9900",
    Callee.BUSY: "9901",
    Callee.NEVER_ANSWERS: "9902",
    Callee.DECLINES: "9903",
    Callee.MACHINE: "9904",
    Callee.NO_SUCH_NUMBER: "9905",
    Callee.FAILS_ONCE: "9906",
    Callee.SILENT: "9907",
    Callee.GONE_AT_ONCE: "9908",
    Callee.ANSWERS_THE_SECOND_TIME: "9909",
    Callee.OPTS_OUT: "9910",
    Callee.THROTTLED_ONCE: "9901",
    Callee.UNDELIVERABLE: "9902",
}


class SimulatedPeer:
    channels = CHANNELS

    def __init__(self, carrier: Carrier, clock: FakeClock, ears: Ears) -> None:
        self.carrier = carrier
        self.clock = clock
        self.ears = ears

    def number(self, callee: Callee) -> str:
        return f"+120255{ENDINGS[callee]}"

    async def passes(self, seconds: float) -> None:
        await self.clock.advance(seconds)


@asynccontextmanager
async def embedded(folder: Path) -> AsyncIterator[SimulatedPeer]:
    clock = FakeClock()
    carrier = SimulatedCarrier("sim", SETTINGS, clock, folder / "record.jsonl")
    async with carrier, listening(carrier) as ears:
        yield SimulatedPeer(carrier, clock, ears)


class Server:
    """The network's process, but for the process."""

    def __init__(self, clock: FakeClock, settings: SimulatorSettings = SETTINGS) -> None:
        self._clock = clock
        self._settings = settings
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._runner = web.AppRunner(
            simulator_app(self._settings, self._clock), access_log=None, shutdown_timeout=0.1
        )
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        await web.SockSite(self._runner, listener).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def drop_connections(self) -> None:
        assert self._runner is not None
        assert self._runner.server is not None
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()


class RemotePeer(SimulatedPeer):
    def __init__(self, carrier: Carrier, clock: FakeClock, ears: Ears, server: Server) -> None:
        super().__init__(carrier, clock, ears)
        self._server = server

    async def goes_away(self) -> None:
        await self._server.stop()

    async def comes_back(self) -> None:
        await self._server.start()

    async def drops_connections(self) -> None:
        self._server.drop_connections()


@asynccontextmanager
async def remote() -> AsyncIterator[RemotePeer]:
    clock = FakeClock()
    server = Server(clock)
    await server.start()
    carrier = RemoteSimulator("sim", SETTINGS, clock, server.url)
    async with carrier, listening(carrier) as ears:
        yield RemotePeer(carrier, clock, ears, server)
    await server.stop()
