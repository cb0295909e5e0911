"""What the API shows of a contact."""

import json
from typing import Self

from pydantic import BaseModel

from dialer.api.wire.fields import Timestamp
from dialer.domain.call import Outcome
from dialer.domain.ids import public_contact_id
from dialer.domain.retry import ContactStatus
from dialer.domain.schedule import format_instant
from dialer.service.contacts import ContactView
from dialer.service.why import Bar


class ContactAnswer(BaseModel):
    id: str
    numeric_id: int
    phone: str
    name: str | None
    status: ContactStatus
    outcome: Outcome | None
    attempts: int
    next_attempt_at: Timestamp | None
    reason: str | None
    """Why it is not being called now, in one sentence; null while it is."""
    gate: Bar | None
    """The same as a word: campaign_running, not_expired, number_usable, number_busy, agent, daemon, carrier,
    retry, backoff, slots, pacing, turn, held or finished."""
    until: Timestamp | None
    """When that ends at the latest; null where an event ends it, or nothing does."""
    held: bool
    variables: dict[str, object]

    @classmethod
    def of(cls, view: ContactView) -> Self:
        contact = view.contact
        person = contact.person
        why = view.why
        waits = contact.due if contact.status is ContactStatus.PENDING and contact.waiting else None
        return cls(
            id=public_contact_id(contact.id),
            numeric_id=contact.id,
            phone=person.phone,
            name=person.full_name(),
            status=contact.status,
            outcome=contact.outcome,
            attempts=contact.attempts,
            next_attempt_at=None if waits is None else format_instant(waits),
            reason=view.reason,
            gate=why.bar if why else None,
            until=format_instant(why.until) if why and why.until is not None else None,
            held=contact.held,
            variables=json.loads(person.variables) if person.variables else {},
        )


class ContactPage(BaseModel):
    contacts: list[ContactAnswer]
    next_cursor: str | None
