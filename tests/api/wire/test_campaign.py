"""The fields of a campaign's body, one by one."""

from dataclasses import replace
from typing import Any

import pytest

from dialer.domain.call import Channel
from tests.api.wire.bodies import FIRST, create, faults


def test_null_equals_absent_for_every_field() -> None:
    every = [
        "type", "channel", "contacts", "contact_group_ids", "message_template", "template_id", "schedule",
        "scheduled_at", "timezone", "max_concurrent", "from_number", "description", "status", "config",
    ]  # fmt: skip

    assert create(**dict.fromkeys(every)) == create()
    assert (
        create(config=dict.fromkeys(["retry", "pacing", "expires_at", "escalation", "voicemail"])) == create()
    )


def test_required_fields_that_are_null_are_missing() -> None:
    assert {loc: fault.type for loc, fault in faults(name=None, agent_id=None).items()} == {
        ("name",): "missing",
        ("agent_id",): "missing",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 5),
        ("name", ""),
        ("name", "a\nb"),
        ("name", "a\u2028b"),
        ("name", "x" * 201),
        ("agent_id", True),
        ("agent_id", 1.5),
        ("agent_id", ""),
        ("agent_id", "x" * 65),
        ("agent_id", []),
        ("message_template", 5),
        ("message_template", "x" * 10_001),
        ("description", {}),
        ("max_concurrent", "5"),
        ("max_concurrent", True),
        ("max_concurrent", 1.5),
        ("max_concurrent", 0),
        ("max_concurrent", 10_001),
        ("max_concurrent", 10**50),
        ("timezone", "Mars/Olympus"),
        ("timezone", "../../etc/passwd"),
        ("timezone", "Europe"),
        ("timezone", ""),
        ("timezone", "a\x00b"),
        ("from_number", "12025550100"),
        ("from_number", "+0987654321"),
        ("from_number", 12025550100),
        ("status", "paused"),
        ("status", 5),
        ("contact_group_ids", [1]),
        ("contact_group_ids", "x"),
        ("template_id", 5),
        ("config", []),
        ("config", "x"),
        ("contacts", "x"),
        ("type", "fax"),
        ("type", 5),
        ("schedule", 1_800_000_000),
        ("schedule", "1800000000"),
        ("schedule", "0"),
        ("schedule", "tomorrow"),
        ("schedule", "2027-02-30T09:00:00Z"),
        ("schedule", "9999-12-31T23:59:59-12:00"),
        ("schedule", "0001-01-01T00:00:00Z"),
        ("schedule", True),
        ("scheduled_at", "2027-06-01"),
        ("schedule", "immediate"),
        ("schedule", " Immediate"),
        ("schedule", " 2027-06-01T08:00:00Z"),
        ("schedule", "2027-06-01T08:00:00Z "),
        ("schedule", "2027-06-01T08:00:00.1234Z"),
        ("description", "a\x00b"),
        ("description", "a\x1bb"),
        ("message_template", "Hi\x07"),
        ("message_template", "Hi\rthere"),
    ],
)
def test_a_fault_stands_at_its_field_alone(field: str, value: object) -> None:
    assert list(faults(FIRST, **{field: value})) == [(field,)]


def test_sentences_say_the_fault_and_the_mend() -> None:
    said = {
        loc[0]: fault.msg
        for loc, fault in faults(
            FIRST,
            type="email",
            max_concurrent=20_000,
            timezone="Europe/Berln",
            status="paused",
            template_id=4,
            contact_group_ids=[1],
            descripton="x",
        ).items()
    }

    assert said == {
        "type": '"email" is not supported; must be "voice" or "sms"',
        "max_concurrent": "must be at most 10,000, not 20000",
        "timezone": (
            "must be an IANA time zone such as Asia/Kolkata,"
            ' not "Europe/Berln"; did you mean "Europe/Berlin"?'
        ),
        "status": 'must be "draft", "scheduled", "running" or "launched", not "paused"',
        "template_id": "is not supported by this version; leave it out",
        "contact_group_ids": "is not supported by this version; leave it out",
        "descripton": 'is not a field that exists here; did you mean "description"?',
    }


@pytest.mark.parametrize(
    "field",
    [
        {"contacts": []},
        {"message_template": "Hi"},
        {"schedule": "Immediate"},
        {"max_concurrent": 2},
        {"from_number": "Default"},
    ],
)
def test_a_field_of_the_first_table_alone_holds_the_body_to_that_table(field: dict[str, Any]) -> None:
    assert {loc: fault.type for loc, fault in faults(**field).items()} == {
        ("type",): "missing",
        ("contacts",): "missing",
    }


def test_channel_stands_for_type_in_the_first_table() -> None:
    assert create(channel="sms", contacts=["+12025550101"], max_concurrent=2).new.channel is Channel.SMS


def test_two_names_of_one_thing_may_agree_but_not_differ() -> None:
    assert create(**FIRST, channel="voice").new.channel is Channel.VOICE
    clashing = faults(
        FIRST,
        channel="sms",
        schedule="2027-06-01T08:00:00Z",
        scheduled_at="2027-06-02T08:00:00Z",
        max_concurrent=2,
        config={"max_concurrent": 3},
    )
    assert {loc: fault.type for loc, fault in clashing.items()} == {
        ("type",): "conflict",
        ("schedule",): "conflict",
        ("max_concurrent",): "conflict",
    }


def test_max_concurrent_may_stand_in_config() -> None:
    request = create(config={"max_concurrent": 7})

    assert request.new.max_concurrent == 7
    assert request.new.config.document == "{}"


@pytest.mark.parametrize("word", ["Immediate", None])
def test_immediate_is_no_schedule(word: str | None) -> None:
    assert create(**FIRST, schedule=word).new.scheduled_at is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2027-06-01T08:00:00Z", "2027-06-01T08:00:00Z"),
        ("2027-06-01 08:00:00+05:30", "2027-06-01T02:30:00Z"),
        ("2027-06-01T08:00+0530", "2027-06-01T02:30:00Z"),
        ("2027-06-01T08:00", "2027-06-01T06:00:00Z"),
    ],
)
def test_a_schedule_without_an_offset_is_read_in_the_campaigns_zone(text: str, at: str) -> None:
    request = create(scheduled_at=text, timezone="Europe/Berlin")

    assert request == replace(create(scheduled_at=at, timezone="Europe/Berlin"), notes=request.notes)
    assert bool(request.notes) is (text.count(":") == 1 and "+" not in text)


@pytest.mark.parametrize(
    ("text", "word"), [("2027-03-28T02:30", "skipped"), ("2027-10-31T02:30", "repeated")]
)
def test_a_local_time_that_a_clock_change_skips_or_repeats_is_a_fault(text: str, word: str) -> None:
    found = faults(scheduled_at=text, timezone="Europe/Berlin")

    assert word in found["scheduled_at",].msg


@pytest.mark.parametrize("field", ["description", "message_template"])
def test_prose_may_have_lines_and_tabs(field: str) -> None:
    text = "One.\r\nTwo.\n\tThree."

    assert getattr(create(**FIRST, **{field: text}).new, field) == text


@pytest.mark.parametrize("field", ["calling_window", "retry", "pacing", "expires_at", "on_unknown"])
@pytest.mark.parametrize("value", [{}, None])
def test_a_field_of_config_at_the_top_is_sent_to_its_place(field: str, value: object) -> None:
    found = faults(FIRST, **{field: value})

    assert found[(field,)].type == "unknown_field"
    assert found[(field,)].msg == f'belongs into config: {{"config": {{"{field}": …}}}}'


@pytest.mark.parametrize(
    ("fields", "loc", "guess"),
    [
        ({"shedule": None}, ("shedule",), "schedule"),
        ({"config": {"callingwindow": None}}, ("config", "callingwindow"), "calling_window"),
        ({"config": {"retry": {"intervalsMinuts": None}}}, ("config", "retry", "intervalsMinuts"), "inter"),
        (
            {"config": {"pacing": {"calls_per_secund": None}}},
            ("config", "pacing", "calls_per_secund"),
            "call",
        ),
    ],
)
def test_an_unknown_field_is_a_fault_even_if_it_is_null(
    fields: dict[str, Any], loc: tuple[str, ...], guess: str
) -> None:
    found = faults(**fields)

    assert list(found) == [loc]
    assert f'did you mean "{guess}' in found[loc].msg


def test_an_unknown_outcome_is_a_fault_even_if_it_is_null() -> None:
    found = faults(config={"retry": {"intervalsMinutes": [1], "byOutcome": {"answered": None, "busy": None}}})

    assert list(found) == [("config", "retry", "byOutcome", "answered")]
