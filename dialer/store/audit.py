"""Whether the database is whole, and says what it must; nothing is changed."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from dialer.domain.call import OPEN
from dialer.domain.checks import Check, State, fault, ok, warn
from dialer.domain.clock import Clock, Instant
from dialer.domain.errors import StoreRefused
from dialer.domain.ids import CampaignId
from dialer.store import campaigns, contacts, direct, settings
from dialer.store.migrate import scripts
from dialer.store.unit import Snapshot

_MOST = 10
"""Complaints that are told of one kind."""
_RESTORE = "Restore a backup: `dialer db restore`."
_REPORT = "Stop the daemon and keep the file; this is a fault of the program, please report it."


def audit(view: Snapshot) -> Iterator[Check]:
    """Every check of `dialer db check`, over one snapshot."""
    yield integrity(view, "integrity_check")
    yield from _foreign_keys(view)
    found = schema(view)
    yield found
    if found.state is not State.OK:
        return  # the rest reads columns that may not be there
    yield from _counters(view)
    yield from _live_attempts(view)
    yield from _orphans(view)


def glance(view: Snapshot) -> Iterator[Check]:
    """What takes little time, for `dialer doctor`: indexes are not compared, nothing is counted."""
    yield integrity(view, "quick_check")
    yield schema(view)


def findings(path: Path, clock: Clock, checks: Callable[[Snapshot], Iterable[Check]]) -> list[Check]:
    """What these checks find in a database that is there; a file that cannot be read is a finding, too."""
    found: list[Check] = []
    try:
        with direct.looking(path, clock) as view:
            found.extend(checks(view))
    except (sqlite3.Error, StoreRefused) as error:
        found.append(fault("integrity", f"{path} cannot be read: {error}.", _RESTORE))
    return found


def newest_instant(path: Path, clock: Clock) -> Instant | None:
    """When the database was last written, as far as it knows; a daemon writes every second."""
    try:
        with direct.looking(path, clock) as view:
            beat = settings.get(view, "heartbeat")
            event = view.execute("SELECT at FROM event ORDER BY id DESC LIMIT 1").fetchone()
    except sqlite3.Error:
        return None
    return max((int(at) for at in (beat, event and event[0]) if at is not None), default=None)


def integrity(view: Snapshot, pragma: str) -> Check:
    complaints = [row[0] for row in view.execute(f"PRAGMA {pragma}({_MOST})")]
    if complaints == ["ok"]:
        return ok("integrity", "The file is whole.")
    return fault("integrity", "; ".join(complaints), _RESTORE)


def schema(view: Snapshot) -> Check:
    present: int = view.execute("PRAGMA user_version").fetchone()[0]
    newest = max(scripts())
    if present == newest:
        return ok("schema", f"{present}, which is this version's.")
    if present < newest:
        remedy = "The next start brings it up to date; so does `dialer db migrate`."
        return warn("schema", f"{present}; this version's is {newest}.", remedy)
    return fault("schema", f"{present}; this version knows {newest}.", "Install the version that wrote it.")


def _foreign_keys(view: Snapshot) -> Iterator[Check]:
    broken = view.execute("PRAGMA foreign_key_check").fetchmany(_MOST)
    if broken:
        rows = ", ".join(f"{row[0]} {row[1]}" for row in broken)
        yield fault("references", f"Rows that refer to nothing: {rows}.", _RESTORE)
    else:
        yield ok("references", "Every row that is referred to is there.")


def _counters(view: Snapshot) -> Iterator[Check]:
    rows = view.execute("SELECT id FROM campaign WHERE deleted_at IS NULL").fetchall()
    wrong = []
    for row in rows:
        campaign = campaigns.get(view, CampaignId(row[0]))
        counted = contacts.recount(view, campaign)
        if counted != campaign.counters:
            wrong.append(f"{campaign.public_id} says {campaign.counters}, its contacts say {counted}")
    if wrong:
        yield fault("counters", "; ".join(wrong[:_MOST]), _REPORT)
    else:
        yield ok("counters", f"{len(rows)} campaigns say of their contacts what is so.")


def _live_attempts(view: Snapshot) -> Iterator[Check]:
    states = ", ".join(f"'{state}'" for state in sorted(OPEN))
    rows = view.execute(
        f"SELECT count(*) FROM attempt NOT INDEXED WHERE state IN ({states})"
        " GROUP BY phone, channel ORDER BY 1 DESC"
    ).fetchall()
    twice = sum(row[0] > 1 for row in rows)
    if twice:
        yield fault("live calls", f"{twice} numbers have more than one live call.", _REPORT)
    else:
        yield ok("live calls", f"{len(rows)} numbers have one, none has two.")


def _orphans(view: Snapshot) -> Iterator[Check]:
    orphans = contacts.orphaned_lists(view)
    if orphans:
        remedy = "They belong to a request that is being read, or was cut off; the next start deletes those."
        yield warn("lists", f"{len(orphans)} lists of contacts have no campaign.", remedy)
    else:
        yield ok("lists", "Every list of contacts has its campaign.")
