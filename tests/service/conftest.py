from collections.abc import AsyncIterator

import pytest

from dialer.service.parts import Parts
from tests.clock import FakeClock
from tests.service.desk import Desk


@pytest.fixture
async def desk(parts: Parts, clock: FakeClock) -> AsyncIterator[Desk]:
    """Whatever a test does, at its end the counters must sum and the carrier's words stand."""
    desk = Desk(parts, clock)
    yield desk
    await desk.audit()
