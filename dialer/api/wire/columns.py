"""The header of a CSV file: which column is what."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dialer.api.wire.cells import bare
from dialer.api.wire.document import NotJson, read_value
from dialer.api.wire.person import MOST_DIFFERENT_VARIABLES, name_fault
from dialer.domain.errors import Fault, InvalidInput

DELIMITERS = ",;\t"
PERSON = ("phone", "first_name", "last_name", "name", "email", "timezone")
RESULT = (
    *("status", "outcome", "attempts", "last_call_id"),
    *("answered_at", "ended_at", "duration_seconds", "calls"),
)
"""What an export adds to a person; a header that has them all is that of an export, and they are left out."""
REJECTED = ("rejected_line", "rejected_column", "rejected_reason", "rejected_text")
"""What a file of rejects adds; the same."""
OTHER_VARIABLES = "other_variables"
"""In an export: a JSON object of the variables that have no column of their own."""

_PREFIX = "variables."
_LONGEST_LIST = 200
_LIKE_PHONE = re.compile(r"phone|mobile|cell|tel|number|msisdn", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Columns:
    """What stands in each column, by its place; None: not that."""

    names: tuple[str, ...]
    """As the file has them."""
    fields: tuple[str | None, ...]
    variables: tuple[str | None, ...]
    others: int | None
    """The place of `other_variables`."""

    def named(self, field: str) -> str:
        """What the file calls a field."""
        return self.names[self.fields.index(field)] if field in self.fields else field

    def entry(self, row: Sequence[str]) -> dict[str, object]:
        """The row as an object of the API; blanks are left out."""
        person: dict[str, object] = {}
        variables: dict[str, object] = {}
        for place, cell in enumerate(row[: len(self.names)]):
            value = bare(cell.strip())
            if not value:
                continue
            if (field := self.fields[place]) is not None:
                person[field] = value
            elif (name := self.variables[place]) is not None:
                variables[name] = value
            elif place == self.others:
                variables |= _others(value)
        return {**person, "variables": variables} if variables else person


def read_header(names: Sequence[str]) -> Columns:
    """Raises InvalidInput with every fault; each is a sentence without its full stop."""
    plain = [bare(name.strip()) for name in names]
    meant = [field_meant(name) for name in plain]
    faults = [_fault(sentence) for sentence in _faults(plain, meant)]
    if faults:
        raise InvalidInput(faults)
    ours = {name for of_ours in (RESULT, REJECTED) if set(of_ours) <= set(meant) for name in of_ours}
    others = meant.index(OTHER_VARIABLES) if set(RESULT) <= ours and OTHER_VARIABLES in meant else None
    fields = tuple(name if name in PERSON else None for name in meant)
    known = {*PERSON, *ours, *([OTHER_VARIABLES] if others is not None else [])}
    variables = tuple(
        name.removeprefix(_PREFIX) if name and field not in known else None
        for name, field in zip(plain, meant, strict=True)
    )
    return Columns(tuple(plain), fields, variables, others)


def without_result(entry: object) -> object:
    """An entry of an export without what the export had added."""
    if isinstance(entry, dict) and entry.keys() >= set(RESULT):
        return {name: value for name, value in entry.items() if name not in RESULT}
    return entry


def column_of(variable: str) -> str:
    """The header under which a variable is found again, whatever it is called."""
    field = field_meant(variable)
    taken = field in (*PERSON, *RESULT, *REJECTED, OTHER_VARIABLES) or field.startswith(_PREFIX)
    return f"{_PREFIX}{variable}" if taken else variable


def field_meant(name: str) -> str:
    """`First Name` as `first_name`."""
    return name.lower().replace(" ", "_")


def delimiter_of(line: str) -> str:
    """What separates the columns of a header."""
    return max(DELIMITERS, key=line.count)


def _faults(plain: Sequence[str], meant: Sequence[str]) -> Iterable[str]:
    if len(plain) > MOST_DIFFERENT_VARIABLES:
        yield f"the header has {len(plain):,} columns; at most {MOST_DIFFERENT_VARIABLES:,} are possible"
        return
    if "phone" not in meant:
        shown = ", ".join(name for name in plain if name)[:_LONGEST_LIST] or "nothing"
        like = next((name for name in plain if _LIKE_PHONE.search(name)), None)
        hint = f"; rename {like[:_LONGEST_LIST]} to phone" if like else ""
        yield f"the header has no column `phone`; it has {shown}{hint}"
    called = [field if field in PERSON else name for name, field in zip(plain, meant, strict=True)]
    twice = sorted({name for name in called if name and called.count(name) > 1})
    if twice:
        yield f"more than one column is called {', '.join(twice)[:_LONGEST_LIST]}"
    for place, name in enumerate(plain, 1):
        if name and (fault := name_fault(name.removeprefix(_PREFIX))) is not None:
            yield f"column {place} {fault}"


def _fault(sentence: str) -> Fault:
    return Fault(("header",), sentence, "invalid")


def _others(value: str) -> Mapping[str, object]:
    """What is no JSON object is kept as it is."""
    try:
        given = read_value(value.encode("utf-8", "surrogatepass"))
    except NotJson:
        given = None
    return given if isinstance(given, dict) else {OTHER_VARIABLES: value}
