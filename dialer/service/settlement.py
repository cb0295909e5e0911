"""What an attempt's end means for its contact, its campaign and those who wait for its number."""

from dataclasses import dataclass, replace

from dialer.domain.call import SKIPPED, AttemptState, Outcome
from dialer.domain.campaign import OVER, Campaign, CampaignStatus, read_config
from dialer.domain.clock import Instant
from dialer.domain.events import CallEnded, CampaignCompleted, ContactSettled
from dialer.domain.ids import CampaignId
from dialer.domain.retry import ContactStatus, End, Verdict, judge, outcome_of
from dialer.store import campaigns, contacts
from dialer.store.attempts import Owner
from dialer.store.campaigns import Standing
from dialer.store.unit import Transaction

_GAVE_UP = frozenset({AttemptState.UNKNOWN, AttemptState.ENDED_UNKNOWN})
"""States after which the number may still be talking, so that nobody is woken."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What follows for the engine: when the contact is due again, and which campaigns have work now."""

    due: Instant | None = None
    woken: tuple[CampaignId, ...] = ()


def settle(tx: Transaction, owner: Owner, end: End) -> Settled:
    """The attempt has just moved to its final state `end.state`: everything else that follows from it."""
    tx.record(CallEnded(owner.campaign, owner.contact, owner.id, end.state))
    due = _settle_contact(tx, owner, end)
    woken: tuple[CampaignId, ...] = ()
    if end.state not in _GAVE_UP:
        lists = contacts.release_busy(tx, owner.phone)
        woken = tuple(campaigns.of_list(tx, list_id) for list_id in lists)
    return Settled(due, woken)


def _settle_contact(tx: Transaction, owner: Owner, end: End) -> Instant | None:
    contact = contacts.row(tx, owner.contact)
    campaign = campaigns.standing(tx, owner.campaign)
    is_latest = contact.run == owner.run == campaign.run and contact.attempts == owner.n
    if not is_latest:
        return None  # a later attempt, or a later run, speaks for the contact
    config = read_config(campaign.config)
    end = replace(end, on_unknown_wait=config.on_unknown_wait)
    verdict = judge(end, contact.progress, config.retry)
    if verdict.status is ContactStatus.PENDING and campaign.swept is None and campaign.status in OVER:
        # Late proof after the campaign was over: it stays over.
        verdict = Verdict(ContactStatus.FAILED, verdict.progress, outcome_of(end.state, end.failure))
    contacts.apply(tx, owner.contact, verdict)
    move_between_counters(
        tx, owner.campaign, campaign, (contact.status, contact.outcome), (verdict.status, verdict.outcome)
    )
    if verdict.outcome is not None:
        tx.record(ContactSettled(owner.campaign, owner.contact, owner.id, verdict.outcome))
    return verdict.due


def move_between_counters(
    tx: Transaction,
    campaign_id: CampaignId,
    campaign: Standing,
    before: tuple[ContactStatus, Outcome | None],
    after: tuple[ContactStatus, Outcome | None],
) -> None:
    """Moves one contact between the campaign's counters; the last one completes a running campaign."""
    changes: dict[str, int] = {}
    for (status, outcome), step in ((before, -1), (after, +1)):
        for column in _counted_in(status, outcome, campaign.swept):
            changes[column] = changes.get(column, 0) + step
    changes = {column: step for column, step in changes.items() if step}
    if changes:
        campaigns.shift(tx, campaign_id, changes)
    left = campaign.pending + campaign.in_progress + changes.get("pending", 0) + changes.get("in_progress", 0)
    if left == 0 and campaign.status is CampaignStatus.RUNNING:
        complete(tx, campaigns.get(tx, campaign_id))


def complete(tx: Transaction, campaign: Campaign) -> Campaign:
    """Nobody is left: the run is over."""
    done = replace(campaign.move(CampaignStatus.COMPLETED), completed_at=tx.now)
    campaigns.save(tx, done)
    tx.record(CampaignCompleted(done.id, done.run))
    return done


def _counted_in(status: ContactStatus, outcome: Outcome | None, swept: Outcome | None) -> tuple[str, ...]:
    if status is ContactStatus.PENDING and swept is not None:
        return ("failed", "skipped")
    if status is ContactStatus.FAILED and outcome in SKIPPED:
        return ("failed", "skipped")
    return (status.value,)
