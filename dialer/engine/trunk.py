"""A carrier as the engine uses it: with its pace, its breaker, and what must be looked at after a start."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace

import structlog

from dialer.carriers.base import (
    Carrier,
    LookupResult,
    NotPlaced,
    Placed,
    PlaceRequest,
    PlaceResult,
    Uncertain,
    Unreachable,
)
from dialer.domain.call import Failure
from dialer.domain.clock import Clock
from dialer.domain.ids import AttemptId
from dialer.engine.pacing import Bucket
from dialer.service.readiness import Readiness

log = structlog.get_logger()

_REFUSALS = 5
"""So many failed requests in a row open the breaker; one refusal of the account does."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 5.0
_NOBODY_TRIES = 5.0
"""Seconds after a pause in which a call would have left, were there one to make."""
_LONGEST_ASKED = 3600.0
"""However long a carrier asks to be left alone, it is tried again after an hour."""


class CannotPrepare(Exception):
    """The carrier's trouble and nobody's fault; it is worth trying again after so many `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Trunk:
    """New calls leave by it only while `wait()` is 0.

    The breaker: open after failed requests in a row, then one call at a time is let through to try
    (half-open), closed again by the first of these that the carrier accepts. A call is named by what
    `spend` was given for it, whatever that is.
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
        self._refusal: str | None = None
        """Why the breaker is open; None: it is closed."""
        self._silence: str | None = None
        """Why the carrier could not be asked the last time; None: it could."""
        self._faulty = asyncio.Event()
        self._pause = _FIRST_PAUSE
        self._closed_until = 0.0
        self._asked_until = 0.0
        """Until then the carrier asked to be left alone, whatever else it accepts meanwhile."""
        self._trying: object = None

    @property
    def name(self) -> str:
        return self.carrier.name

    @property
    def healthy(self) -> bool:
        return self._refusal is None

    def wait(self) -> float | None:
        """Seconds until a call may leave; 0: now; None: until something happens."""
        if self._unseen or self._trying is not None:
            return None
        return max(self._resting_until - self._clock.monotonic(), self._bucket.wait(), 0.0)

    def spend(self, call: object) -> None:
        """A call leaves."""
        self._bucket.spend()
        if not self.healthy:
            self._trying = call

    def spared(self, call: object) -> None:
        """The call that was to leave was held back by a gate."""
        if self._trying is call:
            self._trying = None

    async def prepare(self, call: object, request: PlaceRequest) -> NotPlaced | None:
        """Why the call cannot be placed, whoever else can; a carrier that can prepare none is told as down.

        Raises CannotPrepare.
        """
        refused = await self.carrier.prepare(request)
        if refused is None or refused.failure in (Failure.NUMBER, Failure.OTHER):
            return refused
        if self.healthy or self._trying is call:
            self._trying = None
            self._failed(refused.detail, at_once=True)
        raise CannotPrepare(max(self._resting_until - self._clock.monotonic(), 0.0))

    async def place(self, request: PlaceRequest) -> PlaceResult:
        """The carrier's answer; what it asks for is within reason."""
        result = await self.carrier.place(request)
        if isinstance(result, NotPlaced) and result.retry_after is not None:
            return replace(result, retry_after=_within_reason(result.retry_after))
        return result

    def answered(self, call: object, result: PlaceResult) -> None:
        """What became of a request."""
        if isinstance(result, NotPlaced) and result.retry_after:
            self._asked_until = max(self._asked_until, self._clock.monotonic() + result.retry_after)
        if not self.healthy and self._trying is not call:
            return  # it left before the breaker opened
        self._trying = None
        match result:
            case Placed():
                self._close()
            case NotPlaced(failure=Failure.NUMBER | Failure.OTHER):
                self._close()  # it answers, and means this number alone
            case NotPlaced(failure=failure, detail=detail):
                self._failed(detail, at_once=failure is Failure.ACCOUNT)
            case Uncertain(detail=detail):
                self._failed(detail, at_once=False)

    def looking(self) -> Callable[[], None]:
        """An attempt of an earlier process is being asked about; no call leaves until `seen` is called."""
        token = object()
        self._unseen.add(token)

        def seen() -> None:
            if token in self._unseen:
                self._unseen.discard(token)
                self._tell()
                if not self._unseen:
                    self.on_change()

        return seen

    async def look_up(self, attempt_id: AttemptId, carrier_id: str | None) -> LookupResult:
        """What the carrier knows of it; one that cannot be asked is told as a fault."""
        result = await self.carrier.look_up(attempt_id, carrier_id)
        self._silence = result.detail if isinstance(result, Unreachable) else None
        self._tell()
        return result

    def refused(self, detail: str) -> None:
        """A call that was placed ended because the trunk does not let us through."""
        self._failed(detail, at_once=True)

    async def watch(self) -> None:
        """While a fault stands and no call finds out, asks the carrier whether it is up again."""
        while True:
            await self._faulty.wait()
            until = self._resting_until
            await self._clock.sleep(max(until - self._clock.monotonic(), 0.0) + _NOBODY_TRIES)
            tried = self._trying is not None or self._resting_until != until
            if tried or self._unseen or not self._faulty.is_set():
                continue
            health = await self.carrier.health()
            if health.up and self._trying is None:
                self._silence = None
                self._close()

    @property
    def _resting_until(self) -> float:
        return max(self._closed_until, self._asked_until)

    def _failed(self, detail: str, *, at_once: bool) -> None:
        self._refusals += 1
        if self.healthy and not (at_once or self._refusals >= _REFUSALS):
            return
        if self.healthy:
            log.warning("carrier_down", carrier=self.name, detail=detail)
        self._refusal = detail
        self._closed_until = self._clock.monotonic() + self._pause
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        self._tell()

    def _close(self) -> None:
        self._refusals = 0
        if not self.healthy:
            log.info("carrier_up", carrier=self.name)
            self._refusal = None
            self._pause = _FIRST_PAUSE
            self._closed_until = 0.0
            self.on_change()
        self._tell()

    def _tell(self) -> None:
        """Brings `/readyz` up to date."""
        if self._refusal is not None:
            sentence = f"Carrier {self.name} places no calls: {self._refusal}."
        elif self._silence is not None:
            about = f"{len(self._unseen)} open calls" if self._unseen else "its calls"
            sentence = f"Carrier {self.name} cannot be asked about {about}: {self._silence}."
        else:
            self._faulty.clear()
            self._readiness.mended(self._part)
            return
        self._faulty.set()
        self._readiness.fault(self._part, sentence)


def _within_reason(seconds: float) -> float | None:
    return None if math.isnan(seconds) else min(max(seconds, 0.0), _LONGEST_ASKED)
