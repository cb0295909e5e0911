"""Dialling is held until the operator confirms: after a restore, or where an older copy was put in place.

The hold is a row of the database itself. While it stands no claim passes, `/readyz` says why, and everything
else goes on.
"""

import contextlib
import json
from dataclasses import dataclass
from enum import StrEnum

import structlog

from dialer.domain.clock import Instant
from dialer.domain.errors import StoreUnavailable
from dialer.domain.schedule import format_instant
from dialer.service.parts import Parts
from dialer.store import keys, marks, settings
from dialer.store.db import Store
from dialer.store.marks import Mark
from dialer.store.settings import HOLD
from dialer.store.unit import Snapshot, Transaction

PART = "hold"
"""The part of `/readyz` that is at fault while a hold stands."""

REMEDY = "Cancel or pause what must not go on; then `dialer confirm` lets dialling go on."

_log = structlog.get_logger(__name__)


class HoldReason(StrEnum):
    RESTORED = "restored"
    OLDER = "older_than_mark"


@dataclass(frozen=True, slots=True)
class Hold:
    reason: HoldReason
    since: Instant
    detail: str
    """One sentence: what has happened."""

    @property
    def sentence(self) -> str:
        """With what it means, and the remedy."""
        return (
            f"Dialling is held. {self.detail} Calls that it does not know of may have been placed since;"
            f" those people would be called again. {REMEDY}"
        )


def standing(view: Snapshot) -> Hold | None:
    text = settings.get(view, HOLD)
    if text is None:
        return None
    found = json.loads(text)
    return Hold(HoldReason(found["reason"]), found["since"], found["detail"])


def mark_restored(tx: Transaction, backup: str) -> Hold:
    """Holds the copy that is to become the database; `backup` is the name of the file it comes from."""
    known = settings.get(tx, "heartbeat")
    as_of = f" It is as it was at {format_instant(int(known))}." if known else ""
    return _put(tx, HoldReason.RESTORED, f"The database was restored from {backup}.{as_of}")


def release(tx: Transaction) -> Hold | None:
    """Takes the hold away; what stood. The marks of the time before do not count any more."""
    stood = standing(tx)
    if stood is not None:
        settings.remove(tx, HOLD)
        marks.begin_generation(tx)
    return stood


async def confirm(parts: Parts) -> Hold | None:
    """The operator's word that dialling may go on; None where nothing was held."""

    def confirm_hold(tx: Transaction) -> Hold | None:
        return release(tx)

    stood = await parts.store.transact(confirm_hold)
    parts.readiness.mended(PART)
    if stood is not None:
        _log.info("hold_confirmed", reason=stood.reason, since=format_instant(stood.since))
    return stood


async def take_stock(parts: Parts) -> None:
    """Before the first call: tells of a hold that stands; holds a database that is older than its mark."""

    def look(view: Snapshot) -> tuple[Hold | None, Mark | None, Mark]:
        return standing(view), marks.read(marks.file_of(keys.database_of(view))), marks.of(view)

    hold, marked, present = await parts.store.read(look)
    if hold is None and marked is not None and marked.is_beyond(present):
        hold = await _hold_older(parts, marked, present)
    if hold is not None:
        parts.readiness.fault(PART, hold.sentence)
        _log.warning("held", reason=hold.reason, since=format_instant(hold.since))


async def keep_mark(store: Store) -> None:
    """Writes the side file where the database has grown since. Raises OSError, StoreUnavailable.

    In a reader's thread, over a snapshot: what the mark says has been committed.
    """
    await store.read(lambda view: marks.advance(marks.file_of(keys.database_of(view)), marks.of(view)))


async def _hold_older(parts: Parts, marked: Mark, present: Mark) -> Hold:
    detail = (
        f"The database is older than its side file says: it knows {present.attempt} calls, and"
        f" {marked.attempt} were begun."
    )
    if marked.generation > present.generation:
        detail = "The database is older than its side file says: it is from before the last `dialer confirm`."

    def hold_older(tx: Transaction) -> Hold:
        return _put(tx, HoldReason.OLDER, detail)

    with contextlib.suppress(StoreUnavailable):
        return await parts.store.transact(hold_older)
    # On a full disk the readiness alone holds it; the mark is there for the next start to find.
    return Hold(HoldReason.OLDER, parts.clock.now(), detail)


def _put(tx: Transaction, reason: HoldReason, detail: str) -> Hold:
    hold = Hold(reason, tx.now, detail)
    settings.put(tx, HOLD, json.dumps({"reason": reason, "since": hold.since, "detail": detail}))
    return hold
