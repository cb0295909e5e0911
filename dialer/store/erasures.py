"""What a deleted campaign leaves behind: rows that must lose whom they tell of."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.call import OPEN
from dialer.domain.clock import Instant
from dialer.domain.ids import CampaignId, ListId
from dialer.store.unit import Snapshot, Transaction

_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN))
_MAY_TALK = f"(state IN ({_OPEN}) OR blocked_until > ?)"
"""Its number must be recognised as long as a call to it may be open."""
_NAMED = "phone GLOB '+*'"
"""Not erased yet: a hash does not begin so."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """A campaign that is hidden and not yet erased."""

    id: CampaignId
    list: ListId


@dataclass(frozen=True, slots=True)
class Named:
    """A row that still has its number."""

    key: int
    phone: str


@dataclass(frozen=True, slots=True)
class Walked:
    """A stretch of a table, as walked by its key."""

    named: Sequence[Named]
    after: int | None
    """How far; None: to the end."""
    talking_until: Instant | None = None
    """When the first of the numbers that may still be talking is free at the latest."""


def deleted(view: Snapshot) -> list[Deleted]:
    """The oldest first."""
    rows = view.execute(
        "SELECT id, list FROM campaign WHERE deleted_at IS NOT NULL AND erased_at IS NULL ORDER BY deleted_at"
    )
    return [Deleted(row[0], row[1]) for row in rows]


def walk_contacts(view: Snapshot, list_id: ListId, after: int, limit: int) -> Walked:
    """Rows that are erased already are passed over, however many."""
    rows = view.execute(
        f"SELECT id, phone FROM contact WHERE list = ? AND id > ? AND {_NAMED} ORDER BY id LIMIT ?",
        (list_id, after, limit),
    ).fetchall()
    return Walked([Named(row[0], row[1]) for row in rows], rows[-1][0] if len(rows) == limit else None)


def walk_attempts(view: Snapshot, campaign: CampaignId, after: int, limit: int) -> Walked:
    """The same, without those whose number may still be talking."""
    rows = view.execute(
        f"SELECT numeric_id, phone, iif({_MAY_TALK}, coalesce(blocked_until, ?), NULL) FROM attempt"
        f" WHERE campaign = ? AND numeric_id > ? AND {_NAMED} ORDER BY numeric_id LIMIT ?",
        (view.now, view.now, campaign, after, limit),
    ).fetchall()
    return Walked(
        [Named(row[0], row[1]) for row in rows if row[2] is None],
        rows[-1][0] if len(rows) == limit else None,
        min((row[2] for row in rows if row[2] is not None), default=None),
    )


def erase_contacts(tx: Transaction, hashes: Sequence[tuple[str, int]]) -> None:
    """Each gets its hash (first) in the place of its number; nothing else that was given stays."""
    tx.executemany(
        "UPDATE contact SET phone = ?, first_name = NULL, last_name = NULL, name = NULL, email = NULL,"
        " timezone = NULL, variables = NULL WHERE id = ?",
        hashes,
    )


def erase_attempts(tx: Transaction, hashes: Sequence[tuple[str, int]]) -> None:
    """The same; what was said to and by the person goes, too. A call that has ended never opens again.

    Its recording is due for deletion at once.
    """
    tx.executemany(
        "UPDATE attempt SET phone = ?, text = '', dtmf = NULL, detail = NULL, recording_seconds = NULL,"
        " recording_due = iif(recording_due IS NULL, NULL, 0) WHERE numeric_id = ?",
        hashes,
    )


def erase_rejects(tx: Transaction, campaign: CampaignId, limit: int) -> bool:
    """Deletes some of what uploads could not take, then the uploads. True when nothing is left."""
    cursor = tx.execute(
        "DELETE FROM reject WHERE id IN"
        " (SELECT reject.id FROM upload JOIN reject ON reject.upload = upload.id WHERE upload.campaign = ?"
        " LIMIT ?)",
        (campaign, limit),
    )
    if cursor.rowcount == limit:
        return False
    tx.execute("DELETE FROM upload WHERE campaign = ?", (campaign,))
    return True


def erase_answers(tx: Transaction, campaign: CampaignId, limit: int) -> bool:
    """Empties some of the receipts that are about it. True when nothing is left.

    The receipts stay: without them a request that is sent again would make another campaign.
    """
    some = "SELECT scope FROM receipt WHERE campaign = ? AND answer IS NOT NULL LIMIT ?"
    cursor = tx.execute(f"UPDATE receipt SET answer = NULL WHERE scope IN ({some})", (campaign, limit))
    return cursor.rowcount < limit


def finish(tx: Transaction, campaign: CampaignId) -> None:
    """Nothing of it is left to erase."""
    tx.execute("UPDATE campaign SET erased_at = ? WHERE id = ?", (tx.now, campaign))
