"""Every change of an attempt after its claim: what the carrier said, and what silence means."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from dialer.carriers.base import (
    AgentConnected,
    Answered,
    CallEvent,
    Dtmf,
    Ended,
    Placed,
    Ringing,
    SmsStatus,
)
from dialer.domain.call import MAY_LEAVE, AttemptState, Channel, Outcome
from dialer.domain.clock import Instant
from dialer.domain.events import CallPlaced, ContactOptedOut, DeliveryReported
from dialer.domain.ids import AttemptId, CampaignId
from dialer.domain.retry import ContactStatus, End, Verdict, outcome_of
from dialer.service.settlement import Settled, apply_verdict, settle
from dialer.store import attempts, cases
from dialer.store.cases import Owner
from dialer.store.db import Store
from dialer.store.unit import Transaction

Word: TypeAlias = Placed | CallEvent
"""What a carrier says of an attempt; `Placed` is its answer to the request itself."""

_ERASED = frozenset({"dtmf", "detail", "recording_seconds"})
"""Columns that are not written any more once the campaign was deleted and the person erased."""

_TALKED = frozenset({AttemptState.COMPLETED, AttemptState.VOICEMAIL})
"""Whatever the carrier says of it, there may be a recording, which must be deleted some day."""

_MESSAGE = "message"
_OPT_OUT = "9"

_BEFORE_PLACED = frozenset({AttemptState.INTENT, AttemptState.UNCERTAIN, AttemptState.NOT_PLACED})


@dataclass(frozen=True, slots=True)
class Report:
    """Where the attempt stands after the words, and what follows."""

    state: AttemptState
    campaign: CampaignId
    settled: Settled | None = None
    """Set when these words ended it."""


async def report(
    store: Store, attempt_id: AttemptId, words: Sequence[Word], *, carrier_healthy: bool = True
) -> Report | None:
    """Applies what the carrier said, oldest first, in one transaction. None: no attempt of ours.

    A word that comes late, twice or out of order changes nothing that a later one has settled.
    """

    def work(tx: Transaction) -> Report | None:
        case = cases.of_attempt(tx, attempt_id)
        if case is None:
            return None
        before = case.attempt.state
        fold = _fold(case.attempt, words, tx.now)
        settled = None
        if fold.opted_out and not _opts_out(case.attempt, case.attempt.dtmf or ""):
            tx.record(ContactOptedOut(case.campaign.id, case.contact.id, attempt_id))
        if fold.state is not before:
            attempts.move(tx, attempt_id, fold.state, fold.columns)
            if before in _BEFORE_PLACED:
                tx.record(CallPlaced(case.campaign.id, case.contact.id, attempt_id))
            if fold.ended is not None:
                settled = settle(tx, case, _end(fold, fold.ended, tx.now, carrier_healthy=carrier_healthy))
        elif fold.columns:
            attempts.note(tx, attempt_id, fold.columns)
        if fold.delivery is not None and fold.delivery != case.attempt.delivery:
            _deliver(tx, attempt_id, fold.delivery)
        return Report(fold.state, case.campaign.id, settled)

    return await store.transact(work)


async def doubt(store: Store, attempt_id: AttemptId, detail: str) -> None:
    """Bytes may have left and nothing was learned: the intent becomes uncertain."""

    def work(tx: Transaction) -> None:
        attempts.move(tx, attempt_id, AttemptState.UNCERTAIN, {"sent_at": tx.now, "detail": detail})

    await store.transact(work)


async def conclude(
    store: Store, attempt_id: AttemptId, end: End, detail: str | None = None
) -> Settled | None:
    """Ends an attempt without the carrier's word: not_placed, unknown or ended_unknown.

    None when the attempt has left the states from which that is allowed, since a word came first.
    """

    def work(tx: Transaction) -> Settled | None:
        case = cases.of_attempt(tx, attempt_id)
        if case is None:
            return None
        columns: dict[str, object] = {"ended_at": end.at, "detail": detail}
        if end.state is AttemptState.NOT_PLACED:
            columns |= {"blocked_until": None, "recording_due": None}
        else:
            columns["outcome"] = outcome_of(end.state, end.failure)
        if not attempts.move(tx, attempt_id, end.state, columns):
            return None
        return settle(tx, case, end)

    return await store.transact(work)


@dataclass(slots=True)
class _Fold:
    """An attempt's row while words are applied to it."""

    state: AttemptState
    dtmf: str
    ended: Ended | None = None
    delivery: str | None = None
    opted_out: bool = False
    columns: dict[str, object] = field(default_factory=dict)

    def enter(self, state: AttemptState) -> bool:
        if self.state not in MAY_LEAVE[state]:
            return False
        self.state = state
        return True


def _fold(attempt: Owner, words: Sequence[Word], now: Instant) -> _Fold:
    fold = _Fold(attempt.state, attempt.dtmf or "")
    # A message that a look-up finds may be one that the carrier has refused: known to it, and not sent.
    refused = attempt.channel is Channel.SMS and any(isinstance(word, Ended) for word in words)
    for word in words:
        if not (refused and isinstance(word, Placed)):
            _apply(fold, word, attempt.channel, now)
    fold.opted_out = _opts_out(attempt, fold.dtmf)
    if attempt.erased:
        fold.columns = {name: value for name, value in fold.columns.items() if name not in _ERASED}
    return fold


def _opts_out(attempt: Owner, keys: str) -> bool:
    """An agent may ask for keys of its own; a message has only this one."""
    return attempt.agent_kind == _MESSAGE and _OPT_OUT in keys


def _apply(fold: _Fold, word: Word, channel: Channel, now: Instant) -> None:
    match word:
        case Placed(carrier_id=carrier_id) if channel is Channel.SMS:
            _sent(fold, now, carrier_id)
        case Placed(carrier_id=carrier_id):
            fold.columns |= {"carrier_id": carrier_id, "sent_at": now}
            fold.enter(AttemptState.PLACED)
        case Ringing():
            fold.enter(AttemptState.RINGING)
        case Answered(at=at, amd=amd):
            if fold.enter(AttemptState.ANSWERED) or fold.state is AttemptState.ANSWERED:
                fold.columns |= {"answered_at": at, "amd": amd}
        case AgentConnected(at=at):
            _talks(fold, at)
            fold.columns["agent_connected"] = True
        case Dtmf(at=at, digit=digit):
            _talks(fold, at)
            fold.dtmf += digit
            fold.columns["dtmf"] = fold.dtmf
        case SmsStatus(at=at, delivery=delivery):
            _sent(fold, at, None)
            fold.columns["delivery"] = delivery
            fold.delivery = delivery
        case Ended():
            _ended(fold, word)


def _talks(fold: _Fold, at: Instant) -> None:
    """Whoever presses a key has answered, also where the word of that is late or lost."""
    if fold.enter(AttemptState.ANSWERED):
        fold.columns["answered_at"] = at


def _sent(fold: _Fold, at: Instant, carrier_id: str | None) -> None:
    """A message is final as soon as the carrier has it."""
    if carrier_id is not None:
        fold.columns["carrier_id"] = carrier_id
    if fold.enter(AttemptState.SENT):
        fold.columns |= {"sent_at": at, "ended_at": at, "blocked_until": None, "outcome": Outcome.SENT}
        fold.ended = Ended(AttemptId(""), at, AttemptState.SENT)


def _ended(fold: _Fold, word: Ended) -> None:
    if not fold.enter(word.state):
        return
    fold.ended = word
    fold.columns |= {
        "ended_at": word.at,
        "outcome": outcome_of(word.state, word.failure),
        "detail": word.detail,
        "blocked_until": None,
        "message_left": word.message_left,
        "billable_seconds": word.billable_seconds,
        "recording_seconds": word.recording_seconds,
    }
    if word.recording_seconds is None and word.state not in _TALKED:
        fold.columns["recording_due"] = None


def _end(fold: _Fold, word: Ended, now: Instant, *, carrier_healthy: bool) -> End:
    return End(
        state=word.state,
        at=min(word.at, now),  # the carrier's clock may be ahead; nobody waits longer for that
        failure=word.failure,
        message_left=word.message_left,
        carrier_healthy=carrier_healthy,
        opted_out=fold.opted_out,
    )


def _deliver(tx: Transaction, attempt_id: AttemptId, delivery: str) -> None:
    """A receipt, perhaps days later, corrects the outcome of the contact whose last message it was."""
    case = cases.of_attempt(tx, attempt_id)  # read anew: the same words may have settled it just now
    if case is None:
        return
    tx.record(DeliveryReported(case.campaign.id, case.contact.id, attempt_id, delivery))
    delivered = delivery == Outcome.DELIVERED
    outcome = Outcome.DELIVERED if delivered else Outcome.UNDELIVERED
    attempts.note(tx, attempt_id, {"outcome": outcome})
    if case.is_latest:
        status = ContactStatus.COMPLETED if delivered else ContactStatus.FAILED
        apply_verdict(tx, case, Verdict(status, case.contact.progress, outcome))
