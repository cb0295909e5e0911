"""A telephone network that does what the test says. It remembers every call that reached it."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Self, TypeAlias

from dialer.carriers.base import (
    Abilities,
    Absent,
    Answered,
    CallEvent,
    CarrierEvent,
    Ended,
    Found,
    Health,
    Lookup,
    LookupResult,
    NotPlaced,
    Placed,
    PlaceRequest,
    PlaceResult,
    RecordingResult,
    Ringing,
    SmsReceived,
    Uncertain,
    Unreachable,
)
from dialer.domain.call import AttemptState, Channel, Failure
from dialer.domain.clock import Instant
from dialer.domain.ids import AttemptId
from tests.clock import FakeClock

Reply: TypeAlias = Callable[[PlaceRequest], Awaitable[PlaceResult]]


@dataclass
class Call:
    """A call as the network sees it."""

    request: PlaceRequest
    events: list[CallEvent] = field(default_factory=list)
    alive: bool = True

    @property
    def id(self) -> AttemptId:
        return self.request.attempt_id


class Network:
    """A Carrier. Unless told otherwise it accepts each request and rings; the test does the rest."""

    def __init__(
        self,
        clock: FakeClock,
        *,
        name: str = "net",
        lookup: Lookup = Lookup.RECORDS,
        calls_per_second: float = 0.0,
    ) -> None:
        self.name = name
        self.abilities = Abilities(
            client_id=True,
            lookup=lookup,
            channels=frozenset(Channel),
            agent_kinds=frozenset({"message", "sip", "websocket"}),
            rings_real_phones=False,
        )
        self.calls_per_second = calls_per_second
        self.requests: list[PlaceRequest] = []
        self.moments: list[Instant] = []
        self.calls: dict[AttemptId, Call] = {}
        self.looked_up: list[Instant] = []
        self.hung_up: list[AttemptId] = []
        self.recordings: dict[AttemptId, bytes] = {}
        self.deleted: list[AttemptId] = []
        """Whose recordings it was asked to delete, and did."""
        self.reachable = True
        """Whether it answers look-ups, and whoever asks for recordings."""
        self.forgetful = False
        """It knows nothing when it is asked, whatever it was told."""
        self.obedient = True
        """Whether a hang-up ends the call."""
        self.prepares: Callable[[PlaceRequest], NotPlaced | None] = lambda _: None
        """What becomes of the preparation of a call."""
        self.may_prepare = asyncio.Event()
        self.may_prepare.set()
        self.prepared: list[AttemptId] = []
        """What was prepared and neither placed nor discarded."""
        self._clock = clock
        self._told: asyncio.Queue[CarrierEvent | Exception] = asyncio.Queue()
        self._usual: Reply = self.accept
        self._next: deque[Reply] = deque()
        self._released = asyncio.Event()

    # What has happened

    @property
    def placed(self) -> int:
        """How many requests have come in."""
        return len(self.requests)

    @property
    def numbers(self) -> list[str]:
        return [request.to for request in self.requests]

    @property
    def live(self) -> list[Call]:
        """Calls that have not ended, oldest first."""
        return [call for call in self.calls.values() if call.alive]

    async def ringing(self, count: int) -> list[Call]:
        """Waits until everything is at rest; so many calls are then alive."""
        await self._clock.settle()
        assert len(self.live) == count
        return self.live

    def remembers(self, lookup: Lookup) -> None:
        """So much can it say about its calls afterwards."""
        self.abilities = replace(self.abilities, lookup=lookup)

    # What it shall do with the next requests; `times` None: with all of them

    def accepts(self, times: int | None = None) -> None:
        self._reply(self.accept, times)

    def refuses(
        self,
        failure: Failure = Failure.TEMPORARY,
        *,
        times: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        async def refuse(_: PlaceRequest) -> PlaceResult:
            return NotPlaced(failure, "refused", retry_after)

        self._reply(refuse, times)

    def loses_requests(self, times: int | None = None) -> None:
        """The connection breaks before the request arrives, and nobody can tell."""

        async def lose(_: PlaceRequest) -> PlaceResult:
            return Uncertain("connection reset")

        self._reply(lose, times)

    def loses_answers(self, times: int | None = None) -> None:
        """The request arrives, the connection breaks before the answer."""

        async def lose(request: PlaceRequest) -> PlaceResult:
            await self.accept(request)
            return Uncertain("connection reset")

        self._reply(lose, times)

    def hangs(
        self, times: int | None = None, *, having_placed: bool = False, then: Reply | None = None
    ) -> None:
        """No answer before `release`, accepted `then` or what is given; or placed before already."""

        async def hang(request: PlaceRequest) -> PlaceResult:
            if having_placed:
                await self.accept(request)
            await self._released.wait()
            return await (then or self.accept)(request)

        self._released.clear()
        self._reply(hang, times)

    def release(self) -> None:
        self._released.set()

    def replies(self, reply: Reply, times: int | None = None) -> None:
        """Something only this test wants."""
        self._reply(reply, times)

    # What happens on the line

    async def answer(self, call: Call | None = None) -> None:
        call = call or self.live[0]
        await self.tell(Answered(call.id, self._clock.now()))

    async def end(
        self,
        call: Call | None = None,
        state: AttemptState = AttemptState.COMPLETED,
        failure: Failure | None = None,
        *,
        detail: str | None = None,
    ) -> None:
        call = call or self.live[0]
        call.alive = False
        await self.tell(Ended(call.id, self._clock.now(), state, failure, detail))

    async def end_all(self, state: AttemptState = AttemptState.COMPLETED) -> None:
        for call in self.live:
            await self.end(call, state)

    async def tell(self, event: CarrierEvent) -> None:
        """Sends an event and waits until everything is at rest."""
        self.tell_soon(event)
        await self._clock.settle()

    def tell_soon(self, event: CarrierEvent) -> None:
        if not isinstance(event, SmsReceived) and event.attempt_id in self.calls:
            self.calls[event.attempt_id].events.append(event)
        self._told.put_nowait(event)

    def end_silently(self, call: Call | None = None) -> None:
        """The call is over and nobody is told."""
        (call or self.live[0]).alive = False

    def breaks(self, error: Exception) -> None:
        """The carrier's code fails while it is listened to."""
        self._told.put_nowait(error)

    # Replies

    async def accept(self, request: PlaceRequest) -> PlaceResult:
        if request.attempt_id not in self.calls:
            self.calls[request.attempt_id] = Call(request)
            if request.channel is Channel.VOICE:
                self.tell_soon(Ringing(request.attempt_id, self._clock.now()))
        return Placed(f"net-{request.attempt_id}")

    async def refuse(self, _: PlaceRequest) -> PlaceResult:
        return NotPlaced(Failure.TEMPORARY, "refused")

    # The seam

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    async def prepare(self, request: PlaceRequest) -> NotPlaced | None:
        self.prepared.append(request.attempt_id)
        await self.may_prepare.wait()
        refused = self.prepares(request)
        if refused is not None:
            self.prepared.remove(request.attempt_id)
        return refused

    def discard(self, request: PlaceRequest) -> None:
        if request.attempt_id in self.prepared:
            self.prepared.remove(request.attempt_id)

    async def place(self, request: PlaceRequest) -> PlaceResult:
        if request.attempt_id in self.prepared:
            self.prepared.remove(request.attempt_id)
        self.requests.append(request)
        self.moments.append(self._clock.now())
        reply = self._next.popleft() if self._next else self._usual
        return await reply(request)

    async def events(self) -> AsyncIterator[CarrierEvent]:
        while True:
            event = await self._told.get()
            if isinstance(event, Exception):
                raise event
            yield event

    async def look_up(self, attempt_id: AttemptId, _carrier_id: str | None) -> LookupResult:
        self.looked_up.append(self._clock.now())
        if not self.reachable:
            return Unreachable("connection refused")
        call = self.calls.get(attempt_id)
        remembered = call is not None and (call.alive or self.abilities.lookup is Lookup.RECORDS)
        if call is None or not remembered or self.forgetful or self.abilities.lookup is Lookup.NONE:
            return Absent()
        return Found(f"net-{attempt_id}", tuple(call.events))

    async def hang_up(self, attempt_id: AttemptId, _carrier_id: str | None) -> None:
        self.hung_up.append(attempt_id)
        call = self.calls.get(attempt_id)
        if self.obedient and call is not None and call.alive:
            call.alive = False
            now = self._clock.now()
            self.tell_soon(Ended(attempt_id, now, AttemptState.CANCELLED, by="dialer"))

    async def recording(self, attempt_id: AttemptId) -> RecordingResult:
        if not self.reachable:
            return Unreachable("connection refused")
        if attempt_id not in self.recordings:
            return Absent()
        return _pieces(self.recordings[attempt_id])

    async def delete_recording(self, attempt_id: AttemptId) -> bool:
        if self.reachable:
            self.recordings.pop(attempt_id, None)
            self.deleted.append(attempt_id)
        return self.reachable

    async def health(self) -> Health:
        return Health(self.reachable)

    def _reply(self, reply: Reply, times: int | None) -> None:
        if times is None:
            self._usual = reply
        else:
            self._next.extend([reply] * times)


async def _pieces(content: bytes) -> AsyncGenerator[bytes, None]:
    for place in range(0, len(content), 1000):
        yield content[place : place + 1000]
