"""The `contacts` of a body: numbers and people, checked one by one, one entry kept for each number."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from dialer.api.wire.faults import MOST_FAULTS, excerpt, faults_of, invalid
from dialer.api.wire.fields import Body, ZoneName, has_control, without_nulls
from dialer.api.wire.rules import Rules
from dialer.domain.contact import Audience, Person
from dialer.domain.errors import Fault
from dialer.domain.phone import NumberCheck, normalise, usable
from dialer.domain.template import clean

_LONGEST_TEXT = 512
_LONGEST_VALUE = 4096
_MOST_VARIABLES = 100
_MOST_DIFFERENT_VARIABLES = 1000
_MOST_COUNTED = 10_000
"""Where nothing depends on it, so many numbers are looked up for the message and no more: 48 µs each."""

_SHAPE = "must be + and 7 to 15 digits such as +12025550100"


def _text(text: str) -> str | None:
    """A blank is nothing."""
    stripped = text.strip()
    if has_control(stripped):
        raise invalid("must not hold line breaks or other control characters")
    return stripped or None


def _blank_or_zone(text: str) -> str | None:
    return text.strip() or None


def _variables(raw: dict[str, object]) -> dict[str, object]:
    kept: dict[str, object] = {}
    if len(raw) > _MOST_VARIABLES:
        raise invalid(f"must have at most {_MOST_VARIABLES} entries", "out_of_range")
    for key, value in raw.items():
        name = key.strip()
        if not 0 < len(name) <= _LONGEST_TEXT or has_control(name) or set(name) & set("{}|"):
            raise invalid(f"has a name that no placeholder can have: {excerpt(key)}")
        if isinstance(value, str) and len(value) > _LONGEST_VALUE:
            raise invalid(f"{excerpt(name)} must have at most {_LONGEST_VALUE:,} characters", "out_of_range")
        if value is not None and not isinstance(value, str | int | float | bool):
            raise invalid(f"{excerpt(name)} must be a string, a number, true or false", "wrong_type")
        if value is not None:
            kept[name] = value
    return kept


Text = Annotated[str, Field(max_length=_LONGEST_TEXT), AfterValidator(_text)]
Variables = Annotated[dict[str, object], AfterValidator(_variables)]


class ContactBody(Body):
    phone: str
    first_name: Text | None = None
    last_name: Text | None = None
    name: Text | None = None
    email: Text | None = None
    timezone: ZoneName | None = None
    variables: Variables | None = None
    metadata: Variables | None = None
    """Another name of `variables`."""


class _Gathering:
    """People by number, and what was found on the way."""

    def __init__(self, rules: Rules) -> None:
        self.people: dict[str, Person] = {}
        self.faults: list[Fault] = []
        self.duplicates = 0
        self.faulty = 0
        self.doubtful = 0
        """Distinct numbers that libphonenumber rejects, as far as they were looked up."""
        self._rules = rules

    def take(self, index: int, item: object) -> None:
        if isinstance(item, str):
            self._add(("contacts", index), Person(item))
        elif isinstance(item, dict):
            self._take_person(index, item)
        else:
            sentence = "must be a number such as +12025550100, or an object with phone"
            self.fault(Fault(("contacts", index), sentence, "wrong_type"))

    def fault(self, fault: Fault) -> None:
        self.faulty += 1
        if self.faulty <= MOST_FAULTS:
            self.faults.append(fault)

    def _take_person(self, index: int, raw: dict[str, object]) -> None:
        given = without_nulls(raw)
        if isinstance(zone := given.get("timezone"), str) and not zone.strip():
            del given["timezone"]
        try:
            body = ContactBody.model_validate(given)
        except ValidationError as error:
            for fault in faults_of(error, ContactBody, at=("contacts", index)):
                if fault.type == "unknown_field":
                    fault = replace(fault, msg=f"{fault.msg} (fields of your own go under variables)")  # noqa: PLW2901
                self.fault(fault)
            return
        if body.variables is not None and body.metadata not in (None, body.variables):
            place = ("contacts", index, "metadata")
            self.fault(Fault(place, "is another name of variables; give one of them", "conflict"))
            return
        variables = body.variables or body.metadata
        person = Person(
            body.phone,
            body.first_name,
            body.last_name,
            body.name,
            body.email,
            body.timezone,
            _json(variables) if variables else None,
        )
        self._add(("contacts", index, "phone"), person)

    def _add(self, loc: tuple[str | int, ...], given: Person) -> None:
        phone = normalise(given.phone)
        if phone is None:
            self.fault(Fault(loc, f"{_SHAPE}, not {excerpt(given.phone)}", "invalid"))
            return
        earlier = self.people.get(phone)
        if earlier is not None:
            self.duplicates += 1
            self.people[phone] = _merged(earlier, given)
            return
        fits = self._fits(phone)
        if not fits and self._rules.reject_unusable:
            sentence = f"is not a {self._rules.number_check} number by its country's numbering plan"
            self.fault(Fault(loc, f"{sentence} ({phone})", "invalid"))
        self.people[phone] = replace(given, phone=phone, usable=fits)

    def _fits(self, phone: str) -> bool:
        check = self._rules.number_check
        if check is not NumberCheck.SHAPE:
            fits = usable(phone, check)
            self.doubtful += not fits
            return fits
        if len(self.people) < _MOST_COUNTED:
            self.doubtful += not usable(phone, NumberCheck.VALID)
        return True


def read_contacts(raw: object, rules: Rules) -> tuple[Audience, list[Fault], list[str]]:
    """The people, the faults (at most MOST_FAULTS and one that counts the rest), sentences for `message`."""
    if not isinstance(raw, list):
        return Audience(), [Fault(("contacts",), "must be an array of numbers or objects", "wrong_type")], []
    gathering = _Gathering(rules)
    for index, item in enumerate(raw):
        gathering.take(index, item)
    people = tuple(gathering.people.values())
    filled = _filled(people)
    if len(filled) > _MOST_DIFFERENT_VARIABLES:
        sentence = f"must not name more than {_MOST_DIFFERENT_VARIABLES:,} different variables in all"
        gathering.fault(Fault(("contacts",), sentence, "out_of_range"))
    faults = gathering.faults
    if gathering.faulty > len(faults):
        rest = gathering.faulty - len(faults)
        faults = [*faults, Fault(("contacts",), f"and {rest:,} faults more, not listed", "more")]
    return Audience(people, filled, gathering.duplicates), faults, _notes(gathering, rules)


def _notes(gathering: _Gathering, rules: Rules) -> list[str]:
    notes: list[str] = []
    if gathering.duplicates:
        notes.append(f"{_contacts(gathering.duplicates)} dropped, their number came before.")
    if gathering.doubtful:
        count = f"{gathering.doubtful:,} of {len(gathering.people):,} numbers"
        if rules.number_check is NumberCheck.SHAPE:
            some = "at least " if len(gathering.people) > _MOST_COUNTED else ""
            fate = 'they are dialled all the same (numbers.check = "shape")'
            notes.append(f"Not valid by libphonenumber: {some}{count}; {fate}.")
        else:
            notes.append(f"Not {rules.number_check} by libphonenumber: {count}; they will not be dialled.")
    return notes


def _contacts(count: int) -> str:
    return "1 duplicate contact was" if count == 1 else f"{count:,} duplicate contacts were"


def _merged(earlier: Person, later: Person) -> Person:
    """The earlier entry with its blanks filled from the later one."""
    variables = earlier.variables
    if later.variables and later.variables != variables:
        both: dict[str, object] = json.loads(variables or "{}")
        for key, value in json.loads(later.variables).items():
            if not clean(both.get(key)):
                both[key] = value
        variables = _json(both)
    return replace(
        earlier,
        first_name=earlier.first_name or later.first_name,
        last_name=earlier.last_name or later.last_name,
        name=earlier.name or later.name,
        email=earlier.email or later.email,
        timezone=earlier.timezone or later.timezone,
        variables=variables,
    )


def _filled(people: Iterable[Person]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for person in people:
        for name in _values(person):
            counts[name] = counts.get(name, 0) + 1
    return counts


def _values(person: Person) -> set[str]:
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


def _json(variables: dict[str, object]) -> str:
    return json.dumps(variables, ensure_ascii=False, separators=(",", ":"))
