"""Contacts as they are shown: with the reason why each is not being called now."""

from dataclasses import dataclass

from dialer.domain.call import Outcome
from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.contact import Contact
from dialer.domain.retry import ContactStatus, Waiting
from dialer.domain.schedule import format_instant
from dialer.service.parts import Parts
from dialer.store import campaigns, contacts
from dialer.store.unit import Snapshot


@dataclass(frozen=True, slots=True)
class ContactView:
    contact: Contact
    reason: str | None
    """One sentence; None while it is being called."""


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
        views = [ContactView(contact, why_not(parts, campaign, contact)) for contact in found[:limit]]
        return views, views[-1].contact.id if len(found) > limit else None

    return await parts.store.read(work)


_OVER: dict[Outcome | None, str] = {
    Outcome.ANSWERED: "It was reached: answered.",
    Outcome.VOICEMAIL: "An answering machine took the call.",
    Outcome.NO_ANSWER: "Nobody answered, and no retry is left.",
    Outcome.BUSY: "The line was busy, and no retry is left.",
    Outcome.DECLINED: "The call was declined.",
    Outcome.INVALID_NUMBER: "The number is not valid.",
    Outcome.ERROR: "The call failed.",
    Outcome.SENT: "The message was sent.",
    Outcome.DELIVERED: "The message was delivered.",
    Outcome.UNDELIVERED: "The message could not be delivered.",
    Outcome.CANCELLED: "It was cancelled.",
    Outcome.EXPIRED: "The campaign expired before its turn came.",
    Outcome.UNKNOWN: "Its call was placed, and how it ended was never learned; it is not called again.",
}


def why_not(parts: Parts, campaign: Campaign, contact: Contact) -> str | None:
    """Why this contact is not being called now, the binding reason alone."""
    if contact.status is ContactStatus.IN_PROGRESS:
        return None
    if contact.held:
        return "It is not known whether its last call was placed; it is held until an operator decides."
    if contact.status is not ContactStatus.PENDING:
        return _OVER.get(contact.outcome, "It is done.")
    return _campaign_holds(parts, campaign) or _row_holds(contact)


def _campaign_holds(parts: Parts, campaign: Campaign) -> str | None:
    match campaign.status:
        case CampaignStatus.DRAFT:
            return "The campaign is a draft; launch it."
        case CampaignStatus.LAUNCHED:
            at = format_instant(campaign.scheduled_at or campaign.created_at)
            return f"The campaign starts at {at}."
        case CampaignStatus.PAUSED:
            return campaign.status_detail or "The campaign is paused; resume it."
        case CampaignStatus.RUNNING if parts.readiness.faults:
            return " ".join(parts.readiness.faults.values())
        case _:
            return None


def _row_holds(contact: Contact) -> str:
    at = format_instant(contact.due or 0)
    match contact.waiting:
        case Waiting.RETRY:
            return f"It waits for its next try at {at}."
        case Waiting.BACKOFF:
            return f"The carrier could not place its call; the next try is at {at}."
        case Waiting.NUMBER_BUSY:
            return f"Another call to this number is open; it is tried when that ends, by {at} at the latest."
        case None:
            return "It waits for its turn: a free call slot and the pacing limits."
