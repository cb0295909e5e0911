"""What is thrown away by itself, once a day: its next time is a row, not a sleeping task."""

from dialer.domain.clock import HOUR, Instant
from dialer.service.parts import Parts
from dialer.store import eventlog, settings
from dialer.store.unit import Snapshot, Transaction

EVENTS_KEPT = 14 * 24 * HOUR
_EVERY = 24 * HOUR
_DUE = "housekeeping_due"
_CHUNK = 2000
"""Rows: about 10 ms of the writer's time."""


async def next_moment(parts: Parts) -> Instant:
    """When it is due; at once where it has never been done."""

    def read(view: Snapshot) -> Instant:
        return int(settings.get(view, _DUE) or 0)

    return await parts.store.read(read)


async def keep_house(parts: Parts) -> None:
    """Deletes a chunk of the events older than 14 days, when it is due; due it stays while there are more."""
    if await next_moment(parts) > parts.clock.now():
        return

    def prune_events(tx: Transaction) -> None:
        if eventlog.delete_before(tx, tx.now - EVENTS_KEPT, limit=_CHUNK) < _CHUNK:
            settings.put(tx, _DUE, str(tx.now + _EVERY))

    await parts.store.transact(prune_events)
