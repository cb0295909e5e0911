"""What follows from an attempt's end for its contact: final, another try, or a wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dialer.domain.call import REACHED, AttemptState, Failure, Outcome
from dialer.domain.clock import MINUTE, SECOND, Instant

MAX_RETRIES = 10
MAX_SETBACKS = 5
"""More temporary failures of one contact than this, while the carrier is healthy, end it as an error."""

_FIRST_BACKOFF = SECOND
_LONGEST_BACKOFF = 5 * MINUTE

RETRIED: frozenset[Outcome] = frozenset({Outcome.NO_ANSWER, Outcome.BUSY, Outcome.VOICEMAIL})
"""Voicemail only where no message was left."""


@dataclass(frozen=True, slots=True)
class RetryRule:
    """Waits in milliseconds, counted from the end of the failed attempt; as many retries as entries."""

    intervals: tuple[int, ...] = ()
    by_outcome: Mapping[Outcome, tuple[int, ...]] | None = None

    def wait(self, outcome: Outcome, used: int) -> int | None:
        """The wait before the next retry, or None when the budget is used up or the outcome is final."""
        if outcome not in RETRIED:
            return None
        waits = (self.by_outcome or {}).get(outcome, self.intervals)
        return waits[used] if used < len(waits) else None


NO_RETRIES = RetryRule()


class ContactStatus(StrEnum):
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"


class Waiting(StrEnum):
    """Why a pending contact is not dialled yet, as kept in its row."""

    RETRY = "waiting_for_retry"
    BACKOFF = "carrier_failure"
    NUMBER_BUSY = "number_busy"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a contact has come in this run."""

    retries: int = 0
    setbacks: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The contact's next state; `due` and `waiting` are set only when it is pending."""

    status: ContactStatus
    progress: Progress
    outcome: Outcome | None = None
    due: Instant | None = None
    waiting: Waiting | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """How an attempt ended: its final state, and whose fault it was where it failed."""

    state: AttemptState
    at: Instant
    failure: Failure | None = None
    message_left: bool = False
    retry_after: float | None = None
    """Seconds that the carrier asked to be left alone."""
    carrier_healthy: bool = True
    on_unknown_wait: int | None = None
    """Milliseconds (`config.on_unknown`), None: held for the operator."""
    opted_out: bool = False
    """The person asked not to be called again."""


_OUTCOMES: Mapping[AttemptState, Outcome] = {
    AttemptState.COMPLETED: Outcome.ANSWERED,
    AttemptState.SENT: Outcome.SENT,
    AttemptState.NO_ANSWER: Outcome.NO_ANSWER,
    AttemptState.BUSY: Outcome.BUSY,
    AttemptState.DECLINED: Outcome.DECLINED,
    AttemptState.VOICEMAIL: Outcome.VOICEMAIL,
    AttemptState.CANCELLED: Outcome.CANCELLED,
    AttemptState.ENDED_UNKNOWN: Outcome.UNKNOWN,
    AttemptState.UNKNOWN: Outcome.UNKNOWN,
}


def outcome_of(state: AttemptState, failure: Failure | None) -> Outcome:
    """The outcome that a final state stands for."""
    if state in _OUTCOMES:
        return _OUTCOMES[state]
    return Outcome.INVALID_NUMBER if failure is Failure.NUMBER else Outcome.ERROR


def judge(end: End, progress: Progress, rule: RetryRule) -> Verdict:
    """What becomes of the contact whose attempt ended so."""
    verdict = _judge(end, progress, rule)
    if end.opted_out and verdict.status is ContactStatus.PENDING:
        return Verdict(ContactStatus.FAILED, progress, outcome_of(end.state, end.failure))
    return verdict


def _judge(end: End, progress: Progress, rule: RetryRule) -> Verdict:
    if end.state in (AttemptState.NOT_PLACED, AttemptState.FAILED) and end.failure in (
        Failure.TEMPORARY,
        Failure.ACCOUNT,
    ):
        return _setback(end, progress)
    outcome = outcome_of(end.state, end.failure)
    if end.state is AttemptState.UNKNOWN:
        if end.on_unknown_wait is not None:
            return _wait(progress, end.at + end.on_unknown_wait, Waiting.RETRY)
        return Verdict(ContactStatus.FAILED, progress, outcome, held=True)
    if outcome in REACHED or (outcome is Outcome.VOICEMAIL and end.message_left):
        return Verdict(ContactStatus.COMPLETED, progress, outcome)
    wait = rule.wait(outcome, progress.retries)
    if wait is None:
        return Verdict(ContactStatus.FAILED, progress, outcome)
    return _wait(Progress(progress.retries + 1, progress.setbacks), end.at + wait, Waiting.RETRY)


def _setback(end: End, progress: Progress) -> Verdict:
    counts = end.failure is Failure.TEMPORARY and end.carrier_healthy
    setbacks = progress.setbacks + counts
    after = Progress(progress.retries, setbacks)
    if setbacks > MAX_SETBACKS:
        return Verdict(ContactStatus.FAILED, after, Outcome.ERROR)
    backoff = min(_FIRST_BACKOFF * 2 ** max(setbacks - 1, 0), _LONGEST_BACKOFF)
    asked = int((end.retry_after or 0) * SECOND)
    return _wait(after, end.at + max(backoff, asked), Waiting.BACKOFF)


def _wait(progress: Progress, due: Instant, waiting: Waiting) -> Verdict:
    return Verdict(ContactStatus.PENDING, progress, due=due, waiting=waiting)
