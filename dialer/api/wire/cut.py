"""Where a CSV stream can be cut: at the end of a record, and never inside quotes.

The rules are those by which Python's csv module reads: a quote opens a cell only at its beginning, and two
quotes inside one stand for one.
"""

from dataclasses import dataclass

_QUOTE = b'"'


@dataclass(frozen=True, slots=True)
class Cut:
    end: int
    """So many bytes are whole records."""
    unclosed: int | None
    """Where the quote stands that was opened after them, and not closed."""


def cut(raw: bytes, delimiter: bytes, *, last: bool) -> Cut:
    """`last`: nothing comes after these bytes, so that the last record needs no line break."""
    end = position = 0
    before = delimiter + b"\r\n"
    while True:
        quote = raw.find(_QUOTE, position)
        outside_until = quote if quote >= 0 else len(raw)
        end = _last_line_end(raw, position, outside_until) or end
        if quote < 0:
            return Cut(len(raw) if last else end, None)
        if quote > 0 and raw[quote - 1] not in before:
            position = quote + 1  # a quote in the middle of a cell is a character like any other
            continue
        closing = _closing(raw, quote + 1, last=last)
        if closing is None:
            return Cut(end, quote)
        position = closing + 1


def first_record(raw: bytes, delimiter: bytes, *, last: bool) -> int | None:
    """Where the first record ends; None when it does not end in these bytes."""
    position = 0
    before = delimiter + b"\r\n"
    while True:
        quote = raw.find(_QUOTE, position)
        end = line_end(raw, position, quote if quote >= 0 else None)
        if end is not None:
            return end if end < len(raw) or last or raw.endswith(b"\n") else None
        if quote < 0:
            return len(raw) if last else None
        closing = quote
        if quote == 0 or raw[quote - 1] in before:
            found = _closing(raw, quote + 1, last=last)
            if found is None:
                return None
            closing = found
        position = closing + 1


def line_end(raw: bytes, start: int, stop: int | None = None) -> int | None:
    """Where the line after `start` begins; None when no line ends there."""
    stop = len(raw) if stop is None else stop
    newline = raw.find(b"\n", start, stop)
    carriage = raw.find(b"\r", start, newline if newline >= 0 else stop)
    if carriage >= 0 and carriage != newline - 1:
        return carriage + 1
    return newline + 1 if newline >= 0 else None


def _last_line_end(raw: bytes, start: int, stop: int) -> int:
    """0: none. A line may end in a bare carriage return; whether it is bare, the byte after it tells."""
    newline, carriage = raw.rfind(b"\n", start, stop), raw.rfind(b"\r", start, stop)
    is_bare = carriage > newline and raw[carriage + 1 : carriage + 2] not in (b"", b"\n")
    return max(newline, carriage if is_bare else -1) + 1


def _closing(raw: bytes, start: int, *, last: bool) -> int | None:
    while True:
        quote = raw.find(_QUOTE, start)
        if quote < 0 or (quote == len(raw) - 1 and not last):  # the next byte may be its twin
            return None
        if raw[quote + 1 : quote + 2] != _QUOTE:
            return quote
        start = quote + 2
