"""The gates that every attempt passes in the claim's own transaction.

The claim reads the facts; these functions judge them. A further gate is one more entry in `_GATES`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from dialer.domain.campaign import CampaignStatus
from dialer.domain.clock import SECOND, Instant


class Gate(StrEnum):
    CAMPAIGN_RUNNING = "campaign_running"
    NOT_EXPIRED = "not_expired"
    NUMBER_USABLE = "number_usable"
    NUMBER_BUSY = "number_busy"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the claim has read."""

    now: Instant
    status: CampaignStatus
    same_run: bool
    """Whether the campaign is still in the run for which this contact was picked."""
    expires_at: Instant | None
    usable: bool
    busy_until: Instant | None


@dataclass(frozen=True, slots=True)
class Closed:
    """The gate that holds the contact back, and when it is worth asking again; None: on an event."""

    gate: Gate
    until: Instant | None = None


def _campaign_running(facts: Facts) -> Closed | None:
    if facts.status is CampaignStatus.RUNNING and facts.same_run:
        return None
    return Closed(Gate.CAMPAIGN_RUNNING)


def _not_expired(facts: Facts) -> Closed | None:
    if facts.expires_at is None or facts.now < facts.expires_at:
        return None
    return Closed(Gate.NOT_EXPIRED)


def _number_usable(facts: Facts) -> Closed | None:
    return None if facts.usable else Closed(Gate.NUMBER_USABLE)


def _number_busy(facts: Facts) -> Closed | None:
    if facts.busy_until is None:
        return None
    # An open attempt may be overdue; its end wakes the contact long before it asks again by itself.
    return Closed(Gate.NUMBER_BUSY, max(facts.busy_until, facts.now + SECOND))


_Judge: TypeAlias = Callable[[Facts], Closed | None]
_GATES: Sequence[_Judge] = (_campaign_running, _not_expired, _number_usable, _number_busy)


def first_closed(facts: Facts) -> Closed | None:
    """The binding gate; None when all are open."""
    for judge in _GATES:
        if closed := judge(facts):
            return closed
    return None
