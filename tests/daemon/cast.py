"""The campaigns of a rehearsal, and how each contact must end however often the daemon is killed."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from dialer.domain.clock import SECOND, Clock

AGENT = "ag_c47e7c97_b2f2"
_RETRIES = (0.02, 0.03)
"""Minutes."""

_CONFIG = """
[http]
port = 0
[logs]
level = "warning"
[dialing]
{dialing}
[carriers.sim]
kind = "simulator"
{carrier}
[[agents]]
id = "{agent}"
name = "Follow-up agent"
sms = true
"""


@dataclass(frozen=True, slots=True)
class Fate:
    """What must become of a contact: one of these outcomes, after exactly so many rings."""

    outcomes: frozenset[str]
    rings: int


def _fate(rings: int, *outcomes: str) -> Fate:
    return Fate(frozenset(outcomes), rings)


_TRIES = 1 + len(_RETRIES)
_VOICE: Mapping[str, Fate] = {
    "9900": _fate(1, "answered"),
    "9901": _fate(_TRIES, "busy"),
    "9902": _fate(_TRIES, "no_answer"),
    "9903": _fate(1, "declined"),
    "9904": _fate(_TRIES, "voicemail"),
    "9905": _fate(1, "invalid_number"),
    "9906": _fate(2, "answered"),
    "9908": _fate(1, "answered"),
    "9909": _fate(2, "answered"),
}
_SILENT = _fate(1, "unknown")
_RINGING_IN_VAIN = frozenset({"9902", "9909"})
_SMS: Mapping[str, Fate] = {
    # A receipt that comes while the daemon is down is not told again.
    "9900": _fate(1, "sent", "delivered"),
    "9901": _fate(2, "sent", "delivered"),
    "9902": _fate(1, "sent", "undelivered"),
    "9905": _fate(1, "invalid_number"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One campaign of the cast."""

    name: str
    channel: str
    fates: Mapping[str, Fate]
    """By telephone number."""
    at_once: int
    starts_after: float | None = None
    """Seconds after its creation, by the clock; None: it is launched by hand."""

    def body(self, clock: Clock) -> dict[str, object]:
        body: dict[str, object] = {
            "name": self.name,
            "agent_id": AGENT,
            "type": self.channel,
            "contacts": list(self.fates),
            "message_template": "Hello.",
            "max_concurrent": self.at_once,
            "config": {"retry": {"enabled": True, "intervalsMinutes": list(_RETRIES)}},
        }
        if self.starts_after is not None:
            at = datetime.fromtimestamp(clock.now() / SECOND, UTC) + timedelta(seconds=self.starts_after)
            body["schedule"] = at.isoformat(timespec="milliseconds")
        return body


Cast: TypeAlias = Callable[[int], tuple[Part, ...]]
"""The campaigns of the rehearsal with this number; no two rehearsals share a telephone number."""


def everybody(number: int) -> tuple[Part, ...]:
    """A campaign with every ending and retries, one of a number of it that starts by the clock, messages."""
    return _with_endings(number, _VOICE.keys())


def quick_people(number: int) -> tuple[Part, ...]:
    """The same without those that ring in vain."""
    return _with_endings(number, _VOICE.keys() - _RINGING_IN_VAIN)


def silent_people(number: int) -> tuple[Part, ...]:
    """Calls that the carrier takes and never speaks of again."""
    return (Part("silent", "voice", {f"+{each}{number:06d}9907": _SILENT for each in (1, 2, 3)}, at_once=2),)


def _with_endings(number: int, endings: Collection[str]) -> tuple[Part, ...]:
    voice = {f"+1{number:06d}{ending}": fate for ending, fate in _VOICE.items() if ending in endings}
    shared = f"+1{number:06d}9900"
    texts = {f"+3{number:06d}{ending}": fate for ending, fate in _SMS.items()}
    return (
        Part("voice", "voice", {**voice, f"+2{number:06d}9900": _VOICE["9900"]}, at_once=4),
        Part("late", "voice", {shared: _VOICE["9900"]}, at_once=1, starts_after=3),
        Part("texts", "sms", texts, at_once=2),
    )


def people(count: int, *, at_once: int, name: str = "voice", country: int = 1) -> Part:
    """A campaign to so many people who answer."""
    return Part(
        name, "voice", {f"+{country}{each:06d}9900": _VOICE["9900"] for each in range(count)}, at_once=at_once
    )


def write_config(directory: Path, network: str | None, **dialing: int) -> Path:
    """With a network in a process of its own, or without: then it runs in the daemon."""
    path = directory / "config.toml"
    keys = {"ring_timeout": 3} | dialing
    text = _CONFIG.format(
        dialing="\n".join(f"{key} = {value}" for key, value in keys.items()),
        carrier="" if network is None else f'url = "{network}"',
        agent=AGENT,
    )
    path.write_text(text, "utf-8")
    return path


def database(config: Path) -> Path:
    return config.with_name("dialer.db")


def key(config: Path) -> str:
    """The one that the first start has made."""
    return config.with_name("dialer.key").read_text("utf-8").strip()


def numbers(parts: tuple[Part, ...]) -> Iterator[tuple[str, str, Fate]]:
    """Campaign, telephone number, fate."""
    for part in parts:
        for phone, fate in part.fates.items():
            yield part.name, phone, fate
