"""Wrong keys are slowed, by where they come from. A right key is never counted, and so never waits."""

import math
from collections import OrderedDict
from dataclasses import dataclass

from dialer.api.remote import origin
from dialer.domain.clock import Clock

_AT_ONCE = 10
_PER_SECOND = 1.0
_MAY_WAIT = 5
_ADDRESSES = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    """Answers that may go out at once; below zero: as many wait."""
    at: float


class WrongKeys:
    """A bucket of 10 for each address, one more a second; five may wait for theirs, the rest is sent away.

    The addresses that were silent for the longest are forgotten beyond 10,000.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    async def slow(self, address: str | None) -> int | None:
        """Returns when the answer may go out; or at once the seconds after which to try again."""
        bucket = self._bucket(origin(address))
        if bucket.left - 1 < -_MAY_WAIT:
            return math.ceil((1 - bucket.left) / _PER_SECOND)
        bucket.left -= 1
        if bucket.left < 0:
            await self._clock.sleep(-bucket.left / _PER_SECOND)
        return None

    def _bucket(self, address: str) -> _Bucket:
        now = self._clock.monotonic()
        bucket = self._buckets.setdefault(address, _Bucket(_AT_ONCE, now))
        self._buckets.move_to_end(address)
        bucket.left = min(bucket.left + (now - bucket.at) * _PER_SECOND, _AT_ONCE)
        bucket.at = now
        if len(self._buckets) > _ADDRESSES:
            self._buckets.popitem(last=False)
        return bucket
