"""What a launch would do, dialling nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialer.domain import estimate
from dialer.domain.campaign import UNFINISHED, Campaign, CampaignStatus
from dialer.domain.clock import SECOND, Instant
from dialer.domain.errors import Fault
from dialer.domain.estimate import Basis, Habits
from dialer.service.launch_checks import reasons_against, unfilled_placeholders
from dialer.service.paces import paces
from dialer.service.parts import Parts
from dialer.store import campaigns, reports
from dialer.store.unit import Snapshot


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a campaign will be done, or one that is over would be if it ran again."""

    seconds: float
    end: Instant
    basis: Basis


@dataclass(frozen=True, slots=True)
class Preflight:
    campaign: Campaign
    unfilled: Mapping[str, int]
    """For each placeholder without a default, how many contacts have nothing to fill it with."""
    forecast: Forecast
    reasons: Sequence[Fault]
    """Why a launch would be refused."""


async def preflight(parts: Parts, reference: str) -> Preflight:
    """Works in every status; of one that is under way the forecast is about who is left. Raises NotFound."""

    def work(view: Snapshot) -> Preflight:
        campaign = campaigns.find(view, reference)
        return Preflight(
            campaign,
            unfilled_placeholders(campaign),
            forecast(parts, view, campaign),
            reasons_against(parts, campaign, view.now),
        )

    return await parts.store.scan(work)


def forecast(parts: Parts, view: Snapshot, campaign: Campaign) -> Forecast:
    """From its start, which is now or at its schedule; its expiry ends it."""
    counters = campaign.counters
    under_way = campaign.status in UNFINISHED
    left = counters.pending + counters.in_progress if under_way else counters.total - counters.unusable
    found = habits(parts, view, campaign)
    seconds = estimate.duration(
        left,
        campaign.config.retry,
        found,
        slots=min(campaign.max_concurrent, parts.policy.max_concurrent),
        per_second=min(paces(parts, campaign).values(), default=0.0),
    )
    start = view.now
    if campaign.status in (CampaignStatus.DRAFT, CampaignStatus.LAUNCHED):
        start = max(start, campaign.scheduled_at or 0)
    end = start + round(seconds * SECOND)
    expires_at = campaign.config.expires_at
    if expires_at is not None and start < expires_at < end:
        end, seconds = expires_at, (expires_at - start) / SECOND
    return Forecast(seconds, end, found.basis)


def habits(parts: Parts, view: Snapshot, campaign: Campaign) -> Habits:
    """What its calls take, from the narrowest source that has seen enough of them."""
    for basis, whose in ((Basis.OWN_CALLS, campaign.id), (Basis.RECENT_CALLS, None)):
        latest = reports.latest(view, campaign.channel, whose)
        if latest.calls >= estimate.ENOUGH:
            return Habits(basis, latest.seconds, latest.unreached)
    policy = parts.policy
    return estimate.typical(
        campaign.channel, ring_timeout=policy.ring_timeout, max_duration=policy.max_duration
    )
