"""A carrier as the engine uses it: with its pace, its breaker, and what must be looked at after a start."""

import math
from collections.abc import Callable
from dataclasses import replace

import structlog

from dialer.carriers.base import Carrier, NotPlaced, Placed, PlaceRequest, PlaceResult, Uncertain
from dialer.domain.call import Failure
from dialer.domain.clock import Clock
from dialer.engine.pacing import Bucket
from dialer.service.readiness import Readiness

log = structlog.get_logger()

_REFUSALS = 5
"""So many failed requests in a row open the breaker; one refusal of the account does."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 5.0
_LONGEST_ASKED = 3600.0
"""However long a carrier asks to be left alone, it is tried again after an hour."""


class Trunk:
    """New calls leave by it only while `wait()` is 0.

    The breaker: open after failed requests in a row, then one call at a time is let through to try
    (half-open), closed again by the first that the carrier accepts.
    """

    def __init__(self, carrier: Carrier, clock: Clock, readiness: Readiness) -> None:
        self.carrier = carrier
        self.on_change: Callable[[], None] = lambda: None
        """Called when calls may leave again."""
        self._part = f"carrier:{carrier.name}"
        self._unseen: set[object] = set()
        self._clock = clock
        self._readiness = readiness
        self._bucket = Bucket(clock, carrier.calls_per_second)
        self._refusals = 0
        self._open = False
        self._pause = _FIRST_PAUSE
        self._closed_until = 0.0
        self._asked_until = 0.0
        """Until then the carrier asked to be left alone, whatever else it accepts meanwhile."""
        self._trying = False

    @property
    def name(self) -> str:
        return self.carrier.name

    @property
    def healthy(self) -> bool:
        return not self._open

    def wait(self) -> float | None:
        """Seconds until a call may leave; 0: now; None: until something happens."""
        if self._unseen or self._trying:
            return None
        until = max(self._closed_until, self._asked_until)
        return max(until - self._clock.monotonic(), self._bucket.wait(), 0.0)

    def spend(self) -> None:
        """A call leaves."""
        self._bucket.spend()
        self._trying = self._open

    def spared(self) -> None:
        """The call that was to leave was held back by a gate."""
        self._trying = False

    async def place(self, request: PlaceRequest) -> PlaceResult:
        """The carrier's answer; what it asks for is within reason."""
        result = await self.carrier.place(request)
        if isinstance(result, NotPlaced) and result.retry_after is not None:
            return replace(result, retry_after=_within_reason(result.retry_after))
        return result

    def answered(self, result: PlaceResult) -> None:
        """What became of a request."""
        self._trying = False
        match result:
            case Placed():
                self._close()
            case NotPlaced(failure=Failure.NUMBER | Failure.OTHER):
                self._close()  # it answers, and means this number alone
            case NotPlaced(failure=failure, detail=detail, retry_after=retry_after):
                self._failed(detail, at_once=failure is Failure.ACCOUNT)
                if retry_after:
                    self._asked_until = max(self._asked_until, self._clock.monotonic() + retry_after)
            case Uncertain(detail=detail):
                self._failed(detail, at_once=False)

    def looking(self) -> Callable[[], None]:
        """An attempt of an earlier process is being asked about; no call leaves until `seen` is called."""
        token = object()
        self._unseen.add(token)

        def seen() -> None:
            self._unseen.discard(token)
            if not self._unseen:
                if not self._open:
                    self._readiness.mended(self._part)
                self.on_change()

        return seen

    def unreachable(self, detail: str) -> None:
        """It cannot be asked about a call; where that is one of before the start, no call leaves."""
        if self._unseen:
            sentence = f"Carrier {self.name} cannot be asked about {len(self._unseen)} open calls: {detail}."
            self._readiness.fault(self._part, sentence)

    def refused(self, detail: str) -> None:
        """A call that was placed ended because the trunk does not let us through."""
        self._failed(detail, at_once=True)

    def _failed(self, detail: str, *, at_once: bool) -> None:
        self._refusals += 1
        if not (self._open or at_once or self._refusals >= _REFUSALS):
            return
        if not self._open:
            log.warning("carrier_down", carrier=self.name, detail=detail)
        self._open = True
        self._closed_until = self._clock.monotonic() + self._pause
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        self._readiness.fault(self._part, f"Carrier {self.name} places no calls: {detail}.")

    def _close(self) -> None:
        self._refusals = 0
        if self._open:
            log.info("carrier_up", carrier=self.name)
            self._open = False
            self._pause = _FIRST_PAUSE
            self._closed_until = 0.0
            self._readiness.mended(self._part)
            self.on_change()


def _within_reason(seconds: float) -> float | None:
    return None if math.isnan(seconds) else min(max(seconds, 0.0), _LONGEST_ASKED)
