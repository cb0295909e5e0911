"""Bytes to a JSON object, or a sentence; never anything else."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.api.wire.create import read_create
from dialer.api.wire.document import NotJson, read_object
from dialer.api.wire.rules import Rules
from dialer.domain.errors import InvalidInput
from dialer.domain.policy import Policy


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "The body is empty; it must be a JSON object."),
        (b" \n", "The body is empty; it must be a JSON object."),
        (b"{", "The body is not JSON: "),
        (b"{} {}", "The body is not JSON: Extra data (line 1, column 4)."),
        (b"{'a': 1}", "The body is not JSON: "),
        (b'{"a": 1,}', "The body is not JSON: "),
        (b'{"a": "\x01"}', "The body is not JSON: "),
        ('{"a": "é"}'.encode("latin-1"), "The body must be JSON in UTF-8; it is not UTF-8."),
        ('{"a": 1}'.encode("utf-16"), "The body must be JSON in UTF-8; it is not UTF-8."),
        ('{"a": 1}'.encode("utf-16-le"), "The body is not JSON: "),
        (b'{"a": NaN}', "NaN is not JSON; leave the field out."),
        (b'{"a": -Infinity}', "-Infinity is not JSON; leave the field out."),
        (b'{"a": 1e999}', "The number 1e999 is too large."),
        (b'{"a": ' + b"1" * 5_000 + b"}", "A number of 5000 digits is too long; send it as a string."),
        (b'{"a": 1, "b": 2, "a": 3}', '"a" stands twice in one object; say it once.'),
        (b'{"a": "\\ud83d"}', "The body holds half of a"),
        (b'{"\\udE00": 1}', "The body holds half of a"),
        (b'{"a":' * 64 + b"[]" + b"}" * 64, "The body is nested too deeply."),
        (b"[" * 100_000, "The body is nested too deeply."),
        (b'{"a":' * 100_000, "The body is nested too deeply."),
    ],
)
def test_what_is_no_json_is_told_in_a_sentence(raw: bytes, sentence: str) -> None:
    with pytest.raises(NotJson) as refused:
        read_object(raw)

    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("raw", [b"[]", b"null", b"1", b'"text"', b"true"])
def test_json_of_another_kind_is_an_input_with_a_fault(raw: bytes) -> None:
    with pytest.raises(InvalidInput, match="must be a JSON object"):
        read_object(raw)


def test_a_byte_order_mark_and_a_whole_pair_of_surrogates_are_fine() -> None:
    assert read_object(b'\xef\xbb\xbf{"a": "\\ud83d\\ude00"}') == {"a": "😀"}


def test_sixty_four_levels_are_read() -> None:
    read_object(b'{"a":' * 63 + b"[]" + b"}" * 63)


WORDS = frozenset(
    {
        "missing",
        "incomplete",
        "unknown_field",
        "wrong_type",
        "out_of_range",
        "invalid",
        "not_supported",
        "conflict",
    }
)
"""Every `type` that a fault of a body may have: none of them is the parsing library's own."""

RULES = Rules.of(Policy(carrier="sim"), 1_800_000_000_000, may_launch=True)
FIELDS = [
    "name",
    "agent_id",
    "type",
    "contacts",
    "schedule",
    "config",
    "max_concurrent",
    "timezone",
    "status",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
CONFIGS = st.dictionaries(
    st.sampled_from(["retry", "pacing", "expires_at", "on_unknown", "escalation", "max_concurrent"]),
    VALUES
    | st.dictionaries(
        st.sampled_from(["enabled", "intervalsMinutes", "intervals_minutes", "maxAttempts", "byOutcome"]),
        VALUES,
    ),
)


def _fault_words(raw: bytes) -> set[str]:
    try:
        read_create(raw, RULES)
    except InvalidInput as refused:
        return {fault.type for fault in refused.faults}
    except NotJson:
        pass
    return set()


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with contextlib.suppress(NotJson, InvalidInput):
        read_create(raw, RULES)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), VALUES), CONFIGS)
def test_any_object_is_read_or_refused_with_sentences(body: dict[str, object], config: object) -> None:
    raw = json.dumps({"name": "x", "agent_id": 1, "config": config} | body).encode()
    assert _fault_words(raw) <= WORDS
