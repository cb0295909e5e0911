"""Where campaigns stand, in short: what the event stream tells of them again and again."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from dialer.domain.campaign import CampaignStatus, Origin
from dialer.domain.ids import CampaignId
from dialer.store.unit import Snapshot


@dataclass(frozen=True, slots=True)
class Standing:
    campaign: CampaignId
    public_id: str
    status: CampaignStatus
    deleted: bool
    total: int
    completed: int
    failed: int
    in_progress: int
    pending: int
    skipped: int


def standings(view: Snapshot, ids: Iterable[CampaignId]) -> dict[CampaignId, Standing]:
    """By key, of as many as there are; those of single calls are nobody's to see. They come as one row."""
    found = view.execute(
        "SELECT json_group_array(json_array(id, public_id, status, deleted_at IS NOT NULL, total, completed,"
        " failed, in_progress, pending, skipped)) FROM campaign"
        " WHERE id IN (SELECT value FROM json_each(?)) AND origin = ?",
        (json.dumps(sorted(ids)), Origin.CAMPAIGN),
    ).fetchone()[0]
    return {
        row[0]: Standing(row[0], row[1], CampaignStatus(row[2]), bool(row[3]), *row[4:])
        for row in json.loads(found)
    }
