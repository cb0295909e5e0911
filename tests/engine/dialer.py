"""An engine over a real store and a network of the test's, as somebody who runs campaigns sees it."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from dialer.carriers.base import Carrier
from dialer.domain.call import Attempt, AttemptState, Channel
from dialer.domain.campaign import Campaign, NewCampaign, read_config
from dialer.domain.clock import Instant
from dialer.domain.contact import Audience, Contact, Person
from dialer.domain.policy import Agent, AgentAddress
from dialer.engine.engine import Engine
from dialer.service import attempts as attempt_pages
from dialer.service import campaigns, drafts
from dialer.service import contacts as contact_pages
from dialer.service.agents import Agents
from dialer.service.fences import Fences
from dialer.service.parts import Parts
from dialer.service.readiness import Readiness
from dialer.store.eventlog import EventLog
from dialer.store.unit import Transaction
from tests.clock import FakeClock


class Dialer:
    """Starts by itself with the first campaign; `crash` and `start` make a new process of it."""

    def __init__(self, parts: Parts, clock: FakeClock, network: Carrier, agent: Agent) -> None:
        self.parts = parts
        self.clock = clock
        self.carriers: dict[str, Carrier] = {network.name: network}
        self.beats = 0
        self.engine: Engine | None = None
        self._running: asyncio.Task[None] | None = None
        self._agent = agent
        self._numbers = 0

    # The process

    async def start(self, **policy: Any) -> None:
        """A new process: nothing but the store outlives the last one."""
        self.parts = replace(
            self.parts,
            policy=replace(self.parts.policy, **policy),
            fences=Fences(self.clock),
            readiness=Readiness(),
            carriers=self.carriers,
        )
        self.engine = Engine(self.parts, EventLog(self.parts.store), self.carriers, on_beat=self._beat)
        self._running = asyncio.create_task(self.engine.run())
        await self.clock.settle()

    async def crash(self) -> None:
        """Ends the process where it stands; what it was doing stays as its rows say."""
        if self._running is not None:
            running, self._running = self._running, None
            if not running.done():
                running.cancel()
                await asyncio.wait({running})
            if not running.cancelled():
                running.result()
        await self.clock.settle()

    async def death(self) -> BaseException | None:
        """What the engine died of, once everything is at rest."""
        await self.clock.settle()
        assert self._running is not None
        assert self._running.done()
        running, self._running = self._running, None
        return running.exception()

    def draining(self, grace: float) -> "asyncio.Task[int]":
        assert self.engine is not None
        return asyncio.create_task(self.engine.drain(grace))

    def connects(self, address: AgentAddress) -> None:
        """Where the agent of the campaigns is met from the next start on."""
        self.parts = replace(self.parts, agents=Agents([replace(self._agent, connect=address)]))

    def forget_agents(self) -> None:
        """They are taken out of the configuration; a restart reads it."""
        self.parts = replace(self.parts, agents=Agents([]))

    @property
    def slots_in_use(self) -> int:
        assert self.engine is not None
        return self.engine._runner._all_slots.used

    def slots_of(self, campaign: Campaign) -> int:
        assert self.engine is not None
        slots = self.engine._runner._slots.get(campaign.id)
        return 0 if slots is None else slots.used

    @property
    def faults(self) -> dict[str, str]:
        return self.parts.readiness.faults

    @contextlib.asynccontextmanager
    async def disk_full(self) -> AsyncIterator[None]:
        """Nothing can be written meanwhile."""
        await self.clock.settle()
        await asyncio.to_thread(self.parts.store._writer.execute, "PRAGMA query_only = ON")
        try:
            yield
        finally:
            await self.clock.settle()
            await asyncio.to_thread(self.parts.store._writer.execute, "PRAGMA query_only = OFF")

    @contextlib.asynccontextmanager
    async def slow_disk(self) -> AsyncIterator[None]:
        """What is written meanwhile waits, together, until the context is left."""
        await self.clock.settle()
        go_on = threading.Event()

        def wait(_: Transaction) -> None:
            go_on.wait()

        waiting = asyncio.create_task(self.parts.store.transact(wait))
        settle, self.clock.settle = self.clock.settle, a_few_rounds
        try:
            yield
        finally:
            go_on.set()
            await waiting
            self.clock.settle = settle

    # Campaigns

    async def draft(
        self,
        contacts: int = 1,
        *,
        numbers: Sequence[str] | None = None,
        config: dict[str, Any] | None = None,
        **fields: Any,
    ) -> Campaign:
        """`fields` are those of NewCampaign."""
        usual = {"name": "Test", "channel": Channel.VOICE, "timezone": "UTC", "agent_id": self._agent.id}
        new = NewCampaign(config=read_config(json.dumps(config or {})), **(usual | fields))
        people = [Person(number) for number in numbers or self._fresh_numbers(contacts)]
        return (await drafts.create(self.parts, new, Audience(people))).campaign

    async def running(self, contacts: int = 1, **fields: Any) -> Campaign:
        """Launched at once. As many slots as contacts unless `max_concurrent` says otherwise."""
        if self._running is None:
            await self.start()
        fields.setdefault("max_concurrent", max(contacts, 1))
        return await self.launch(await self.draft(contacts, **fields))

    async def launch(self, campaign: Campaign, **options: bool) -> Campaign:
        launched = await campaigns.launch(self.parts, campaign.public_id, **options)
        await self.clock.settle()
        return launched

    async def pause(self, campaign: Campaign, *, hangup: bool = False) -> int:
        """How many dials were still undecided."""
        _, unsettled = await campaigns.pause(self.parts, campaign.public_id, hangup=hangup)
        await self.clock.settle()
        return unsettled

    def pausing(self, campaign: Campaign) -> "asyncio.Task[int]":
        return asyncio.create_task(self.pause(campaign))

    async def resume(self, campaign: Campaign) -> None:
        await campaigns.resume(self.parts, campaign.public_id)
        await self.clock.settle()

    async def cancel(self, campaign: Campaign) -> None:
        await campaigns.cancel(self.parts, campaign.public_id)
        await self.clock.settle()

    async def change(
        self, campaign: Campaign, *, config: dict[str, Any] | None = None, **fields: Any
    ) -> None:
        if config is not None:
            fields["config"] = read_config(json.dumps(config))
        await drafts.change(self.parts, campaign.public_id, lambda present: replace(present, **fields), None)
        await self.clock.settle()

    # What the store says

    async def now(self, campaign: Campaign) -> Campaign:
        """The campaign as it stands."""
        await self.clock.settle()
        return await campaigns.get(self.parts, campaign.public_id)

    async def contacts(self, campaign: Campaign) -> list[Contact]:
        await self.clock.settle()
        views, _ = await contact_pages.page(
            self.parts,
            campaign.public_id,
            status=None,
            outcome=None,
            phone=None,
            held=None,
            after=0,
            limit=1000,
        )
        return [view.contact for view in views]

    async def contact(self, campaign: Campaign) -> Contact:
        [contact] = await self.contacts(campaign)
        return contact

    async def attempts(self, campaign: Campaign) -> list[Attempt]:
        """Oldest first."""
        await self.clock.settle()
        found, _ = await attempt_pages.page_of_campaign(
            self.parts, campaign.public_id, state=None, phone=None, after=0, limit=1000
        )
        return [each.attempt for each in found]

    async def states(self, campaign: Campaign) -> list[AttemptState]:
        return [attempt.state for attempt in await self.attempts(campaign)]

    def _fresh_numbers(self, count: int) -> list[str]:
        self._numbers += count
        return [f"+1202{number:07}" for number in range(self._numbers - count, self._numbers)]

    def _beat(self) -> None:
        self.beats += 1


async def a_few_rounds() -> None:
    """Lets every task go on that waits for nothing but its turn."""
    for _ in range(50):
        await asyncio.sleep(0)  # noqa: TID251  gives the loop a round, no time passes


def seconds_since(start: Instant, moments: Sequence[Instant]) -> list[float]:
    return [(moment - start) / 1000 for moment in moments]
