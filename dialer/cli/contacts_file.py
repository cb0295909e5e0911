"""A list of people in a CSV file, as `campaign create` takes it."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from dialer.cli.failure import Failed
from dialer.domain.phone import normalise

_KNOWN = frozenset({"phone", "first_name", "last_name", "name", "email", "timezone"})
_DELIMITERS = ",;\t"
_MOST_FAULTS = 20

Person: TypeAlias = dict[str, object]
"""A contact as the API takes it: known fields, and the other columns under `variables`."""


@dataclass(frozen=True, slots=True)
class ContactsFile:
    path: Path
    contacts: Sequence[Person]
    lines: Sequence[int]
    """For each contact, the line it stands on, from 1."""

    def name_lines(self, sentence: str) -> str:
        """A fault of the API that says `contacts.7`, with the line of the file instead."""
        place, colon, rest = sentence.partition(": ")
        steps = place.split(".")
        if not colon or steps[0] != "contacts" or len(steps) < 2 or not steps[1].isdecimal():  # noqa: PLR2004
            return sentence
        where = f"{self.path} line {self.lines[int(steps[1])]}"
        return ": ".join([where, *([".".join(steps[2:])] if steps[2:] else []), rest])


def read(path: Path) -> ContactsFile:
    """UTF-8 with or without a byte order mark, separated by commas, semicolons or tabs, with a header.

    Raises Failed with every fault by its line, the first 20 of them.
    """
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failed(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.") from None
    except OSError as error:
        raise Failed(f"{path} cannot be read: {error.strerror}.") from None
    header = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    contacts: list[Person] = []
    lines: list[int] = []
    faults: list[str] = []
    try:
        columns = _columns(path, next(reader, []))
        for row in reader:
            if not any(value.strip() for value in row):
                continue
            wrong = list(_faults(columns, row))
            faults += [f"{path} line {reader.line_num}: {sentence}" for sentence in wrong]
            contacts.append(_person(columns, row))
            lines.append(reader.line_num)
    except csv.Error as error:
        faults.append(f"{path} line {reader.line_num}: {error}")
    if faults:
        more = [f"… and {len(faults) - _MOST_FAULTS} more faults."] if len(faults) > _MOST_FAULTS else []
        raise Failed(*faults[:_MOST_FAULTS], *more)
    if not contacts:
        raise Failed(f"{path} names nobody: it has a header and no line below it.")
    return ContactsFile(path, contacts, lines)


def _columns(path: Path, header: Sequence[str]) -> list[str]:
    columns = [_column(name) for name in header]
    if "phone" not in columns:
        shown = ", ".join(name for name in columns if name) or "nothing"
        raise Failed(f"{path} line 1: the header has no column `phone`; it has {shown}.")
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise Failed(f"{path} line 1: more than one column is called {', '.join(twice)}.")
    return columns


def _column(name: str) -> str:
    plain = name.strip()
    known = plain.lower().replace(" ", "_")
    return known if known in _KNOWN else plain


def _faults(columns: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    if len(row) > len(columns):
        yield f"{len(row)} values for {len(columns)} columns"
    place = columns.index("phone")
    phone = row[place].strip() if place < len(row) else ""
    if not phone:
        yield "phone is empty"
    elif normalise(phone) is None:
        yield f"{phone!r} is no telephone number: + and 7 to 15 digits, such as +12025550100"


def _person(columns: Sequence[str], row: Sequence[str]) -> Person:
    values = {
        name: value.strip() for name, value in zip(columns, row, strict=False) if name and value.strip()
    }
    person: Person = {name: value for name, value in values.items() if name in _KNOWN}
    variables = {name: value for name, value in values.items() if name not in _KNOWN}
    return {**person, "variables": variables} if variables else person
