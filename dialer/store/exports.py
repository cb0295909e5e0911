"""The calls of many contacts at once, as far as an export shows them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.campaign import Campaign
from dialer.domain.clock import Instant
from dialer.domain.ids import AttemptId, ContactId
from dialer.store.unit import Snapshot


@dataclass(frozen=True, slots=True)
class Call:
    contact: ContactId
    id: AttemptId
    n: int
    state: str
    outcome: str | None
    created_at: Instant
    answered_at: Instant | None
    ended_at: Instant | None
    seconds: int | None
    """Billable."""


def calls_of(view: Snapshot, campaign: Campaign, contacts: Sequence[ContactId]) -> list[Call]:
    """Those of the campaign's present run, in the order of contacts, then of tries."""
    rows = view.execute(
        "SELECT contact, id, n, state, outcome, created_at, answered_at, ended_at, billable_seconds"
        " FROM attempt INDEXED BY attempt_contact"
        " WHERE contact IN (SELECT value FROM json_each(?)) AND campaign = ? AND run = ?"
        " ORDER BY contact, n",
        (json.dumps(contacts), campaign.id, campaign.run),
    )
    return [Call(*row) for row in rows]
