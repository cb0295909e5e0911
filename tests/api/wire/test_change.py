"""A change of a campaign, before and after the campaign that it is for is known."""

import json
from typing import Any

import pytest

from dialer.api.wire.change import ChangeRequest, read_change
from dialer.api.wire.rules import Rules
from dialer.domain.call import Channel
from dialer.domain.campaign import Campaign, CampaignStatus, Counters, read_config
from dialer.domain.clock import HOUR, MINUTE
from dialer.domain.errors import InvalidInput, NotChangeable
from dialer.domain.ids import CampaignId, ListId
from dialer.domain.policy import Policy

NOW = 1_800_000_000_000
"""2027-01-15T08:00:00Z."""
RULES = Rules.of(Policy(carrier="sim"), NOW, may_launch=True)
RETRY = '{"retry":{"enabled":true,"intervalsMinutes":[60],"byOutcome":{"busy":[5],"no_answer":[9]}}}'
EXPIRING = '{"expires_at":"2027-01-15T10:00:00Z","expires_at_ms":1800007200000}'


def campaign(status: CampaignStatus = CampaignStatus.DRAFT, config: str = "{}") -> Campaign:
    return Campaign(
        id=CampaignId(1), public_id="camp_1", list=ListId(1), run=0, name="Old",
        description="Old", channel=Channel.VOICE, agent_id="1", message_template="Old",
        scheduled_at=NOW + HOUR,
        timezone="Europe/Berlin", max_concurrent=1, from_number="+12025550100",
        config=read_config(config), autostart=True, origin="campaign", status=status,
        status_reason=None, status_detail=None, swept=None, counters=Counters(), filled={},
        duplicates=0, created_at=NOW, started_at=None, completed_at=None, deleted_at=None,
    )  # fmt: skip


def change(**fields: Any) -> ChangeRequest:
    return read_change(json.dumps(fields).encode(), RULES)


def test_nothing_sent_changes_nothing() -> None:
    for status in CampaignStatus:
        before = campaign(status)
        assert change().apply(before) == before
        assert change(name=None, schedule=None, config=None).apply(before) == before


def test_texts_are_emptied_by_an_empty_text() -> None:
    after = change(description="", message_template=" ").apply(campaign())

    assert (after.description, after.message_template) == (None, None)


def test_immediate_takes_the_schedule_away() -> None:
    after = change(schedule="Immediate").apply(campaign())

    assert (after.scheduled_at, after.autostart) == (None, False)


def test_draft_said_outright_keeps_the_schedule_from_starting_it() -> None:
    after = change(status="draft").apply(campaign())

    assert (after.scheduled_at, after.autostart) == (NOW + HOUR, False)


def test_default_asks_for_the_default_number_again() -> None:
    assert change(from_number="Default").apply(campaign()).from_number is None


def test_a_schedule_is_read_in_the_campaigns_own_zone() -> None:
    request = change(scheduled_at="2027-06-01T08:00")
    before = campaign()

    assert request.message(request.apply(before)) == [
        "It starts by itself at 2027-06-01T06:00:00Z.",
        "2027-06-01T08:00 was read in Europe/Berlin: 2027-06-01T06:00:00Z.",
    ]
    with pytest.raises(InvalidInput, match="skipped"):
        change(scheduled_at="2027-03-28T02:30").apply(before)


def test_config_is_merged_as_a_merge_patch() -> None:
    before = campaign(
        config='{"retry":{"enabled":true,"intervalsMinutes":[60],"byOutcome":{"busy":[5]}},'
        '"pacing":{"calls_per_second":2},"on_unknown":"hold"}'
    )
    request = change(
        config={
            "retry": {"intervals_minutes": [1, 2], "by_outcome": None},
            "pacing": None,
            "expires_at": "2027-06-01T00:00:00Z",
        }
    )

    assert json.loads(request.apply(before).config.document) == {
        "retry": {"enabled": True, "intervalsMinutes": [1, 2]},
        "on_unknown": "hold",
        "expires_at": "2027-06-01T00:00:00Z",
        "expires_at_ms": 1_811_808_000_000,
    }


def test_an_old_expiry_survives_a_change_of_something_else() -> None:
    before = campaign(config='{"expires_at":"2020-01-01T00:00:00Z","expires_at_ms":1577836800000}')

    assert change(config={"on_unknown": "hold"}).apply(before).config.expires_at == 1_577_836_800_000
    assert change(config={"expires_at": None}).apply(before).config.expires_at is None


def test_a_rule_that_lacks_its_waits_after_the_merge_is_a_fault() -> None:
    with pytest.raises(InvalidInput, match="intervalsMinutes"):
        change(config={"retry": {"enabled": True}}).apply(campaign())


@pytest.mark.parametrize("status", [CampaignStatus.LAUNCHED, CampaignStatus.RUNNING, CampaignStatus.PAUSED])
def test_limits_and_labels_change_under_way(status: CampaignStatus) -> None:
    request = change(
        name="New", description="New", max_concurrent=9, config={"pacing": {"calls_per_second": 3}}
    )

    after = request.apply(campaign(status))

    assert (after.name, after.max_concurrent, after.config.calls_per_second) == ("New", 9, 3)


def test_what_is_forbidden_is_named_whole_and_changes_nothing() -> None:
    request = change(name="New", contacts=[], schedule="Immediate", config={"on_unknown": "hold"})

    with pytest.raises(NotChangeable) as refused:
        request.apply(campaign(CampaignStatus.RUNNING))
    assert refused.value.fields == ("config.on_unknown", "contacts", "schedule")
    with pytest.raises(NotChangeable) as refused:
        request.apply(campaign(CampaignStatus.COMPLETED))
    assert refused.value.fields == ("config.on_unknown", "contacts", "name", "schedule")


def test_a_schedule_changes_until_it_has_come() -> None:
    after = change(schedule="2027-06-01T00:00:00Z").apply(campaign(CampaignStatus.LAUNCHED))

    assert after.scheduled_at == 1_811_808_000_000


@pytest.mark.parametrize("start", ["Immediate", "2027-01-14T08:00:00Z", "2027-01-15T08:00:00Z"])
def test_a_launched_campaign_whose_start_is_set_to_now_or_earlier_starts_at_once(start: str) -> None:
    request = change(schedule=start)

    after = request.apply(campaign(CampaignStatus.LAUNCHED))

    assert after.scheduled_at == NOW
    assert request.message(after) == ["It starts at once."]


def test_a_draft_whose_start_was_set_to_a_moment_ago_is_not_late() -> None:
    assert change(schedule="2027-01-15T07:59:30Z").apply(campaign()).scheduled_at == NOW
    old = change(schedule="2027-01-15T07:58:30Z").apply(campaign())
    assert (old.scheduled_at, old.autostart) == (NOW - 90_000, False)


def test_a_launched_campaign_says_its_new_start() -> None:
    request = change(schedule="2027-06-01T00:00:00Z")

    said = request.message(request.apply(campaign(CampaignStatus.LAUNCHED)))

    assert said == ["It starts by itself at 2027-06-01T00:00:00Z."]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"schedule": "2027-01-15T07:59:30Z"}, "It starts at once."),
        ({"schedule": "2027-01-15T07:00:00Z"}, "Its schedule 2027-01-15T07:00:00Z has passed"),
        ({"schedule": "Immediate"}, "Launch it with POST /campaigns/camp_1/launch."),
        ({"status": "draft"}, "It was asked for as a draft"),
    ],
)
def test_a_draft_says_what_its_new_schedule_does(fields: dict[str, str], said: str) -> None:
    request = change(**fields)

    (sentence,) = request.message(request.apply(campaign()))

    assert sentence.startswith(said)


def test_a_null_that_takes_nothing_away_is_no_change_of_a_running_campaign() -> None:
    running = campaign(CampaignStatus.RUNNING, RETRY)

    assert change(config={"calling_window": None, "on_unknown": None}).apply(running) == running
    with pytest.raises(NotChangeable) as refused:
        change(config={"retry": None}).apply(running)
    assert refused.value.fields == ("config.retry",)


@pytest.mark.parametrize(
    ("patch", "retry"),
    [
        ({"byOutcome": {"busy": None}}, {"intervalsMinutes": [60], "byOutcome": {"no_answer": [9]}}),
        ({"by_outcome": {"busy": None, "no_answer": None}}, {"intervalsMinutes": [60]}),
        ({"intervalsMinutes": None}, {"byOutcome": {"busy": [5], "no_answer": [9]}}),
        (
            {"byOutcome": {"busy": [7]}},
            {"intervalsMinutes": [60], "byOutcome": {"busy": [7], "no_answer": [9]}},
        ),
        ({}, {"intervalsMinutes": [60], "byOutcome": {"busy": [5], "no_answer": [9]}}),
    ],
)
def test_a_merge_patch_reaches_every_depth(patch: dict[str, Any], retry: dict[str, Any]) -> None:
    after = change(config={"retry": patch}).apply(campaign(config=RETRY))

    assert json.loads(after.config.document) == {"retry": {"enabled": True, **retry}}


def test_a_rule_that_is_off_stays_off_when_its_waits_change() -> None:
    off = campaign(config='{"retry":{"enabled":false,"intervalsMinutes":[60]}}')

    after = change(config={"retry": {"intervalsMinutes": [5]}}).apply(off)

    assert json.loads(after.config.document)["retry"] == {"enabled": False, "intervalsMinutes": [5]}


def test_an_expiry_without_an_offset_is_read_in_the_campaigns_zone_and_says_so() -> None:
    request = change(config={"expires_at": "2027-06-01 08:00"})

    after = request.apply(campaign())

    assert json.loads(after.config.document)["expires_at"] == "2027-06-01T06:00:00Z"
    assert request.message(after) == ["2027-06-01 08:00 was read in Europe/Berlin: 2027-06-01T06:00:00Z."]
    assert change(timezone="Asia/Tokyo").apply(after).config == after.config
    assert change(timezone="Asia/Tokyo", config={"on_unknown": "hold"}).apply(after).config.expires_at == (
        after.config.expires_at
    )


@pytest.mark.parametrize(
    ("fields", "loc"),
    [
        ({"schedule": "2027-01-15T10:00:00Z"}, ("schedule",)),
        ({"scheduled_at": "2027-01-15T11:00:00Z"}, ("scheduled_at",)),
        ({"config": {"expires_at": "2027-01-15T08:30:00Z"}}, ("config", "expires_at")),
        (
            {"schedule": "2027-01-16T08:00:00Z", "config": {"expires_at": "2027-01-15T12:00:00Z"}},
            ("config", "expires_at"),
        ),
    ],
)
def test_a_schedule_after_the_expiry_is_a_fault_whichever_is_sent(
    fields: dict[str, Any], loc: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        change(**fields).apply(campaign(config=EXPIRING))

    assert [fault.loc for fault in refused.value.faults] == [loc]


def test_a_launched_campaign_that_has_expired_is_not_started_by_a_change() -> None:
    expired = campaign(
        CampaignStatus.LAUNCHED, '{"expires_at":"2027-01-15T07:59:00Z","expires_at_ms":1799999940000}'
    )

    with pytest.raises(InvalidInput, match="earlier than config"):
        change(schedule="Immediate").apply(expired)


@pytest.mark.parametrize(
    "status", [CampaignStatus.COMPLETED, CampaignStatus.FAILED, CampaignStatus.CANCELLED]
)
def test_what_is_over_takes_a_new_expiry_to_be_run_again(status: CampaignStatus) -> None:
    over = campaign(status, '{"expires_at":"2026-01-01T00:00:00Z","expires_at_ms":1767225600000}')

    assert change(config={"expires_at": "2027-01-15T09:01:00Z"}).apply(over).config.expires_at == (
        NOW + HOUR + MINUTE
    )
    assert change(config={"expires_at": None}).apply(over).config.expires_at is None


@pytest.mark.parametrize(
    ("status", "fields", "said"),
    [
        (
            CampaignStatus.COMPLETED,
            {"name": "New"},
            "The campaign is completed; name can be changed only while it is not over.",
        ),
        (
            CampaignStatus.RUNNING,
            {"schedule": "Immediate", "timezone": "UTC", "contacts": []},
            (
                "The campaign is running; contacts, timezone can be changed only while it is a draft;"
                " schedule can be changed only while it is draft or launched."
            ),
        ),
    ],
)
def test_a_refusal_says_when_the_field_may_change(
    status: CampaignStatus, fields: dict[str, Any], said: str
) -> None:
    request = change(**fields)
    before = campaign(status)

    with pytest.raises(NotChangeable) as refused:
        request.apply(before)

    assert str(refused.value) == said
