"""Contacts: numbers and people, one entry kept for each number."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.api.wire.contacts import read_contacts
from dialer.api.wire.faults import MOST_FAULTS
from dialer.api.wire.rules import Rules
from dialer.domain.contact import Person
from dialer.domain.phone import NumberCheck
from dialer.domain.policy import Policy

RULES = Rules.of(Policy(carrier="sim"), 1_800_000_000_000, may_launch=True)
STRICT = replace(RULES, number_check=NumberCheck.VALID, reject_unusable=True)
NUMBER = "+12025550101"


def read(raw: Any, rules: Rules = RULES) -> list[Person]:
    audience, faults, _ = read_contacts(raw, rules)
    assert faults == []
    return list(audience.people)


@pytest.mark.parametrize(
    "number",
    [
        "+1 202 555 0101",
        "+1-202-555-0101",
        "+1 (202) 555.0101",
        "+1\u00a0202\u2011555\u20110101",
        " +12025550101 ",
    ],
)
def test_spaces_dashes_dots_and_brackets_are_dropped(number: str) -> None:
    assert read([number]) == [Person(NUMBER)]


@pytest.mark.parametrize(
    "number",
    [
        "",
        "12025550101",
        "+123456",
        "+1234567890123456",
        "+1800FLOWERS",
        "+12025550101;ext=5",
        "+12025550101x5",
        "\uff0b\uff11\uff12\uff10\uff12\uff15\uff15\uff15\uff10\uff11\uff10\uff11",
        "+\u0661\u0662\u0660\u0662\u0665\u0665\u0665\u0660\u0661\u0660\u0661",
        "\u202a+12025550101\u202c",
        "+1202555\u200b0101",
        "+12025550101\n",
        "+12025550101\x00",
        "++12025550101",
        "tel:+12025550101",
        "0012025550101",
    ],
)
def test_what_is_not_shaped_like_a_number_is_a_fault_at_its_place(number: str) -> None:
    _, faults, _ = read_contacts([NUMBER, number, {"phone": number}], RULES)

    assert [fault.loc for fault in faults] == [("contacts", 1), ("contacts", 2, "phone")]
    assert all(fault.msg.startswith("must be + and 7 to 15 digits") for fault in faults)


@given(st.text(max_size=20))
def test_any_text_is_refused_or_stored_as_plus_and_digits(text: str) -> None:
    audience, faults, _ = read_contacts([text], RULES)

    for person in audience.people:
        digits = person.phone.removeprefix("+")
        assert person.phone == f"+{digits}"
        assert digits.isascii()
        assert digits.isdigit()
        assert 7 <= len(digits) <= 15
    assert len(faults) + len(audience.people) == 1


def test_numbers_and_people_may_be_mixed() -> None:
    person = {
        "phone": "+12025550102",
        "first_name": " Ada ",
        "last_name": "Byron",
        "name": "",
        "email": "ada@example.com",
        "timezone": "Europe/London",
        "variables": {"topic": "engines", "n": 3, "vip": True, "gone": None},
    }

    assert read([NUMBER, person]) == [
        Person(NUMBER),
        Person(
            "+12025550102",
            first_name="Ada",
            last_name="Byron",
            email="ada@example.com",
            timezone="Europe/London",
            variables='{"topic":"engines","n":3,"vip":true}',
        ),
    ]


@pytest.mark.parametrize("field", ["name", "first_name", "last_name", "email"])
@pytest.mark.parametrize("text", ["Ada\x00", "Ada\r\nByron", "Ada\tByron", "\x1b[2J"])
def test_control_characters_in_a_contacts_texts_are_faults(field: str, text: str) -> None:
    _, found, _ = read_contacts([{"phone": NUMBER, field: text}], RULES)

    assert [fault.loc for fault in found] == [("contacts", 0, field)]


def test_line_breaks_around_a_name_are_stripped() -> None:
    assert read([{"phone": NUMBER, "name": "Ada\r\n"}])[0].name == "Ada"


def test_blanks_and_nulls_are_nothing() -> None:
    blank: dict[str, object] = {
        "phone": NUMBER,
        "name": " ",
        "email": None,
        "timezone": "",
        "variables": {},
        "metadata": None,
    }

    assert read([blank]) == [Person(NUMBER)]


@pytest.mark.parametrize(
    ("item", "loc"),
    [
        (5, ()),
        (None, ()),
        ([], ()),
        ({}, ("phone",)),
        ({"phone": 12025550101}, ("phone",)),
        ({"phone": NUMBER, "name": 5}, ("name",)),
        ({"phone": NUMBER, "name": "x" * 513}, ("name",)),
        ({"phone": NUMBER, "frist_name": "Ada"}, ("frist_name",)),
        ({"phone": NUMBER, "timezone": "Mars/Olympus"}, ("timezone",)),
        ({"phone": NUMBER, "variables": []}, ("variables",)),
        ({"phone": NUMBER, "variables": {"a": {}}}, ("variables",)),
        ({"phone": NUMBER, "variables": {"": 1}}, ("variables",)),
        ({"phone": NUMBER, "variables": {"a|b": 1}}, ("variables",)),
        ({"phone": NUMBER, "variables": {"a": "x" * 5_000}}, ("variables",)),
        ({"phone": NUMBER, "variables": {str(n): n for n in range(101)}}, ("variables",)),
        ({"phone": NUMBER, "variables": {"a": 1}, "metadata": {"a": 2}}, ("metadata",)),
    ],
)
def test_a_fault_of_a_person_names_its_field(item: object, loc: tuple[str, ...]) -> None:
    _, faults, _ = read_contacts([item], RULES)

    assert [fault.loc for fault in faults] == [("contacts", 0, *loc)]


def test_an_unknown_field_of_a_person_is_told_where_its_own_fields_go() -> None:
    _, faults, _ = read_contacts([{"phone": NUMBER, "frist_name": "Ada"}], RULES)

    assert faults[0].msg == (
        'is not a field that exists here; did you mean "first_name"? (fields of your own go under variables)'
    )


def test_a_number_twice_is_one_person_whose_blanks_the_later_entry_fills() -> None:
    audience, _, notes = read_contacts(
        [
            {"phone": NUMBER, "first_name": "Ada", "variables": {"a": 1, "b": ""}},
            {
                "phone": "+1 202 555 0101",
                "first_name": "Eve",
                "email": "e@x",
                "variables": {"a": 2, "b": 3, "c": 4},
            },
            NUMBER,
        ],
        RULES,
    )

    assert audience.duplicates == 2
    assert notes[0] == "2 duplicate contacts were dropped, their number came before."
    (person,) = audience.people
    assert (person.first_name, person.email) == ("Ada", "e@x")
    assert json.loads(person.variables or "") == {"a": 1, "b": 3, "c": 4}


def test_what_can_fill_a_placeholder_is_counted() -> None:
    audience, _, _ = read_contacts(
        [
            NUMBER,
            {"phone": "+12025550102", "first_name": "Ada", "variables": {"topic": "x", "blank": " "}},
            {"phone": "+12025550103", "name": "Alan", "variables": {"topic": 0, "email": "a@x"}},
        ],
        RULES,
    )

    assert audience.filled == {"phone": 3, "first_name": 1, "name": 2, "topic": 2, "email": 1}


def test_numbers_that_libphonenumber_rejects_are_counted_where_only_the_shape_counts() -> None:
    audience, _, notes = read_contacts(["+1234567890", "+0987654321", NUMBER], RULES)

    assert all(person.usable for person in audience.people)
    (note,) = notes
    assert note.startswith("Not valid by libphonenumber: 2 of 3 numbers; they are dialled all the same")


def test_an_unusable_number_is_kept_or_refused_as_the_configuration_says() -> None:
    kept, faults, notes = read_contacts(["+1234567890"], replace(STRICT, reject_unusable=False))
    assert [person.usable for person in kept.people] == [False]
    assert faults == []
    assert notes == ["Not valid by libphonenumber: 1 of 1 numbers; they will not be dialled."]

    _, faults, _ = read_contacts([NUMBER, "+1234567890"], STRICT)
    assert [fault.loc for fault in faults] == [("contacts", 1)]


def test_what_is_no_array_is_one_fault() -> None:
    strange: list[object] = ["+12025550101", {}, 5, True]
    for raw in strange:
        _, faults, _ = read_contacts(raw, RULES)
        assert [fault.loc for fault in faults] == [("contacts",)]


def test_of_very_many_faults_the_rest_is_counted() -> None:
    _, faults, _ = read_contacts([0] * (MOST_FAULTS + 7), RULES)

    assert len(faults) == MOST_FAULTS + 1
    assert faults[-1].msg == "and 7 faults more, not listed"


def test_too_many_different_variables_are_a_fault() -> None:
    people = [{"phone": f"+1202555{n:04d}", "variables": {f"v{n}": 1}} for n in range(1_001)]

    _, faults, _ = read_contacts(people, RULES)

    assert [fault.loc for fault in faults] == [("contacts",)]
