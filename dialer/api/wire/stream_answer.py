"""What the event stream tells, beside the campaign objects that it begins with."""

from typing import Self

from pydantic import BaseModel

from dialer.store.standings import Standing


class Counters(BaseModel):
    """Where a campaign stands; told when it has changed, at most four times a second."""

    campaign_id: str
    status: str
    total_contacts: int
    completed: int
    failed: int
    in_progress: int
    pending: int
    skipped: int

    @classmethod
    def of(cls, standing: Standing) -> Self:
        return cls(
            campaign_id=standing.public_id,
            status=standing.status,
            total_contacts=standing.total,
            completed=standing.completed,
            failed=standing.failed,
            in_progress=standing.in_progress,
            pending=standing.pending,
            skipped=standing.skipped,
        )


class Reset(BaseModel):
    """What came after the id that was sent cannot be told; a snapshot follows."""

    reason: str
