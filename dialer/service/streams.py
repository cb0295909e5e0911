"""What those who look on from outside are told: where campaigns stand, and what happens to them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dialer.domain.campaign import UNFINISHED, Campaign, Origin
from dialer.domain.errors import NotFound
from dialer.domain.events import Recorded
from dialer.domain.ids import CampaignId
from dialer.service.campaigns import observed
from dialer.service.parts import Parts
from dialer.store import campaigns, eventlog
from dialer.store.standings import Standing, standings
from dialer.store.unit import Snapshot

_AT_ONCE = 6_000
"""Ids of events that one read covers: a second at full rate, and what is written of them in 5 ms."""


class Lost(StrEnum):
    """Why nothing can be resumed after an event."""

    TOO_OLD = "Events after this id are not kept any more."
    UNKNOWN = "This id is of another database: there was no such event here."


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody who looks on stands."""

    campaign: CampaignId | None
    """None: all campaigns."""
    after: int | None = None
    """The last event that was seen; None: nothing yet."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What happened up to an event, and where the campaigns of which it tells stand after it."""

    upto: int
    events: Sequence[Recorded]
    standings: Mapping[CampaignId, Standing]
    more: bool = False
    """The log goes on after it."""


@dataclass(frozen=True, slots=True)
class Look:
    """One read: what happened, and what those are told who join at its end."""

    news: Stretch
    snapshots: Mapping[CampaignId | None, Sequence[Campaign]] = field(default_factory=dict)
    """For those who have seen nothing; none for a campaign that is not there any more."""
    arrears: Mapping[Place, Stretch] = field(default_factory=dict)
    """For those who have: what came since."""


async def lost(parts: Parts, after: int) -> Lost | None:
    """Why what came after this event cannot be told; None where it can."""

    def work(view: Snapshot) -> Lost | None:
        before_oldest, newest = eventlog.span(view)
        if after > newest:
            return Lost.UNKNOWN
        return Lost.TOO_OLD if after < min(before_oldest, newest) else None

    return await parts.store.read(work)


async def read_on(parts: Parts, place: Place) -> Stretch:
    """What came after the place, as far as one read goes."""

    def work(view: Snapshot) -> Stretch:
        return _stretch(view, place, eventlog.span(view)[1])

    return await parts.store.scan(work)


async def look(
    parts: Parts, after: int | None, watched: Collection[CampaignId] | None, joining: Collection[Place]
) -> Look:
    """Everything of one snapshot of the store.

    What happened to the watched campaigns (None: to all) after that event (None: nothing is wanted), and
    what those who join need, once the end of the log is reached.
    """

    def work(view: Snapshot) -> Look:
        newest = eventlog.span(view)[1]
        news = Stretch(newest, (), {}) if after is None else _news(view, after, newest, watched)
        if news.more:
            return Look(news)
        snapshots = {}
        for campaign in {place.campaign for place in joining if place.after is None}:
            if (shown := _snapshot(parts, view, campaign)) is not None:
                snapshots[campaign] = shown
        arrears = {place: _arrears(view, place, newest) for place in joining if place.after is not None}
        return Look(news, snapshots, arrears)

    return await parts.store.scan(work)


def _news(view: Snapshot, after: int, newest: int, watched: Collection[CampaignId] | None) -> Stretch:
    upto = min(newest, after + _AT_ONCE)
    touched = eventlog.touched(view, after, upto)
    if watched is not None:
        touched &= set(watched)
    events = eventlog.read_told(view, after, upto, watched) if touched else []
    return Stretch(upto, events, standings(view, touched), more=upto < newest)


def _stretch(view: Snapshot, place: Place, newest: int) -> Stretch:
    scope = None if place.campaign is None else {place.campaign}
    after = place.after or 0
    upto = min(newest, after + _AT_ONCE)
    events = eventlog.read_told(view, after, upto, scope)
    told_of = {event.campaign for event in events} if scope is None else scope
    return Stretch(upto, events, standings(view, told_of), more=upto < newest)


def _arrears(view: Snapshot, place: Place, newest: int) -> Stretch:
    """With where everybody stands now: counters may have changed by what is not told."""
    found = _stretch(view, place, newest)
    if place.campaign is not None or found.more:
        return found
    unfinished = {campaign.id for campaign in _unfinished(view)}
    return Stretch(found.upto, found.events, {**standings(view, unfinished), **found.standings})


def _snapshot(parts: Parts, view: Snapshot, campaign: CampaignId | None) -> Sequence[Campaign] | None:
    if campaign is None:
        return [observed(parts, view, each) for each in _unfinished(view)]
    try:
        found = campaigns.find(view, str(campaign))
    except NotFound:
        return None
    return [observed(parts, view, found)]


def _unfinished(view: Snapshot) -> list[Campaign]:
    """Newest first; those of single calls are left out."""
    found = [campaign for status in UNFINISHED for campaign in campaigns.in_status(view, status)]
    return sorted(
        (campaign for campaign in found if campaign.origin == Origin.CAMPAIGN), key=lambda each: -each.id
    )
