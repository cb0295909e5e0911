"""Calls per second: a bucket that lets one call pass every 1/rate seconds, without bursts."""

from dialer.domain.clock import Clock


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
            self._free_at = max(self._free_at, self._clock.monotonic()) + 1 / self.rate
