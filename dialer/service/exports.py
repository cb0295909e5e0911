"""A campaign's contacts with what became of them, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from dialer.domain.campaign import Campaign
from dialer.domain.contact import Contact
from dialer.domain.errors import WrongState
from dialer.service.parts import Parts
from dialer.store import campaigns, contacts, exports
from dialer.store.exports import Call
from dialer.store.unit import Snapshot

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Row:
    contact: Contact
    calls: Sequence[Call]
    """Of the present run, the first try first."""


@dataclass(frozen=True, slots=True)
class Page:
    campaign: Campaign
    rows: Sequence[Row]
    next: int | None
    """Where the next page begins; None: this was the last."""


async def page(parts: Parts, reference: str, earlier: Page | None = None) -> Page:
    """The first page, or the one after an earlier one.

    Raises NotFound, and WrongState when the contacts were replaced since the earlier one.
    """
    after = (earlier.next or 0) if earlier else 0

    def work(view: Snapshot) -> Page:
        campaign = campaigns.find(view, reference)
        if earlier is not None and campaign.list != earlier.campaign.list:
            raise WrongState("The campaign's contacts were replaced while they were being exported.")
        found = contacts.page(
            view,
            campaign,
            status=None,
            outcome=None,
            phone=None,
            held=None,
            after=after,
            limit=_PAGE,
        )
        calls = exports.calls_of(view, campaign, [contact.id for contact in found])
        of_contact = {contact: list(those) for contact, those in groupby(calls, lambda call: call.contact)}
        rows = [Row(contact, of_contact.get(contact.id, ())) for contact in found]
        return Page(campaign, rows, found[-1].id if len(found) == _PAGE else None)

    return await parts.store.scan(work)
