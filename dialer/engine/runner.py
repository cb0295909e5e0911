"""The dispatcher: goes round-robin over the campaigns that are due and starts one call per free slot.

There is no task per contact and none per campaign: a coroutine exists only for each open attempt.
"""

import asyncio
import heapq
import itertools
import math
from collections import deque
from functools import partial

from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.clock import SECOND, Instant
from dialer.domain.ids import CampaignId
from dialer.engine.call import Caller, Errand, NotClaimed
from dialer.engine.pacing import Bucket, NumberPaces
from dialer.engine.queue import CampaignQueue
from dialer.engine.slots import Seat, Slots
from dialer.engine.trunk import Trunk
from dialer.service.parts import Parts
from dialer.service.reach import hindrance
from dialer.service.settlement import Settled

_AT_ONCE = 50
"""Calls started before the loop gets a turn."""


class Runner:
    """`run` dispatches until it is cancelled; everything else only tells it that something changed."""

    def __init__(self, parts: Parts, caller: Caller, trunk: Trunk | None, calls: asyncio.TaskGroup) -> None:
        self.passes = 0
        """How often the dispatcher has gone round: its pulse."""
        self.dialling = True
        self._parts = parts
        self._caller = caller
        self._trunk = trunk
        self._calls = calls
        self._wake = asyncio.Event()
        self._all_slots = Slots(parts.policy.max_concurrent)
        self._bucket = Bucket(parts.clock, parts.policy.calls_per_second)
        self._numbers = NumberPaces(parts.clock, parts.caller_ids.calls_per_second)
        self._slots: dict[CampaignId, Slots] = {}
        self._queues: dict[CampaignId, CampaignQueue] = {}
        self._round: deque[CampaignQueue] = deque()
        self._alarms: list[tuple[Instant, int, CampaignQueue]] = []
        self._order = itertools.count()

    async def run(self) -> None:
        while True:
            self._wake.clear()
            self.passes += 1
            seconds = self._dispatch() if self.dialling else None
            if seconds == 0:
                await self._parts.clock.sleep(0)
                continue
            try:
                async with self._parts.clock.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                pass

    def poke(self) -> None:
        """Something may have become possible."""
        self._wake.set()

    def update(self, campaign: Campaign) -> None:
        """The campaign was started, changed or stopped."""
        present = self._queues.get(campaign.id)
        if campaign.status is not CampaignStatus.RUNNING or hindrance(self._parts, campaign):
            self._queues.pop(campaign.id, None)
            self._forget_slots(campaign.id)
            return
        agent = self._parts.agents.get(campaign.agent_id)
        slots = self._slots_of(campaign.id)
        slots.limit = campaign.max_concurrent
        if present is None:
            present = CampaignQueue(campaign, agent, slots, self._parts.clock)
            self._queues[campaign.id] = present
        else:
            present.update(campaign, agent)
        self._enter_round(present)

    def seat(self, campaign_id: CampaignId) -> Seat:
        """Slots for an attempt; one adopted after a restart gets them even above the limits."""
        return Seat((self._slots_of(campaign_id), self._all_slots), lambda: self._slot_is_free(campaign_id))

    def freed(self, campaign_id: CampaignId, settled: Settled) -> None:
        """An attempt of the campaign has ended: its contact, and others, may be due."""
        if settled.due is not None:
            self._due(campaign_id, settled.due)
        for woken in settled.woken:
            self._due(woken, 0)

    def _due(self, campaign_id: CampaignId, moment: Instant) -> None:
        if queue := self._queues.get(campaign_id):
            queue.due_at(moment)
            self._enter_round(queue)

    def _slot_is_free(self, campaign_id: CampaignId) -> None:
        if queue := self._queues.get(campaign_id):
            self._enter_round(queue)
        else:
            self._forget_slots(campaign_id)
        self._wake.set()

    def _slots_of(self, campaign_id: CampaignId) -> Slots:
        return self._slots.setdefault(campaign_id, Slots(0))

    def _forget_slots(self, campaign_id: CampaignId) -> None:
        if campaign_id not in self._queues and self._slots_of(campaign_id).used == 0:
            del self._slots[campaign_id]

    def _enter_round(self, queue: CampaignQueue) -> None:
        if not queue.in_round:
            queue.in_round = True
            self._round.append(queue)
            self._wake.set()

    def _set_alarm(self, queue: CampaignQueue, moment: Instant) -> None:
        if queue.alarm is None or moment < queue.alarm:
            queue.alarm = moment
            heapq.heappush(self._alarms, (moment, next(self._order), queue))

    def _dispatch(self) -> float | None:
        """Starts what can be started; seconds until there is more to do, None: on an event."""
        now = self._parts.clock.now()
        while self._alarms and self._alarms[0][0] <= now:
            moment, _, queue = heapq.heappop(self._alarms)
            if queue.alarm == moment:
                queue.alarm = None
                self._enter_round(queue)
        for _ in range(_AT_ONCE):
            wait = self._common_wait() if self._round else None
            if wait is None or wait > 0:
                alarm = (self._alarms[0][0] - now) / SECOND if self._alarms else None
                return min((each for each in (wait, alarm) if each is not None), default=None)
            self._serve(self._round.popleft(), now)
        return 0

    def _common_wait(self) -> float | None:
        """Seconds until any campaign may dial; None: on an event."""
        if self._trunk is None or not self._all_slots.free or self._parts.readiness.forbids_dialling:
            return None
        trunk_wait = self._trunk.wait()
        return None if trunk_wait is None else max(trunk_wait, self._bucket.wait())

    def _serve(self, queue: CampaignQueue, now: Instant) -> None:
        """Gives one campaign its turn: at most one call."""
        queue.in_round = False
        if self._queues.get(queue.campaign.id) is not queue:
            return
        if queue.wants_more(now):
            queue.reading = True  # from now on, not from when the task first runs: one read at a time
            self._calls.create_task(self._read_ahead(queue))
        elif queue.next_due is not None and queue.next_due > now:
            self._set_alarm(queue, queue.next_due)
        if not queue.has_ready or not queue.slots.free:
            return  # the end of a read or of a call brings it back
        wait = max(queue.bucket.wait(), self._numbers.wait(queue.campaign.from_number))
        if wait > 0:
            self._set_alarm(queue, now + math.ceil(wait * SECOND))
            return
        self._start(queue)
        self._enter_round(queue)

    def _start(self, queue: CampaignQueue) -> None:
        trunk = self._trunk
        if trunk is None:
            return
        queue.bucket.spend()
        self._numbers.spend(queue.campaign.from_number)
        self._bucket.spend()
        callee = queue.take()
        errand = Errand(queue.campaign, queue.agent, callee, partial(queue.claimed, callee.id))
        trunk.spend(errand)
        self._calls.create_task(self._call(queue, trunk, errand, self.seat(queue.campaign.id)))

    async def _call(self, queue: CampaignQueue, trunk: Trunk, errand: Errand, seat: Seat) -> None:
        with seat:
            if not self.dialling:
                return  # it was dispatched before the stop, and not begun
            result = await self._caller.dial(errand, trunk, seat)
        queue.done(errand.callee.id)
        if not isinstance(result, NotClaimed):
            self.freed(errand.campaign.id, result)
        elif result.until is not None:
            # Paused and resumed meanwhile, the campaign has another queue than the one it came from.
            present = self._queues.get(errand.campaign.id, queue)
            if result.as_it_was:
                present.put_back(errand.callee.id, result.until)
            self._due(errand.campaign.id, result.until)

    async def _read_ahead(self, queue: CampaignQueue) -> None:
        await queue.read_ahead(self._parts)
        self._enter_round(queue)
