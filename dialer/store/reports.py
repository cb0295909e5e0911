"""Figures over many attempts, for reports alone: each reads all rows of a campaign, or the latest of all."""

from collections.abc import Mapping
from dataclasses import dataclass

from dialer.domain.call import CARRIERS_WORD, REACHED, AttemptState, Channel
from dialer.domain.campaign import Campaign
from dialer.domain.clock import Instant
from dialer.domain.ids import CampaignId
from dialer.domain.retry import RETRIED
from dialer.store.unit import Snapshot

_LATEST = 3000
"""Many may still be open."""
_SAID = ", ".join(f"'{state}'" for state in sorted(CARRIERS_WORD))
_REACHED = ", ".join(f"'{outcome}'" for outcome in sorted(REACHED))
_RETRIED = ", ".join(f"'{outcome}'" for outcome in sorted(RETRIED))


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest calls that the carrier has ended."""

    calls: int
    seconds: float
    """From the intent to the end, on average."""
    unreached: float
    """The share of them after which a retry would follow."""


def latest(view: Snapshot, channel: Channel, campaign: CampaignId | None) -> Latest:
    """Of one campaign or of all, among the last 3,000 that were begun."""
    whose = "1" if campaign is None else "campaign = :campaign"
    row = view.execute(
        "SELECT count(*), coalesce(avg(ended_at - created_at), 0) / 1000.0,"
        f" coalesce(avg(outcome IN ({_RETRIED}) AND NOT message_left), 0)"
        f" FROM (SELECT * FROM attempt WHERE {whose} ORDER BY numeric_id DESC LIMIT {_LATEST})"
        f" WHERE state IN ({_SAID}) AND channel = :channel",
        {"campaign": campaign, "channel": channel},
    ).fetchone()
    return Latest(*row)


@dataclass(frozen=True, slots=True)
class Calls:
    """The attempts of a campaign's present run. Seconds are sums."""

    states: Mapping[AttemptState, int]
    ended: int
    """By the carrier's word."""
    reached: int
    """Of these, answered by a person, or taken as a message."""
    answered: int
    """Picked up by whomever, machines too."""
    talk_seconds: float
    rung: int
    """How many are known to have been placed, and to have been picked up or ended."""
    ring_seconds: float
    first_at: Instant | None
    last_at: Instant | None
    """The last one's end, or its beginning while it is open."""
    since: int
    """Begun at or after the instant that was asked for."""


_BY_STATE = f"""
    SELECT state, count(*), sum(state IN ({_SAID})), sum(coalesce(outcome IN ({_REACHED}), 0)),
        count(answered_at),
        sum(CASE WHEN answered_at IS NULL THEN 0
            ELSE coalesce(billable_seconds, max(ended_at - answered_at, 0) / 1000.0, 0) END),
        count(coalesce(answered_at, ended_at) - sent_at),
        sum(coalesce(max(coalesce(answered_at, ended_at) - sent_at, 0), 0)) / 1000.0,
        min(created_at), max(coalesce(ended_at, created_at)), sum(created_at >= :since)
    FROM attempt WHERE campaign = :campaign AND run = :run GROUP BY state"""


def calls(view: Snapshot, campaign: Campaign, *, since: Instant) -> Calls:
    """Reads each attempt of the campaign."""
    values = {"campaign": campaign.id, "run": campaign.run, "since": since}
    rows = [tuple(row) for row in view.execute(_BY_STATE, values)]
    ended, reached, answered, talk, rung, ring = (sum(row[place] for row in rows) for place in range(2, 8))
    return Calls(
        states={AttemptState(row[0]): row[1] for row in rows},
        ended=ended,
        reached=reached,
        answered=answered,
        talk_seconds=talk,
        rung=rung,
        ring_seconds=ring,
        first_at=min((row[8] for row in rows), default=None),
        last_at=max((row[9] for row in rows), default=None),
        since=sum(row[10] for row in rows),
    )
