"""Contacts as they are shown: with the reason why each is not being called now."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.call import Outcome
from dialer.domain.campaign import Campaign
from dialer.domain.clock import Instant
from dialer.domain.contact import Contact
from dialer.domain.retry import ContactStatus
from dialer.service import why
from dialer.service.paces import paces
from dialer.service.parts import Parts
from dialer.service.reach import hindrance
from dialer.service.why import Situation, Why
from dialer.store import attempts, campaigns, contacts
from dialer.store.unit import Snapshot


@dataclass(frozen=True, slots=True)
class ContactView:
    contact: Contact
    why: Why | None
    """Why it is not being called now; None while it is."""

    @property
    def reason(self) -> str | None:
        """One sentence."""
        return self.why.sentence if self.why else None


async def page(
    parts: Parts,
    reference: str,
    *,
    status: ContactStatus | None,
    outcome: Outcome | None,
    phone: str | None,
    held: bool | None,
    after: int,
    limit: int,
) -> tuple[list[ContactView], int | None]:
    """Contacts with an id above `after`, and the cursor of the next page. Raises NotFound (campaign)."""

    def work(view: Snapshot) -> tuple[list[ContactView], int | None]:
        campaign = campaigns.find(view, reference)
        found = contacts.page(
            view,
            campaign,
            status=status,
            outcome=outcome,
            phone=phone,
            held=held,
            after=after,
            limit=limit + 1,
        )
        views = observed(parts, view, campaign, found[:limit])
        return views, views[-1].contact.id if len(found) > limit else None

    return await parts.store.scan(work)


def observed(parts: Parts, view: Snapshot, campaign: Campaign, found: Sequence[Contact]) -> list[ContactView]:
    """Contacts of the campaign, each with what holds it back at this instant."""
    situation = _situation(parts, campaign, view.now, attempts.count_open(view))
    return [
        ContactView(contact, why.why_not(situation, contact, _busy_until(view, campaign, contact)))
        for contact in found
    ]


def why_not(parts: Parts, campaign: Campaign, contact: Contact) -> str | None:
    """The same in one sentence, without a look at the calls that are open."""
    found = why.why_not(_situation(parts, campaign, parts.clock.now(), 0), contact)
    return found.sentence if found else None


def _situation(parts: Parts, campaign: Campaign, now: Instant, open_calls: int) -> Situation:
    return Situation(
        now=now,
        campaign=campaign,
        hindrance=hindrance(parts, campaign),
        faults=parts.readiness.faults,
        carrier=parts.policy.carrier,
        open_calls=open_calls,
        max_open_calls=parts.policy.max_concurrent,
        paces=paces(parts, campaign),
    )


def _busy_until(view: Snapshot, campaign: Campaign, contact: Contact) -> Instant | None:
    if contact.status is not ContactStatus.PENDING:
        return None
    return attempts.busy_until(view, contact.person.phone, campaign.channel)
