"""What the API shows of a campaign."""

from typing import Self

from pydantic import BaseModel

from dialer.api.wire import config
from dialer.api.wire.fields import Timestamp
from dialer.api.wire.messages import clock_starts, resumed
from dialer.domain.call import Channel
from dialer.domain.campaign import Campaign, CampaignStatus, StatusReason
from dialer.domain.schedule import format_instant


class CampaignAnswer(BaseModel):
    """`completed + failed + in_progress + pending = total_contacts` at every instant.

    `skipped` is a part of `failed`.
    """

    id: str
    name: str
    status: CampaignStatus
    type: Channel
    agent_id: str
    total_contacts: int
    completed: int
    failed: int
    scheduled_at: Timestamp | None
    created_at: Timestamp
    numeric_id: int
    description: str | None
    channel: Channel
    in_progress: int
    pending: int
    skipped: int
    started_at: Timestamp | None
    completed_at: Timestamp | None
    timezone: str
    max_concurrent: int
    from_number: str | None
    message_template: str | None
    template_id: int | None
    config: dict[str, object]
    status_reason: StatusReason | None
    status_detail: str | None
    autostart: bool
    """The clock starts it."""
    run: int
    message: str | None

    @classmethod
    def of(cls, campaign: Campaign, message: str | None = None) -> Self:
        counters = campaign.counters
        return cls(
            id=campaign.public_id,
            name=campaign.name,
            status=campaign.status,
            type=campaign.channel,
            agent_id=campaign.agent_id,
            total_contacts=counters.total,
            completed=counters.completed,
            failed=counters.failed,
            scheduled_at=_instant(campaign.scheduled_at),
            created_at=format_instant(campaign.created_at),
            numeric_id=campaign.id,
            description=campaign.description,
            channel=campaign.channel,
            in_progress=counters.in_progress,
            pending=counters.pending,
            skipped=counters.skipped,
            started_at=_instant(campaign.started_at),
            completed_at=_instant(campaign.completed_at),
            timezone=campaign.timezone,
            max_concurrent=campaign.max_concurrent,
            from_number=campaign.from_number,
            message_template=campaign.message_template,
            template_id=None,
            config=config.shown(campaign.config),
            status_reason=campaign.status_reason,
            status_detail=campaign.status_detail,
            autostart=clock_starts(campaign),
            run=campaign.run,
            message=message,
        )


class CampaignPage(BaseModel):
    campaigns: list[CampaignAnswer]
    total: int


class Launched(BaseModel):
    """The reference's answer to a launch; `started_at` is null where the start lies ahead."""

    id: str
    status: CampaignStatus
    started_at: Timestamp | None
    total_contacts: int
    message: str

    @classmethod
    def of(cls, campaign: Campaign, message: str) -> Self:
        return cls(
            id=campaign.public_id,
            status=campaign.status,
            started_at=_instant(campaign.started_at),
            total_contacts=campaign.counters.total,
            message=message,
        )


class Paused(BaseModel):
    id: str
    status: CampaignStatus
    in_progress: int
    pending: int
    unsettled: int
    """Dials that were being sent and of which it is not known yet whether they left."""
    message: str

    @classmethod
    def of(cls, campaign: Campaign, unsettled: int, message: str) -> Self:
        return cls(
            id=campaign.public_id,
            status=campaign.status,
            in_progress=campaign.counters.in_progress,
            pending=campaign.counters.pending,
            unsettled=unsettled,
            message=message,
        )


class Resumed(BaseModel):
    id: str
    status: CampaignStatus
    pending: int
    message: str

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        return cls(
            id=campaign.public_id,
            status=campaign.status,
            pending=campaign.counters.pending,
            message=resumed(campaign),
        )


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)
