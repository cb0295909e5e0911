"""A piece of a stream of contacts: bytes to batches, and how many of them were whole records.

Pure, so that it runs in a thread or in the worker process. One bad entry never refuses the others.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dialer.api.wire.batches import Batches, rejected, unreadable
from dialer.api.wire.columns import Columns, delimiter_of, read_header, without_result
from dialer.api.wire.cut import cut, first_record, line_end
from dialer.api.wire.document import NotJson, read_value
from dialer.api.wire.faults import guess
from dialer.domain.errors import Fault, InvalidInput
from dialer.domain.phone import NumberCheck
from dialer.domain.upload import Batch

LONGEST_RECORD = 1024 * 1024
"""Bytes: more than a hundred variables of the longest kind."""

_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Form(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a stream was read."""

    form: Form
    line: int = 1
    """The next one."""
    columns: Columns | None = None
    delimiter: str = ","
    overlong: bool = False
    """Inside a record that was too long, whose rest is left out."""


@dataclass(frozen=True, slots=True)
class Block:
    batches: tuple[Batch, ...]
    consumed: int
    """Bytes; the others are to be given again, with more after them."""
    place: Place


def read_block(raw: bytes, place: Place, check: NumberCheck, *, last: bool) -> Block:
    """Reads the whole records of a piece; `last`: nothing comes after it.

    Raises InvalidInput when the header of a CSV stream cannot be used.
    """
    reading = _Reading(raw, place, check, last=last)
    reading.run()
    return Block(reading.batches.finish(), reading.start, reading.place)


def read_array(raw: bytes, check: NumberCheck) -> tuple[Batch, ...]:
    """A JSON body: `{"contacts": [...]}`, or the array alone. Raises NotJson, InvalidInput."""
    if not raw.strip():
        raise NotJson('The body is empty; it must be JSON: {"contacts": [...]}.')
    value = read_value(raw)
    faults = []
    if isinstance(value, dict):
        faults += [
            Fault((name,), f"is not a field that exists here{guess(name, ['contacts'])}", "unknown_field")
            for name in value
            if name != "contacts"
        ]
        value = value.get("contacts")
    if not isinstance(value, list):
        faults.append(Fault(("contacts",), "must be an array of numbers or objects", "wrong_type"))
        raise InvalidInput(faults)
    if faults:
        raise InvalidInput(faults)
    batches = Batches(check)
    for index, entry in enumerate(value, 1):
        batches.take(index, entry)
    return batches.finish()


class _Reading:
    """One piece on its way; `start` is how far it has come."""

    def __init__(self, raw: bytes, place: Place, check: NumberCheck, *, last: bool) -> None:
        self.raw = raw
        self.place = place
        self.last = last
        self.start = 0
        if place.line == 1 and place.columns is None and not place.overlong:
            self.start = len(_BOM) if raw.startswith(_BOM) else 0
            if raw.startswith(_UTF_16):
                raise InvalidInput([Fault((), "The body is in UTF-16; save it as UTF-8.", "invalid")])
        self.check = check
        self.batches = Batches(check, place.columns.names if place.columns else ())

    def run(self) -> None:
        if self.place.overlong:
            self._leave_out()
        if self.place.overlong:
            return
        if self.place.form is Form.CSV:
            self._read_csv()
        else:
            self._read_lines()
        if len(self.raw) - self.start > LONGEST_RECORD:
            self._reject_to(len(self.raw), f"is longer than {LONGEST_RECORD // 1024**2} MiB")
            self.place = replace(self.place, overlong=not self.last)

    def _leave_out(self) -> None:
        """The rest of a record that was too long, to the end of its line."""
        end = line_end(self.raw, self.start)
        self.start = len(self.raw) if end is None else end
        if end is not None:
            self.place = replace(self.place, overlong=False, line=self.place.line + 1)

    def _reject_to(self, end: int, reason: str) -> None:
        piece = self.raw[self.start : end]
        self.batches.reject(unreadable(self.place.line, reason, piece))
        self._move_to(end, _ended(piece))

    def _move_to(self, end: int, lines: int) -> None:
        self.start = end
        self.place = replace(self.place, line=self.place.line + lines)

    def _read_lines(self) -> None:
        end = len(self.raw) if self.last else self.raw.rfind(b"\n") + 1
        lines = self.raw[self.start : max(end, self.start)].split(b"\n")
        for number, line in enumerate(lines, self.place.line):
            if not line.strip():
                continue
            try:
                entry = read_value(line, "line")
            except NotJson as error:
                self.batches.reject(unreadable(number, str(error).rstrip("."), line))
            else:
                self.batches.take(number, without_result(entry))
        self._move_to(max(end, self.start), len(lines) - 1)

    def _read_csv(self) -> None:
        if self.place.columns is None and not self._read_header():
            return
        while self.start < len(self.raw):
            rest = self.raw[self.start :]
            found = cut(rest, self.place.delimiter.encode(), last=self.last)
            self._read_records(rest[: found.end])
            if found.unclosed is None or not (self.last or len(rest) - found.end > LONGEST_RECORD):
                return
            # Nothing closes the quote: its line is rejected, and the next one is read as if it had not been.
            end = line_end(rest, found.unclosed)
            if end is None and not self.last:
                return
            end = len(rest) if end is None else end
            self._reject_to(self.start + end - found.end, "a quote is opened here and never closed")

    def _read_header(self) -> bool:
        """False while not all of it has come."""
        first = self.raw[self.start : line_end(self.raw, self.start)]
        delimiter = delimiter_of(first.decode("utf-8", "replace"))
        rest = self.raw[self.start :]
        end = first_record(rest, delimiter.encode(), last=self.last)
        if end is None:
            if len(rest) > LONGEST_RECORD or self.last:
                raise InvalidInput([Fault(("header",), "a quote is opened and never closed", "invalid")])
            return False
        try:
            text = rest[:end].decode()
        except UnicodeDecodeError:
            sentence = "the header is not UTF-8; save the file as UTF-8"
            raise InvalidInput([Fault(("header",), sentence, "invalid")]) from None
        columns = read_header(next(csv.reader(_lines(text), delimiter=delimiter), []))
        self.place = replace(self.place, columns=columns, delimiter=delimiter)
        self.batches = Batches(self.check, columns.names)
        self._move_to(self.start + end, _ended(rest[:end]))
        return True

    def _read_records(self, raw: bytes) -> None:
        columns = self.place.columns
        assert columns is not None  # the header was read
        text = raw.decode("utf-8", "surrogateescape")
        is_strange = _strangeness(text)
        reader = csv.reader(_lines(text), delimiter=self.place.delimiter)
        begins = self.place.line
        for row in reader:
            line, begins = begins, self.place.line + reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            reason = is_strange(row)
            if reason is None and len(row) > len(columns.names):
                reason = f"has {len(row)} values for {len(columns.names)} columns"
            if reason is not None:
                clean = [cell.encode("utf-8", "replace").decode() for cell in row]
                self.batches.reject(rejected(line, [Fault((), reason, "invalid")], {}, clean))
                continue
            self.batches.take_row(line, row, columns)
        self._move_to(self.start + len(raw), reader.line_num)


def _lines(text: str) -> Iterable[str]:
    # A cell may be as long as a record. The limit is the process's, and is only ever set to this.
    csv.field_size_limit(LONGEST_RECORD * 2)
    return io.StringIO(text, newline="")


def _ended(piece: bytes) -> int:
    """How many lines end in it."""
    return len(piece.splitlines()) - (not piece.endswith((b"\n", b"\r")) and bool(piece))


def _strangeness(text: str) -> Callable[[Sequence[str]], str | None]:
    """What tells of a row that it holds what no text holds; each is looked for only where it occurs."""
    has_nul = "\0" in text
    try:
        text.encode()
        is_utf_8 = True
    except UnicodeEncodeError:
        is_utf_8 = False

    def reason(row: Sequence[str]) -> str | None:
        joined = "".join(row) if has_nul or not is_utf_8 else ""
        if "\0" in joined:
            return "holds a NUL character"
        if not is_utf_8 and any("\udc80" <= char <= "\udcff" for char in joined):
            return "is not UTF-8"
        return None

    return reason
