"""The campaigns of a rehearsal, and how each contact must end however often the daemon is killed."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from dialer.domain.clock import SECOND, Clock
from tests.daemon.clock import ScaledClock
from tests.daemon.desk import Answer, Desk

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


class Broken(Exception):
    """The daemon answered otherwise than it promised."""


class Stage:
    """Puts the cast on stage over HTTP; goes on where it was when the daemon dies in between.

    What was answered 2xx is remembered, and must be true after every restart.
    """

    def __init__(self, parts: tuple[Part, ...], clock: ScaledClock) -> None:
        self.parts = parts
        self.clock = clock
        self._created: dict[str, str] = {}
        self._launched: set[str] = set()
        self._paused: set[str] = set()

    def enter(self, desk: Desk) -> None:
        """Raises Gone when the daemon dies meanwhile, Broken."""
        there = {each["name"]: each for each in _expect(desk.get("/campaigns"), 200)["campaigns"]}
        for part in self.parts:
            self._enter_one(desk, part, there.get(part.name))

    def _enter_one(self, desk: Desk, part: Part, found: dict[str, str] | None) -> None:
        if found is None:
            if part.name in self._created:
                raise Broken(f"{part.name} was created, and is gone")
            found = _expect(desk.post("/campaigns", part.body(self.clock)), 201)
        self._created[part.name] = found["id"]
        if part.name in self._paused and found["status"] != "paused":
            raise Broken(f"{part.name} was paused, and is {found['status']}")
        if found["status"] == "paused":
            self.resume(desk, part)
        if found["status"] != "draft" or part.starts_after is not None:
            return
        if part.name in self._launched:
            raise Broken(f"{part.name} was launched, and is a draft again")
        _expect(desk.post(f"/campaigns/{found['id']}/launch"), 200)
        self._launched.add(part.name)

    def pause(self, desk: Desk, part: Part) -> None:
        """Does nothing where the campaign is already over."""
        answer = desk.post(f"/campaigns/{self._created[part.name]}/pause")
        if answer.status == 200:
            self._paused.add(part.name)
        elif desk.get(f"/campaigns/{self._created[part.name]}").body["status"] != "completed":
            raise Broken(f"{part.name} cannot be paused: {answer.body}")

    def resume(self, desk: Desk, part: Part) -> None:
        self._paused.discard(part.name)  # from now on, either may be true
        answer = desk.post(f"/campaigns/{self._created[part.name]}/resume")
        if answer.status not in (200, 409):
            raise Broken(f"{part.name} cannot be resumed: {answer.body}")


def _expect(answer: Answer, status: int) -> Any:
    if answer.status != status:
        raise Broken(f"answered {answer.status}, not {status}: {answer.body}")
    return answer.body


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
