"""Campaigns: every change of their state, one function and one transaction each."""

from dataclasses import replace

from dialer.domain.call import Channel, Outcome
from dialer.domain.campaign import (
    OVER,
    Campaign,
    CampaignStatus,
    StatusReason,
)
from dialer.domain.clock import Instant
from dialer.domain.errors import Incomplete, WrongState
from dialer.domain.events import (
    CampaignCancelled,
    CampaignLaunched,
    CampaignPaused,
    CampaignResumed,
    CampaignStarted,
    HangupRequested,
)
from dialer.domain.schedule import format_instant
from dialer.service.launch_checks import reasons_against
from dialer.service.parts import Parts
from dialer.service.reach import hindrance
from dialer.service.receipts import Seal, unsealed
from dialer.service.settlement import complete
from dialer.store import attempts, campaigns, contacts
from dialer.store.unit import Snapshot, Transaction


async def get(parts: Parts, reference: str) -> Campaign:
    """The campaign as it stands, with the reason that can be read off its rows. Raises NotFound."""
    return await parts.store.read(lambda view: observed(parts, view, campaigns.find(view, reference)))


async def page(
    parts: Parts, *, status: CampaignStatus | None, channel: Channel | None, limit: int, offset: int
) -> tuple[list[Campaign], int]:
    """Newest first, and how many there are in all."""

    def work(view: Snapshot) -> tuple[list[Campaign], int]:
        found, total = campaigns.page(view, status=status, channel=channel, limit=limit, offset=offset)
        return [observed(parts, view, campaign) for campaign in found], total

    return await parts.store.scan(work)


async def launch(
    parts: Parts,
    reference: str,
    *,
    force_rerun: bool = False,
    start_now: bool = False,
    seal: Seal[Campaign] = unsealed,
) -> Campaign:
    """Starts a draft, now or at its scheduled time; with `force_rerun` also what is over, as a new run.

    Raises NotFound, WrongState, Incomplete with every reason against it.
    """

    def launch_campaign(tx: Transaction) -> Campaign:
        campaign = campaigns.find(tx, reference)
        _may_launch(campaign, force_rerun=force_rerun, start_now=start_now)
        launched = launch_now(parts, tx, campaign, start_now=start_now)
        seal(tx, launched, launched.id)
        return launched

    return await parts.store.transact(launch_campaign)


def launch_now(parts: Parts, tx: Transaction, campaign: Campaign, *, start_now: bool = False) -> Campaign:
    """Launched or running, according to its schedule. Raises Incomplete."""
    if faults := reasons_against(parts, campaign, tx.now):
        raise Incomplete(faults)
    if campaign.status in OVER:
        campaign = replace(campaign, run=campaign.run + 1, started_at=None, completed_at=None, swept=None)
    later = campaign.scheduled_at is not None and campaign.scheduled_at > tx.now and not start_now
    if campaign.status is not CampaignStatus.LAUNCHED:
        campaign = replace(campaign, counters=campaign.counters.started())
        tx.record(CampaignLaunched(campaign.id, campaign.run))
    if not later:
        return start(tx, campaign)
    launched = campaign.move(CampaignStatus.LAUNCHED)
    campaigns.save(tx, launched)
    return launched


def start(tx: Transaction, campaign: Campaign) -> Campaign:
    """Running from this instant on; at once completed where nobody can be dialled."""
    running = campaign.move(CampaignStatus.RUNNING)
    if running.started_at is None:
        running = replace(running, started_at=tx.now)
        tx.record(CampaignStarted(running.id, running.run))
    campaigns.save(tx, running)
    if running.counters.pending + running.counters.in_progress == 0:
        return complete(tx, running)
    return running


async def pause(parts: Parts, reference: str, *, hangup: bool = False) -> tuple[Campaign, int]:
    """Stops new dials; calls in flight go on, or are ended with `hangup`.

    Returns once every dial in flight is settled, 2 s at most; the number is of those still undecided.
    Raises NotFound, WrongState.
    """

    def pause_campaign(tx: Transaction) -> Campaign:
        campaign = campaigns.find(tx, reference)
        _require(campaign, {CampaignStatus.LAUNCHED, CampaignStatus.RUNNING}, "paused")
        paused = campaign.move(CampaignStatus.PAUSED)
        campaigns.save(tx, paused)
        tx.record(CampaignPaused(paused.id, None))
        if hangup and attempts.request_hangup(tx, paused.id):
            tx.record(HangupRequested(paused.id))
        return paused

    paused = await parts.store.transact(pause_campaign)
    unsettled = await parts.fences.settle(paused.id)
    return await parts.store.read(lambda view: campaigns.get(view, paused.id)), unsettled


async def resume(parts: Parts, reference: str) -> Campaign:
    """Goes on where it was paused: running, or launched before its start time.

    Raises NotFound, WrongState.
    """

    def resume_campaign(tx: Transaction) -> Campaign:
        campaign = campaigns.find(tx, reference)
        _require(campaign, {CampaignStatus.PAUSED}, "resumed")
        tx.record(CampaignResumed(campaign.id))
        if campaign.started_at is None and (campaign.scheduled_at or 0) > tx.now:
            launched = campaign.move(CampaignStatus.LAUNCHED)
            campaigns.save(tx, launched)
            return launched
        return start(tx, campaign)

    return await parts.store.transact(resume_campaign)


async def cancel(parts: Parts, reference: str) -> Campaign:
    """Final: whoever was pending is cancelled; calls in flight go on to their end.

    Returns once every dial in flight is settled, 2 s at most. Raises NotFound, WrongState.
    """

    def cancel_campaign(tx: Transaction) -> Campaign:
        campaign = campaigns.find(tx, reference)
        cancelled = sweep(campaign, CampaignStatus.CANCELLED, Outcome.CANCELLED, tx.now)
        campaigns.save(tx, cancelled)
        tx.record(CampaignCancelled(cancelled.id))
        return cancelled

    cancelled = await parts.store.transact(cancel_campaign)
    await parts.fences.settle(cancelled.id)
    return await parts.store.read(lambda view: campaigns.get(view, cancelled.id))


def sweep(campaign: Campaign, to: CampaignStatus, outcome: Outcome, now: Instant) -> Campaign:
    """Ends the run for everybody who is pending, by one row: theirs are read through it."""
    ended = campaign.move(to)
    counters = campaign.counters
    if campaign.status is CampaignStatus.DRAFT:
        counters = counters.started()
    return replace(ended, swept=outcome, completed_at=now, counters=counters.swept())


def _require(campaign: Campaign, allowed: set[CampaignStatus], done: str) -> None:
    if campaign.status not in allowed:
        names = " or ".join(sorted(allowed))
        raise WrongState(f"The campaign is {campaign.status}; only a {names} campaign can be {done}.")


def _may_launch(campaign: Campaign, *, force_rerun: bool, start_now: bool) -> None:
    if campaign.status is CampaignStatus.DRAFT:
        return
    if campaign.status in OVER:
        if not force_rerun:
            raise WrongState(
                f"The campaign is {campaign.status}; launch it with ?force_rerun=true to run it again."
            )
        return
    if campaign.status is CampaignStatus.LAUNCHED and start_now:
        return
    mend = {
        CampaignStatus.PAUSED: "resume it to go on",
        CampaignStatus.LAUNCHED: "launch it with ?now=true to start it at once",
    }.get(campaign.status, "only a draft can be launched")
    raise WrongState(f"The campaign is {campaign.status}; {mend}.")


def observed(parts: Parts, view: Snapshot, campaign: Campaign) -> Campaign:
    """As the API shows it: with the reason that holds a running campaign, where there is one."""
    if campaign.status is not CampaignStatus.RUNNING or campaign.status_reason is not None:
        return campaign
    if (detail := hindrance(parts, campaign)) is not None:
        return replace(campaign, status_reason=StatusReason.AGENT_UNAVAILABLE, status_detail=detail)
    if campaign.counters.pending and parts.readiness.carrier_down:
        detail = " ".join(parts.readiness.faults.values())
        return replace(campaign, status_reason=StatusReason.CARRIER_DOWN, status_detail=detail)
    idle = campaign.counters.pending and not campaign.counters.in_progress
    if idle and not contacts.any_due(view, campaign):
        due = contacts.next_due(view, campaign, view.now)
        if due is not None:
            detail = f"The next contact is due at {format_instant(due)}."
            return replace(campaign, status_reason=StatusReason.WAITING_FOR_RETRY, status_detail=detail)
    return campaign
