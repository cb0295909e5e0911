"""What the configuration decides about dialling, as one plain value."""

from dataclasses import dataclass
from enum import StrEnum

from dialer.domain.phone import NumberCheck


def shortest(*seconds: int) -> int:
    """The limit that counts; 0 is none. At least one is given."""
    return min(limit for limit in seconds if limit)


@dataclass(frozen=True, slots=True)
class Policy:
    """Times are seconds."""

    carrier: str | None
    """Name of the carrier that new attempts use; None while none is configured."""
    carriers: tuple[str, ...] = ()
    """Names of all that are configured."""
    max_concurrent: int = 1000
    calls_per_second: float = 0.0
    """0: no limit."""
    ring_timeout: int = 5
    max_duration: int = 60
    shutdown_grace: float = 30.0
    misfire_grace: float = 3600.0
    default_timezone: str = "Asia/Kolkata"
    autostart_scheduled: bool = True
    default_message: str = "Hello. This is a call from an automated system. Goodbye."
    number_check: NumberCheck = NumberCheck.SHAPE
    reject_unusable: bool = False
    """Whether an unusable number in an inline array refuses the request, or is kept and never dialled."""
    refuse_unfilled: bool = False
    """Whether a launch is refused when a placeholder stays empty for somebody."""
    recordings_kept: int = 30
    """Days."""


class Source(StrEnum):
    """Where an agent or a caller id was made; there alone it can be changed."""

    CONFIGURATION = "configuration"
    API = "api"


@dataclass(frozen=True, slots=True)
class Agent:
    """A voice agent, as the configuration file or the API describes it."""

    id: str
    """`ag_` + 8 hex digits + `_` + 4 hex digits."""
    numeric_id: int
    name: str
    voice: bool
    sms: bool
    first_message: str | None
    max_duration: int
    """Seconds; 0: `dialing.max_duration` alone counts."""
    connect: "AgentAddress"
    source: Source = Source.CONFIGURATION


SIP_URI = (r"sips?:[^\s@]+(@[^\s@]+)?", "is no SIP URI such as sip:agent@host:5080")
"""The form of `AgentAddress.uri`, and what is said of one that has it not."""
WEBSOCKET_URL = (r"wss?://\S+", "is no WebSocket URL such as wss://host/path")


@dataclass(frozen=True, slots=True)
class AgentAddress:
    """Where an answered call meets its agent: `kind` is message, sip or websocket."""

    kind: str = "message"
    uri: str | None = None
    url: str | None = None
    client: str | None = None


@dataclass(frozen=True, slots=True)
class CallerId:
    """A number that calls may come from."""

    number: str
    verified: bool = False
    default: bool = False
    """Calls come from it unless they name another; set in the configuration file alone."""
    id: str = ""
    """`pn_` + 8 hex digits."""
    numeric_id: int = 0
    name: str | None = None
    carrier: str | None = None
    """The carrier that it belongs to, by its name in the configuration; None: any."""
    calls_per_second: float = 0.0
    """0: no limit."""
    source: Source = Source.CONFIGURATION
