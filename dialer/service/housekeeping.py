"""What is thrown away by itself, once a day: its next time is a row, not a sleeping task."""

from dataclasses import dataclass

from dialer.domain.clock import HOUR, Instant
from dialer.domain.upload import REJECTS_KEPT
from dialer.service import receipts
from dialer.service.parts import Parts
from dialer.store import eventlog, settings, uploads
from dialer.store.unit import Snapshot, Transaction

EVENTS_KEPT = 14 * 24 * HOUR
_EVERY = 24 * HOUR
_DUE = "housekeeping_due"
_CHUNK = 2000
"""Rows: about 10 ms of the writer's time."""
_RECEIPTS_CHUNK = 500
"""Rows, each with a whole answer."""
_REJECTS_CHUNK = 500
"""Rows, each with what was sent."""


async def next_moment(parts: Parts) -> Instant:
    """When it is due; at once where it has never been done."""

    def read(view: Snapshot) -> Instant:
        return int(settings.get(view, _DUE) or 0)

    return await parts.store.read(read)


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows were deleted."""

    events: int = 0
    receipts: int = 0
    rejects: int = 0

    def __add__(self, other: "Pruned") -> "Pruned":
        return Pruned(
            self.events + other.events, self.receipts + other.receipts, self.rejects + other.rejects
        )

    @property
    def leaves_more(self) -> bool:
        """Of one chunk: whether there may be more that is too old."""
        full = (self.events == _CHUNK, self.receipts == _RECEIPTS_CHUNK, self.rejects == _REJECTS_CHUNK)
        return any(full)


async def keep_house(parts: Parts) -> None:
    """Deletes a chunk of the events, receipts and rejects that are too old, when it is due.

    Due it stays while there are more.
    """
    if await next_moment(parts) > parts.clock.now():
        return

    def keep_house_once(tx: Transaction) -> None:
        if not _prune_chunk(tx, EVENTS_KEPT).leaves_more:
            settings.put(tx, _DUE, str(tx.now + _EVERY))

    await parts.store.transact(keep_house_once)


async def prune(parts: Parts, *, events_kept: int = EVENTS_KEPT) -> Pruned:
    """Deletes all events older than so many milliseconds, and what else is too old, due or not."""

    def prune_once(tx: Transaction) -> Pruned:
        return _prune_chunk(tx, events_kept)

    total = Pruned()
    while True:
        chunk = await parts.store.transact(prune_once)
        total += chunk
        if not chunk.leaves_more:
            return total


def _prune_chunk(tx: Transaction, events_kept: int) -> Pruned:
    return Pruned(
        events=eventlog.delete_before(tx, tx.now - events_kept, limit=_CHUNK),
        receipts=receipts.delete_old(tx, limit=_RECEIPTS_CHUNK),
        rejects=uploads.delete_before(tx, tx.now - REJECTS_KEPT, limit=_REJECTS_CHUNK),
    )
