"""How many requests a key may make in a minute."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dialer.domain.clock import SECOND, Clock

_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a key stands after a request."""

    limit: int
    remaining: int
    resets_at: int
    """Unix seconds."""
    retry_after: int | None
    """Seconds; None: the request may go on."""

    @property
    def headers(self) -> Mapping[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.resets_at),
        }


@dataclass(slots=True)
class _Minute:
    ends: float
    resets_at: int
    used: int = 0


class Rates:
    """A count for each key, which begins anew a minute after its first request."""

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._limit = per_minute
        self._minutes: dict[int, _Minute] = {}

    def count(self, key_id: int) -> Standing | None:
        """None where there is no limit."""
        if self._limit == 0:
            return None
        now = self._clock.monotonic()
        minute = self._minutes.get(key_id)
        if minute is None or now >= minute.ends:
            resets_at = math.ceil(self._clock.now() / SECOND + _MINUTE)
            minute = self._minutes[key_id] = _Minute(now + _MINUTE, resets_at)
        over = minute.used >= self._limit
        minute.used += not over
        return Standing(
            limit=self._limit,
            remaining=self._limit - minute.used,
            resets_at=minute.resets_at,
            retry_after=math.ceil(minute.ends - now) if over else None,
        )
