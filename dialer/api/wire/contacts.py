"""The `contacts` of a body: numbers and people, checked one by one, one entry kept for each number."""

import json
from collections.abc import Iterable
from dataclasses import replace

from dialer.api.wire.faults import MOST_FAULTS
from dialer.api.wire.person import MOST_DIFFERENT_VARIABLES, as_json, filled_names, read_person
from dialer.api.wire.rules import Rules
from dialer.domain.contact import Audience, Person
from dialer.domain.errors import Fault
from dialer.domain.phone import NumberCheck, usable
from dialer.domain.template import clean

_MOST_COUNTED = 1_000
"""Where nothing depends on it, so many numbers are looked up for the message and no more: 48 µs each."""


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
        person, faults = read_person(item)
        for fault in faults:
            self.fault(replace(fault, loc=("contacts", index, *fault.loc)))
        if person is not None:
            loc = ("contacts", index) if isinstance(item, str) else ("contacts", index, "phone")
            self._add(loc, person)

    def fault(self, fault: Fault) -> None:
        self.faulty += 1
        if self.faulty <= MOST_FAULTS:
            self.faults.append(fault)

    def _add(self, loc: tuple[str | int, ...], given: Person) -> None:
        earlier = self.people.get(given.phone)
        if earlier is not None:
            self.duplicates += 1
            self.people[given.phone] = _merged(earlier, given)
            return
        fits = self._fits(given.phone)
        if not fits and self._rules.reject_unusable:
            sentence = f"is not a {self._rules.number_check} number by its country's numbering plan"
            self.fault(Fault(loc, f"{sentence} ({given.phone})", "invalid"))
        self.people[given.phone] = replace(given, usable=fits)

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
    if len(filled) > MOST_DIFFERENT_VARIABLES:
        sentence = f"must not name more than {MOST_DIFFERENT_VARIABLES:,} different variables in all"
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
        variables = as_json(both)
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
        for name in filled_names(person):
            counts[name] = counts.get(name, 0) + 1
    return counts
