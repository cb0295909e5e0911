"""What every test has: no blocking call in the event loop, a clock that stands still, a new store."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx

from dialer.domain.policy import Agent, AgentAddress, CallerId, Policy
from dialer.service.agents import Agents
from dialer.service.fences import Fences
from dialer.service.numbers import CallerIds
from dialer.service.parts import Parts
from dialer.service.readiness import Readiness
from dialer.store.db import Store, open_store
from tests.clock import FakeClock

_CALM_ROUNDS = 20
"""Rounds of the loop without any work for the store, after which everything is at rest."""


@pytest.fixture(autouse=True, scope="session")
def no_blocking_call_in_the_loop() -> Iterator[None]:
    """Our code may block in threads of its own, never in the loop's."""
    with blockbuster_ctx("dialer") as guard:
        # Python may collect an old process pool at any moment; its finalizer writes a line to a pipe.
        guard.functions["os.write"].can_block_in("multiprocessing/resource_tracker.py", "_send")
        yield


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "dialer.db"


@pytest.fixture
async def store(database: Path, clock: FakeClock) -> AsyncIterator[Store]:
    """The store on the fake clock, whose `advance` then also waits until nothing is read or written."""
    let_the_loop_run = clock.settle
    async with open_store(database, clock) as store:

        async def settle() -> None:
            calm = 0
            while calm < _CALM_ROUNDS:
                await asyncio.sleep(0)  # noqa: TID251  gives the loop a round, no time passes
                calm += 1
                if store.busy:
                    await store.idle()
                    calm = 0  # whoever waited for it goes on now, perhaps to the store again

        clock.settle = settle
        yield store
        clock.settle = let_the_loop_run


@pytest.fixture
def agent() -> Agent:
    return Agent(
        "ag_c47e7c97_b2f2",
        1,
        "Follow-up",
        voice=True,
        sms=True,
        first_message=None,
        max_duration=0,
        connect=AgentAddress(),
    )


@pytest.fixture
def policy() -> Policy:
    return Policy(carrier="sim")


@pytest.fixture
def parts(store: Store, clock: FakeClock, policy: Policy, agent: Agent) -> Parts:
    return Parts(
        store=store,
        clock=clock,
        policy=policy,
        agents=Agents([agent]),
        caller_ids=CallerIds([CallerId("+12025550100", verified=True, default=True)]),
        fences=Fences(clock),
        readiness=Readiness(),
    )
