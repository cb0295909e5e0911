"""The simulated network itself: takes requests, lives their calls on the clock, remembers them all."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Protocol, Self

from dialer.carriers.base import (
    Absent,
    CarrierEvent,
    Found,
    NotPlaced,
    Placed,
    PlaceRequest,
    SmsReceived,
)
from dialer.carriers.simulator.behaviour import Behaviour, Script
from dialer.carriers.simulator.call import Call, Erased, HungUp, Placing, RecordLine
from dialer.carriers.simulator.life import ended_by_dialer, life, refusal
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.carriers.simulator.timers import Timers
from dialer.carriers.simulator.tone import recording
from dialer.domain.call import Channel, Failure
from dialer.domain.clock import SECOND, Clock
from dialer.domain.ids import AttemptId

_FULL_FOR = 1.0
"""Seconds after which a full network is worth asking again."""


class Keeper(Protocol):
    """Where the network writes down what it could not work out again."""

    def append(self, line: RecordLine) -> asyncio.Future[None]:
        """Done once the operating system has it; OSError where it could not be written."""


class Network:
    """`async with network:` lets time pass in it. Events go to `tell`, each exactly once, in order."""

    def __init__(
        self,
        settings: SimulatorSettings,
        clock: Clock,
        tell: Callable[[CarrierEvent], None],
        record: Keeper | None = None,
    ) -> None:
        self._settings = settings
        self._behaviour = Behaviour(settings)
        self._clock = clock
        self._tell = tell
        self._record = record
        self._calls: dict[AttemptId, Call] = {}
        self._times_asked: Counter[tuple[Channel, str]] = Counter()
        self._channels_in_use = 0
        self._timers = Timers(clock, self._go_on)
        self._living: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._living = asyncio.create_task(self._timers.run(), name="simulated network")
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._living is not None:
            self._living.cancel()
            with suppress(asyncio.CancelledError):
                await self._living

    def when_over(self, then: Callable[[], None]) -> None:
        """`then` runs once time no longer passes in it: it was closed, or died of a fault."""
        if self._living is not None:
            self._living.add_done_callback(lambda _: then())

    def raise_fault(self) -> None:
        """Raises what the network died of, if it did."""
        if self._living is not None and self._living.done() and not self._living.cancelled():
            self._living.result()

    def calls(self) -> list[Call]:
        """Every call it was ever asked for and did not turn away as full, in the order of arrival."""
        return list(self._calls.values())

    def knows(self, attempt_id: AttemptId) -> bool:
        return attempt_id in self._calls

    async def place(self, request: PlaceRequest) -> Placed | NotPlaced:
        """Takes one request. An id that it knows rings nobody and gets the same answer again.

        Answers once the call is written down and the network's latency has passed; a caller that gives
        up waiting changes nothing about the call.
        """
        known = self._calls.get(request.attempt_id)
        if known is not None:
            return refusal(known.placing) or Placed(request.attempt_id)
        if self._full(request.channel):
            wait = _FULL_FOR / self._settings.time_scale
            return NotPlaced(Failure.TEMPORARY, "All channels are in use.", retry_after=wait)
        call = self._take(request)
        if self._record is None:
            self._begin(call)
        else:
            written = self._record.append(call.placing)
            written.add_done_callback(partial(self._begin_once_written, call))
            try:
                await asyncio.shield(written)
            except OSError as error:
                sentence = f"The simulated network cannot write its record: {error}."
                return NotPlaced(Failure.TEMPORARY, sentence)
        latency = call.placing.plan.latency / call.placing.scale
        if latency > 0:
            await self._clock.sleep(latency)
        return refusal(call.placing) or Placed(request.attempt_id)

    def look_up(self, attempt_id: AttemptId) -> Found | Absent:
        call = self._calls.get(attempt_id)
        if call is None:
            return Absent()
        events = life(call.placing)[: call.told]
        if call.hung_up is not None:
            events.append(ended_by_dialer(call, call.hung_up))
        return Found(attempt_id, [event for event in events if not isinstance(event, SmsReceived)])

    async def hang_up(self, attempt_id: AttemptId) -> None:
        call = self._calls.get(attempt_id)
        if call is None or not _can_be_hung_up(call):
            return
        last = call.life[call.told - 1].at if call.life and call.told else call.placing.at
        hung_up = HungUp(attempt_id, max(self._clock.now(), last), call.told)
        self._cut(call, hung_up)
        if self._record is not None:
            # Unwritten, the call goes on after a crash, as if the hang-up had been lost on its way.
            with suppress(OSError):
                await asyncio.shield(self._record.append(hung_up))

    def recording(self, attempt_id: AttemptId) -> Iterator[bytes] | None:
        """None: there is none, not yet, or not any more."""
        call = self._calls.get(attempt_id)
        if call is None or call.erased or call.recording_seconds is None:
            return None
        return recording(call.recording_seconds)

    async def delete_recording(self, attempt_id: AttemptId) -> bool:
        """False where that could not be written down."""
        call = self._calls.get(attempt_id)
        if call is None or call.erased or not call.placing.record:
            return True
        if self._record is not None:
            try:
                await asyncio.shield(self._record.append(Erased(attempt_id)))
            except OSError:
                return False
        call.erased = True
        return True

    def restore(self, lines: Iterable[RecordLine]) -> None:
        """Takes up the calls of before a crash: what would have happened meanwhile has, told to nobody."""
        for line in lines:
            if isinstance(line, Placing):
                self._calls[line.attempt_id] = Call(line)
                self._times_asked[line.channel, line.to] += 1
            elif isinstance(line, Erased):
                if line.recording_of in self._calls:
                    self._calls[line.recording_of].erased = True
            elif line.attempt_id in self._calls:
                self._calls[line.attempt_id].hung_up = line
        now, monotonic = self._clock.now(), self._clock.monotonic()
        for call in self._calls.values():
            self._catch_up(call, now, monotonic)

    def _catch_up(self, call: Call, now: int, monotonic: float) -> None:
        events = life(call.placing)
        if call.hung_up is not None:
            for event in events[: call.hung_up.told]:
                call.note(event)
            call.told = call.hung_up.told
            call.note(ended_by_dialer(call, call.hung_up))
            return
        for event in events:
            if event.at > now:
                break
            call.note(event)
            call.told += 1
        if call.told < len(events):
            call.life = events
            self._timers.at(monotonic + (events[call.told].at - now) / SECOND, call)
        if call.ended_at is None and _holds_a_channel(call):
            self._channels_in_use += 1

    def _full(self, channel: Channel) -> bool:
        limit = self._settings.max_channels
        return channel is Channel.VOICE and 0 < limit <= self._channels_in_use

    def _take(self, request: PlaceRequest) -> Call:
        who = (request.channel, request.to)
        self._times_asked[who] += 1
        nth = self._times_asked[who]
        placing = Placing(
            attempt_id=request.attempt_id,
            channel=request.channel,
            to=request.to,
            from_number=request.from_number,
            message=request.message,
            ring_timeout=request.ring_timeout,
            max_duration=request.max_duration,
            at=self._clock.now(),
            nth=nth,
            plan=self._behaviour.plan(request.channel, request.to, nth),
            scale=self._settings.time_scale,
            on_machine=request.on_machine,
            record=request.record,
        )
        call = self._calls[request.attempt_id] = Call(placing)
        if _holds_a_channel(call):
            self._channels_in_use += 1
        return call

    def _begin_once_written(self, call: Call, written: asyncio.Future[None]) -> None:
        if written.exception() is None:
            self._begin(call)
            return
        placing = call.placing
        del self._calls[placing.attempt_id]
        self._times_asked[placing.channel, placing.to] -= 1
        if _holds_a_channel(call) and call.ended_at is None:
            self._channels_in_use -= 1

    def _begin(self, call: Call) -> None:
        if call.ended_at is not None:
            return
        call.life = life(call.placing)
        if refusal(call.placing) is not None:
            # The answer to the request says it; no event follows.
            self._finish_untold(call)
        elif call.life:
            wait = (call.life[0].at - self._clock.now()) / SECOND
            now = self._clock.monotonic()
            if wait > 0:
                self._timers.at(now + wait, call)
            else:
                self._go_on(call, now)

    def _finish_untold(self, call: Call) -> None:
        for event in call.life or ():
            call.note(event)
            call.told += 1
        call.life = None

    def _go_on(self, call: Call, due: float) -> None:
        """Tells what is due and sets the timer for the next; without ring and talk times, no timer at all."""
        events = call.life
        if events is None:
            return
        now = self._clock.monotonic()
        while True:
            event = events[call.told]
            call.told += 1
            self._note(call, event)
            self._tell(event)
            if call.told == len(events):
                call.life = None
                return
            due += (events[call.told].at - event.at) / SECOND
            if due > now:
                self._timers.at(due, call)
                return

    def _cut(self, call: Call, hung_up: HungUp) -> None:
        ended = ended_by_dialer(call, hung_up)
        call.hung_up = hung_up
        call.life = None
        self._note(call, ended)
        self._tell(ended)

    def _note(self, call: Call, event: CarrierEvent) -> None:
        call.note(event)
        if call.ended_at is not None and _holds_a_channel(call):
            self._channels_in_use -= 1


def _holds_a_channel(call: Call) -> bool:
    # A call that fell silent is lost to the network: it must not use up the channels for ever.
    return call.placing.channel is Channel.VOICE and call.placing.plan.script is not Script.SILENCE


def _can_be_hung_up(call: Call) -> bool:
    return call.ended_at is None and _holds_a_channel(call)
