"""The campaign table."""

import json
import sqlite3
from collections.abc import Iterable, Mapping

from dialer.domain.call import Channel, Outcome
from dialer.domain.campaign import (
    Campaign,
    CampaignStatus,
    Counters,
    NewCampaign,
    Origin,
    StatusReason,
    read_config,
)
from dialer.domain.clock import Instant
from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId, ListId
from dialer.store.unit import Snapshot, Transaction, key_of

_SHOWN = "origin = 'campaign' AND deleted_at IS NULL"


def find(view: Snapshot, reference: str) -> Campaign:
    """By public id, or by numeric id as text. Raises NotFound."""
    row = view.execute(
        f"SELECT * FROM campaign WHERE (public_id = ? OR id = ?) AND {_SHOWN}", (reference, key_of(reference))
    ).fetchone()
    if row is None:
        raise NotFound("campaign", reference)
    return _from_row(row)


def get(view: Snapshot, campaign_id: CampaignId) -> Campaign:
    """By key. Raises NotFound."""
    row = view.execute("SELECT * FROM campaign WHERE id = ?", (campaign_id,)).fetchone()
    if row is None:
        raise NotFound("campaign", str(campaign_id))
    return _from_row(row)


def those(view: Snapshot, ids: Iterable[CampaignId]) -> dict[CampaignId, Campaign]:
    """By key, as many of them as there are."""
    found = {}
    for campaign_id in ids:
        row = view.execute("SELECT * FROM campaign WHERE id = ?", (campaign_id,)).fetchone()
        if row is not None:
            found[campaign_id] = _from_row(row)
    return found


def is_taken(view: Snapshot, public_id: str) -> bool:
    return view.execute("SELECT 1 FROM campaign WHERE public_id = ?", (public_id,)).fetchone() is not None


def of_list(view: Snapshot, list_id: ListId) -> CampaignId:
    """The campaign whose contacts these are."""
    row = view.execute("SELECT id FROM campaign WHERE list = ?", (list_id,)).fetchone()
    return CampaignId(row[0])


def page(
    view: Snapshot, *, status: CampaignStatus | None, channel: Channel | None, limit: int, offset: int
) -> tuple[list[Campaign], int]:
    """Newest first, and how many there are in all."""
    where = [_SHOWN]
    values: list[str | int] = []
    for column, value in (("status", status), ("channel", channel)):
        if value is not None:
            where.append(f"{column} = ?")
            values.append(value)
    scope = " AND ".join(where)
    rows = view.execute(
        f"SELECT * FROM campaign WHERE {scope} ORDER BY id DESC LIMIT ? OFFSET ?", (*values, limit, offset)
    )
    found = [_from_row(row) for row in rows]
    total = view.execute(f"SELECT count(*) FROM campaign WHERE {scope}", values).fetchone()[0]
    return found, total


def in_status(view: Snapshot, status: CampaignStatus) -> list[Campaign]:
    rows = view.execute("SELECT * FROM campaign WHERE status = ? ORDER BY id", (status,))
    return [_from_row(row) for row in rows]


_NEEDING = "(status IN ('launched', 'running', 'paused') OR status = 'draft' AND autostart)"
"""Campaigns that go on, or start, without anybody looking at them again."""


def unfinished_with_agent(view: Snapshot, agent_id: str, channel: Channel | None = None) -> int:
    """How many campaigns need the agent, single calls included."""
    row = view.execute(
        f"SELECT count(*) FROM campaign WHERE agent_id = ? AND channel = coalesce(?, channel) AND {_NEEDING}",
        (agent_id, channel),
    ).fetchone()
    return int(row[0])


def unfinished_from(view: Snapshot, number: str) -> int:
    """How many campaigns call from this number, single calls included."""
    row = view.execute(
        f"SELECT count(*) FROM campaign WHERE from_number = ? AND {_NEEDING}", (number,)
    ).fetchone()
    return int(row[0])


def running_with_agent(view: Snapshot, agent_id: str) -> list[CampaignId]:
    rows = view.execute("SELECT id FROM campaign WHERE status = 'running' AND agent_id = ?", (agent_id,))
    return [CampaignId(row[0]) for row in rows]


def running_from(view: Snapshot, number: str) -> list[CampaignId]:
    rows = view.execute("SELECT id FROM campaign WHERE status = 'running' AND from_number = ?", (number,))
    return [CampaignId(row[0]) for row in rows]


def insert(
    tx: Transaction,
    new: NewCampaign,
    *,
    public_id: str,
    list_id: ListId,
    counters: Counters,
    filled: Mapping[str, int],
    duplicates: int = 0,
) -> CampaignId:
    row = {
        "public_id": public_id,
        "list": list_id,
        "name": new.name,
        "description": new.description,
        "channel": new.channel,
        "agent_id": new.agent_id,
        "message_template": new.message_template,
        "scheduled_at": new.scheduled_at,
        "timezone": new.timezone,
        "max_concurrent": new.max_concurrent,
        "from_number": new.from_number,
        "config": new.config.document,
        "expires_at": new.config.expires_at,
        "autostart": new.autostart,
        "origin": new.origin,
        "status": CampaignStatus.DRAFT,
        "filled": json.dumps(filled),
        "duplicates": duplicates,
        "created_at": tx.now,
        **_counter_columns(counters),
    }
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    cursor = tx.execute(f"INSERT INTO campaign ({names}) VALUES ({marks})", row)
    return CampaignId(cursor.lastrowid or 0)


def save(tx: Transaction, campaign: Campaign) -> None:
    """Writes every column that may change over the row."""
    row = {
        "list": campaign.list,
        "run": campaign.run,
        "name": campaign.name,
        "description": campaign.description,
        "channel": campaign.channel,
        "agent_id": campaign.agent_id,
        "message_template": campaign.message_template,
        "scheduled_at": campaign.scheduled_at,
        "timezone": campaign.timezone,
        "max_concurrent": campaign.max_concurrent,
        "from_number": campaign.from_number,
        "config": campaign.config.document,
        "expires_at": campaign.config.expires_at,
        "autostart": campaign.autostart,
        "status": campaign.status,
        "status_reason": campaign.status_reason,
        "status_detail": campaign.status_detail,
        "swept": campaign.swept,
        "filled": json.dumps(dict(campaign.filled)),
        "duplicates": campaign.duplicates,
        "started_at": campaign.started_at,
        "completed_at": campaign.completed_at,
        "deleted_at": campaign.deleted_at,
        **_counter_columns(campaign.counters),
    }
    changes = ", ".join(f"{name} = :{name}" for name in row)
    tx.execute(f"UPDATE campaign SET {changes} WHERE id = :id", {**row, "id": campaign.id})


def shift(tx: Transaction, campaign_id: CampaignId, changes: Mapping[str, int]) -> None:
    """Moves contacts between the counters, e.g. `{"pending": -1, "in_progress": 1}`."""
    columns = ", ".join(f"{name} = {name} + ?" for name in changes)
    tx.execute(f"UPDATE campaign SET {columns} WHERE id = ?", (*changes.values(), campaign_id))


def starts_due(view: Snapshot, now: Instant) -> list[CampaignId]:
    """Campaigns whose scheduled start has come: launched ones, and drafts that the clock launches."""
    rows = view.execute(
        "SELECT id FROM campaign WHERE scheduled_at <= ? AND scheduled_at IS NOT NULL"
        " AND status IN ('draft', 'launched') AND (status = 'launched' OR autostart)"
        " ORDER BY scheduled_at",
        (now,),
    )
    return [CampaignId(row[0]) for row in rows]


def expiries_due(view: Snapshot, now: Instant) -> list[CampaignId]:
    rows = view.execute(
        "SELECT id FROM campaign WHERE expires_at <= ? AND expires_at IS NOT NULL"
        " AND status IN ('launched', 'running', 'paused') ORDER BY expires_at",
        (now,),
    )
    return [CampaignId(row[0]) for row in rows]


def next_moment(view: Snapshot) -> Instant | None:
    """When the clock next starts or ends a campaign by itself."""
    start = view.execute(
        "SELECT min(scheduled_at) FROM campaign WHERE scheduled_at IS NOT NULL"
        " AND status IN ('draft', 'launched') AND (status = 'launched' OR autostart)"
    ).fetchone()[0]
    expiry = view.execute(
        "SELECT min(expires_at) FROM campaign WHERE expires_at IS NOT NULL"
        " AND status IN ('launched', 'running', 'paused')"
    ).fetchone()[0]
    return _earliest((start, expiry))


def _earliest(moments: Iterable[Instant | None]) -> Instant | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _counter_columns(counters: Counters) -> dict[str, int]:
    return {
        "total": counters.total,
        "unusable": counters.unusable,
        "pending": counters.pending,
        "in_progress": counters.in_progress,
        "completed": counters.completed,
        "failed": counters.failed,
        "skipped": counters.skipped,
    }


def _from_row(row: sqlite3.Row) -> Campaign:
    return Campaign(
        id=row["id"],
        public_id=row["public_id"],
        list=row["list"],
        run=row["run"],
        name=row["name"],
        description=row["description"],
        channel=Channel(row["channel"]),
        agent_id=row["agent_id"],
        message_template=row["message_template"],
        scheduled_at=row["scheduled_at"],
        timezone=row["timezone"],
        max_concurrent=row["max_concurrent"],
        from_number=row["from_number"],
        config=read_config(row["config"]),
        autostart=bool(row["autostart"]),
        origin=Origin(row["origin"]),
        status=CampaignStatus(row["status"]),
        status_reason=StatusReason(row["status_reason"]) if row["status_reason"] else None,
        status_detail=row["status_detail"],
        swept=Outcome(row["swept"]) if row["swept"] else None,
        counters=Counters(
            row["total"],
            row["unusable"],
            row["pending"],
            row["in_progress"],
            row["completed"],
            row["failed"],
            row["skipped"],
        ),
        filled=json.loads(row["filled"]),
        duplicates=row["duplicates"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
        deleted_at=row["deleted_at"],
    )
