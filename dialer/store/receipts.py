"""What requests that carried an Idempotency-Key were answered."""

from dataclasses import dataclass

from dialer.domain.clock import Instant
from dialer.domain.ids import CampaignId
from dialer.store.unit import Snapshot, Transaction


@dataclass(frozen=True, slots=True)
class Receipt:
    scope: str
    body: str
    """Both are keyed hashes."""
    status: int
    answer: str | None
    """JSON, as it was sent; None once its campaign was erased."""
    campaign: CampaignId | None = None
    """The one that the answer is about."""


def find(view: Snapshot, scope: str, since: Instant) -> Receipt | None:
    row = view.execute(
        "SELECT scope, body, status, answer, campaign FROM receipt WHERE scope = ? AND created_at >= ?",
        (scope, since),
    ).fetchone()
    return None if row is None else Receipt(*row)


def put(tx: Transaction, receipt: Receipt) -> None:
    """An older one of the same scope, which `find` no longer tells, makes way."""
    tx.execute(
        "INSERT OR REPLACE INTO receipt (scope, body, status, answer, campaign, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (receipt.scope, receipt.body, receipt.status, receipt.answer, receipt.campaign, tx.now),
    )


def delete_before(tx: Transaction, moment: Instant, *, limit: int) -> int:
    """Deletes receipts that are older than that, at most so many; how many there were."""
    oldest = "SELECT scope FROM receipt WHERE created_at < ? ORDER BY created_at LIMIT ?"
    return tx.execute(f"DELETE FROM receipt WHERE scope IN ({oldest})", (moment, limit)).rowcount
