"""The contact table, and the lists that make many of its rows visible at once."""

import sqlite3
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from dialer.domain.call import SKIPPED, Outcome
from dialer.domain.campaign import Campaign, CampaignStatus, Counters
from dialer.domain.clock import Instant
from dialer.domain.contact import Contact, Person
from dialer.domain.ids import ContactId, ListId
from dialer.domain.retry import ContactStatus, Progress, Verdict, Waiting
from dialer.store.unit import Snapshot, Transaction

_PERSON = "phone, first_name, last_name, name, email, timezone, variables"


def new_list(tx: Transaction) -> ListId:
    cursor = tx.execute("INSERT INTO contact_list (created_at) VALUES (?)", (tx.now,))
    return ListId(cursor.lastrowid or 0)


def insert(tx: Transaction, list_id: ListId, people: Iterable[Person]) -> None:
    """One chunk of a list's contacts; their numbers are distinct within the list."""
    tx.executemany(
        f"INSERT INTO contact (list, run, {_PERSON}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                list_id,
                1 if person.usable else None,
                person.phone,
                person.first_name,
                person.last_name,
                person.name,
                person.email,
                person.timezone,
                person.variables,
            )
            for person in people
        ],
    )


def orphaned_lists(view: Snapshot) -> list[ListId]:
    """Lists that no campaign names: a request that died half-way, or contacts that were replaced."""
    rows = view.execute("SELECT id FROM contact_list WHERE id NOT IN (SELECT list FROM campaign)")
    return [ListId(row[0]) for row in rows]


def delete_chunk(tx: Transaction, list_id: ListId, limit: int) -> bool:
    """Deletes some contacts of a list, and the list itself with its last one. True when nothing is left."""
    cursor = tx.execute(
        "DELETE FROM contact WHERE id IN (SELECT id FROM contact WHERE list = ? LIMIT ?)", (list_id, limit)
    )
    if cursor.rowcount == limit:
        return False
    tx.execute("DELETE FROM contact_list WHERE id = ?", (list_id,))
    return True


@dataclass(frozen=True, slots=True)
class Callee:
    """A contact that can be dialled now."""

    id: ContactId
    tries: int
    """How often it was tried before, in whichever run."""
    person: Person


@dataclass(frozen=True, slots=True)
class Due:
    """A page of contacts that can be dialled now."""

    people: Sequence[Callee]
    full: bool
    """Whether there may be more of them."""
    untried_after: ContactId
    """How far the untried rows of a re-run were walked."""


def due(
    view: Snapshot,
    campaign: Campaign,
    *,
    limit: int,
    untried_after: ContactId,
    taken: AbstractSet[ContactId] = frozenset(),
) -> Due:
    """Contacts to dial now: those of this run whose time has come, then those this run has not tried.

    The untried rows of a re-run are walked in the order of the list. Those that are `taken` are left out.
    """
    rows = view.execute(
        f"SELECT id, attempts, {_PERSON} FROM contact"
        " WHERE list = ? AND run = ? AND status = 'pending' AND due <= ? ORDER BY due, id LIMIT ?",
        (campaign.list, campaign.run, view.now, limit),
    ).fetchall()
    if campaign.run > 1 and len(rows) < limit and _any_untried(view, campaign):
        untried = view.execute(
            f"SELECT id, attempts, {_PERSON} FROM contact"
            " WHERE list = ? AND id > ? AND run < ? ORDER BY id LIMIT ?",
            (campaign.list, untried_after, campaign.run, limit - len(rows)),
        ).fetchall()
        untried_after = untried[-1][0] if untried else untried_after
        rows += untried
    people = [Callee(row[0], row[1], Person(*tuple(row)[2:])) for row in rows if row[0] not in taken]
    return Due(people, len(rows) == limit, untried_after)


def _any_untried(view: Snapshot, campaign: Campaign) -> bool:
    """Whether some of those who are pending were last written by an earlier run.

    Told by counting the others, in their index alone: the walk reads the whole list where there are none.
    """
    row = view.execute(
        "SELECT pending > (SELECT count(*) FROM contact WHERE list = :list AND run = :run"
        " AND status = 'pending') FROM campaign WHERE id = :id",
        {"list": campaign.list, "run": campaign.run, "id": campaign.id},
    ).fetchone()
    return bool(row[0])


def next_due(view: Snapshot, campaign: Campaign, after: Instant) -> Instant | None:
    """When, after that instant, the next contact of this run falls due; None when none will."""
    row = view.execute(
        "SELECT min(due) FROM contact WHERE list = ? AND run = ? AND status = 'pending' AND due > ?",
        (campaign.list, campaign.run, after),
    ).fetchone()
    moment: Instant | None = row[0]
    return moment


def any_due(view: Snapshot, campaign: Campaign) -> bool:
    """Whether somebody could be dialled at this instant."""
    return bool(due(view, campaign, limit=1, untried_after=ContactId(0)).people)


def begin(tx: Transaction, contact_id: ContactId, *, run: int, attempts: int, progress: Progress) -> None:
    """The contact is in progress with its nth attempt of this run."""
    tx.execute(
        "UPDATE contact SET run = ?, status = 'in_progress', outcome = NULL, attempts = ?, retries = ?,"
        " setbacks = ?, due = NULL, waiting = NULL, held = 0 WHERE id = ?",
        (run, attempts, progress.retries, progress.setbacks, contact_id),
    )


def apply(tx: Transaction, contact_id: ContactId, verdict: Verdict) -> None:
    """Writes what became of the contact after an attempt."""
    tx.execute(
        "UPDATE contact SET status = ?, outcome = ?, retries = ?, setbacks = ?, due = ?, waiting = ?,"
        " held = ? WHERE id = ?",
        (
            verdict.status,
            verdict.outcome,
            verdict.progress.retries,
            verdict.progress.setbacks,
            verdict.due,
            verdict.waiting,
            verdict.held,
            contact_id,
        ),
    )


def postpone(tx: Transaction, contact_id: ContactId, *, run: int, due: Instant, waiting: Waiting) -> None:
    """A gate holds the contact back until then; an untried row thereby enters this run."""
    tx.execute(
        "UPDATE contact SET attempts = iif(run = ?, attempts, 0), retries = iif(run = ?, retries, 0),"
        " setbacks = iif(run = ?, setbacks, 0), run = ?, status = 'pending', outcome = NULL, held = 0,"
        " due = ?, waiting = ? WHERE id = ?",
        (run, run, run, run, due, waiting, contact_id),
    )


def release_busy(tx: Transaction, phone: str) -> list[ListId]:
    """Wakes the contacts that waited for this number to be free; answers whose lists they are in."""
    rows = tx.execute(
        "UPDATE contact SET due = ?, waiting = NULL"
        " WHERE phone = ? AND waiting = 'number_busy' AND status = 'pending' RETURNING list",
        (tx.now, phone),
    ).fetchall()
    return [ListId(found[0]) for found in rows]


_TRIED = "(run IS NOT NULL AND run = :run)"
_STATUS = f"""CASE
    WHEN run IS NULL THEN iif(:draft, 'pending', 'failed')
    WHEN NOT {_TRIED} OR status = 'pending' THEN iif(:swept IS NULL, 'pending', 'failed')
    ELSE status END"""
_OUTCOME = f"""CASE
    WHEN run IS NULL THEN iif(:draft, NULL, 'invalid_number')
    WHEN NOT {_TRIED} OR status = 'pending' THEN :swept
    ELSE outcome END"""


def page(
    view: Snapshot,
    campaign: Campaign,
    *,
    status: ContactStatus | None,
    outcome: Outcome | None,
    phone: str | None,
    held: bool | None,
    after: int,
    limit: int,
) -> list[Contact]:
    """Contacts with an id above `after`, as they stand in the present run."""
    values: dict[str, object] = {**_present(campaign), "after": after, "limit": limit}
    where = ["list = :list", "id > :after"]
    for expression, name, value in (
        (_STATUS, "status", status),
        (_OUTCOME, "outcome", outcome),
        ("phone", "phone", phone),
        (f"iif({_TRIED}, held, 0)", "held", held),
    ):
        if value is not None:
            where.append(f"{expression} = :{name}_wanted")
            values[f"{name}_wanted"] = value
    rows = view.execute(
        f"SELECT id, list, {_PERSON}, run, {_STATUS} AS now_status, {_OUTCOME} AS now_outcome,"
        f" {_TRIED} AS tried, attempts, retries, setbacks, due, waiting, held"
        f" FROM contact WHERE {' AND '.join(where)} ORDER BY id LIMIT :limit",
        values,
    )
    return [_from_row(found) for found in rows]


def recount(view: Snapshot, campaign: Campaign) -> Counters:
    """What the campaign's counters must be, counted from all its contacts."""
    rows = view.execute(
        f"SELECT {_STATUS} AS now_status, {_OUTCOME} AS now_outcome, run IS NULL AS unusable, count(*)"
        " FROM contact WHERE list = :list GROUP BY 1, 2, 3",
        _present(campaign),
    ).fetchall()

    def those(status: ContactStatus) -> int:
        return sum(row[3] for row in rows if row[0] == status)

    return Counters(
        total=sum(row[3] for row in rows),
        unusable=sum(row[3] for row in rows if row[2]),
        pending=those(ContactStatus.PENDING),
        in_progress=those(ContactStatus.IN_PROGRESS),
        completed=those(ContactStatus.COMPLETED),
        failed=those(ContactStatus.FAILED),
        skipped=sum(row[3] for row in rows if row[1] in SKIPPED),
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """How many contacts share an outcome and a number of attempts, in the present run."""

    outcome: Outcome | None
    """None: it has none yet."""
    attempts: int
    contacts: int


def tally(view: Snapshot, campaign: Campaign) -> list[Tally]:
    """All contacts of the campaign, counted; reads each of their rows."""
    rows = view.execute(
        f"SELECT {_OUTCOME}, iif({_TRIED}, attempts, 0), count(*) FROM contact"
        " WHERE list = :list GROUP BY 1, 2",
        _present(campaign),
    )
    return [Tally(Outcome(row[0]) if row[0] else None, row[1], row[2]) for row in rows]


def _present(campaign: Campaign) -> dict[str, object]:
    """What `_STATUS` and `_OUTCOME` need."""
    return {
        "list": campaign.list,
        "run": campaign.run,
        "draft": campaign.status is CampaignStatus.DRAFT,
        "swept": campaign.swept,
    }


def _from_row(found: sqlite3.Row) -> Contact:
    person = replace(Person(*tuple(found)[2:9]), usable=found["run"] is not None)
    status = ContactStatus(found["now_status"])
    tried = bool(found["tried"])
    pending = status is ContactStatus.PENDING
    return Contact(
        id=found["id"],
        list=found["list"],
        person=person,
        status=status,
        outcome=Outcome(found["now_outcome"]) if found["now_outcome"] else None,
        attempts=found["attempts"] if tried else 0,
        progress=Progress(found["retries"], found["setbacks"]) if tried else Progress(),
        due=found["due"] if tried and pending else None,
        waiting=Waiting(found["waiting"]) if tried and pending and found["waiting"] else None,
        held=bool(found["held"]) if tried else False,
    )
