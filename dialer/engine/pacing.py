"""Calls per second: a bucket that lets one call pass every 1/rate seconds, without bursts."""

from dialer.domain.clock import Clock

_CATCH_UP = 0.02
"""Seconds that a call may leave late without the next ones being later for it: timers are never exact."""


class Bucket:
    """`rate` is calls per second, 0 for no limit. Times are seconds of the monotonic clock."""

    def __init__(self, clock: Clock, rate: float) -> None:
        self.rate = rate
        self._clock = clock
        self._free_at = 0.0

    def wait(self) -> float:
        """Seconds until the next call may pass; 0: now."""
        if not self.rate:
            return 0.0
        return max(self._free_at - self._clock.monotonic(), 0.0)

    def spend(self) -> None:
        """A call passes."""
        if self.rate:
            now = self._clock.monotonic()
            since = self._free_at if now - self._free_at <= _CATCH_UP else now
            self._free_at = max(since, self._free_at) + 1 / self.rate
