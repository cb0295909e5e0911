"""Time as a dependency: the only module that reads a clock or sleeps."""

import asyncio
import time
from typing import Protocol, TypeAlias

Instant: TypeAlias = int
"""Milliseconds since 1970-01-01T00:00:00Z."""

SECOND: int = 1000
MINUTE: int = 60 * SECOND
HOUR: int = 60 * MINUTE


class Clock(Protocol):
    def now(self) -> Instant:
        """Wall time."""

    def monotonic(self) -> float:
        """Seconds on a clock that is never set."""

    async def sleep(self, seconds: float) -> None: ...

    def timeout(self, seconds: float | None) -> asyncio.Timeout:
        """An async context that raises TimeoutError after so many seconds; None never does."""


class SystemClock:
    def now(self) -> Instant:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()  # noqa: TID251  here it is allowed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)  # noqa: TID251  here it is allowed

    def timeout(self, seconds: float | None) -> asyncio.Timeout:
        return asyncio.timeout(seconds)  # noqa: TID251  here it is allowed
