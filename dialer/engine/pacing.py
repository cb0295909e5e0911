"""Calls per second: a bucket that lets one call pass every 1/rate seconds, without bursts."""

import math
from collections.abc import Callable

from dialer.domain.clock import Clock

_CATCH_UP = 0.02
"""Seconds that a call may leave late without the next ones being later for it: timers are never exact."""


class Bucket:
    """`rate` is calls per second, 0 for no limit; a new one counts from the last call on."""

    def __init__(self, clock: Clock, rate: float) -> None:
        self.rate = rate
        self._clock = clock
        self._last = -math.inf
        """When the last call was due to leave, in seconds of the monotonic clock."""

    def wait(self) -> float:
        """Seconds until the next call may pass; 0: now."""
        return max(self._due() - self._clock.monotonic(), 0.0)

    def spend(self) -> None:
        """A call passes."""
        now, due = self._clock.monotonic(), self._due()
        self._last = due if now - due <= _CATCH_UP else now

    def _due(self) -> float:
        return self._last + (1 / self.rate if self.rate else 0.0)


class NumberPaces:
    """A bucket for each number that calls come from; `rate_of` says how many calls per second it takes."""

    def __init__(self, clock: Clock, rate_of: Callable[[str], float]) -> None:
        self._clock = clock
        self._rate_of = rate_of
        self._buckets: dict[str, Bucket] = {}

    def wait(self, number: str | None) -> float:
        """Seconds until the next call may come from it; 0: now."""
        bucket = self._bucket(number)
        return bucket.wait() if bucket else 0.0

    def spend(self, number: str | None) -> None:
        """A call passes."""
        if bucket := self._bucket(number):
            bucket.spend()

    def _bucket(self, number: str | None) -> Bucket | None:
        rate = 0.0 if number is None else self._rate_of(number)
        if number is None or not rate:
            return None
        bucket = self._buckets.setdefault(number, Bucket(self._clock, rate))
        bucket.rate = rate
        return bucket
