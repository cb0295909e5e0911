"""A call in the simulated network: what was asked, and how far it has come."""

from dataclasses import dataclass
from typing import TypeAlias

from dialer.carriers.base import Answered, CarrierEvent, Ended, SmsStatus
from dialer.carriers.simulator.behaviour import Plan
from dialer.domain.call import AttemptState, Channel, Failure, OnMachine, Outcome
from dialer.domain.clock import Instant
from dialer.domain.ids import AttemptId


@dataclass(frozen=True, slots=True)
class Placing:
    """A request that the network took; all that its whole life follows from."""

    attempt_id: AttemptId
    channel: Channel
    to: str
    from_number: str | None
    message: str
    ring_timeout: int
    """Simulated seconds, like the longest duration."""
    max_duration: int
    at: Instant
    nth: int
    plan: Plan
    scale: float
    """Simulated seconds in a second."""
    on_machine: OnMachine | None = None
    record: bool = False


@dataclass(frozen=True, slots=True)
class HungUp:
    """The dialer's hang-up, which no plan foresees."""

    attempt_id: AttemptId
    at: Instant
    told: int
    """How many events of its life were told before."""


@dataclass(frozen=True, slots=True)
class Erased:
    """The recording of a call was deleted."""

    recording_of: AttemptId


RecordLine: TypeAlias = Placing | HungUp | Erased


@dataclass(slots=True)
class Call:
    placing: Placing
    life: list[CarrierEvent] | None = None
    """While it lives; made anew from the placing when it is asked for later."""
    told: int = 0
    hung_up: HungUp | None = None
    answered_at: Instant | None = None
    ended_at: Instant | None = None
    outcome: Outcome | None = None
    recording_seconds: float | None = None
    erased: bool = False
    """Its recording was deleted."""

    def note(self, event: CarrierEvent) -> None:
        """Keeps what the listing shows."""
        if isinstance(event, Answered):
            self.answered_at = event.at
        elif isinstance(event, Ended):
            self.ended_at = event.at
            self.outcome = _in_the_contacts_words(event)
            self.recording_seconds = event.recording_seconds
        elif isinstance(event, SmsStatus):
            self.ended_at = event.at
            self.outcome = Outcome(event.delivery)


_WORDS = {
    AttemptState.COMPLETED: Outcome.ANSWERED,
    AttemptState.NO_ANSWER: Outcome.NO_ANSWER,
    AttemptState.BUSY: Outcome.BUSY,
    AttemptState.DECLINED: Outcome.DECLINED,
    AttemptState.VOICEMAIL: Outcome.VOICEMAIL,
    AttemptState.CANCELLED: Outcome.CANCELLED,
}


def _in_the_contacts_words(ended: Ended) -> Outcome:
    if ended.failure is Failure.NUMBER:
        return Outcome.INVALID_NUMBER
    return _WORDS.get(ended.state, Outcome.ERROR)
