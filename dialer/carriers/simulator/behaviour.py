"""What a simulated number does: a pure function of seed, number, channel and nth attempt."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from dialer.carriers.simulator.settings import SimulatorSettings, Span
from dialer.domain.call import Channel


class Script(StrEnum):
    """What happens to one attempt."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    VOICEMAIL = "voicemail"
    DECLINED = "declined"
    TEMPORARY = "temporary"
    NO_SUCH_NUMBER = "no_such_number"
    SILENCE = "silence"
    """Accepted, then never heard of again; it cannot even be hung up."""
    GONE_AT_ONCE = "gone_at_once"
    """Answered, and hung up before the agent speaks."""
    OPTED_OUT = "opted_out"
    """Presses 9, or answers a text with STOP."""
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    THROTTLED = "throttled"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Plan:
    """Times are simulated seconds."""

    script: Script
    latency: float
    ring: float
    talk: float


@dataclass(frozen=True, slots=True)
class _Ending:
    first: Script
    later: Script


def _always(script: Script) -> _Ending:
    return _Ending(script, script)


_ENDING_LENGTH = 4

_ENDINGS: Mapping[Channel, Mapping[str, _Ending]] = {
    Channel.VOICE: {
        "9900": _always(Script.ANSWERED),
        "9901": _always(Script.BUSY),
        "9902": _always(Script.NO_ANSWER),
        "9903": _always(Script.DECLINED),
        "9904": _always(Script.VOICEMAIL),
        "9905": _always(Script.NO_SUCH_NUMBER),
        "9906": _Ending(Script.TEMPORARY, Script.ANSWERED),
        "9907": _always(Script.SILENCE),
        "9908": _always(Script.GONE_AT_ONCE),
        "9909": _Ending(Script.NO_ANSWER, Script.ANSWERED),
        "9910": _always(Script.OPTED_OUT),
    },
    Channel.SMS: {
        "9901": _Ending(Script.THROTTLED, Script.DELIVERED),
        "9902": _always(Script.UNDELIVERED),
        "9905": _always(Script.REJECTED),
        "9910": _always(Script.OPTED_OUT),
    },
}

_DRAWS = struct.Struct("<4Q")
_WHOLE = 2.0**64


class Behaviour:
    """The people and machines behind all numbers, for one set of settings."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._keys = {channel: f"{settings.seed}|{channel}|" for channel in Channel}
        self._latency = settings.latency_seconds
        self._ring = settings.ring_seconds
        self._talk = settings.talk_seconds
        mix = settings.mix
        shares = (
            (Script.NO_ANSWER, mix.no_answer),
            (Script.BUSY, mix.busy),
            (Script.VOICEMAIL, mix.voicemail),
            (Script.DECLINED, mix.declined),
            (Script.TEMPORARY, mix.temporary),
        )
        self._bounds: list[tuple[float, Script]] = []
        bound = 0.0
        for script, share in shares:
            bound += share
            self._bounds.append((bound, script))

    def plan(self, channel: Channel, number: str, nth: int) -> Plan:
        """What the nth attempt (from 1) to this number will meet."""
        # A keyed digest, since hash() differs between processes and random.Random costs ten times more.
        digest = blake2b(f"{self._keys[channel]}{number}|{nth}".encode(), digest_size=32).digest()
        outcome, latency, ring, talk = _DRAWS.unpack(digest)
        ending = _ENDINGS[channel].get(number[-_ENDING_LENGTH:])
        if ending is not None:
            script = ending.first if nth == 1 else ending.later
        elif channel is Channel.SMS:
            script = Script.DELIVERED
        else:
            script = self._drawn(outcome / _WHOLE)
        return Plan(
            script, _within(self._latency, latency), _within(self._ring, ring), _within(self._talk, talk)
        )

    def _drawn(self, share: float) -> Script:
        for bound, script in self._bounds:
            if share < bound:
                return script
        return Script.ANSWERED


def _within(span: Span, draw: int) -> float:
    low, high = span
    # To the millisecond, so that a plan read back from the record is the one that was lived.
    return round(low + (high - low) * (draw / _WHOLE), 3)
