"""Entries of an upload, gathered into batches that the store takes as they are."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dialer.api.wire.cells import bare
from dialer.api.wire.columns import PERSON, Columns, column_of
from dialer.api.wire.person import MOST_VARIABLES, filled_names, read_person
from dialer.domain.contact import Person
from dialer.domain.errors import Fault
from dialer.domain.phone import NumberCheck, usable
from dialer.domain.upload import Batch, Reject

_SIZE = 400
"""Entries: some 5 ms of the writer's time."""
_LENGTH = 256 * 1024
"""Characters of a batch, but for its last entry: as long again, where the entries are large."""
_LONGEST_VALUE = 200
_LONGEST_RAW = 4000


class Batches:
    """Takes entries one by one; `done` are the batches that they made."""

    def __init__(self, check: NumberCheck, columns: tuple[str, ...] = ()) -> None:
        self.done: list[Batch] = []
        self._check = check
        self._columns = columns
        self._people: list[object] = []
        self._rejects: list[object] = []
        self._length = 0
        self._seen: dict[str, None] = dict.fromkeys(columns)

    def take(self, line: int, entry: object) -> None:
        """An entry in the form of the API."""
        person, faults = read_person(entry)
        if person is not None:
            self.add(person)
            return
        row = _row(entry)
        if isinstance(row, dict):
            self._seen |= dict.fromkeys(list(row)[: len(PERSON) + MOST_VARIABLES])
        self.reject(rejected(line, faults, _values(entry), row))

    def take_row(self, line: int, row: Sequence[str], columns: Columns) -> None:
        """A row of a CSV file."""
        person, faults = read_person(columns.entry(row))
        if person is not None:
            self.add(person)
            return
        named = [_renamed(fault, columns) for fault in faults]
        values = {name: bare(cell.strip()) for name, cell in zip(columns.names, row, strict=False)}
        self.reject(rejected(line, named, values, row))

    def add(self, person: Person) -> None:
        fits = usable(person.phone, self._check)
        p = replace(person, usable=fits)
        names = sorted(filled_names(p))
        self._people.append(
            (p.phone, p.first_name, p.last_name, p.name, p.email, p.timezone, p.variables, fits, names)
        )
        self._close_full(len(p.variables or ""))

    def reject(self, reject: Reject) -> None:
        self._rejects.append((reject.line, reject.column, reject.value, reject.reason, reject.row))
        self._close_full(len(reject.reason) + len(reject.row))

    def finish(self) -> tuple[Batch, ...]:
        if self._people or self._rejects:
            self._close()
        return tuple(self.done)

    def _close_full(self, added: int) -> None:
        self._length += added
        if len(self._people) + len(self._rejects) == _SIZE or self._length >= _LENGTH:
            self._close()

    def _close(self) -> None:
        columns = tuple(self._seen) if self._rejects else ()
        self.done.append(Batch(_json(self._people), _json(self._rejects), columns))
        self._people, self._rejects, self._seen = [], [], dict.fromkeys(self._columns)
        self._length = 0


def rejected(line: int, faults: Iterable[Fault], values: Mapping[str, str], row: object) -> Reject:
    """One reject with every fault of the entry; the first one's column is the reject's."""
    first, *more = faults
    column = str(first.loc[0]) if first.loc else None
    also = "".join(f"; {'.'.join(map(str, fault.loc))} {fault.msg}" for fault in more)
    value = None if column is None else values.get(column)
    return Reject(line, column, value and value[:_LONGEST_VALUE], f"{first.msg}{also}", _json(row))


def unreadable(line: int, reason: str, raw: bytes) -> Reject:
    """What could not even be taken apart; its text is kept as far as it can be read."""
    text = raw[:_LONGEST_RAW].decode("utf-8", "replace").rstrip("\r\n")
    return Reject(line, None, None, reason, _json(text))


def _renamed(fault: Fault, columns: Columns) -> Fault:
    """Said of the column as the file calls it."""
    if not fault.loc:
        return fault
    return replace(fault, loc=(columns.named(str(fault.loc[0])), *fault.loc[1:]))


def _row(entry: object) -> object:
    """By column, as a CSV file would have it; as a text where the entry has no columns."""
    if isinstance(entry, str):
        return {"phone": entry}
    if not isinstance(entry, dict):
        return _text(entry)
    variables = entry.get("variables") or entry.get("metadata")
    own = {column_of(str(name)): _text(value) for name, value in _pairs(variables)}
    rest = {
        name: _text(value)
        for name, value in entry.items()
        if value is not None and not (name in ("variables", "metadata") and isinstance(value, dict))
    }
    return rest | own


def _values(entry: object) -> Mapping[str, str]:
    return {str(name): _text(value) for name, value in _pairs(entry)}


def _pairs(given: object) -> Iterable[tuple[object, object]]:
    return given.items() if isinstance(given, dict) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
