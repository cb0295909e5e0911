from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.template import LONGEST_VALUE, clean, fill, layered, placeholders


def filled(template: str, **values: object) -> str:
    return fill(template, values.get)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Hi {{name}}!", "Hi Ada!"),
        ("Hi {{ name }}!", "Hi Ada!"),
        ("{{name}} {{name}}", "Ada Ada"),
        ("{{ name | you }}", "Ada"),
        ("{{ who | you }}", "you"),
        ("{{who|you}}, hello", "you, hello"),
        ("{{who| a | b }}", "a | b"),
        ("{{{name}}}", "Ada"),
        ("{name}", "name"),
        ("no placeholder", "no placeholder"),
        ("", ""),
        ("100 % {{name}} $1 \\1", "100 % Ada $1 \\1"),
        ("{{name}", "name"),
        ("{{}}", ""),
    ],
)
def test_a_placeholder_becomes_its_value_or_its_default(template: str, expected: str) -> None:
    assert filled(template, name="Ada") == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Hi {{who}}, welcome.", "Hi, welcome."),
        ("Hi {{who}} !", "Hi!"),
        ("Hi {{who}} there", "Hi there"),
        ("{{who}} Hello", "Hello"),
        ("about {{topic}}.", "about."),
        ("Hi {{ who |  }}.", "Hi."),
    ],
)
def test_an_unfilled_placeholder_says_nothing_and_leaves_no_gap(template: str, expected: str) -> None:
    assert filled(template) == expected


def test_spacing_is_left_alone_where_everything_was_filled() -> None:
    assert filled("Dear  {{name}} ,\n\n  hello ", name="Ada") == "Dear  Ada ,\n\n  hello "


def test_a_value_that_looks_like_a_placeholder_is_not_filled_in_turn() -> None:
    assert filled("Hi {{name}}.", name="{{secret}}", secret="hidden") == "Hi secret."


def test_values_cannot_make_a_placeholder_together() -> None:
    assert filled("{{a}}{{b}}", a="{{sec", b="ret}}", secret="hidden") == "secret"


def test_a_default_is_not_filled_in_turn() -> None:
    assert filled("{{who | {{secret}} }}", secret="hidden") == "who | hidden "


@pytest.mark.parametrize(
    ("value", "spoken"),
    [
        (None, ""),
        ("", ""),
        ("  ", ""),
        (" Ada ", "Ada"),
        (0, "0"),
        (1.5, "1.5"),
        (True, "true"),
        (False, "false"),
        ("a\nb\rc\td\x00e\x7ff\x85g\u2028h", "abcdefgh"),
        ("{Ada}", "Ada"),
        ("Ægir Ünal 李", "Ægir Ünal 李"),
        ("\ud83d\ude00" * 2, "\ud83d\ude00\ud83d\ude00"),
    ],
)
def test_a_value_loses_what_cannot_be_spoken(value: object, spoken: str) -> None:
    assert clean(value) == spoken


def test_a_long_value_is_cut() -> None:
    assert filled("{{name}}", name="x" * 10_000) == "x" * LONGEST_VALUE


names = st.sampled_from(["name", "a b", "x" * 600, "{", "", " | "])
templates = st.lists(
    st.text(max_size=8) | st.sampled_from(["{{", "}}", "{", "}", "|", " "]) | names.map("{{{{{}}}}}".format),
    max_size=30,
).map("".join)


@given(templates, st.dictionaries(st.sampled_from(["name", "a b", "x"]), st.text(max_size=700)))
def test_no_brace_is_ever_spoken_and_no_value_adds_more_than_its_length(
    template: str, values: Mapping[str, str]
) -> None:
    spoken = fill(template, values.get)

    assert "{" not in spoken
    assert "}" not in spoken
    assert len(spoken) <= len(template) + template.count("{{") * LONGEST_VALUE


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "template",
    [
        "{" * 200_000,
        "{{" * 50_000 + "}}" * 50_000,
        "{{a" * 50_000,
        "{{ | " * 50_000,
        " " * 200_000 + "{{who}}" + " " * 200_000,
        "{{who}}" + ("x" + " " * 1_000) * 200,
    ],
)
def test_a_hostile_template_takes_no_time(template: str) -> None:
    values: dict[str, object] = {}

    assert "{" not in fill(template, values.get)


def test_placeholders_are_named_in_order_with_whether_every_use_has_a_default() -> None:
    template = "{{b}} {{ a | x }} {{b | y}} {{c|}} {{}} {{a}} {d}"

    assert placeholders(template) == {"b": False, "a": False, "c": True}


def test_a_blank_does_not_hide_what_stands_below() -> None:
    lookup = layered({"name": " ", "city": None, "x": 0}, {"name": "Ada", "x": 1}, {"city": "Ulm"})

    assert [lookup(name) for name in ("name", "city", "x", "nobody")] == ["Ada", "Ulm", 0, None]
