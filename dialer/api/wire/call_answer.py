"""What the API shows of a call: an attempt, in an SMS campaign a message; or a single call."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel

from dialer.api.wire.fields import Timestamp, among
from dialer.domain.call import Attempt, AttemptState, Channel, Outcome
from dialer.domain.ids import public_contact_id
from dialer.domain.schedule import format_instant
from dialer.store.calls import Call, SingleCall


class RecordingAnswer(BaseModel):
    url: str
    """Where it is fetched with the same key; a path of this server."""
    seconds: float


class CallAnswer(BaseModel):
    id: str
    numeric_id: int | None
    """Null before a single call was first tried."""
    type: Literal["outbound"]
    channel: Annotated[str, among(Channel)]
    campaign_id: str | None
    """Null for a single call."""
    contact_id: str
    n: int
    """The nth try of its contact; 0 before the first."""
    run: int
    status: Annotated[str, among(AttemptState, "connecting", "scheduled")]
    """The attempt's state; of a single call that is still to be placed, `connecting` or `scheduled`."""
    outcome: Annotated[str, among(Outcome)] | None
    to: str
    phone: str
    """The same as `to`."""
    from_number: str | None
    agent_id: str
    carrier: str | None
    scheduled_at: Timestamp | None
    created_at: Timestamp
    sent_at: Timestamp | None
    answered_at: Timestamp | None
    ended_at: Timestamp | None
    duration_seconds: int | None
    """Billable."""
    amd: str | None
    dtmf: str | None
    agent_connected: bool | None
    delivery: str | None
    message_left: bool
    recording: RecordingAnswer | None
    """Null where there is none, or not any more."""
    detail: str | None
    text: str | None

    @classmethod
    def of(cls, found: Call) -> Self:
        if isinstance(found, SingleCall):
            return cls._of_single(found)
        return cls._of_attempt(found.attempt, found.campaign_public_id)

    @classmethod
    def _of_single(cls, found: SingleCall) -> Self:
        """Its latest attempt's fate, under the id that its caller was given."""
        campaign, contact = found.campaign, found.contact
        if found.latest is None:
            return cls._untried(found)
        changes = {
            "id": campaign.public_id,
            "numeric_id": found.numeric_id,
            "status": found.status,
            "outcome": contact.outcome,
            "scheduled_at": _instant(campaign.scheduled_at),
            "created_at": format_instant(campaign.created_at),
            "detail": found.detail,
        }
        return cls._of_attempt(found.latest, None).model_copy(update=changes)

    @classmethod
    def _untried(cls, found: SingleCall) -> Self:
        campaign, contact = found.campaign, found.contact
        return cls(
            id=campaign.public_id,
            numeric_id=None,
            type="outbound",
            channel=campaign.channel,
            campaign_id=None,
            contact_id=public_contact_id(contact.id),
            n=0,
            run=campaign.run,
            status=found.status,
            outcome=contact.outcome,
            to=contact.person.phone,
            phone=contact.person.phone,
            from_number=campaign.from_number,
            agent_id=campaign.agent_id,
            carrier=None,
            scheduled_at=_instant(campaign.scheduled_at),
            created_at=format_instant(campaign.created_at),
            sent_at=None,
            answered_at=None,
            ended_at=None,
            duration_seconds=None,
            amd=None,
            dtmf=None,
            agent_connected=None,
            delivery=None,
            message_left=False,
            recording=None,
            detail=found.detail,
            text=None,
        )

    @classmethod
    def _of_attempt(cls, attempt: Attempt, campaign_id: str | None) -> Self:
        return cls(
            id=attempt.id,
            numeric_id=attempt.numeric_id,
            type="outbound",
            channel=attempt.channel,
            campaign_id=campaign_id,
            contact_id=public_contact_id(attempt.contact),
            n=attempt.n,
            run=attempt.run,
            status=attempt.state,
            outcome=attempt.outcome,
            to=attempt.phone,
            phone=attempt.phone,
            from_number=attempt.from_number,
            agent_id=attempt.agent_id,
            carrier=attempt.carrier,
            scheduled_at=None,
            created_at=format_instant(attempt.created_at),
            sent_at=_instant(attempt.sent_at),
            answered_at=_instant(attempt.answered_at),
            ended_at=_instant(attempt.ended_at),
            duration_seconds=attempt.billable_seconds,
            amd=attempt.amd,
            dtmf=attempt.dtmf,
            agent_connected=attempt.agent_connected,
            delivery=attempt.delivery,
            message_left=attempt.message_left,
            recording=_recording(attempt),
            detail=attempt.detail,
            text=attempt.text,
        )


class CallPage(BaseModel):
    """Of one campaign."""

    calls: list[CallAnswer]
    next_cursor: str | None


class CallList(BaseModel):
    """Of all campaigns."""

    calls: list[CallAnswer]
    total: int


def _recording(attempt: Attempt) -> RecordingAnswer | None:
    if attempt.recording_seconds is None:
        return None
    url = f"/v2/calls/{attempt.id}/recording"
    return RecordingAnswer(url=url, seconds=round(attempt.recording_seconds, 1))


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)
