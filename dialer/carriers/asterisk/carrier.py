"""A telephone network behind an Asterisk: calls are placed over ARI, and told by its events socket."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Self

import structlog

from dialer.carriers.asterisk import recordings
from dialer.carriers.asterisk.agents import Host
from dialer.carriers.asterisk.ari import FAULTS, Ari, in_words
from dialer.carriers.asterisk.call import Call
from dialer.carriers.asterisk.plans import Plans
from dialer.carriers.asterisk.probe import answers
from dialer.carriers.asterisk.request import PLAN, new_channel
from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.asterisk.sorting import sort_answer
from dialer.carriers.asterisk.speech import SpeechFailed
from dialer.carriers.asterisk.wire import AriChannel, AriEvent, Plan
from dialer.carriers.base import (
    Abilities,
    Absent,
    CarrierEvent,
    Found,
    Health,
    Lookup,
    LookupResult,
    NotPlaced,
    Placed,
    PlaceRequest,
    PlaceResult,
    RecordingResult,
    Uncertain,
    Unreachable,
)
from dialer.carriers.sending import Sending
from dialer.domain.call import Failure
from dialer.domain.clock import Clock
from dialer.domain.ids import AttemptId
from dialer.failpoint import failpoint

log = structlog.get_logger()

ABILITIES = Abilities(
    client_id=True,
    lookup=Lookup.LIVE,
    agent_kinds=frozenset({"message", "sip", "websocket"}),
    agent_needs=frozenset({"client"}),
)

_AT_START = 3.0
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 5.0
_FULL = 1.0
"""Seconds after which a full carrier is worth asking again."""
_REMEMBERED = 1000
_OURS = re.compile(r"^(call_[0-9a-f]{24})(?:\.(agent|sound))?$")
_UP, _RINGING = "Up", "Ringing"


class AsteriskCarrier:
    abilities = ABILITIES

    def __init__(self, name: str, settings: AsteriskSettings, clock: Clock) -> None:
        self.name = name
        self.calls_per_second = settings.calls_per_second
        self._settings = settings
        self._clock = clock
        self._ari = Ari(settings, clock)
        self._plans = Plans(settings, clock)
        self._host = Host(self._ari, clock, settings)
        self._calls: dict[AttemptId, Call] = {}
        self._ended: OrderedDict[AttemptId, None] = OrderedDict()
        """The last ones: an id is free again in Asterisk as soon as its call is over."""
        self._told: asyncio.Queue[CarrierEvent | None] = asyncio.Queue()
        self._listening = asyncio.Event()
        self._silence = "Asterisk was not asked yet"
        self._running: asyncio.Task[None] | None = None
        self._tasks: asyncio.TaskGroup | None = None

    async def __aenter__(self) -> Self:
        """Begins to listen. An Asterisk that is down then is waited for in the background."""
        await self._ari.__aenter__()
        self._running = asyncio.create_task(self._run())
        self._running.add_done_callback(lambda _: self._told.put_nowait(None))
        with suppress(TimeoutError):
            async with self._clock.timeout(_AT_START):
                await self._listening.wait()
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})
        await self._ari.__aexit__(*exc)

    async def prepare(self, request: PlaceRequest) -> NotPlaced | None:
        return await self._plans.prepare(request)

    def discard(self, request: PlaceRequest) -> None:
        if plan := self._plans.unused(request.attempt_id):
            self._drop(plan)

    async def place(self, request: PlaceRequest) -> PlaceResult:
        if request.attempt_id in self._ended:
            return Placed(request.attempt_id)
        if not self._listening.is_set():
            # A call that is answered while nobody listens is an abandoned one.
            return NotPlaced(Failure.TEMPORARY, self._silence)
        known = self._calls.get(request.attempt_id)
        if known is None and 0 < self._settings.max_channels <= len(self._calls):
            busy = f"All {self._settings.max_channels} channels are in use"
            return NotPlaced(Failure.TEMPORARY, busy, retry_after=_FULL)
        call = known or self._adopt(request.attempt_id)
        try:
            plan = call.plan or await self._plans.take(request)
        except SpeechFailed as error:
            if known is None:
                self._forget(call)
            return NotPlaced(Failure.TEMPORARY, str(error))
        call.plan = plan
        call.placed_at = call.placed_at or self._clock.monotonic()
        result = await self._originate(request, plan)
        if isinstance(result, NotPlaced) and known is None:
            self._forget(call)
        elif isinstance(result, Placed):
            call.taken = True
        return result

    async def events(self) -> AsyncIterator[CarrierEvent]:
        while (event := await self._told.get()) is not None:
            yield event
        if self._running is not None and self._running.done() and not self._running.cancelled():
            self._running.result()

    async def look_up(self, attempt_id: AttemptId, carrier_id: str | None) -> LookupResult:  # noqa: ARG002  the seam has it
        try:
            channel = await self._ari.channel(attempt_id)
        except FAULTS as error:
            return Unreachable(in_words(error))
        if channel is None:
            call = self._calls.get(attempt_id)
            if call is not None and not call.taken:
                self._forget(call)
            return Absent()
        call = self._found(channel, attempt_id)
        return Found(attempt_id, list(call.told))

    async def hang_up(self, attempt_id: AttemptId, carrier_id: str | None) -> None:  # noqa: ARG002  the seam has it
        call = self._calls.get(attempt_id)
        if call is not None:
            await self._host.end(call, "dialer")
            return
        with suppress(*FAULTS):
            await self._ari.hang_up(attempt_id)

    async def recording(self, attempt_id: AttemptId) -> RecordingResult:
        return await recordings.fetch(self._ari, attempt_id)

    async def delete_recording(self, attempt_id: AttemptId) -> bool:
        return await recordings.delete(self._ari, attempt_id)

    async def health(self) -> Health:
        health = await answers(self._ari, self._settings)
        if health.up and not self._listening.is_set():
            return Health(up=False, detail=self._silence)
        return health

    async def _originate(self, request: PlaceRequest, plan: Plan) -> PlaceResult:
        sending = Sending()
        body = new_channel(request, plan, self._settings)
        failpoint("carrier.before_send")
        try:
            status, answer = await self._ari.originate(body, sending)
        except FAULTS as error:
            detail = in_words(error)
            return Uncertain(detail) if sending.began else NotPlaced(Failure.TEMPORARY, detail)
        failpoint("carrier.reply")
        return sort_answer(request.attempt_id, status, answer)

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                await self._plans.open()
            except SpeechFailed as error:
                log.warning("no_speech", carrier=self.name, reason=str(error))
            wait = _FIRST_WAIT
            while True:
                try:
                    async with self._ari.listening() as events:
                        await self._reconcile()
                        wait = _FIRST_WAIT
                        log.info("asterisk_heard", carrier=self.name)
                        self._listening.set()
                        async for event in events:
                            self._hear(event)
                    self._silence = "Asterisk has closed its events socket"
                except FAULTS as error:
                    self._silence = in_words(error)
                self._listening.clear()
                log.warning("asterisk_not_heard", carrier=self.name, reason=self._silence)
                await self._clock.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)

    async def _reconcile(self) -> None:
        """What happened while nobody listened: who is answered, who has gone."""
        living = {channel.id: channel for channel in await self._ari.channels()}
        for call in [*self._calls.values()]:
            if call.taken and call.attempt_id not in living:
                call.lost()
                self._forget(call)
        for channel in living.values():
            mine = _OURS.match(channel.id)
            if mine is not None and mine[2] is None and self._is_ours(channel):
                call = self._found(channel, AttemptId(channel.id))
                if channel.state == _UP and not call.tended:
                    self._start(self._resume(call), call)

    async def _resume(self, call: Call) -> None:
        if plan := await self._plan_of(call):
            await self._host.resume(call, plan)

    async def _receive(self, call: Call) -> None:
        if plan := await self._plan_of(call):
            await self._host.receive(call, plan)

    async def _plan_of(self, call: Call) -> Plan | None:
        """None: the call is over, or was never one of a daemon's."""
        if call.plan is None:
            with suppress(*FAULTS):
                call.plan = Plan.model_validate_json(await self._ari.variable(call.attempt_id, PLAN))
        return call.plan

    def _start(self, work: Coroutine[None, None, None], call: Call) -> None:
        call.tended = True
        if self._tasks is None:
            raise RuntimeError("The carrier is used before it was entered.")
        self._tasks.create_task(work)

    def _hear(self, event: AriEvent) -> None:
        if event.type == "ApplicationReplaced":
            log.warning("application_replaced", carrier=self.name, app=self._settings.app)
        subject = event.channel or event.peer or event.playback
        mine = _OURS.match(subject.id) if subject is not None else None
        call = self._calls.get(AttemptId(mine[1])) if mine else None
        if mine is None or (call is None and event.type != "StasisStart"):
            return
        if call is None:
            if AttemptId(mine[1]) in self._ended:
                return
            call = self._adopt(AttemptId(mine[1]))
        if mine[2] == "agent":
            call.hear_of_agent(event)
        elif mine[2] == "sound":
            call.sound_over(heard=event.playback is not None and event.playback.state == "done")
        else:
            call.taken = True
            call.hear(event)
            if event.type == "StasisStart" and not call.tended:
                self._start(self._receive(call), call)
            if call.over.is_set():
                self._forget(call)

    def _found(self, channel: AriChannel, attempt_id: AttemptId) -> Call:
        """The call that a living channel is; what it must have missed is told."""
        call = self._calls.get(attempt_id) or self._adopt(attempt_id)
        call.taken = True
        if channel.state == _RINGING:
            call.ringing(rang=True)
        elif channel.state == _UP and call.answered_at is None:
            call.up()
        return call

    def _is_ours(self, channel: AriChannel) -> bool:
        return channel.id in self._calls or channel.dialplan.app_data.startswith(f"{self._settings.app},")

    def _adopt(self, attempt_id: AttemptId) -> Call:
        call = self._calls[attempt_id] = Call(attempt_id, self._clock, self._told.put_nowait)
        return call

    def _forget(self, call: Call) -> None:
        """It is over, or never was."""
        if self._calls.pop(call.attempt_id, None) is None:
            return
        if call.over.is_set():
            self._ended[call.attempt_id] = None
            if len(self._ended) > _REMEMBERED:
                self._ended.popitem(last=False)
        if call.plan is not None:
            self._drop(call.plan)

    def _drop(self, plan: Plan) -> None:
        if self._tasks is not None:
            self._tasks.create_task(self._plans.drop(plan))
