"""How long a campaign will take: an estimate, from what calls took of late or from the configuration."""

from dataclasses import dataclass
from enum import StrEnum

from dialer.domain.call import Channel
from dialer.domain.clock import SECOND
from dialer.domain.retry import RetryRule

ENOUGH = 50
"""So many calls that have ended say more than the configuration."""

_TYPICAL_TALK = 30
_TYPICAL_MESSAGE = 1.0
_TYPICAL_UNREACHED = 0.4
_SOMEBODY = 0.5


class Basis(StrEnum):
    """What the estimate rests on."""

    OWN_CALLS = "own_calls"
    """The campaign's own latest calls."""
    RECENT_CALLS = "recent_calls"
    """The latest calls of all campaigns on its channel."""
    CONFIGURATION = "configuration"
    """Too few calls have ended: half the ring time-out and a typical talk."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What becomes of a call on average."""

    basis: Basis
    seconds: float
    """For which it takes a slot."""
    unreached: float
    """The share of calls after which the contact is tried again, where retries are left."""


def typical(channel: Channel, *, ring_timeout: int, max_duration: int) -> Habits:
    """Where nothing is known. Seconds."""
    if channel is Channel.SMS:
        return Habits(Basis.CONFIGURATION, _TYPICAL_MESSAGE, 0.0)
    seconds = ring_timeout / 2 + min(_TYPICAL_TALK, max_duration)
    return Habits(Basis.CONFIGURATION, seconds, _TYPICAL_UNREACHED)


def duration(contacts: int, rule: RetryRule, habits: Habits, *, slots: int, per_second: float) -> float:
    """Seconds until so many contacts are done. `per_second`: calls; 0: no limit.

    Those who are not reached are called again after the rule's waits, as long as somebody is likely to be
    left of them; who waits takes no slot.
    """
    if contacts == 0:
        return 0.0
    waits = max([rule.intervals, *(rule.by_outcome or {}).values()], key=sum)
    left = [contacts * habits.unreached**tries for tries in range(len(waits) + 1)]
    rate = slots / max(habits.seconds, 0.001)
    if per_second:
        rate = min(rate, per_second)
    at_work = max(sum(left) / rate, habits.seconds)
    waited = sum(wait for wait, people in zip(waits, left[1:], strict=True) if people >= _SOMEBODY) / SECOND
    if not waited:
        return at_work
    return max(at_work, contacts / rate + waited + habits.seconds)
