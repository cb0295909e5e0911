"""Instants on the wire: one strict grammar in, one form out."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from dialer.domain.clock import SECOND, Instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_GRAMMAR = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?"
    r"(Z|[+-]\d{2}:?\d{2})?\Z",
    re.ASCII,
)

GRAMMAR_SENTENCE = "must look like 2026-03-10T09:00:00Z (or an offset such as +05:30)"


def parse_instant(text: str, zone: ZoneInfo) -> tuple[Instant, bool]:
    """The instant, and whether the zone had to be assumed because the text carries no offset.

    Raises ValueError with a sentence: another form, no such day, a local time that a clock change skips
    or repeats.
    """
    match = _GRAMMAR.match(text)
    if match is None:
        raise ValueError(GRAMMAR_SENTENCE)
    *parts, fraction, offset = match.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    micros = int((fraction or "").ljust(6, "0"))
    try:
        local = datetime(year, month, day, hour, minute, second, micros, tzinfo=UTC)
        if offset is None:
            return _to_instant(_localise(local, zone, text)), True
        return _to_instant(local.replace(tzinfo=_fixed(offset))), False
    except (ValueError, OverflowError) as error:
        if isinstance(error, _ClockChange):
            raise
        raise ValueError(f"is no moment that exists ({text})") from None


def format_instant(at: Instant) -> str:
    """ISO 8601, UTC, whole seconds: `2026-03-10T09:00:00Z`."""
    return f"{(_EPOCH + timedelta(seconds=at // SECOND)).isoformat()[:19]}Z"


class _ClockChange(ValueError):
    pass


def _to_instant(moment: datetime) -> Instant:
    # In UTC first, which raises where an offset carries the moment out of the calendar.
    return (moment.astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)


def _fixed(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > 23 or minutes > 59:  # noqa: PLR2004
        raise ValueError(offset)
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if offset[0] == "-" else span)


def _localise(naive: datetime, zone: ZoneInfo, text: str) -> datetime:
    early = naive.replace(tzinfo=zone, fold=0)
    late = naive.replace(tzinfo=zone, fold=1)
    if early.utcoffset() != late.utcoffset():
        happens = "skipped" if early.utcoffset() < late.utcoffset() else "repeated"  # type: ignore[operator]
        raise _ClockChange(f"is a local time that is {happens} in {zone.key} ({text}); add an offset")
    return early
