"""The attempt table. Every update names the states that it may leave."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dialer.domain.call import MAY_LEAVE, OPEN, Attempt, AttemptState, Channel, Outcome
from dialer.domain.clock import Instant
from dialer.domain.errors import NotFound
from dialer.domain.ids import AttemptId, CampaignId, ContactId
from dialer.store.unit import Snapshot, Transaction, key_of


def _words(states: Iterable[AttemptState]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


_OPEN = _words(OPEN)
_LEAVING: Mapping[AttemptState, str] = {state: _words(sources) for state, sources in MAY_LEAVE.items()}


@dataclass(frozen=True, slots=True)
class Intent:
    """A call that is about to be placed: what the claim writes before a byte leaves."""

    id: AttemptId
    campaign: CampaignId
    run: int
    contact: ContactId
    channel: Channel
    phone: str
    from_number: str | None
    agent_id: str
    carrier: str
    callback_token: str
    text: str
    ring_timeout: int
    max_duration: int
    agent_kind: str = "message"
    recording_kept: int | None = None
    """Milliseconds; None: it is not recorded."""


def insert(tx: Transaction, intent: Intent, *, n: int, blocked_until: Instant) -> None:
    """Raises sqlite3.IntegrityError when the number has a live attempt on this channel."""
    tx.execute(
        "INSERT INTO attempt (id, campaign, run, contact, n, channel, phone, from_number, agent_id, carrier,"
        " callback_token, state, text, ring_timeout, max_duration, agent_kind, created_at, blocked_until,"
        " recording_due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'intent', ?, ?, ?, ?, ?, ?, ?)",
        (
            intent.id,
            intent.campaign,
            intent.run,
            intent.contact,
            n,
            intent.channel,
            intent.phone,
            intent.from_number,
            intent.agent_id,
            intent.carrier,
            intent.callback_token,
            intent.text,
            intent.ring_timeout,
            intent.max_duration,
            intent.agent_kind,
            tx.now,
            blocked_until,
            None if intent.recording_kept is None else blocked_until + intent.recording_kept,
        ),
    )


def move(tx: Transaction, attempt_id: AttemptId, to: AttemptState, columns: Mapping[str, object]) -> bool:
    """Moves the attempt and sets columns with it; False when its state may not be left for this one."""
    changes = "".join(f", {name} = ?" for name in columns)
    cursor = tx.execute(
        f"UPDATE attempt SET state = ?{changes} WHERE id = ? AND state IN ({_LEAVING[to]})",
        (to, *columns.values(), attempt_id),
    )
    return cursor.rowcount == 1


def note(tx: Transaction, attempt_id: AttemptId, columns: Mapping[str, object]) -> None:
    """Sets columns that are no states: amd, dtmf, agent_connected, delivery, hangup_requested_at."""
    changes = ", ".join(f"{name} = ?" for name in columns)
    tx.execute(f"UPDATE attempt SET {changes} WHERE id = ?", (*columns.values(), attempt_id))


def doubt_intents(tx: Transaction) -> int:
    """At start: what was an intent when the process died may have been sent."""
    return tx.execute(
        f"UPDATE attempt SET state = 'uncertain' WHERE state IN ({_OPEN}) AND state = 'intent'"
    ).rowcount


def request_hangup_of(tx: Transaction, attempt_id: AttemptId) -> bool:
    """Marks one attempt, once; False when it has ended."""
    return (
        tx.execute(
            "UPDATE attempt SET hangup_requested_at = coalesce(hangup_requested_at, ?)"
            f" WHERE id = ? AND state IN ({_OPEN})",
            (tx.now, attempt_id),
        ).rowcount
        == 1
    )


def request_hangup(tx: Transaction, campaign_id: CampaignId) -> int:
    """Marks every open attempt of the campaign; the engine acts on the event that goes with it."""
    return tx.execute(
        "UPDATE attempt INDEXED BY attempt_live SET hangup_requested_at = ?"
        f" WHERE campaign = ? AND state IN ({_OPEN})",
        (tx.now, campaign_id),
    ).rowcount


def open_attempts(view: Snapshot) -> list[Attempt]:
    return [_from_row(row) for row in view.execute(f"SELECT * FROM attempt WHERE state IN ({_OPEN})")]


def latest(view: Snapshot, campaign_id: CampaignId) -> Attempt | None:
    """The last that was made for the campaign."""
    row = view.execute(
        "SELECT * FROM attempt WHERE campaign = ? ORDER BY numeric_id DESC LIMIT 1", (campaign_id,)
    ).fetchone()
    return _from_row(row) if row else None


def count_open(view: Snapshot) -> int:
    """How many calls are open, of all campaigns."""
    count: int = view.execute(
        f"SELECT count(*) FROM attempt INDEXED BY attempt_live WHERE state IN ({_OPEN})"
    ).fetchone()[0]
    return count


def busy_until(view: Snapshot, phone: str, channel: Channel) -> Instant | None:
    """By when every call to this number that may be open must be over; None when there is none."""
    moment: Instant | None = view.execute(
        "SELECT coalesce("
        "(SELECT blocked_until FROM attempt WHERE phone = :phone AND channel = :channel"
        f" AND state IN ({_OPEN})),"
        " (SELECT max(blocked_until) FROM attempt WHERE phone = :phone AND channel = :channel"
        " AND state IN ('ended_unknown', 'unknown') AND blocked_until > :now))",
        {"phone": phone, "channel": channel, "now": view.now},
    ).fetchone()[0]
    return moment


def open_carriers(view: Snapshot) -> set[str]:
    """Names of the carriers that have open attempts."""
    rows = view.execute(f"SELECT DISTINCT carrier FROM attempt WHERE state IN ({_OPEN})")
    return {row[0] for row in rows}


def of_campaign(
    view: Snapshot,
    campaign_id: CampaignId,
    *,
    state: AttemptState | None,
    phone: str | None,
    after: int,
    limit: int,
) -> list[Attempt]:
    """Oldest first, those with a numeric id above `after`."""
    where, values = _filters({"campaign": campaign_id, "state": state, "phone": phone})
    rows = view.execute(
        f"SELECT * FROM attempt WHERE {where} AND numeric_id > ? ORDER BY numeric_id LIMIT ?",
        (*values, after, limit),
    )
    return [_from_row(row) for row in rows]


@dataclass(frozen=True, slots=True)
class AttemptOfCampaign:
    attempt: Attempt
    campaign_public_id: str


_WITH_CAMPAIGN = (
    "SELECT attempt.*, campaign.public_id AS campaign_public_id FROM attempt"
    " JOIN campaign ON campaign.id = attempt.campaign"
)


def find(view: Snapshot, reference: str) -> AttemptOfCampaign:
    """By id, or by numeric id as text. Raises NotFound."""
    row = view.execute(
        f"{_WITH_CAMPAIGN} WHERE (attempt.id = ? OR attempt.numeric_id = ?) AND campaign.deleted_at IS NULL",
        (reference, key_of(reference)),
    ).fetchone()
    if row is None:
        raise NotFound("call", reference)
    return AttemptOfCampaign(_from_row(row), row["campaign_public_id"])


def _filters(wanted: Mapping[str, object]) -> tuple[str, list[object]]:
    given = {column: value for column, value in wanted.items() if value is not None}
    return " AND ".join(["1", *(f"{column} = ?" for column in given)]), list(given.values())


def _from_row(row: sqlite3.Row) -> Attempt:
    return Attempt(
        id=row["id"],
        numeric_id=row["numeric_id"],
        campaign=row["campaign"],
        run=row["run"],
        contact=row["contact"],
        n=row["n"],
        channel=Channel(row["channel"]),
        phone=row["phone"],
        from_number=row["from_number"],
        agent_id=row["agent_id"],
        carrier=row["carrier"],
        callback_token=row["callback_token"],
        state=AttemptState(row["state"]),
        text=row["text"],
        ring_timeout=row["ring_timeout"],
        max_duration=row["max_duration"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
        answered_at=row["answered_at"],
        ended_at=row["ended_at"],
        blocked_until=row["blocked_until"],
        hangup_requested_at=row["hangup_requested_at"],
        carrier_id=row["carrier_id"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        detail=row["detail"],
        amd=row["amd"],
        dtmf=row["dtmf"],
        agent_connected=None if row["agent_connected"] is None else bool(row["agent_connected"]),
        delivery=row["delivery"],
        message_left=bool(row["message_left"]),
        billable_seconds=row["billable_seconds"],
        recording_seconds=row["recording_seconds"],
    )
