"""A campaign: one message or agent, one list of contacts, and the moves its life allows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from dialer.domain.call import Channel, OnMachine, Outcome
from dialer.domain.clock import MINUTE, Instant
from dialer.domain.errors import WrongState
from dialer.domain.ids import CampaignId, ListId
from dialer.domain.retry import NO_RETRIES, RetryRule


class CampaignStatus(StrEnum):
    DRAFT = "draft"
    LAUNCHED = "launched"
    """Every check has passed; its start time lies ahead."""
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_C = CampaignStatus

LEGAL_MOVES: Mapping[CampaignStatus, frozenset[CampaignStatus]] = {
    _C.DRAFT: frozenset({_C.LAUNCHED, _C.RUNNING, _C.PAUSED, _C.CANCELLED}),
    _C.LAUNCHED: frozenset({_C.RUNNING, _C.PAUSED, _C.COMPLETED, _C.FAILED, _C.CANCELLED}),
    _C.RUNNING: frozenset({_C.PAUSED, _C.COMPLETED, _C.FAILED, _C.CANCELLED}),
    _C.PAUSED: frozenset({_C.LAUNCHED, _C.RUNNING, _C.COMPLETED, _C.CANCELLED}),
    _C.COMPLETED: frozenset({_C.LAUNCHED, _C.RUNNING}),
    _C.FAILED: frozenset({_C.LAUNCHED, _C.RUNNING}),
    _C.CANCELLED: frozenset({_C.LAUNCHED, _C.RUNNING}),
}
"""From a status, the statuses it may move to. `launched` and `paused` complete by expiry alone; what is
over starts again by a re-run (or a requeued contact) alone."""

UNFINISHED: frozenset[CampaignStatus] = frozenset({_C.LAUNCHED, _C.RUNNING, _C.PAUSED})
OVER: frozenset[CampaignStatus] = frozenset({_C.COMPLETED, _C.FAILED, _C.CANCELLED})


class Origin(StrEnum):
    """What a campaign was made by."""

    CAMPAIGN = "campaign"
    CALL = "call"
    """A single call: a campaign of one contact that no list of campaigns shows."""


class StatusReason(StrEnum):
    """Why a campaign is where it is; the last ones are read off its rows, not stored."""

    MISSED_START = "missed_start"
    LAUNCH_REFUSED = "launch_refused"
    AGENT_UNAVAILABLE = "agent_unavailable"
    EXPIRED = "expired"
    CARRIER_DOWN = "carrier_down"
    WAITING_FOR_RETRY = "waiting_for_retry"


@dataclass(frozen=True, slots=True)
class Counters:
    """At every instant completed + failed + in_progress + pending = total; skipped is a part of failed."""

    total: int = 0
    unusable: int = 0
    """Contacts whose number fails the check; failed from the launch on."""
    pending: int = 0
    in_progress: int = 0
    completed: int = 0
    failed: int = 0
    skipped: int = 0

    def fresh(self) -> "Counters":
        """A draft: nobody was tried."""
        return Counters(total=self.total, unusable=self.unusable, pending=self.total)

    def started(self) -> "Counters":
        """A run that begins: unusable numbers have failed, everybody else is pending."""
        return Counters(
            total=self.total,
            unusable=self.unusable,
            pending=self.total - self.unusable,
            failed=self.unusable,
        )

    def swept(self) -> "Counters":
        """Everybody who was pending is skipped; calls in progress go on."""
        return replace(
            self, pending=0, failed=self.failed + self.pending, skipped=self.skipped + self.pending
        )


@dataclass(frozen=True, slots=True)
class CampaignConfig:
    """`config` of the API, read from its canonical JSON."""

    document: str = "{}"
    retry: RetryRule = NO_RETRIES
    calls_per_second: float = 0.0
    """0: no limit."""
    expires_at: Instant | None = None
    max_duration: int = 0
    """Seconds of a single call; 0: no limit of its own."""
    on_unknown_wait: int | None = None
    """Milliseconds; None: a contact whose call is unknown is held for the operator."""
    on_machine: OnMachine | None = None
    """None: nobody listens for machines."""
    recording: bool = False


@lru_cache(maxsize=256)
def read_config(document: str) -> CampaignConfig:
    """Parses the canonical JSON that the API stored.

    Its keys: `retry {enabled, intervalsMinutes, byOutcome}`, `pacing {calls_per_second}`,
    `expires_at` (ISO 8601, UTC) with `expires_at_ms`, `on_unknown` ("hold" or "retry_after:Nh"),
    `voicemail {detect, action}`, `recording`; of a single call, `max_duration`.
    """
    raw = json.loads(document)
    voicemail = raw.get("voicemail") or {}
    retry = raw.get("retry") or {}
    rule = NO_RETRIES
    if retry.get("enabled"):
        by_outcome = {Outcome(key): _waits(value) for key, value in (retry.get("byOutcome") or {}).items()}
        rule = RetryRule(_waits(retry.get("intervalsMinutes") or []), by_outcome or None)
    return CampaignConfig(
        document=document,
        retry=rule,
        calls_per_second=float((raw.get("pacing") or {}).get("calls_per_second") or 0),
        expires_at=raw.get("expires_at_ms"),
        max_duration=raw.get("max_duration") or 0,
        on_unknown_wait=_unknown_wait(raw.get("on_unknown")),
        on_machine=OnMachine(voicemail.get("action", "hangup")) if voicemail.get("detect") else None,
        recording=bool(raw.get("recording")),
    )


def _waits(minutes: list[float]) -> tuple[int, ...]:
    return tuple(round(minute * MINUTE) for minute in minutes)


def _unknown_wait(text: str | None) -> int | None:
    if text is None or text == "hold":
        return None
    amount = text.removeprefix("retry_after:")
    unit = {"m": MINUTE, "h": 60 * MINUTE, "d": 24 * 60 * MINUTE}[amount[-1]]
    return int(amount[:-1]) * unit


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """What a create request asks for, checked and complete."""

    name: str
    agent_id: str
    channel: Channel
    timezone: str
    description: str | None = None
    message_template: str | None = None
    scheduled_at: Instant | None = None
    max_concurrent: int = 1
    from_number: str | None = None
    config: CampaignConfig = field(default_factory=CampaignConfig)
    autostart: bool = False
    origin: Origin = Origin.CAMPAIGN


@dataclass(frozen=True, slots=True)
class Campaign:
    """A row of the campaign table."""

    id: CampaignId
    public_id: str
    list: ListId
    run: int
    """1, counted up by each re-run."""
    name: str
    description: str | None
    channel: Channel
    agent_id: str
    message_template: str | None
    scheduled_at: Instant | None
    timezone: str
    max_concurrent: int
    from_number: str | None
    config: CampaignConfig
    autostart: bool
    """The clock launches this draft at its scheduled time."""
    origin: Origin
    status: CampaignStatus
    status_reason: StatusReason | None
    status_detail: str | None
    """One sentence beside the reason."""
    swept: Outcome | None
    """What became of the contacts that were pending when the run was cut short: cancelled or expired."""
    counters: Counters
    filled: Mapping[str, int]
    """For each field and variable, how many contacts have a value."""
    duplicates: int
    """Contacts that were dropped when it was created, since their number came before."""
    created_at: Instant
    started_at: Instant | None
    completed_at: Instant | None
    deleted_at: Instant | None

    def move(
        self, to: CampaignStatus, *, reason: StatusReason | None = None, detail: str | None = None
    ) -> "Campaign":
        """The campaign in its new status. Raises WrongState when LEGAL_MOVES has no such move."""
        if to not in LEGAL_MOVES[self.status]:
            raise WrongState(f"The campaign is {self.status}; it cannot become {to}.")
        return replace(self, status=to, status_reason=reason, status_detail=detail)
