"""The append-only event log, and the one way to read along with it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import partial

from dialer.domain.clock import Instant
from dialer.domain.errors import StoreUnavailable
from dialer.domain.events import AttemptEvent, Event, Recorded
from dialer.store.db import Store
from dialer.store.unit import Snapshot, Transaction

_PAGE = 500
_AGAIN = 1.0
"""Seconds after a read that failed."""


class EventLog:
    """Readers hold a cursor; a commit only wakes them to read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._followers: dict[asyncio.Event, bool] = {}
        store.on_commit = self._wake

    async def follow(self, after: int, *, campaign_level: bool = False) -> AsyncIterator[Recorded]:
        """Every event after the cursor, then each new one as it is committed; never ends.

        `campaign_level`: only those that tell of no single attempt.
        """
        async for page in self.follow_pages(after, campaign_level=campaign_level):
            for event in page:
                yield event

    async def follow_pages(
        self, after: int, *, campaign_level: bool = False
    ) -> AsyncIterator[Sequence[Recorded]]:
        """The same, as many at a time as there are; no page is empty."""
        wake = asyncio.Event()
        self._followers[wake] = campaign_level
        try:
            while True:
                wake.clear()  # before the read: what is committed after it sets it again
                try:
                    page = await self._store.read(
                        partial(read_page, after=after, campaign_level=campaign_level)
                    )
                except StoreUnavailable:
                    await self._store.clock.sleep(_AGAIN)
                    continue
                if page:
                    after = page[-1].id
                    yield page
                if len(page) < _PAGE:
                    await wake.wait()
        finally:
            del self._followers[wake]

    def _wake(self, events: Sequence[Event]) -> None:
        touches_campaign = any(not isinstance(event, AttemptEvent) for event in events)
        for wake, campaign_level in self._followers.items():
            if touches_campaign or not campaign_level:
                wake.set()


def last_id(view: Snapshot) -> int:
    row = view.execute("SELECT max(id) FROM event").fetchone()
    return int(row[0] or 0)


def read_page(view: Snapshot, after: int, *, campaign_level: bool = False) -> list[Recorded]:
    scope = "AND attempt IS NULL" if campaign_level else ""
    rows = view.execute(
        f"SELECT id, at, kind, campaign, contact, attempt, data FROM event WHERE id > ? {scope}"
        " ORDER BY id LIMIT ?",
        (after, _PAGE),
    )
    return [Recorded(*row) for row in rows]


def delete_before(tx: Transaction, moment: Instant, *, limit: int) -> int:
    """Deletes the oldest events that are older than that, at most so many; how many there were."""
    oldest = "SELECT id FROM event ORDER BY id LIMIT ?"
    return tx.execute(f"DELETE FROM event WHERE id IN ({oldest}) AND at < ?", (limit, moment)).rowcount
