"""Calls per second: a bucket that lets one call pass every 1/rate seconds, without bursts."""

import math

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
