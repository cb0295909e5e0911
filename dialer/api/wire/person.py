"""One entry of a list of contacts: a number, or an object with one, read and checked by itself."""

import json
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError, WithJsonSchema

from dialer.api.wire.faults import excerpt, faults_of, invalid
from dialer.api.wire.fields import Body, PhoneText, ZoneName, has_control, without_nulls
from dialer.domain.contact import Person
from dialer.domain.errors import Fault
from dialer.domain.phone import normalise
from dialer.domain.template import clean

LONGEST_TEXT = 512
MOST_VARIABLES = 100
MOST_DIFFERENT_VARIABLES = 1000
"""In one campaign."""

_LONGEST_VALUE = 4096
_KINDS = ("string", "number", "boolean", "null")
_SHAPE = "must be + and 7 to 15 digits such as +12025550100"


def name_fault(name: str) -> str | None:
    """Why a variable cannot be called so; None when it can."""
    if not 0 < len(name) <= LONGEST_TEXT or has_control(name) or set(name) & set("{}|"):
        return f"has a name that no placeholder can have: {excerpt(name)}"
    return None


def _text(text: str) -> str | None:
    """A blank is nothing."""
    stripped = text.strip()
    if has_control(stripped):
        raise invalid("must not hold line breaks or other control characters")
    return stripped or None


def _variables(raw: dict[str, object]) -> dict[str, object]:
    kept: dict[str, object] = {}
    if len(raw) > MOST_VARIABLES:
        raise invalid(f"must have at most {MOST_VARIABLES} entries", "out_of_range")
    for key, value in raw.items():
        name = key.strip()
        if (fault := name_fault(name)) is not None:
            raise invalid(fault)
        if isinstance(value, str) and len(value) > _LONGEST_VALUE:
            raise invalid(f"{excerpt(name)} must have at most {_LONGEST_VALUE:,} characters", "out_of_range")
        if value is not None and not isinstance(value, str | int | float | bool):
            raise invalid(f"{excerpt(name)} must be a string, a number, true or false", "wrong_type")
        if value is not None:
            kept[name] = value
    return kept


Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_text)]
Variables = Annotated[
    dict[str, object],
    AfterValidator(_variables),
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": MOST_VARIABLES,
            "additionalProperties": {"anyOf": [{"type": kind} for kind in _KINDS]},
        }
    ),
]


class ContactBody(Body):
    phone: PhoneText
    first_name: Text | None = None
    last_name: Text | None = None
    name: Text | None = None
    email: Text | None = None
    timezone: ZoneName | None = None
    variables: Variables | None = None
    metadata: Variables | None = None
    """Another name of `variables`."""


def read_person(item: object) -> tuple[Person | None, list[Fault]]:
    """The person with the number in its stored form, or every fault; a fault's `loc` begins in the entry."""
    if isinstance(item, str):
        return _with_number(Person(item), ())
    if not isinstance(item, dict):
        return None, [
            Fault((), "must be a number such as +12025550100, or an object with phone", "wrong_type")
        ]
    given = without_nulls(item)
    if isinstance(zone := given.get("timezone"), str) and not zone.strip():
        del given["timezone"]
    try:
        body = ContactBody.model_validate(given)
    except ValidationError as error:
        return None, [_with_hint(fault) for fault in faults_of(error, ContactBody)]
    if body.variables is not None and body.metadata not in (None, body.variables):
        return None, [Fault(("metadata",), "is another name of variables; give one of them", "conflict")]
    variables = body.variables or body.metadata
    person = Person(
        body.phone,
        body.first_name,
        body.last_name,
        body.name,
        body.email,
        body.timezone,
        as_json(variables) if variables else None,
    )
    return _with_number(person, ("phone",))


def filled_names(person: Person) -> set[str]:
    """The fields and variables that have a value which can be spoken."""
    own = {
        "phone": person.phone,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "name": person.full_name(),
        "email": person.email,
    }
    named = {name for name, value in own.items() if value}
    if person.variables:
        named.update(key for key, value in json.loads(person.variables).items() if clean(value))
    return named


def as_json(variables: dict[str, object]) -> str:
    return json.dumps(variables, ensure_ascii=False, separators=(",", ":"))


def _with_number(given: Person, loc: tuple[str, ...]) -> tuple[Person | None, list[Fault]]:
    phone = normalise(given.phone)
    if phone is None:
        return None, [Fault(loc, f"{_SHAPE}, not {excerpt(given.phone)}", "invalid")]
    return replace(given, phone=phone), []


def _with_hint(fault: Fault) -> Fault:
    if fault.type != "unknown_field":
        return fault
    return replace(fault, msg=f"{fault.msg} (fields of your own go under variables)")
