"""What the configuration decides about dialling, as one plain value."""

from dataclasses import dataclass

from dialer.domain.phone import NumberCheck


@dataclass(frozen=True, slots=True)
class Policy:
    """Times are seconds."""

    carrier: str | None
    """Name of the carrier that new attempts use; None while none is configured."""
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
