"""What the API shows of a campaign as a whole: what a launch would do, and how it has gone so far."""

import math
from typing import Self

from pydantic import BaseModel

from dialer.domain.schedule import format_instant
from dialer.service.preflight import Preflight
from dialer.service.stats import Stats


class Reason(BaseModel):
    """Why a launch would be refused, in the form of a 422's `errors`."""

    loc: list[str | int]
    msg: str
    type: str


class PreflightAnswer(BaseModel):
    total: int
    valid: int
    invalid: int
    """Numbers that are not dialled, since they fail `numbers.check`."""
    duplicates: int
    """Contacts that were dropped, since their number came before."""
    unfilled_placeholders: dict[str, int]
    """For each placeholder without a default, how many contacts have nothing to fill it with."""
    estimated_duration_seconds: int
    estimated_end: str
    """From now, or from the schedule where that lies ahead."""
    estimate_basis: str
    """own_calls, recent_calls or configuration."""
    reasons: list[Reason]

    @classmethod
    def of(cls, found: Preflight) -> Self:
        counters = found.campaign.counters
        return cls(
            total=counters.total,
            valid=counters.total - counters.unusable,
            invalid=counters.unusable,
            duplicates=found.campaign.duplicates,
            unfilled_placeholders=dict(found.unfilled),
            estimated_duration_seconds=math.ceil(found.forecast.seconds),
            estimated_end=format_instant(found.forecast.end),
            estimate_basis=found.forecast.basis,
            reasons=[Reason(loc=list(each.loc), msg=each.msg, type=each.type) for each in found.reasons],
        )


class StatsAnswer(BaseModel):
    """Of the present run."""

    id: str
    status: str
    run: int
    total_contacts: int
    completed: int
    failed: int
    in_progress: int
    pending: int
    skipped: int
    outcomes: dict[str, int]
    """Contacts, by their outcome; who has none yet is not in it."""
    attempts_histogram: dict[str, int]
    """Contacts, by how often they were called."""
    calls: int
    states: dict[str, int]
    """Calls, by their state."""
    answer_rate: float | None
    """The share of ended calls that a person answered, or messages that were taken; null before the first."""
    talk_seconds: int
    average_talk_seconds: float | None
    """Over the calls that were picked up."""
    average_ring_seconds: float | None
    """Until they were picked up, or ended."""
    calls_per_minute: float
    """In the last five minutes."""
    calls_per_minute_overall: float
    eta_seconds: int | None
    """Until it is done, as far as can be said; null unless it is running."""
    eta: str | None
    estimate_basis: str | None

    @classmethod
    def of(cls, found: Stats) -> Self:
        campaign, calls, forecast = found.campaign, found.calls, found.forecast
        counters = campaign.counters
        return cls(
            id=campaign.public_id,
            status=campaign.status,
            run=campaign.run,
            total_contacts=counters.total,
            completed=counters.completed,
            failed=counters.failed,
            in_progress=counters.in_progress,
            pending=counters.pending,
            skipped=counters.skipped,
            outcomes={str(outcome): count for outcome, count in sorted(found.outcomes.items())},
            attempts_histogram={str(tries): count for tries, count in sorted(found.histogram.items())},
            calls=found.begun,
            states={str(state): count for state, count in sorted(calls.states.items())},
            answer_rate=_share(calls.reached, calls.ended, 4),
            talk_seconds=round(calls.talk_seconds),
            average_talk_seconds=_share(calls.talk_seconds, calls.answered, 1),
            average_ring_seconds=_share(calls.ring_seconds, calls.rung, 1),
            calls_per_minute=round(found.per_minute, 1),
            calls_per_minute_overall=round(found.per_minute_overall, 1),
            eta_seconds=math.ceil(forecast.seconds) if forecast else None,
            eta=format_instant(forecast.end) if forecast else None,
            estimate_basis=forecast.basis if forecast else None,
        )


def _share(part: float, whole: int, digits: int) -> float | None:
    return round(part / whole, digits) if whole else None
