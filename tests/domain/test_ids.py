import re

from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.ids import new_attempt_id, new_campaign_id, new_token
from tests.clock import NOON


@given(st.integers(0, 2**47), st.integers(1, 2**46))
def test_a_later_attempt_sorts_behind_an_earlier_one(now: int, later: int) -> None:
    assert new_attempt_id(now) < new_attempt_id(now + later)


def test_ids_have_their_form() -> None:
    assert re.fullmatch(r"camp_[0-9a-f]{8}", new_campaign_id())
    assert re.fullmatch(r"call_[0-9a-f]{24}", new_attempt_id(NOON))
    assert re.fullmatch(r"[A-Za-z0-9_-]{24}", new_token())


def test_ids_of_one_millisecond_differ() -> None:
    assert len({new_attempt_id(NOON) for _ in range(1000)}) == 1000
    assert len({new_token() for _ in range(1000)}) == 1000
