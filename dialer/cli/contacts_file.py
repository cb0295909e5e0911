"""A list of people in a CSV file, as `campaign create` takes it."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from dialer.api.wire.columns import Columns, delimiter_of, read_header
from dialer.cli.failure import Failed
from dialer.domain.errors import InvalidInput
from dialer.domain.phone import normalise

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
    delimiter = delimiter_of(text.partition("\n")[0])
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
            contacts.append(columns.entry(row))
            lines.append(reader.line_num)
    except csv.Error as error:
        faults.append(f"{path} line {reader.line_num}: {error}")
    if faults:
        more = [f"… and {len(faults) - _MOST_FAULTS} more faults."] if len(faults) > _MOST_FAULTS else []
        raise Failed(*faults[:_MOST_FAULTS], *more)
    if not contacts:
        raise Failed(f"{path} names nobody: it has a header and no line below it.")
    return ContactsFile(path, contacts, lines)


def _columns(path: Path, header: Sequence[str]) -> Columns:
    try:
        return read_header(header)
    except InvalidInput as error:
        raise Failed(*(f"{path} line 1: {fault.msg}." for fault in error.faults)) from None


def _faults(columns: Columns, row: Sequence[str]) -> Iterator[str]:
    if len(row) > len(columns.names):
        yield f"{len(row)} values for {len(columns.names)} columns"
    phone = str(columns.entry(row).get("phone", ""))
    if not phone:
        yield "phone is empty"
    elif normalise(phone) is None:
        yield f"{phone!r} is no telephone number: + and 7 to 15 digits, such as +12025550100"
