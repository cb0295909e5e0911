"""What is thrown away by itself, once a day: its next time is a row, not a sleeping task."""

from dialer.domain.clock import HOUR, Instant
from dialer.service import receipts
from dialer.service.parts import Parts
from dialer.store import eventlog, settings
from dialer.store.unit import Snapshot, Transaction

EVENTS_KEPT = 14 * 24 * HOUR
_EVERY = 24 * HOUR
_DUE = "housekeeping_due"
_CHUNK = 2000
"""Rows: about 10 ms of the writer's time."""
_RECEIPTS_CHUNK = 500
"""Rows, each with a whole answer."""


async def next_moment(parts: Parts) -> Instant:
    """When it is due; at once where it has never been done."""

    def read(view: Snapshot) -> Instant:
        return int(settings.get(view, _DUE) or 0)

    return await parts.store.read(read)


async def keep_house(parts: Parts) -> None:
    """Deletes a chunk of the events and receipts that are too old, when it is due.

    Due it stays while there are more.
    """
    if await next_moment(parts) > parts.clock.now():
        return

    def prune(tx: Transaction) -> None:
        events = eventlog.delete_before(tx, tx.now - EVENTS_KEPT, limit=_CHUNK)
        answered = receipts.delete_old(tx, limit=_RECEIPTS_CHUNK)
        if events < _CHUNK and answered < _RECEIPTS_CHUNK:
            settings.put(tx, _DUE, str(tx.now + _EVERY))

    await parts.store.transact(prune)
