import dataclasses
import itertools
import json

import pytest

from dialer.domain.call import Channel, Outcome
from dialer.domain.campaign import (
    LEGAL_MOVES,
    OVER,
    UNFINISHED,
    Campaign,
    CampaignConfig,
    CampaignStatus,
    Counters,
    StatusReason,
    read_config,
)
from dialer.domain.clock import HOUR, MINUTE
from dialer.domain.errors import WrongState
from dialer.domain.ids import CampaignId, ListId
from dialer.domain.retry import NO_RETRIES, RetryRule
from tests.clock import NOON

MOVES = """
draft     -> launched running paused cancelled
launched  -> running paused completed failed cancelled
running   -> paused completed failed cancelled
paused    -> launched running completed cancelled
completed -> launched running
failed    -> launched running
cancelled -> launched running
"""


def a_campaign(status: CampaignStatus) -> Campaign:
    return Campaign(
        id=CampaignId(1),
        public_id="camp_00000001",
        list=ListId(1),
        run=1,
        name="Test",
        description=None,
        channel=Channel.VOICE,
        agent_id="ag_c47e7c97_b2f2",
        message_template=None,
        scheduled_at=None,
        timezone="UTC",
        max_concurrent=1,
        from_number=None,
        config=CampaignConfig(),
        autostart=False,
        origin="campaign",
        status=status,
        status_reason=StatusReason.LAUNCH_REFUSED,
        status_detail="An earlier reason.",
        swept=None,
        counters=Counters(),
        filled={},
        duplicates=0,
        created_at=NOON,
        started_at=None,
        completed_at=None,
        deleted_at=None,
    )


def allowed() -> set[tuple[str, str]]:
    rows = (line.split("->") for line in MOVES.strip().splitlines())
    return {(source.strip(), target) for source, targets in rows for target in targets.split()}


@pytest.mark.parametrize(("source", "target"), list(itertools.product(CampaignStatus, repeat=2)))
def test_a_campaign_makes_the_moves_of_the_table_and_no_other(
    source: CampaignStatus, target: CampaignStatus
) -> None:
    campaign = a_campaign(source)

    if (source, target) in allowed():
        moved = campaign.move(target, reason=StatusReason.EXPIRED, detail="Why.")
        assert (moved.status, moved.status_reason, moved.status_detail) == (target, "expired", "Why.")
    else:
        with pytest.raises(WrongState, match=f"The campaign is {source}; it cannot become {target}."):
            campaign.move(target)


def test_a_move_without_a_reason_clears_the_earlier_one() -> None:
    moved = a_campaign(CampaignStatus.DRAFT).move(CampaignStatus.RUNNING)

    assert (moved.status_reason, moved.status_detail) == (None, None)


def test_a_move_changes_nothing_else() -> None:
    campaign = a_campaign(CampaignStatus.DRAFT)
    moved = campaign.move(CampaignStatus.RUNNING)

    back = dataclasses.replace(
        moved,
        status=campaign.status,
        status_reason=campaign.status_reason,
        status_detail=campaign.status_detail,
    )
    assert back == campaign


def test_nothing_becomes_a_draft_again() -> None:
    assert not any(CampaignStatus.DRAFT in targets for targets in LEGAL_MOVES.values())


def test_what_is_neither_a_draft_nor_unfinished_is_over() -> None:
    assert UNFINISHED | OVER | {CampaignStatus.DRAFT} == set(CampaignStatus)
    assert not UNFINISHED & OVER


@pytest.mark.parametrize(
    "counters",
    [
        Counters(total=10, unusable=3).fresh(),
        Counters(total=10, unusable=3).fresh().started(),
        Counters(total=10, unusable=3).fresh().started().swept(),
        Counters(total=10, pending=4, in_progress=3, completed=2, failed=1, skipped=1).swept(),
        Counters(total=10, pending=4, in_progress=3, completed=2, failed=1, skipped=1).started(),
        Counters(total=10, unusable=2, completed=8, failed=2).fresh(),
    ],
)
def test_the_counters_always_sum_to_the_total(counters: Counters) -> None:
    parts = counters.pending + counters.in_progress + counters.completed + counters.failed
    assert parts == counters.total == 10


def test_unusable_numbers_fail_with_the_launch_and_not_before() -> None:
    draft = Counters(total=10, unusable=3).fresh()
    assert (draft.pending, draft.failed) == (10, 0)

    started = draft.started()
    assert (started.pending, started.failed, started.skipped) == (7, 3, 0)


def test_a_sweep_skips_the_pending_and_leaves_calls_in_progress() -> None:
    swept = Counters(total=10, pending=4, in_progress=3, completed=2, failed=1).swept()

    assert swept == Counters(total=10, pending=0, in_progress=3, completed=2, failed=5, skipped=4)


def test_a_new_run_begins_from_nothing() -> None:
    done = Counters(total=10, unusable=3, completed=2, failed=8, skipped=5)

    assert done.started() == Counters(total=10, unusable=3, pending=7, failed=3)


def config(**fields: object) -> CampaignConfig:
    return read_config(json.dumps(fields))


def test_an_empty_config_asks_for_nothing() -> None:
    assert read_config("{}") == CampaignConfig(document="{}", retry=NO_RETRIES)


@pytest.mark.parametrize("retry", [None, {}, {"enabled": False, "intervalsMinutes": [5]}])
def test_without_a_rule_that_is_switched_on_there_are_no_retries(retry: object) -> None:
    assert config(retry=retry).retry == NO_RETRIES


def test_the_waits_of_a_rule_are_minutes() -> None:
    rule = config(retry={"enabled": True, "intervalsMinutes": [0.5, 60]}).retry

    assert rule == RetryRule((MINUTE // 2, HOUR))


def test_an_outcome_may_have_waits_of_its_own() -> None:
    rule = config(
        retry={"enabled": True, "intervalsMinutes": [60], "byOutcome": {"busy": [5, 15], "no_answer": []}}
    ).retry

    assert rule.by_outcome == {Outcome.BUSY: (5 * MINUTE, 15 * MINUTE), Outcome.NO_ANSWER: ()}
    assert rule.intervals == (HOUR,)


def test_a_rule_may_speak_of_single_outcomes_alone() -> None:
    rule = config(retry={"enabled": True, "byOutcome": {"busy": [5]}}).retry

    assert rule == RetryRule((), {Outcome.BUSY: (5 * MINUTE,)})


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        (None, None),
        ("hold", None),
        ("retry_after:30m", 30 * MINUTE),
        ("retry_after:24h", 24 * HOUR),
        ("retry_after:2d", 48 * HOUR),
    ],
)
def test_who_is_held_and_who_is_tried_again_is_the_configs_choice(text: str | None, wait: int | None) -> None:
    assert config(on_unknown=text).on_unknown_wait == wait


def test_pace_and_expiry_are_read() -> None:
    read = config(pacing={"calls_per_second": 2.5}, expires_at="2027-01-15T09:00:00Z", expires_at_ms=NOON)

    assert (read.calls_per_second, read.expires_at) == (2.5, NOON)


def test_the_document_is_kept_as_it_was_given() -> None:
    document = json.dumps({"voicemail": {"later": "feature"}})

    assert read_config(document).document == document


@pytest.mark.parametrize("pacing", [None, {}, {"calls_per_second": None}])
def test_no_pace_is_no_limit(pacing: object) -> None:
    assert config(pacing=pacing).calls_per_second == 0
