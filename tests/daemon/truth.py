"""What the database says against what the network was asked: the verdict over a rehearsal."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from dialer.domain.call import OPEN
from tests.daemon.cast import Part, numbers
from tests.daemon.desk import Ring
from tests.daemon.stage import Broken

_REFUSED_BY_THE_NETWORK = frozenset({"error", "invalid_number"})
"""Outcomes of requests that the network lists and yet refused."""


@dataclass(slots=True)
class Verdict:
    """Sentences about what is wrong; all empty when everything is as promised."""

    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return [*self.duplicates, *self.lost, *self.broken]


def connect(database: Path) -> sqlite3.Connection:
    # Read-only: mending what a kill has left of the log is the daemon's part.
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def states(database: Path) -> Counter[str]:
    """How many attempts are in each state."""
    with closing(connect(database)) as db:
        return Counter(row[0] for row in db.execute("SELECT state FROM attempt"))


def claimed_for(database: Path, campaign: str | None = None) -> int:
    """How many attempts there are, of the campaign with this name or in all."""
    with closing(connect(database)) as db:
        names = db.execute("SELECT name FROM attempt JOIN campaign ON campaign.id = campaign")
        return sum(campaign in (None, name) for (name,) in names)


def all_completed(database: Path, campaigns: int) -> bool:
    """Whether that many campaigns are, and all of them completed. Raises Broken when a sum is off."""
    with closing(connect(database)) as db:
        db.execute("BEGIN")
        if faults := _miscounted(db):
            raise Broken("; ".join(faults))
        statuses = [row[0] for row in db.execute("SELECT status FROM campaign")]
    return statuses == ["completed"] * campaigns


def judge(database: Path, parts: Sequence[Part], rung: Iterable[Ring]) -> Verdict:
    """After the last campaign has completed."""
    verdict = Verdict()
    with closing(connect(database)) as db:
        for check in ("integrity_check", "foreign_key_check"):
            complaints = [tuple(row) for row in db.execute(f"PRAGMA {check}") if row[0] != "ok"]
            verdict.broken += [f"{check}: {complaint}" for complaint in complaints]
        verdict.lost += _miscounted(db)
        _judge_contacts(db, parts, verdict)
        _judge_rings(db, parts, list(rung), verdict)
    return verdict


def _miscounted(db: sqlite3.Connection) -> list[str]:
    """Campaigns whose counters are not what their contacts are, or do not sum to the total."""
    faults = []
    for row in db.execute("SELECT * FROM campaign WHERE status != 'draft'"):
        counted = Counter(
            status for (status,) in db.execute("SELECT status FROM contact WHERE list = ?", (row["list"],))
        )
        told = {status: row[status] for status in ("pending", "in_progress", "completed", "failed")}
        if {status: count for status, count in told.items() if count} != counted:
            faults.append(f"{row['name']}: counters {told}, contacts {dict(counted)}")
        if sum(told.values()) != row["total"]:
            faults.append(f"{row['name']}: {told} do not sum to {row['total']}")
    return faults


def _judge_contacts(db: sqlite3.Connection, parts: Sequence[Part], verdict: Verdict) -> None:
    names = [row[0] for row in db.execute("SELECT name FROM campaign WHERE status = 'completed'")]
    if sorted(names) != sorted(part.name for part in parts):
        verdict.lost.append(f"completed campaigns: {names}")
    rows = db.execute(
        "SELECT campaign.name, phone, contact.status, outcome, held FROM contact"
        " JOIN campaign ON campaign.list = contact.list"
    ).fetchall()
    found = {(row[0], row[1]): row for row in rows}
    for campaign, phone, fate in numbers(tuple(parts)):
        row = found.get((campaign, phone))
        if row is None:
            verdict.lost.append(f"{campaign} {phone} is not there")
        elif row["status"] not in ("completed", "failed") or row["outcome"] not in fate.outcomes:
            verdict.lost.append(f"{campaign} {phone} is {tuple(row)}, not {sorted(fate.outcomes)}")


def _judge_rings(
    db: sqlite3.Connection, parts: Sequence[Part], rung: Sequence[Ring], verdict: Verdict
) -> None:
    rows = db.execute(
        "SELECT attempt.id, campaign.name, phone, state FROM attempt JOIN campaign ON campaign.id = campaign"
    ).fetchall()
    attempts = {row["id"]: row for row in rows}
    verdict.lost += [f"attempt {row['id']} is {row['state']}" for row in rows if row["state"] in OPEN]
    count: Counter[tuple[str, str]] = Counter()
    until: dict[str, str] = {}
    for ring in rung:
        attempt = attempts.get(ring.attempt)
        if attempt is None or attempt["phone"] != ring.to:
            verdict.duplicates.append(f"{ring} has no row: it was sent before its intent was committed")
            continue
        count[attempt["name"], ring.to] += 1
        if attempt["state"] == "not_placed" and ring.outcome not in _REFUSED_BY_THE_NETWORK:
            verdict.broken.append(f"{ring} is called not placed")
        if ring.placed_at < until.get(ring.to, ""):
            verdict.duplicates.append(f"{ring.to} was rung at {ring.placed_at} while a call was open")
        until[ring.to] = ring.ended_at or "9"
    for campaign, phone, fate in numbers(tuple(parts)):
        rings = count[campaign, phone]
        if rings > fate.rings:
            verdict.duplicates.append(f"{campaign} {phone} was rung {rings} times, not {fate.rings}")
        if rings < fate.rings:
            verdict.lost.append(f"{campaign} {phone} was rung {rings} times, not {fate.rings}")
