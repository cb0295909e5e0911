"""An attempt: one try to reach one contact. The API calls it a call, or in an SMS campaign a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dialer.domain.clock import Instant
from dialer.domain.ids import AttemptId, CampaignId, ContactId


class Channel(StrEnum):
    VOICE = "voice"
    SMS = "sms"


class AttemptState(StrEnum):
    INTENT = "intent"
    """Committed before a byte leaves for the carrier."""
    UNCERTAIN = "uncertain"
    """Bytes may have left; what became of them is not known."""
    PLACED = "placed"
    RINGING = "ringing"
    ANSWERED = "answered"
    COMPLETED = "completed"
    SENT = "sent"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    VOICEMAIL = "voicemail"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NOT_PLACED = "not_placed"
    """Proof that nothing was sent, or that the carrier refused."""
    ENDED_UNKNOWN = "ended_unknown"
    """Placed, its outcome never learned."""
    UNKNOWN = "unknown"
    """Not even known whether it was placed; the contact is held for the operator."""


class OnMachine(StrEnum):
    """What to do when a machine answers."""

    HANG_UP = "hangup"
    LEAVE_MESSAGE = "leave_message"
    CONTINUE = "continue"


class CallStage(StrEnum):
    """Where a single call stands while it has no attempt that counts."""

    SCHEDULED = "scheduled"
    """Its time lies ahead."""
    CONNECTING = "connecting"
    """It is to be placed as soon as every gate lets it."""


_S = AttemptState

OPEN: frozenset[AttemptState] = frozenset({_S.INTENT, _S.UNCERTAIN, _S.PLACED, _S.RINGING, _S.ANSWERED})
"""A live attempt: one per (channel, phone) at most, across all campaigns."""

ON_THE_LINE: frozenset[AttemptState] = frozenset({_S.PLACED, _S.RINGING, _S.ANSWERED})
"""The carrier knows it."""

CARRIERS_WORD: frozenset[AttemptState] = frozenset(
    {_S.COMPLETED, _S.SENT, _S.NO_ANSWER, _S.BUSY, _S.DECLINED, _S.VOICEMAIL, _S.FAILED, _S.CANCELLED}
)
"""Final: nothing overrules it."""

MAY_LEAVE: Mapping[AttemptState, frozenset[AttemptState]] = {
    _S.UNCERTAIN: frozenset({_S.INTENT}),
    _S.PLACED: frozenset({_S.INTENT, _S.UNCERTAIN}),
    _S.RINGING: frozenset({_S.INTENT, _S.UNCERTAIN, _S.PLACED}),
    _S.ANSWERED: frozenset({_S.INTENT, _S.UNCERTAIN, _S.PLACED, _S.RINGING}),
    _S.NOT_PLACED: frozenset({_S.INTENT, _S.UNCERTAIN}),
    _S.UNKNOWN: frozenset({_S.UNCERTAIN}),
    _S.ENDED_UNKNOWN: ON_THE_LINE,
    **{word: frozenset(AttemptState) - CARRIERS_WORD for word in CARRIERS_WORD},
}
"""For each state, the states from which an attempt may enter it.

Every update of a row names them, so that a late error of a request can never undo a callback, and the
carrier's word still counts after the dialer gave up.
"""


class Outcome(StrEnum):
    """What became of a contact; one list everywhere."""

    ANSWERED = "answered"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"
    INVALID_NUMBER = "invalid_number"
    BLOCKED = "blocked"
    ERROR = "error"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


REACHED: frozenset[Outcome] = frozenset({Outcome.ANSWERED, Outcome.SENT, Outcome.DELIVERED})
"""Counted as completed; so is a voicemail in which a message was left."""

SKIPPED: frozenset[Outcome] = frozenset({Outcome.BLOCKED, Outcome.EXPIRED, Outcome.CANCELLED})
"""Counted as failed, and shown apart: nobody was dialled."""


class Failure(StrEnum):
    """Whose fault a failed or refused attempt was."""

    TEMPORARY = "temporary"
    """The network's; costs no retry."""
    NUMBER = "number"
    """The number's, for good."""
    ACCOUNT = "account"
    """The trunk's or account's: nobody is burnt, the breaker opens."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A row of the attempt table, without its evidence and money."""

    id: AttemptId
    numeric_id: int
    campaign: CampaignId
    run: int
    contact: ContactId
    n: int
    """The nth try of this contact in this run, from 1."""
    channel: Channel
    phone: str
    from_number: str | None
    agent_id: str
    carrier: str
    """Its name in the configuration."""
    callback_token: str
    state: AttemptState
    text: str
    """What is spoken, sent or handed to the agent; rendered before the claim, then frozen."""
    ring_timeout: int
    """Seconds."""
    max_duration: int
    """Seconds."""
    created_at: Instant
    sent_at: Instant | None
    answered_at: Instant | None
    ended_at: Instant | None
    blocked_until: Instant | None
    """Until then the number may still be talking; cleared by the carrier's word."""
    hangup_requested_at: Instant | None
    carrier_id: str | None
    outcome: Outcome | None
    detail: str | None
    """One sentence of the carrier's about a failure."""
    amd: str | None
    dtmf: str | None
    agent_connected: bool | None
    delivery: str | None
    message_left: bool
    billable_seconds: int | None
    recording_seconds: float | None
    """None where there is no recording, or not any more."""
