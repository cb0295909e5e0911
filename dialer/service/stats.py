"""How a campaign has gone so far: figures over its contacts and calls of the present run."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from dialer.domain.call import Outcome
from dialer.domain.campaign import Campaign, CampaignStatus
from dialer.domain.clock import MINUTE, Instant
from dialer.service.parts import Parts
from dialer.service.preflight import Forecast, forecast
from dialer.store import campaigns, contacts, reports
from dialer.store.reports import Calls
from dialer.store.unit import Snapshot

_LATELY = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Stats:
    campaign: Campaign
    outcomes: Mapping[Outcome, int]
    """Contacts that have one."""
    histogram: Mapping[int, int]
    """For each number of attempts, how many contacts had so many."""
    calls: Calls
    begun: int
    """Calls in all."""
    per_minute: float
    """Calls begun in the last five minutes, or since the first one where that is less."""
    per_minute_overall: float
    """From the first call's beginning to the last one's end, or until now while it runs."""
    forecast: Forecast | None
    """None unless it is running."""


async def stats(parts: Parts, reference: str) -> Stats:
    """Reads every contact and call of the campaign, beside what dials. Raises NotFound."""

    def work(view: Snapshot) -> Stats:
        campaign = campaigns.find(view, reference)
        calls = reports.calls(view, campaign, since=view.now - _LATELY)
        outcomes: Counter[Outcome] = Counter()
        histogram: Counter[int] = Counter()
        for each in contacts.tally(view, campaign):
            histogram[each.attempts] += each.contacts
            if each.outcome is not None:
                outcomes[each.outcome] += each.contacts
        running = campaign.status is CampaignStatus.RUNNING
        begun = sum(calls.states.values())
        first = view.now if calls.first_at is None else calls.first_at
        last = view.now if running or calls.last_at is None else calls.last_at
        return Stats(
            campaign,
            outcomes,
            histogram,
            calls,
            begun,
            _a_minute(calls.since, max(first, view.now - _LATELY), view.now),
            _a_minute(begun, first, last),
            forecast(parts, view, campaign) if running else None,
        )

    return await parts.store.scan(work)


def _a_minute(calls: int, begin: Instant, end: Instant) -> float:
    """A span of less than a second counts as one."""
    return calls * MINUTE / max(end - begin, 1000)
