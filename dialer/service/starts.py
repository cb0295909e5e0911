"""What the clock does to campaigns: start them at their time, end them at their expiry."""

import asyncio
from dataclasses import replace

from dialer.domain.call import Outcome
from dialer.domain.campaign import UNFINISHED, Campaign, CampaignStatus, Origin, StatusReason
from dialer.domain.clock import SECOND, Instant
from dialer.domain.events import (
    CampaignCompleted,
    CampaignFailed,
    CampaignLaunched,
    CampaignPaused,
    LaunchRefused,
)
from dialer.domain.ids import CampaignId
from dialer.domain.schedule import format_instant
from dialer.service.campaigns import start, sweep
from dialer.service.launch_checks import reasons_against
from dialer.service.parts import Parts
from dialer.store import campaigns
from dialer.store.unit import Transaction


async def start_due(parts: Parts) -> None:
    """Starts every campaign whose time has come, each with the checks of a launch."""
    now = parts.clock.now()
    due = await parts.store.read(lambda view: campaigns.starts_due(view, now))
    # Together, so that they share commits: nine o'clock is when everybody starts.
    await asyncio.gather(*(_start_one(parts, campaign_id) for campaign_id in due))


async def expire_due(parts: Parts) -> None:
    """Ends every campaign whose `expires_at` has come; who is left becomes failed/expired."""
    now = parts.clock.now()
    due = await parts.store.read(lambda view: campaigns.expiries_due(view, now))
    await asyncio.gather(*(_expire_one(parts, campaign_id) for campaign_id in due))


async def next_moment(parts: Parts) -> Instant | None:
    """When the clock has something to do next."""
    return await parts.store.read(campaigns.next_moment)


async def _start_one(parts: Parts, campaign_id: CampaignId) -> None:
    def start_by_clock(tx: Transaction) -> None:
        campaign = campaigns.get(tx, campaign_id)
        drafted = campaign.status is CampaignStatus.DRAFT and campaign.autostart
        if not (drafted or campaign.status is CampaignStatus.LAUNCHED):
            return  # somebody was faster than the clock
        expires_at = campaign.config.expires_at
        if not drafted and expires_at is not None and expires_at <= tx.now:
            return  # its expiry ends it
        if faults := reasons_against(parts, campaign, tx.now):
            _refuse(tx, campaign, " ".join(fault.msg for fault in faults))
            return
        if drafted:
            campaign = replace(campaign, counters=campaign.counters.started())
            tx.record(CampaignLaunched(campaign.id, campaign.run))
        # One of a moment before it was made is no start that the daemon missed.
        late = tx.now - max(campaign.scheduled_at or tx.now, campaign.created_at)
        if late > parts.policy.misfire_grace * SECOND and campaign.origin == Origin.CALL:
            # Nobody could resume it, and who waited for this one call has long given up.
            _fail(tx, campaign, StatusReason.MISSED_START, "Its time was missed; the daemon was not running.")
        elif late > parts.policy.misfire_grace * SECOND:
            _miss(tx, campaign)
        else:
            start(tx, campaign)

    await parts.store.transact(start_by_clock)


def _refuse(tx: Transaction, campaign: Campaign, detail: str) -> None:
    """A draft stays one; a launched campaign whose agent has gone meanwhile has failed."""
    if campaign.status is CampaignStatus.DRAFT:
        refused = replace(
            campaign, autostart=False, status_reason=StatusReason.LAUNCH_REFUSED, status_detail=detail
        )
        tx.record(LaunchRefused(campaign.id, detail))
        campaigns.save(tx, refused)
    else:
        _fail(tx, campaign, StatusReason.LAUNCH_REFUSED, detail)


def _fail(tx: Transaction, campaign: Campaign, reason: StatusReason, detail: str) -> None:
    failed = campaign.move(CampaignStatus.FAILED, reason=reason, detail=detail)
    failed = replace(failed, swept=Outcome.CANCELLED, completed_at=tx.now, counters=campaign.counters.swept())
    tx.record(CampaignFailed(campaign.id, detail))
    campaigns.save(tx, failed)


def _miss(tx: Transaction, campaign: Campaign) -> None:
    scheduled = format_instant(campaign.scheduled_at or tx.now)
    detail = f"Its start at {scheduled} was missed; resume it to start it now."
    missed = campaign.move(CampaignStatus.PAUSED, reason=StatusReason.MISSED_START, detail=detail)
    campaigns.save(tx, missed)
    tx.record(CampaignPaused(campaign.id, StatusReason.MISSED_START))


async def _expire_one(parts: Parts, campaign_id: CampaignId) -> None:
    def expire_campaign(tx: Transaction) -> None:
        campaign = campaigns.get(tx, campaign_id)
        expires_at = campaign.config.expires_at
        if expires_at is None or expires_at > tx.now or campaign.status not in UNFINISHED:
            return  # somebody was faster than the clock
        expired = replace(
            sweep(campaign, CampaignStatus.COMPLETED, Outcome.EXPIRED, tx.now),
            status_reason=StatusReason.EXPIRED,
        )
        campaigns.save(tx, expired)
        tx.record(CampaignCompleted(campaign.id, campaign.run, StatusReason.EXPIRED))

    await parts.store.transact(expire_campaign)
