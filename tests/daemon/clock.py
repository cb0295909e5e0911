"""Real time, running faster, so that two looks ten seconds apart cost a fraction of one."""

import asyncio
import time

from dialer.domain.clock import SECOND, Instant


class ScaledClock:
    """Every process with the same `speed` and `since` (seconds since 1970) sees the same wall time."""

    def __init__(self, speed: float, since: float) -> None:
        self.speed = speed
        self.since = since

    def now(self) -> Instant:
        passed = time.time() - self.since  # noqa: TID251  a clock of the tests' own
        return int((self.since + passed * self.speed) * SECOND)

    def monotonic(self) -> float:
        return time.monotonic() * self.speed  # noqa: TID251  likewise

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)  # noqa: TID251  likewise

    def timeout(self, seconds: float | None) -> asyncio.Timeout:
        return asyncio.timeout(None if seconds is None else seconds / self.speed)  # noqa: TID251  likewise
