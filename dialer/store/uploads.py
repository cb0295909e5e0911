"""What uploads write: contacts beside those that are there, and what could not be taken."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dialer.domain.clock import Instant
from dialer.domain.errors import NotFound
from dialer.domain.ids import CampaignId, ListId
from dialer.domain.upload import Reject
from dialer.store.unit import Snapshot, Transaction


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload of which something was rejected."""

    id: int
    columns: Sequence[str]
    """Those of what was sent, as far as it had any."""


def add_people(tx: Transaction, list_id: ListId, run: int, people: str) -> list[str]:
    """Inserts the people of a Batch whose numbers are not in the list yet; answers these numbers."""
    rows = tx.execute(
        "INSERT INTO contact (list, run, phone, first_name, last_name, name, email, timezone, variables)"
        " SELECT ?, iif(value ->> 7, ?, NULL), value ->> 0, value ->> 1, value ->> 2, value ->> 3,"
        " value ->> 4, value ->> 5, value ->> 6 FROM json_each(?) WHERE TRUE ORDER BY key"
        " ON CONFLICT (phone, list) DO NOTHING RETURNING phone",
        (list_id, run, people),
    )
    return [row[0] for row in rows.fetchall()]


def insert(tx: Transaction, public_id: str, campaign: CampaignId) -> None:
    """Does nothing where it is there already."""
    tx.execute(
        "INSERT INTO upload (public_id, campaign, columns, created_at) VALUES (?, ?, '[]', ?)"
        " ON CONFLICT (public_id) DO NOTHING",
        (public_id, campaign, tx.now),
    )


def add_rejects(tx: Transaction, upload: Upload, rejects: str, columns: Iterable[str]) -> None:
    """Those of a Batch."""
    tx.execute(
        "INSERT INTO reject (upload, line, field, value, reason, row)"
        " SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4"
        " FROM json_each(?) ORDER BY key",
        (upload.id, rejects),
    )
    if more := [name for name in columns if name not in upload.columns]:
        every = json.dumps([*upload.columns, *more], ensure_ascii=False)
        tx.execute("UPDATE upload SET columns = ? WHERE id = ?", (every, upload.id))


def find(view: Snapshot, public_id: str) -> Upload:
    """Raises NotFound."""
    row = view.execute(
        "SELECT upload.id, columns FROM upload JOIN campaign ON campaign.id = upload.campaign"
        " WHERE upload.public_id = ? AND campaign.deleted_at IS NULL",
        (public_id,),
    ).fetchone()
    if row is None:
        raise NotFound("upload", public_id)
    return Upload(row[0], json.loads(row[1]))


def rejects(view: Snapshot, upload: Upload, *, after: int, limit: int) -> list[tuple[int, Reject]]:
    """In the order in which they came, those with a key above `after`; each with its key."""
    rows = view.execute(
        "SELECT id, line, field, value, reason, row FROM reject WHERE upload = ? AND id > ?"
        " ORDER BY id LIMIT ?",
        (upload.id, after, limit),
    )
    return [(row[0], Reject(*tuple(row)[1:])) for row in rows]


def delete_before(tx: Transaction, moment: Instant, *, limit: int) -> int:
    """Deletes rejects of uploads that are older than that, at most so many, and uploads that have none left.

    How many rows there were.
    """
    old = "SELECT id FROM upload WHERE created_at < ?"
    gone = tx.execute(
        f"DELETE FROM reject WHERE id IN (SELECT id FROM reject WHERE upload IN ({old}) LIMIT ?)",
        (moment, limit),
    ).rowcount
    if gone < limit:
        gone += tx.execute(f"DELETE FROM upload WHERE id IN ({old} LIMIT ?)", (moment, limit - gone)).rowcount
    return gone
