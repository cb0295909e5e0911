from collections.abc import AsyncIterator

import pytest

from dialer.domain.policy import Agent, Policy
from dialer.service.parts import Parts
from tests.clock import FakeClock
from tests.engine.dialer import Dialer
from tests.engine.network import Network


@pytest.fixture
def policy() -> Policy:
    """30 s of ringing and 60 s of talk, unless the test starts the dialer with other rules."""
    return Policy(carrier="net", ring_timeout=30, max_duration=60)


@pytest.fixture
def network(clock: FakeClock) -> Network:
    return Network(clock)


@pytest.fixture
async def dialer(parts: Parts, clock: FakeClock, network: Network, agent: Agent) -> AsyncIterator[Dialer]:
    """Whatever a test did, its engine has not died unnoticed and gives every slot back."""
    dialer = Dialer(parts, clock, network, agent)
    yield dialer
    await dialer.crash()
    if dialer.engine is not None:
        assert dialer.slots_in_use == 0
        assert dialer.engine.calls_in_progress == 0
