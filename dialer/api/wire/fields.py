"""The kinds of field that several bodies share."""

import functools
import re
import unicodedata
import zoneinfo
from collections.abc import Iterable
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainValidator, WithJsonSchema

from dialer.api.wire.faults import excerpt, guess, invalid
from dialer.domain.clock import Instant
from dialer.domain.phone import normalise
from dialer.domain.schedule import GRAMMAR_SENTENCE, parse_instant

LONGEST_NAME = 200
IMMEDIATE = "Immediate"
DEFAULT_NUMBER = "Default"

_CONTROL = frozenset({"Cc", "Zl", "Zp"})
_LATEST: Instant = 32_503_680_000_000
"""3000-01-01T00:00:00Z: what lies outside 1970 and this is a slip, and cannot be shown in four digits."""

_LONGEST_REFERENCE = 64


class Body(BaseModel):
    """A part of a request: exact types, no field that is not known."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def without_nulls(raw: dict[str, object], model: type[BaseModel] | None = None) -> dict[str, object]:
    """Null equals absent; but a field that the model does not have is a fault even as null, and stays."""
    names = None if model is None else {field.alias or name for name, field in model.model_fields.items()}
    return {
        key: value
        for key, value in raw.items()
        if value is not None or (names is not None and key not in names)
    }


def among(words: Iterable[str], *more: str) -> WithJsonSchema:
    """Says of a text that it is one of these words."""
    return WithJsonSchema({"type": "string", "enum": [*map(str, words), *more]})


def has_control(text: str) -> bool:
    return any(unicodedata.category(char) in _CONTROL for char in text)


def check_prose(text: str) -> str:
    """A text of several lines. Raises for control characters that are neither line breaks nor tabs."""
    bare = text.replace("\r\n", "").replace("\n", "").replace("\t", "")
    if any(unicodedata.category(char) == "Cc" for char in bare):
        raise invalid("must not hold control characters other than line breaks and tabs")
    return text


@functools.cache
def zone_names() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def read_instant(text: str, zone: ZoneInfo) -> tuple[Instant, bool]:
    """As `parse_instant`, for moments that can be meant. Raises ValueError with a sentence."""
    at, assumed = parse_instant(text, zone)
    if not 0 <= at < _LATEST:
        raise ValueError("must lie between the years 1970 and 2999")
    return at, assumed


def _name(text: str) -> str:
    stripped = text.strip()
    if not 0 < len(stripped) <= LONGEST_NAME:
        raise invalid(f"must have 1 to {LONGEST_NAME} characters", "out_of_range")
    if has_control(stripped):
        raise invalid("must not hold line breaks or other control characters")
    return stripped


def _zone(text: str) -> str:
    name = text.strip()
    if name not in zone_names():
        raise invalid(
            f"must be an IANA time zone such as Asia/Kolkata, not {excerpt(text)}{guess(name, zone_names())}"
        )
    return name


def _instant_text(value: Any) -> Any:  # noqa: ANN401  anything may come in
    if not isinstance(value, str):
        raise invalid(f"{GRAMMAR_SENTENCE}, not {excerpt(value)}", "wrong_type")
    try:
        read_instant(value, ZoneInfo("UTC"))
    except ValueError as error:
        raise invalid(str(error)) from None
    return value


def _schedule(value: Any) -> Any:  # noqa: ANN401  anything may come in
    if value == IMMEDIATE:
        return value
    if isinstance(value, str) and value.strip().casefold() == IMMEDIATE.casefold():
        raise invalid(f'is written "{IMMEDIATE}", not {excerpt(value)}')
    return _instant_text(value)


def _reference(value: Any) -> str:  # noqa: ANN401  anything may come in
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise invalid("must be an id such as ag_c47e7c97_b2f2, or a whole number", "wrong_type")
    text = str(value).strip()
    if not 0 < len(text) <= _LONGEST_REFERENCE or has_control(text):
        raise invalid("must be an id such as ag_c47e7c97_b2f2, or a whole number")
    return text


def _from_number(text: str) -> str:
    if text.strip().casefold() == DEFAULT_NUMBER.casefold():
        return DEFAULT_NUMBER
    number = normalise(text)
    if number is None or not re.match(r"\+[1-9]", number):
        raise invalid(f'must be "Default" or a number such as +12025550100, not {excerpt(text)}')
    return number


def _not_supported(value: Any) -> None:  # noqa: ANN401  anything may come in
    if value:
        raise invalid("is not supported by this version; leave it out", "not_supported")


_PHONE: dict[str, object] = {
    "type": "string",
    "description": "`+` and 7 to 15 digits; spaces, dashes, dots and brackets are dropped.",
    "examples": ["+12025550100"],
}
_INSTANT: dict[str, object] = {
    "type": "string",
    "pattern": (
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?"
        r"(Z|[+-][0-9]{2}:?[0-9]{2})?$"
    ),
    "description": "Without an offset it is read in the time zone of what it belongs to.",
    "examples": ["2026-03-10T09:00:00Z"],
}
_IMMEDIATE: dict[str, object] = {"type": "string", "const": IMMEDIATE}
_DEFAULT: dict[str, object] = {"type": "string", "const": DEFAULT_NUMBER}
_REFERENCE: dict[str, object] = {
    "anyOf": [{"type": "string", "minLength": 1, "maxLength": _LONGEST_REFERENCE}, {"type": "integer"}],
    "examples": ["ag_c47e7c97_b2f2"],
}
_LATER: dict[str, object] = {
    "type": "null",
    "description": "Not supported by this version; leave it out.",
}

Name = Annotated[
    str,
    AfterValidator(_name),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}),
]
ZoneName = Annotated[
    str,
    AfterValidator(_zone),
    WithJsonSchema({"type": "string", "description": "IANA time zone.", "examples": ["Asia/Kolkata"]}),
]
PhoneText = Annotated[str, WithJsonSchema(_PHONE)]
InstantText = Annotated[str, BeforeValidator(_instant_text), WithJsonSchema(_INSTANT)]
"""An instant whose form is right; it is read once its zone is known."""
ScheduleText = Annotated[
    str,
    BeforeValidator(_schedule),
    WithJsonSchema({"anyOf": [_IMMEDIATE, _INSTANT]}),
]
AgentReference = Annotated[str, PlainValidator(_reference), WithJsonSchema(_REFERENCE)]
FromNumber = Annotated[
    str,
    AfterValidator(_from_number),
    WithJsonSchema({"anyOf": [_DEFAULT, _PHONE]}),
]
Timestamp = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""An instant as it is answered: in UTC, to the second."""
Later = Annotated[None, PlainValidator(_not_supported), WithJsonSchema(_LATER)]
"""A field whose feature this version lacks: null and empty are accepted, anything else is a fault."""
