"""The sections of the configuration file: their keys, defaults and limits.

Keys of features that this version lacks take only the value that means "off", so that a file never asks for
a protection that is not there.
"""

import json
import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from dialer.domain.call import Channel
from dialer.domain.phone import NumberCheck
from dialer.domain.policy import SIP_URI, WEBSOCKET_URL, AgentAddress, Policy

_DEFAULTS = Policy(carrier=None)


def _only(allowed: object, because: str) -> WrapValidator:
    def check(value: Any, read: ValidatorFunctionWrapHandler) -> object:  # noqa: ANN401  anything may stand in a file
        try:
            same = read(value) == allowed
        except ValidationError:
            same = False
        if not same:
            shown = json.dumps(allowed)
            raise ValueError(f"{because}; only {shown} is accepted")
        return allowed

    return WrapValidator(check)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError(f"{name!r} is no IANA time zone such as Asia/Kolkata") from None
    return name


def _like(pattern: str, sentence: str) -> AfterValidator:
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(f"{text!r} {sentence}")
        return text

    return AfterValidator(check)


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Number = Annotated[
    str, _like(r"\+[1-9][0-9]{6,14}", "is no number in international form such as +12025550100")
]
AgentId = Annotated[
    str, _like(r"ag_[0-9a-f]{8}_[0-9a-f]{4}", "is no agent id such as ag_c47e7c97_b2f2 (8 and 4 hex digits)")
]
SipUri = Annotated[str, _like(*SIP_URI)]
WebsocketUrl = Annotated[str, _like(*WEBSOCKET_URL)]
Prefix = Annotated[str, _like(r"\+[0-9]{0,15}", "is no beginning of a number such as +1 or +4930")]
Decimal = Annotated[str, _like(r"[0-9]{1,9}(\.[0-9]{1,6})?", 'is no amount such as "0.02"')]
Increment = Annotated[str, _like(r"[1-9][0-9]{0,3}/[1-9][0-9]{0,3}", "is no pair of seconds such as 60/60")]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Http(Section):
    host: Text = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    """0: any free one."""
    max_connections: int = Field(default=1000, ge=0, le=100_000)
    """0: as many as the process may open files, less some."""
    max_connections_per_address: int = Field(default=300, ge=0, le=100_000)
    """0: no cap."""


class StoreFile(Section):
    path: Text = "dialer.db"
    """Relative to the configuration file."""
    backups: Text = "."
    """The folder of `dialer db backup`, relative to the database."""


class Auth(Section):
    rate_limit_per_minute: int = Field(default=0, ge=0, le=1_000_000)
    """Requests of one key; 0: no limit."""


class Logs(Section):
    format: Literal["auto", "console", "json"] = "auto"
    level: Literal["debug", "info", "warning", "error"] = "info"
    phone_numbers: Literal["masked", "full"] = "masked"


class Numbers(Section):
    check: NumberCheck = NumberCheck.SHAPE
    on_invalid: Literal["fail", "reject"] = "fail"


class Dialing(Section):
    """Times are seconds."""

    carrier: Text | None = None
    """None: the only one configured."""
    max_concurrent: int = Field(default=_DEFAULTS.max_concurrent, ge=1, le=100_000)
    calls_per_second: float = Field(default=_DEFAULTS.calls_per_second, ge=0)
    """0: no limit."""
    ring_timeout: int = Field(default=_DEFAULTS.ring_timeout, ge=1, le=600)
    max_duration: int = Field(default=_DEFAULTS.max_duration, ge=1, le=14_400)
    shutdown_grace: float = Field(default=_DEFAULTS.shutdown_grace, ge=0, le=3_600)
    misfire_grace: float = Field(default=_DEFAULTS.misfire_grace, ge=1)
    default_timezone: Annotated[str, AfterValidator(_zone)] = _DEFAULTS.default_timezone
    autostart_scheduled: bool = _DEFAULTS.autostart_scheduled
    default_message: Text = _DEFAULTS.default_message


class Compliance(Section):
    window: Annotated[str, _only("always", "this version enforces no calling windows")] = "always"
    regions: Annotated[tuple[str, ...], _only(("*",), "this version refuses no region")] = ("*",)
    per_number_caps: Annotated[bool, _only(False, "this version caps no calls per number")] = False
    profile: Annotated[str, _only("none", "this version has no rules of a country")] = "none"


class Recordings(Section):
    keep_days: int = Field(default=_DEFAULTS.recordings_kept, ge=1, le=3_650)
    """Then the carrier is asked to delete them."""


class Price(Section):
    """Checked only: without a balance nothing is charged."""

    channel: Channel
    prefix: Prefix
    per_minute: Decimal
    increment: Increment = "60/60"


class MessageConnect(Section):
    kind: Literal["message"] = "message"

    def address(self) -> AgentAddress:
        return AgentAddress()


class SipConnect(Section):
    kind: Literal["sip"]
    uri: SipUri

    def address(self) -> AgentAddress:
        return AgentAddress(kind="sip", uri=self.uri)


class WebsocketConnect(Section):
    kind: Literal["websocket"]
    url: WebsocketUrl | None = None
    client: Text | None = None

    @model_validator(mode="after")
    def _reachable(self) -> "WebsocketConnect":
        if self.url is None and self.client is None:
            raise ValueError("needs url (cloud carriers) or client (Asterisk)")
        return self

    def address(self) -> AgentAddress:
        return AgentAddress(kind="websocket", url=self.url, client=self.client)


class AgentEntry(Section):
    id: AgentId
    name: Text
    voice: bool = True
    sms: bool = False
    first_message: Text | None = None
    max_duration: int = Field(default=0, ge=0, le=14_400)
    """Seconds; 0: `dialing.max_duration` alone counts."""
    connect: MessageConnect | SipConnect | WebsocketConnect = Field(
        default=MessageConnect(), discriminator="kind"
    )


class CallerIdEntry(Section):
    number: Number
    verified: bool = False
    default: bool = False


class Templates(Section):
    on_unfilled: Literal["warn", "refuse"] = "warn"


class Webhooks(Section):
    allow_http: Annotated[bool, _only(True, "this version sends no webhooks")] = True
    allow_private: Annotated[bool, _only(True, "this version sends no webhooks")] = True
