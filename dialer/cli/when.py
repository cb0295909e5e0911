"""Spans and moments as they are typed: `30d`, `2027-01-31T00:00:00Z`."""

import re
from zoneinfo import ZoneInfo

from dialer.cli.failure import USED_WRONGLY, Failed
from dialer.domain.clock import HOUR, MINUTE, SECOND, Instant
from dialer.domain.schedule import parse_instant

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": 24 * HOUR, "w": 7 * 24 * HOUR}
_SPAN = re.compile(r"([0-9]{1,6})([smhdw])")
_LONGEST = 100 * 365 * 24 * HOUR
_UTC = ZoneInfo("UTC")


def span(text: str, option: str) -> int:
    """Milliseconds, at most 100 years. Raises Failed."""
    found = _span(text)
    if found is None:
        raise Failed(f"{option}: {text!r} is no span of time such as 90m, 24h or 30d.", code=USED_WRONGLY)
    return found


def moment(text: str, option: str, now: Instant) -> Instant:
    """What lies a span ahead, or a moment as in the API, in UTC unless it has an offset. Raises Failed."""
    length = _span(text)
    if length is not None:
        at = now + length
    else:
        try:
            at, _ = parse_instant(text, _UTC)
        except ValueError:
            sentence = (
                f"{option}: {text!r} is neither a moment such as 2027-01-31T00:00:00Z nor a span such as 30d."
            )
            raise Failed(sentence, code=USED_WRONGLY) from None
    if not now < at <= now + _LONGEST:
        raise Failed(f"{option}: {text} must lie ahead, by 100 years at most.", code=USED_WRONGLY)
    return at


def _span(text: str) -> int | None:
    match = _SPAN.fullmatch(text)
    if match is None:
        return None
    length = int(match[1]) * _UNITS[match[2]]
    return length if length <= _LONGEST else None
