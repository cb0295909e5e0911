"""The simulated carrier inside the daemon: the network, its record beside the database, and its events."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from pathlib import Path
from typing import Self

from dialer.carriers.base import (
    Abilities,
    Absent,
    CarrierEvent,
    Health,
    Lookup,
    LookupResult,
    PlaceRequest,
    PlaceResult,
    RecordingResult,
)
from dialer.carriers.simulator.network import Network
from dialer.carriers.simulator.record import Record
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.carriers.simulator.wire import listing
from dialer.domain.call import Channel
from dialer.domain.clock import Clock
from dialer.domain.ids import AttemptId
from dialer.failpoint import failpoint

SIMULATED = Abilities(
    client_id=True,
    lookup=Lookup.RECORDS,
    channels=frozenset(Channel),
    agent_kinds=frozenset({"message", "sip", "websocket"}),
    rings_real_phones=False,
)


class SimulatedCarrier:
    abilities = SIMULATED

    def __init__(self, name: str, settings: SimulatorSettings, clock: Clock, record: Path) -> None:
        self.name = name
        self.calls_per_second = settings.calls_per_second
        self._told: asyncio.Queue[CarrierEvent | None] = asyncio.Queue()
        self._record = Record(record)
        self._network = Network(settings, clock, self._told.put_nowait, self._record)

    async def __aenter__(self) -> Self:
        """Takes up the calls of before. Raises StoreRefused when the record is damaged."""
        try:
            lines = await self._record.open()
            await asyncio.to_thread(self._network.restore, lines)
        except BaseException:
            await self._record.close()
            raise
        await self._network.__aenter__()
        self._network.when_over(lambda: self._told.put_nowait(None))
        return self

    async def __aexit__(self, *exc: object) -> None:
        try:
            await self._network.__aexit__(*exc)
        finally:
            await self._record.close()

    async def prepare(self, request: PlaceRequest) -> None:
        """It speaks nothing."""

    def discard(self, request: PlaceRequest) -> None:
        """There is nothing to throw away."""

    async def place(self, request: PlaceRequest) -> PlaceResult:
        failpoint("carrier.before_send")
        result = await self._network.place(request)
        failpoint("carrier.reply")
        return result

    async def events(self) -> AsyncIterator[CarrierEvent]:
        while (event := await self._told.get()) is not None:
            yield event
        self._network.raise_fault()

    async def look_up(self, attempt_id: AttemptId, carrier_id: str | None) -> LookupResult:  # noqa: ARG002  the seam has it
        return self._network.look_up(attempt_id)

    async def hang_up(self, attempt_id: AttemptId, carrier_id: str | None) -> None:  # noqa: ARG002  the seam has it
        await self._network.hang_up(attempt_id)

    async def recording(self, attempt_id: AttemptId) -> RecordingResult:
        found = self._network.recording(attempt_id)
        return Absent() if found is None else _one_by_one(found)

    async def delete_recording(self, attempt_id: AttemptId) -> bool:
        return await self._network.delete_recording(attempt_id)

    async def health(self) -> Health:
        return Health(up=True)

    async def listing(self) -> bytes | None:
        """Everything the network was asked to do, as the JSON body of `GET /debug/simulator/calls`."""
        return await asyncio.to_thread(listing, self._network.calls())


async def _one_by_one(pieces: Iterator[bytes]) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece
