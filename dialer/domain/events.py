"""What has happened, in the past tense. Each is a row of the event log, written with the rows it tells of."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from dialer.domain.call import AttemptState, Outcome
from dialer.domain.clock import Instant
from dialer.domain.ids import AttemptId, CampaignId, ContactId


@dataclass(frozen=True, slots=True)
class Event:
    """Base: every event tells of one campaign."""

    kind: ClassVar[str]
    campaign: CampaignId


@dataclass(frozen=True, slots=True)
class CampaignCreated(Event):
    kind = "campaign.created"


@dataclass(frozen=True, slots=True)
class CampaignChanged(Event):
    kind = "campaign.changed"


@dataclass(frozen=True, slots=True)
class CampaignLaunched(Event):
    kind = "campaign.launched"
    run: int


@dataclass(frozen=True, slots=True)
class CampaignStarted(Event):
    kind = "campaign.started"
    run: int


@dataclass(frozen=True, slots=True)
class LaunchRefused(Event):
    kind = "campaign.launch_refused"
    detail: str


@dataclass(frozen=True, slots=True)
class CampaignPaused(Event):
    kind = "campaign.paused"
    reason: str | None


@dataclass(frozen=True, slots=True)
class CampaignResumed(Event):
    kind = "campaign.resumed"


@dataclass(frozen=True, slots=True)
class CampaignCompleted(Event):
    kind = "campaign.completed"
    run: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CampaignFailed(Event):
    kind = "campaign.failed"
    reason: str


@dataclass(frozen=True, slots=True)
class CampaignCancelled(Event):
    kind = "campaign.cancelled"


@dataclass(frozen=True, slots=True)
class CampaignReopened(Event):
    """A completed campaign goes on for a contact that was requeued."""

    kind = "campaign.reopened"


@dataclass(frozen=True, slots=True)
class CampaignDeleted(Event):
    kind = "campaign.deleted"


@dataclass(frozen=True, slots=True)
class ContactRequeued(Event):
    """The operator has decided that a held contact is called again."""

    kind = "contact.requeued"
    contact: ContactId


@dataclass(frozen=True, slots=True)
class HangupRequested(Event):
    kind = "campaign.hangup_requested"


@dataclass(frozen=True, slots=True)
class AttemptEvent(Event):
    """Base of the events that tell of one attempt."""

    contact: ContactId
    attempt: AttemptId


@dataclass(frozen=True, slots=True)
class CallPlaced(AttemptEvent):
    kind = "call.placed"


@dataclass(frozen=True, slots=True)
class CallEnded(AttemptEvent):
    kind = "call.ended"
    state: AttemptState


@dataclass(frozen=True, slots=True)
class ContactSettled(AttemptEvent):
    """The contact reached its final outcome."""

    kind = "contact.settled"
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ContactOptedOut(AttemptEvent):
    """The person asked not to be called again, by the key that a message offers for it."""

    kind = "contact.opted_out"


@dataclass(frozen=True, slots=True)
class DeliveryReported(AttemptEvent):
    kind = "message.delivery"
    delivery: str


class Recorded(NamedTuple):
    """A row of the log as a reader gets it; a tuple, since thousands are made of rows in a second."""

    id: int
    at: Instant
    kind: str
    campaign: CampaignId
    contact: ContactId | None
    attempt: AttemptId | None
    data: str
    """A JSON object with the event's other fields."""
