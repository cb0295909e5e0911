"""What an attempt's end means for its contact, its campaign and those who wait for its number."""

from dataclasses import dataclass, replace

from dialer.domain.call import SKIPPED, AttemptState, Outcome
from dialer.domain.campaign import OVER, Campaign, CampaignStatus, read_config
from dialer.domain.clock import Instant
from dialer.domain.events import CallEnded, CampaignCompleted, ContactSettled
from dialer.domain.ids import CampaignId
from dialer.domain.retry import ContactStatus, End, Verdict, judge, outcome_of
from dialer.store import campaigns, contacts
from dialer.store.cases import Case
from dialer.store.unit import Transaction

_GAVE_UP = frozenset({AttemptState.UNKNOWN, AttemptState.ENDED_UNKNOWN})
"""States after which the number may still be talking, so that nobody is woken."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What follows for the engine: when the contact is due again, and which campaigns have work now."""

    due: Instant | None = None
    woken: tuple[CampaignId, ...] = ()


def settle(tx: Transaction, case: Case, end: End) -> Settled:
    """The attempt has just moved to its final state `end.state`: everything else that follows from it."""
    tx.record(CallEnded(case.campaign.id, case.contact.id, case.attempt.id, end.state))
    due = _settle_contact(tx, case, end) if case.is_latest else None
    woken: tuple[CampaignId, ...] = ()
    if case.waited_for and end.state not in _GAVE_UP:
        lists = contacts.release_busy(tx, case.attempt.phone)
        woken = tuple(campaigns.of_list(tx, list_id) for list_id in lists)
    return Settled(due, woken)


def _settle_contact(tx: Transaction, case: Case, end: End) -> Instant | None:
    campaign, contact = case.campaign, case.contact
    config = read_config(campaign.config)
    if config.on_unknown_wait is not None:
        end = replace(end, on_unknown_wait=config.on_unknown_wait)
    verdict = judge(end, contact.progress, config.retry)
    if verdict.status is ContactStatus.PENDING and campaign.swept is None and campaign.status in OVER:
        # Late proof after the campaign was over: it stays over.
        verdict = Verdict(ContactStatus.FAILED, verdict.progress, outcome_of(end.state, end.failure))
    apply_verdict(tx, case, verdict)
    return verdict.due


def apply_verdict(tx: Transaction, case: Case, verdict: Verdict) -> None:
    """Moves the contact and the counters; its outcome, where it is final, is told."""
    contacts.apply(tx, case.contact.id, verdict)
    if verdict.outcome is not None:
        tx.record(ContactSettled(case.campaign.id, case.contact.id, case.attempt.id, verdict.outcome))
    _move_between_counters(tx, case, verdict)  # last: it may tell that the campaign is complete


def _move_between_counters(tx: Transaction, case: Case, verdict: Verdict) -> None:
    """The last contact completes a running campaign."""
    campaign = case.campaign
    before = _counted_in(case.contact.status, case.contact.outcome, campaign.swept)
    after = _counted_in(verdict.status, verdict.outcome, campaign.swept)
    changes = {column: -1 for column in before if column not in after}
    changes |= {column: +1 for column in after if column not in before}
    if changes:
        campaigns.shift(tx, campaign.id, changes)
    left = campaign.pending + campaign.in_progress + changes.get("pending", 0) + changes.get("in_progress", 0)
    if left == 0 and campaign.status is CampaignStatus.RUNNING:
        complete(tx, campaigns.get(tx, campaign.id))


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
