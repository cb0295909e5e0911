"""What an attempt may become, against the rules in words."""

import pytest

from dialer.domain.call import CARRIERS_WORD, MAY_LEAVE, ON_THE_LINE, OPEN, AttemptState

S = AttemptState
GAVE_UP = {S.NOT_PLACED, S.UNKNOWN, S.ENDED_UNKNOWN}


def test_every_state_is_open_or_the_carriers_word_or_a_giving_up() -> None:
    assert set(AttemptState) == OPEN | CARRIERS_WORD | GAVE_UP
    assert len(AttemptState) == len(OPEN) + len(CARRIERS_WORD) + len(GAVE_UP)


@pytest.mark.parametrize("word", sorted(CARRIERS_WORD))
def test_the_carriers_word_overrules_everything_but_the_carriers_word(word: AttemptState) -> None:
    assert MAY_LEAVE[word] == OPEN | GAVE_UP


@pytest.mark.parametrize("state", sorted(set(AttemptState) - CARRIERS_WORD))
def test_nothing_else_overrules_the_carriers_word(state: AttemptState) -> None:
    assert not MAY_LEAVE.get(state, frozenset()) & CARRIERS_WORD


def test_no_state_returns_to_intent() -> None:
    assert S.INTENT not in MAY_LEAVE


@pytest.mark.parametrize(
    ("state", "sources"),
    [
        (S.UNCERTAIN, {S.INTENT}),
        (S.NOT_PLACED, {S.INTENT, S.UNCERTAIN}),
        (S.UNKNOWN, {S.UNCERTAIN}),
        (S.ENDED_UNKNOWN, ON_THE_LINE),
    ],
)
def test_the_dialer_gives_up_only_what_no_callback_has_moved(
    state: AttemptState, sources: set[AttemptState]
) -> None:
    assert MAY_LEAVE[state] == sources


@pytest.mark.parametrize(
    ("earlier", "later"), [(S.PLACED, S.RINGING), (S.PLACED, S.ANSWERED), (S.RINGING, S.ANSWERED)]
)
def test_a_call_only_goes_forward(earlier: AttemptState, later: AttemptState) -> None:
    assert earlier in MAY_LEAVE[later]
    assert later not in MAY_LEAVE[earlier]


@pytest.mark.parametrize("gave_up", sorted(GAVE_UP))
def test_what_was_given_up_never_opens_again(gave_up: AttemptState) -> None:
    assert [state for state in OPEN if gave_up in MAY_LEAVE.get(state, frozenset())] == []
