"""Campaigns and the clock: who runs, and what is started or ended by itself."""

import asyncio
from collections.abc import Sequence
from functools import partial

import structlog

from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.clock import SECOND, Instant
from dialer.domain.events import CampaignDeleted, HangupRequested, Recorded
from dialer.engine.eraser import Eraser
from dialer.engine.hangup import Hangups
from dialer.engine.persist import persist
from dialer.engine.runner import Runner
from dialer.service import housekeeping, starts
from dialer.service.parts import Parts
from dialer.service.reach import hindrance
from dialer.store import campaigns
from dialer.store.eventlog import EventLog, last_id
from dialer.store.unit import Snapshot

log = structlog.get_logger()


class Scheduler:
    """Sleeps until the next start, expiry or housekeeping; an event about any campaign wakes it."""

    def __init__(
        self, parts: Parts, events: EventLog, runner: Runner, hangups: Hangups, eraser: Eraser
    ) -> None:
        self.passes = 0
        """How often it has looked: its pulse."""
        self._parts = parts
        self._events = events
        self._runner = runner
        self._hangups = hangups
        self._eraser = eraser
        self._wake = asyncio.Event()

    def poke(self) -> None:
        self._wake.set()

    async def follow(self) -> None:
        """Keeps the runner's campaigns as the store has them."""

        def running(view: Snapshot) -> tuple[int, list[Campaign]]:
            return last_id(view), campaigns.in_status(view, CampaignStatus.RUNNING)

        cursor, found = await persist(self._parts, lambda: self._parts.store.read(running))
        for campaign in found:
            if reason := hindrance(self._parts, campaign):
                log.error("agent_unavailable", campaign=campaign.public_id, reason=reason)
            self._runner.update(campaign)
        self._eraser.poke()  # what was deleted before the cursor is told of by no event after it
        async for page in self._events.follow_pages(cursor, campaign_level=True):
            await self._apply(page)
            self._wake.set()

    async def keep_time(self) -> None:
        """Starts and ends campaigns at their times."""
        while True:
            self._wake.clear()
            self.passes += 1
            await persist(self._parts, lambda: starts.start_due(self._parts))
            await persist(self._parts, lambda: starts.expire_due(self._parts))
            await persist(self._parts, lambda: housekeeping.keep_house(self._parts))
            moment = await persist(self._parts, self._next_moment)
            seconds = max(moment - self._parts.clock.now(), 0) / SECOND
            try:
                async with self._parts.clock.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _next_moment(self) -> Instant:
        campaign = await starts.next_moment(self._parts)
        house = await housekeeping.next_moment(self._parts)
        return house if campaign is None else min(campaign, house)

    async def _apply(self, page: Sequence[Recorded]) -> None:
        """Each campaign is read once, however much has happened to it."""
        touched = {event.campaign for event in page}
        found = await persist(
            self._parts, lambda: self._parts.store.read(lambda view: campaigns.those(view, touched))
        )
        for event in page:
            if campaign := found.get(event.campaign):
                log.info(event.kind.replace(".", "_"), campaign=campaign.public_id, run=campaign.run)
        for campaign in found.values():
            self._runner.update(campaign)
        if any(event.kind == CampaignDeleted.kind for event in page):
            self._eraser.poke()
        for event in page:
            if event.kind == HangupRequested.kind:
                await persist(self._parts, partial(self._hangups.of_campaign, event.campaign))
