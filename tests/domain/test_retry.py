from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.call import CARRIERS_WORD, AttemptState, Failure, Outcome
from dialer.domain.clock import HOUR, MINUTE, SECOND
from dialer.domain.retry import (
    MAX_RETRIES,
    MAX_SETBACKS,
    NO_RETRIES,
    RETRIED,
    ContactStatus,
    End,
    Progress,
    RetryRule,
    Verdict,
    Waiting,
    judge,
    outcome_of,
)
from tests.clock import NOON

S = AttemptState
ENDS = sorted(CARRIERS_WORD | {S.NOT_PLACED, S.UNKNOWN, S.ENDED_UNKNOWN})

FINAL: dict[tuple[AttemptState, Failure | None], tuple[str, str]] = {
    (S.COMPLETED, None): ("completed", "answered"),
    (S.SENT, None): ("completed", "sent"),
    (S.NO_ANSWER, None): ("failed", "no_answer"),
    (S.BUSY, None): ("failed", "busy"),
    (S.VOICEMAIL, None): ("failed", "voicemail"),
    (S.DECLINED, None): ("failed", "declined"),
    (S.CANCELLED, None): ("failed", "cancelled"),
    (S.ENDED_UNKNOWN, None): ("failed", "unknown"),
    (S.UNKNOWN, None): ("failed", "unknown"),
    (S.FAILED, Failure.NUMBER): ("failed", "invalid_number"),
    (S.FAILED, Failure.OTHER): ("failed", "error"),
    (S.FAILED, None): ("failed", "error"),
    (S.NOT_PLACED, Failure.NUMBER): ("failed", "invalid_number"),
    (S.NOT_PLACED, Failure.OTHER): ("failed", "error"),
}


@pytest.mark.parametrize(("end", "expected"), FINAL.items())
def test_without_a_retry_rule_an_end_is_final(
    end: tuple[AttemptState, Failure | None], expected: tuple[str, str]
) -> None:
    state, failure = end

    verdict = judge(End(state, NOON, failure), Progress(2, 3), NO_RETRIES)

    assert (verdict.status, verdict.outcome) == expected
    assert (verdict.progress, verdict.due, verdict.waiting) == (Progress(2, 3), None, None)
    assert verdict.held is (state is S.UNKNOWN)


@pytest.mark.parametrize("state", [S.NOT_PLACED, S.FAILED])
@pytest.mark.parametrize("failure", [Failure.TEMPORARY, Failure.ACCOUNT])
def test_what_is_not_the_contacts_fault_costs_no_retry(state: AttemptState, failure: Failure) -> None:
    verdict = judge(End(state, NOON, failure), Progress(), NO_RETRIES)

    counted = int(failure is Failure.TEMPORARY)
    assert verdict == Verdict(
        ContactStatus.PENDING, Progress(0, counted), due=NOON + SECOND, waiting=Waiting.BACKOFF
    )


def test_the_table_holds_every_end_there_is() -> None:
    failures = {S.FAILED: [*Failure, None], S.NOT_PLACED: list(Failure)}
    every = {(state, failure) for state in ENDS for failure in failures.get(state, [None])}
    setbacks = {(s, f) for s in (S.NOT_PLACED, S.FAILED) for f in (Failure.TEMPORARY, Failure.ACCOUNT)}

    assert set(FINAL) | setbacks == every


@pytest.mark.parametrize("state", [S.NO_ANSWER, S.BUSY, S.VOICEMAIL])
def test_a_retry_waits_as_the_rule_says_from_the_end_of_the_call(state: AttemptState) -> None:
    rule = RetryRule((5 * MINUTE, HOUR))

    first = judge(End(state, NOON), Progress(), rule)
    second = judge(End(state, NOON + HOUR), first.progress, rule)
    third = judge(End(state, NOON + 2 * HOUR), second.progress, rule)

    assert (first.due, first.waiting) == (NOON + 5 * MINUTE, Waiting.RETRY)
    assert (second.due, second.progress) == (NOON + 2 * HOUR, Progress(2, 0))
    assert (third.status, third.outcome) == (ContactStatus.FAILED, outcome_of(state, None))


@pytest.mark.parametrize(
    ("state", "failure"),
    [(state, failure) for state, failure in FINAL if state not in {S.NO_ANSWER, S.BUSY, S.VOICEMAIL}],
)
def test_no_rule_retries_what_cannot_get_better(state: AttemptState, failure: Failure | None) -> None:
    rule = RetryRule((0,) * MAX_RETRIES, dict.fromkeys(Outcome, (0,)))

    assert judge(End(state, NOON, failure), Progress(), rule).status is not ContactStatus.PENDING


def test_a_message_left_on_a_machine_has_reached_the_contact() -> None:
    rule = RetryRule((MINUTE,))

    verdict = judge(End(S.VOICEMAIL, NOON, message_left=True), Progress(), rule)

    assert (verdict.status, verdict.outcome) == (ContactStatus.COMPLETED, Outcome.VOICEMAIL)


def test_an_outcomes_own_waits_replace_the_common_ones_within_one_budget() -> None:
    rule = RetryRule(
        (MINUTE, MINUTE, MINUTE), {Outcome.BUSY: (2 * MINUTE, 3 * MINUTE), Outcome.NO_ANSWER: ()}
    )

    assert rule.wait(Outcome.VOICEMAIL, 2) == MINUTE
    assert rule.wait(Outcome.BUSY, 1) == 3 * MINUTE
    assert rule.wait(Outcome.BUSY, 2) is None
    assert rule.wait(Outcome.NO_ANSWER, 0) is None


def test_the_operator_may_ask_for_another_try_of_what_is_unknown() -> None:
    verdict = judge(End(S.UNKNOWN, NOON, on_unknown_wait=24 * HOUR), Progress(1, 2), NO_RETRIES)

    assert verdict == Verdict(
        ContactStatus.PENDING, Progress(1, 2), due=NOON + 24 * HOUR, waiting=Waiting.RETRY
    )


def test_a_call_that_was_placed_is_never_tried_again_by_that_wish() -> None:
    verdict = judge(End(S.ENDED_UNKNOWN, NOON, on_unknown_wait=24 * HOUR), Progress(), NO_RETRIES)

    assert (verdict.status, verdict.outcome, verdict.held) == ("failed", "unknown", False)


def test_temporary_failures_wait_twice_as_long_each_time_and_end_as_an_error() -> None:
    progress = Progress(retries=1)
    waits = []
    for _ in range(MAX_SETBACKS):
        verdict = judge(End(S.NOT_PLACED, NOON, Failure.TEMPORARY), progress, NO_RETRIES)
        waits.append((verdict.due or 0) - NOON)
        progress = verdict.progress
    assert waits == [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND, 16 * SECOND]

    last = judge(End(S.NOT_PLACED, NOON, Failure.TEMPORARY), progress, NO_RETRIES)
    assert (last.status, last.outcome) == (ContactStatus.FAILED, Outcome.ERROR)
    assert last.progress == Progress(1, MAX_SETBACKS + 1)


def test_nobody_is_burnt_while_the_carrier_is_down() -> None:
    end = End(S.NOT_PLACED, NOON, Failure.TEMPORARY, carrier_healthy=False)
    progress = Progress(setbacks=MAX_SETBACKS)
    for _ in range(50):
        verdict = judge(end, progress, NO_RETRIES)
        progress = verdict.progress
        assert verdict.status is ContactStatus.PENDING
    assert progress == Progress(setbacks=MAX_SETBACKS)


def test_nobody_is_burnt_by_a_refusal_of_the_account() -> None:
    verdict = judge(End(S.FAILED, NOON, Failure.ACCOUNT), Progress(setbacks=MAX_SETBACKS), NO_RETRIES)

    assert (verdict.status, verdict.progress.setbacks) == (ContactStatus.PENDING, MAX_SETBACKS)


@pytest.mark.parametrize(("asked", "waited"), [(90.5, 90_500), (0.2, SECOND), (0, SECOND), (None, SECOND)])
def test_a_carrier_that_asks_to_be_left_alone_is_left_alone_longer(asked: float | None, waited: int) -> None:
    end = End(S.NOT_PLACED, NOON, Failure.TEMPORARY, retry_after=asked)

    assert judge(end, Progress(), NO_RETRIES).due == NOON + waited


rules: st.SearchStrategy[RetryRule] = st.builds(
    RetryRule,
    st.lists(st.integers(0, HOUR), max_size=MAX_RETRIES).map(tuple),
    st.none()
    | st.dictionaries(
        st.sampled_from(sorted(RETRIED)), st.lists(st.integers(0, HOUR), max_size=MAX_RETRIES).map(tuple)
    ),
)
ends: st.SearchStrategy[End] = st.builds(
    End,
    state=st.sampled_from(ENDS),
    at=st.integers(NOON, NOON + HOUR),
    failure=st.none() | st.sampled_from(Failure),
    message_left=st.booleans(),
    retry_after=st.none() | st.floats(0, 10_000),
    carrier_healthy=st.booleans(),
    on_unknown_wait=st.none() | st.integers(0, HOUR),
)


@given(rules, st.lists(ends, max_size=60))
def test_whatever_happens_the_budget_is_never_exceeded(rule: RetryRule, life: list[End]) -> None:
    budget = max(len(waits) for waits in [rule.intervals, *(rule.by_outcome or {}).values()])
    progress = Progress()
    for end in life:
        verdict = judge(end, progress, rule)
        spent = verdict.progress.retries - progress.retries
        assert spent == int(verdict.waiting is Waiting.RETRY and end.state is not S.UNKNOWN)
        assert verdict.progress.setbacks - progress.setbacks in (0, 1)
        progress = verdict.progress
        if verdict.status is not ContactStatus.PENDING:
            break
    assert progress.retries <= budget <= MAX_RETRIES
    assert progress.setbacks <= MAX_SETBACKS + 1


@given(rules, ends, st.builds(Progress, st.integers(0, MAX_RETRIES), st.integers(0, 40)))
def test_a_verdict_says_when_and_why_exactly_while_it_is_pending(
    rule: RetryRule, end: End, progress: Progress
) -> None:
    verdict = judge(end, progress, rule)

    assert verdict.status is not ContactStatus.IN_PROGRESS
    pending = verdict.status is ContactStatus.PENDING
    checks: list[Callable[[], bool]] = [
        lambda: (verdict.due is not None) is pending,
        lambda: (verdict.waiting is not None) is pending,
        lambda: (verdict.outcome is None) is pending,
        lambda: not (verdict.held and pending),
        lambda: verdict.due is None or verdict.due >= end.at,
    ]
    assert all(check() for check in checks)
    if verdict.waiting is Waiting.BACKOFF and verdict.due is not None:
        asked = int((end.retry_after or 0) * SECOND)
        assert max(SECOND, asked) <= verdict.due - end.at <= max(5 * MINUTE, asked)
