"""How long a campaign will take."""

import pytest

from dialer.domain.call import Channel, Outcome
from dialer.domain.clock import MINUTE
from dialer.domain.estimate import Basis, Habits, duration, typical
from dialer.domain.retry import NO_RETRIES, RetryRule

TEN_SECONDS = Habits(Basis.OWN_CALLS, seconds=10, unreached=0.5)
TWICE = RetryRule((MINUTE, 5 * MINUTE))


@pytest.mark.parametrize(
    ("contacts", "slots", "per_second", "seconds"),
    [
        (0, 10, 0, 0),
        (1, 10, 0, 10),
        (100, 10, 0, 100),
        (100, 10, 0.5, 200),
        (100, 10, 1000, 100),
    ],
)
def test_without_retries_the_slots_or_the_pace_bind(
    contacts: int, slots: int, per_second: float, seconds: float
) -> None:
    assert duration(contacts, NO_RETRIES, TEN_SECONDS, slots=slots, per_second=per_second) == seconds


def test_retries_are_waited_for_while_somebody_is_likely_to_be_left() -> None:
    """Half of 100 are called again after a minute, a quarter after five more."""
    assert duration(100, TWICE, TEN_SECONDS, slots=100, per_second=0) == 10 + 60 + 300 + 10
    assert duration(1, TWICE, TEN_SECONDS, slots=1, per_second=0) == 10 + 60 + 10


def test_where_there_is_work_for_longer_the_waits_do_not_count() -> None:
    assert duration(10_000, TWICE, TEN_SECONDS, slots=1, per_second=0) == 10_000 * 1.75 * 10


def test_the_longest_list_of_waits_counts() -> None:
    rule = RetryRule((MINUTE,), {Outcome.BUSY: (2 * MINUTE, 3 * MINUTE)})

    assert duration(100, rule, TEN_SECONDS, slots=100, per_second=0) == 10 + 300 + 10


def test_who_is_always_reached_costs_no_retry() -> None:
    sure = Habits(Basis.OWN_CALLS, seconds=10, unreached=0.0)

    assert duration(100, TWICE, sure, slots=10, per_second=0) == 100


def test_what_is_typical_follows_the_configuration() -> None:
    assert typical(Channel.VOICE, ring_timeout=30, max_duration=600).seconds == 45
    assert typical(Channel.VOICE, ring_timeout=30, max_duration=10).seconds == 25
    assert typical(Channel.SMS, ring_timeout=30, max_duration=10).seconds == 1
