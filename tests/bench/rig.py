"""What the benchmarks share: a whole engine on the simulated carrier, with HTTP where it is wanted."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import uvloop
from aiohttp import web

from dialer import daemon, logs
from dialer.api.app import build_app
from dialer.api.runner import Runner
from dialer.carriers.simulator.opening import open_simulator
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.domain.call import Channel
from dialer.domain.campaign import Campaign, CampaignStatus, NewCampaign
from dialer.domain.clock import Instant, SystemClock
from dialer.domain.contact import Audience, Person
from dialer.domain.policy import Agent, AgentAddress, Policy
from dialer.engine.engine import Engine
from dialer.service import campaigns, drafts, keys
from dialer.service.agents import Agents
from dialer.service.fences import Fences
from dialer.service.numbers import CallerIds
from dialer.service.parts import Parts
from dialer.service.readiness import Readiness
from dialer.store.db import open_store
from dialer.store.eventlog import EventLog

T = TypeVar("T")

AGENT = Agent("ag_c47e7c97_b2f2", 1, "Follow-up agent", True, True, None, 0, AgentAddress())

INSTANT_NETWORK = SimulatorSettings.model_validate(
    {
        "kind": "simulator",
        "ring_seconds": [0, 0],
        "talk_seconds": [0, 0],
        "latency_seconds": [0, 0],
        "mix": {"answered": 1},
    }
)
"""A network that answers and hangs up at once, so that only the dialer's own work is measured."""


def people(count: int, *, first: int = 0) -> Sequence[Person]:
    """Distinct numbers, none of which ends like a demo number."""
    return [Person(f"+1202{index:06d}00", first_name="Ada") for index in range(first, first + count)]


@dataclass(frozen=True, slots=True)
class Rig:
    parts: Parts
    events: EventLog

    async def launched(
        self, contacts: int, *, max_concurrent: int, scheduled_at: Instant | None = None, first: int = 0
    ) -> Campaign:
        campaign = await self.draft(
            contacts, max_concurrent=max_concurrent, scheduled_at=scheduled_at, first=first
        )
        return await campaigns.launch(self.parts, campaign.public_id)

    async def draft(
        self, contacts: int, *, max_concurrent: int, scheduled_at: Instant | None = None, first: int = 0
    ) -> Campaign:
        audience = Audience(people(contacts, first=first), {"first_name": contacts})
        new = NewCampaign(
            name="bench",
            agent_id=AGENT.id,
            channel=Channel.VOICE,
            timezone="UTC",
            message_template="Hello {{first_name}}, this is a follow-up.",
            max_concurrent=max_concurrent,
            scheduled_at=scheduled_at,
        )
        return (await drafts.create(self.parts, new, audience)).campaign

    async def completed(self, reference: str, *, every: float = 0.1) -> Campaign:
        """The campaign once it is over."""
        while True:
            campaign = await campaigns.get(self.parts, reference)
            if campaign.status is CampaignStatus.COMPLETED:
                return campaign
            await self.parts.clock.sleep(every)

    @contextlib.asynccontextmanager
    async def served(self) -> AsyncIterator[tuple[str, str]]:
        """The API over HTTP on a free port of loopback: its address, and a key."""
        key = await self.parts.store.transact(lambda tx: keys.create(tx, "bench").token)
        runner = Runner(build_app(self.parts, events=self.events), access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            yield f"http://{host}:{port}", key
        finally:
            await runner.cleanup()


@contextlib.asynccontextmanager
async def rig(
    *, folder: Path | None = None, dialling: bool = True, settings: SimulatorSettings = INSTANT_NETWORK
) -> AsyncIterator[Rig]:
    """The parts of a daemon with its engine running, in this folder or in one that is deleted at the end."""
    clock = SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dialer-bench-")))
        database = folder / "dialer.db"
        store = await stack.enter_async_context(open_store(database, clock))
        network = open_simulator("sim", settings, clock, database)
        await stack.enter_async_context(network)
        parts = Parts(
            store=store,
            clock=clock,
            policy=Policy(carrier="sim", max_concurrent=10_000, max_duration=3600),
            agents=Agents([AGENT]),
            caller_ids=CallerIds([]),
            fences=Fences(clock),
            readiness=Readiness(),
        )
        events = EventLog(store)
        engine = Engine(parts, events, {"sim": network})
        running = asyncio.create_task(engine.run()) if dialling else None
        try:
            yield Rig(parts, events)
        finally:
            if running is not None:
                running.cancel()
                await asyncio.wait({running})


def run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Runs a benchmark as the daemon runs: uvloop, its tuning; only warnings are logged."""
    logs.configure(level="warning")
    daemon.tune_interpreter()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())
