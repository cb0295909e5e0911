"""The append-only event log, and the one way to read along with it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from functools import partial

from dialer.domain.clock import Instant
from dialer.domain.errors import StoreUnavailable
from dialer.domain.events import AttemptEvent, ContactSettled, Event, Recorded
from dialer.domain.ids import CampaignId
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
        with self.waking(wake, campaign_level=campaign_level):
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

    @contextlib.contextmanager
    def waking(self, wake: asyncio.Event, *, campaign_level: bool = False) -> Iterator[None]:
        """Sets it at every commit that holds an event, for a reader that reads in its own way."""
        self._followers[wake] = campaign_level
        try:
            yield
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


def span(view: Snapshot) -> tuple[int, int]:
    """The id before the oldest event that is kept, and the newest id that there ever was."""
    newest = view.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'event'").fetchone()[0] or 0
    oldest = view.execute("SELECT min(id) FROM event").fetchone()[0]
    return (newest if oldest is None else oldest - 1), newest


def read_told(
    view: Snapshot, after: int, upto: int, campaigns: Collection[CampaignId] | None
) -> list[Recorded]:
    """What tells of no single attempt, and outcomes of contacts, of these campaigns (None: of all), in order.

    After the one id and up to the other. They come as one row: SQLite leaves the interpreter to others while
    it looks for them, and a row by itself would take it back each time.
    """
    scope = "" if campaigns is None else "AND campaign IN (SELECT value FROM json_each(:campaigns))"
    found = view.execute(
        "SELECT json_group_array(json_array(id, at, kind, campaign, contact, attempt, data)) FROM event"
        f" WHERE id > :after AND id <= :upto AND (attempt IS NULL OR kind = :outcome) {scope}",
        {
            "after": after,
            "upto": upto,
            "outcome": ContactSettled.kind,
            "campaigns": json.dumps(list(campaigns or ())),
        },
    ).fetchone()[0]
    # Aggregates promise no order.
    return sorted(map(Recorded._make, json.loads(found)))


def touched(view: Snapshot, after: int, upto: int) -> set[CampaignId]:
    """The campaigns that any event after the one id and up to the other tells of."""
    found = view.execute(
        "SELECT json_group_array(DISTINCT campaign) FROM event WHERE id > ? AND id <= ?", (after, upto)
    ).fetchone()[0]
    return set(json.loads(found))


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
