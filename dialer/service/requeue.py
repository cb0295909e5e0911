"""The operator's decision on a held contact: it is called once more, through every gate."""

from dataclasses import replace

from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.contact import Contact
from dialer.domain.errors import Incomplete, NotFound, WrongState
from dialer.domain.events import CampaignReopened, ContactRequeued
from dialer.domain.retry import ContactStatus, Verdict
from dialer.service.contacts import ContactView, observed
from dialer.service.launch_checks import reasons_against
from dialer.service.parts import Parts
from dialer.service.receipts import Seal, unsealed
from dialer.store import campaigns, contacts
from dialer.store.unit import Transaction

_TAKES_IT = frozenset({CampaignStatus.RUNNING, CampaignStatus.PAUSED, CampaignStatus.COMPLETED})


async def requeue(
    parts: Parts, reference: str, phone: str, *, seal: Seal[ContactView] = unsealed
) -> ContactView:
    """The contact is pending again and due now; a completed campaign goes back to running for it.

    Proof that comes late of its last call still settles it, and then it is not called again. Raises NotFound
    (campaign, contact), WrongState, Incomplete where the completed campaign could not run.
    """

    def requeue_contact(tx: Transaction) -> ContactView:
        campaign = campaigns.find(tx, reference)
        contact = _find(tx, campaign, phone)
        _may_requeue(campaign, contact)
        contacts.apply(tx, contact.id, Verdict(ContactStatus.PENDING, contact.progress, due=tx.now))
        campaigns.shift(tx, campaign.id, {"failed": -1, "pending": +1})
        campaign = campaigns.get(tx, campaign.id)
        if campaign.status is CampaignStatus.COMPLETED:
            campaign = _reopen(parts, tx, campaign)
        tx.record(ContactRequeued(campaign.id, contact.id))
        [shown] = observed(parts, tx, campaign, [_find(tx, campaign, phone)])
        seal(tx, shown, campaign.id)
        return shown

    return await parts.store.transact(requeue_contact)


def _find(tx: Transaction, campaign: Campaign, phone: str) -> Contact:
    found = contacts.page(tx, campaign, status=None, outcome=None, phone=phone, held=None, after=0, limit=1)
    if not found:
        raise NotFound("contact", phone)
    return found[0]


def _may_requeue(campaign: Campaign, contact: Contact) -> None:
    if campaign.status not in _TAKES_IT:
        raise WrongState(
            f"The campaign is {campaign.status}; contacts of a running, paused or completed one are requeued."
        )
    if not contact.held:
        outcome = f" ({contact.outcome})" if contact.outcome else ""
        raise WrongState(
            f"The contact is {contact.status}{outcome}; only one that is held waits for this decision."
        )
    if campaign.swept is not None:
        raise WrongState(
            "The campaign has expired; change config.expires_at, then launch it with ?force_rerun=true."
        )


def _reopen(parts: Parts, tx: Transaction, campaign: Campaign) -> Campaign:
    if faults := reasons_against(parts, campaign, tx.now):
        raise Incomplete(faults)
    reopened = replace(campaign.move(CampaignStatus.RUNNING), completed_at=None)
    campaigns.save(tx, reopened)
    tx.record(CampaignReopened(reopened.id))
    return reopened
