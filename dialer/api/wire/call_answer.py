"""What the API shows of an attempt; there it is a call, in an SMS campaign a message."""

from typing import Self

from pydantic import BaseModel

from dialer.api.wire.contact_answer import public_contact_id
from dialer.domain.schedule import format_instant
from dialer.store.attempts import AttemptOfCampaign


class CallAnswer(BaseModel):
    id: str
    numeric_id: int
    type: str
    channel: str
    campaign_id: str
    contact_id: str
    n: int
    """The nth try of its contact."""
    run: int
    status: str
    """The attempt's state."""
    outcome: str | None
    to: str
    phone: str
    """The same as `to`."""
    from_number: str | None
    agent_id: str
    carrier: str
    created_at: str
    sent_at: str | None
    answered_at: str | None
    ended_at: str | None
    duration_seconds: int | None
    """Billable."""
    amd: str | None
    dtmf: str | None
    agent_connected: bool | None
    delivery: str | None
    message_left: bool
    detail: str | None
    text: str

    @classmethod
    def of(cls, found: AttemptOfCampaign) -> Self:
        attempt = found.attempt
        return cls(
            id=attempt.id,
            numeric_id=attempt.numeric_id,
            type="outbound",
            channel=attempt.channel,
            campaign_id=found.campaign_public_id,
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


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)
