"""An attempt, or one that is to be, together with its contact and campaign: one row read at once.

Every statement costs the writer's thread a hand-over of the interpreter, so what a transaction of each call
needs is read by one.
"""

import sqlite3
from dataclasses import dataclass

from dialer.domain.call import OPEN, AttemptState, Channel, Outcome
from dialer.domain.campaign import CampaignStatus
from dialer.domain.clock import Instant
from dialer.domain.ids import AttemptId, CampaignId, ContactId
from dialer.domain.retry import ContactStatus, Progress
from dialer.store.settings import HOLD
from dialer.store.unit import Snapshot


@dataclass(frozen=True, slots=True)
class Standing:
    """What a claim or an attempt's end must know of its campaign."""

    id: CampaignId
    status: CampaignStatus
    run: int
    swept: Outcome | None
    expires_at: Instant | None
    config: str
    pending: int
    in_progress: int


@dataclass(frozen=True, slots=True)
class Row:
    """The part of a contact's row that dialling changes, as stored; see the schema for what `run` means."""

    id: ContactId
    run: int | None
    status: ContactStatus
    outcome: Outcome | None
    attempts: int
    progress: Progress
    due: Instant | None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose attempt it is, and where it stands."""

    id: AttemptId
    run: int
    n: int
    channel: Channel
    phone: str
    state: AttemptState
    dtmf: str | None
    delivery: str | None
    agent_kind: str

    @property
    def erased(self) -> bool:
        """Whether its number has given way to a hash: nothing of the person may come back."""
        return not self.phone.startswith("+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact that is to be called."""

    contact: Row
    campaign: Standing
    busy_until: Instant | None
    """Until when its number may be talking with us; None when it is free."""
    held: bool
    """Whether nobody is dialled at present, whoever it is."""


@dataclass(frozen=True, slots=True)
class Case:
    attempt: Owner
    contact: Row
    campaign: Standing
    waited_for: bool
    """Whether contacts, of any campaign, wait for the number to be free."""

    @property
    def is_latest(self) -> bool:
        """Whether this attempt speaks for the contact: no later one, and no later run, does."""
        same_run = self.contact.run == self.attempt.run == self.campaign.run
        return same_run and self.contact.attempts == self.attempt.n


_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN))
_CAMPAIGN = (
    "campaign.id, campaign.status, campaign.run, campaign.swept, campaign.expires_at, campaign.config,"
    " campaign.pending, campaign.in_progress"
)
_CONTACT = (
    "contact.id, contact.run, contact.status, contact.outcome, contact.attempts, contact.retries,"
    " contact.setbacks, contact.due"
)
_WIDTH_OF_CAMPAIGN = 8
_WIDTH_OF_BOTH = 16

_CANDIDATE = f"""
    SELECT {_CAMPAIGN}, {_CONTACT},
        (SELECT blocked_until FROM attempt
         WHERE attempt.phone = contact.phone AND attempt.channel = campaign.channel
            AND attempt.state IN ({_OPEN})),
        (SELECT max(blocked_until) FROM attempt
         WHERE attempt.phone = contact.phone AND attempt.channel = campaign.channel
            AND attempt.state IN ('ended_unknown', 'unknown') AND blocked_until > ?),
        EXISTS (SELECT 1 FROM setting WHERE setting.name = '{HOLD}')
    FROM contact JOIN campaign ON campaign.list = contact.list
    WHERE contact.id = ? AND campaign.id = ?"""

_OF_ATTEMPT = f"""
    SELECT {_CAMPAIGN}, {_CONTACT},
        attempt.id, attempt.run, attempt.n, attempt.channel, attempt.phone, attempt.state, attempt.dtmf,
        attempt.delivery, attempt.agent_kind,
        EXISTS (SELECT 1 FROM contact AS other
                WHERE other.phone = attempt.phone AND other.waiting = 'number_busy')
    FROM attempt
    JOIN contact ON contact.id = attempt.contact JOIN campaign ON campaign.id = attempt.campaign
    WHERE attempt.id = ?"""


def candidate(view: Snapshot, campaign_id: CampaignId, contact_id: ContactId) -> Candidate | None:
    """None when the campaign has no such contact (any more)."""
    found = view.execute(_CANDIDATE, (view.now, contact_id, campaign_id)).fetchone()
    if found is None:
        return None
    open_until, given_up_until, held = tuple(found)[_WIDTH_OF_BOTH:]
    return Candidate(_contact(found), _campaign(found), open_until or given_up_until, bool(held))


def of_attempt(view: Snapshot, attempt_id: AttemptId) -> Case | None:
    """None when there is no such attempt."""
    found = view.execute(_OF_ATTEMPT, (attempt_id,)).fetchone()
    if found is None:
        return None
    rest = tuple(found)[_WIDTH_OF_BOTH:]
    key, run, n, channel, phone, state, dtmf, delivery, agent_kind, waited_for = rest
    owner = Owner(key, run, n, Channel(channel), phone, AttemptState(state), dtmf, delivery, agent_kind)
    return Case(owner, _contact(found), _campaign(found), bool(waited_for))


def _campaign(found: sqlite3.Row) -> Standing:
    (key, status, run, swept, expires_at, config, pending, in_progress) = tuple(found)[:_WIDTH_OF_CAMPAIGN]
    return Standing(
        key,
        CampaignStatus(status),
        run,
        Outcome(swept) if swept else None,
        expires_at,
        config,
        pending,
        in_progress,
    )


def _contact(found: sqlite3.Row) -> Row:
    (key, run, status, outcome, attempts, retries, setbacks, due) = tuple(found)[
        _WIDTH_OF_CAMPAIGN:_WIDTH_OF_BOTH
    ]
    return Row(
        key,
        run,
        ContactStatus(status),
        Outcome(outcome) if outcome else None,
        attempts,
        Progress(retries, setbacks),
        due,
    )
