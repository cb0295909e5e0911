"""When a campaign starts and ends, read from a body in its own time zone."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dialer.api.wire.fields import IMMEDIATE, read_instant
from dialer.api.wire.rules import Rules
from dialer.domain.clock import MINUTE, Instant
from dialer.domain.errors import Fault
from dialer.domain.schedule import format_instant
from dialer.domain.scope import Scope

EXPIRY = ("config", "expires_at")
_STILL_NOW = MINUTE
"""A schedule so little in the past was meant as now."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An instant of a body; `note` says that its zone was assumed."""

    at: Instant | None = None
    note: str | None = None
    fault: Fault | None = None


def read_start(text: str | None, zone: str, *, field: str = "schedule") -> Reading:
    """`schedule`, whose form is known to be right; at once is None."""
    if text is None or text == IMMEDIATE:
        return Reading()
    return _read((field,), text, zone)


def read_expiry(text: object, zone: str, *, rules: Rules) -> Reading:
    """`config.expires_at`, whose form is known to be right. It must lie ahead."""
    if not isinstance(text, str):
        return Reading()
    reading = _read(EXPIRY, text, zone)
    if reading.at is not None and reading.at <= rules.now:
        return Reading(fault=Fault(EXPIRY, f"must lie in the future; {text} has passed", "out_of_range"))
    return reading


def misplaced_expiry(start: Instant | None, expires_at: Instant | None) -> Fault | None:
    """An expiry that leaves no time to dial."""
    if start is None or expires_at is None or start < expires_at:
        return None
    return Fault(EXPIRY, f"must be later than the schedule, {format_instant(start)}", "out_of_range")


def starts_by_itself(at: Instant | None, status: str | None, rules: Rules) -> bool:
    """Whether the clock launches the draft: its schedule is not old, nobody said draft, and
    who asks may launch.
    """
    fresh = at is not None and at > rules.now - _STILL_NOW
    return fresh and status != "draft" and rules.autostart_scheduled and rules.may_launch


def why_it_waits(at: Instant | None, status: str | None, rules: Rules) -> str | None:
    """Why the clock does not start a draft that has a schedule; None where that needs no word."""
    if at is None:
        return None
    if at <= rules.now - _STILL_NOW:
        return f"Its schedule {format_instant(at)} has passed, so nothing starts by itself."
    if status == "draft":
        return "It was asked for as a draft, so its schedule starts nothing by itself."
    if not rules.autostart_scheduled:
        return "Starting by the clock is off (dialing.autostart_scheduled)."
    if not rules.may_launch:
        return f"The key lacks the scope {Scope.CAMPAIGNS_LAUNCH}, so its schedule starts nothing by itself."
    return None


def _read(loc: tuple[str | int, ...], text: str, zone: str) -> Reading:
    try:
        at, assumed = read_instant(text, ZoneInfo(zone))
    except ValueError as error:
        return Reading(fault=Fault(loc, str(error), "invalid"))
    note = f"{text} was read in {zone}: {format_instant(at)}." if assumed else None
    return Reading(at, note)
