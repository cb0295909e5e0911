"""The bodies of a campaign: what POST and PATCH take."""

from dataclasses import replace
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, SkipValidation, ValidationError

from dialer.api.wire.config import ConfigBody, MaxConcurrent, present, spelled
from dialer.api.wire.faults import faults_of, invalid
from dialer.api.wire.fields import (
    AgentReference,
    Body,
    FromNumber,
    Later,
    Name,
    PhoneText,
    ScheduleText,
    ZoneName,
    among,
    check_prose,
    without_nulls,
)
from dialer.api.wire.person import ContactBody
from dialer.domain.call import Channel
from dialer.domain.errors import Fault

_LONGEST_DESCRIPTION = 2_000
_LONGEST_MESSAGE = 10_000

FIRST_TABLE = ("type", "contacts", "message_template", "schedule", "max_concurrent", "from_number")
"""Fields of the reference's first table alone; a body that uses one of them is held to that table."""


def _channel(text: str) -> Channel:
    if text == "email":
        raise invalid('"email" is not supported; must be "voice" or "sms"', "not_supported")
    try:
        return Channel(text)
    except ValueError:
        raise invalid('must be "voice" or "sms"') from None


def _blank_is_none(text: str) -> str | None:
    return text if text.strip() else None


ChannelName = Annotated[str, AfterValidator(_channel), among(Channel)]
Description = Annotated[
    str, Field(max_length=_LONGEST_DESCRIPTION), AfterValidator(check_prose), AfterValidator(_blank_is_none)
]
Message = Annotated[
    str, Field(max_length=_LONGEST_MESSAGE), AfterValidator(check_prose), AfterValidator(_blank_is_none)
]
Status = Literal["draft", "scheduled", "running", "launched"]


_EXAMPLE: dict[str, Any] = {
    "name": "Follow-up Campaign",
    "agent_id": "ag_c47e7c97_b2f2",
    "type": "voice",
    "contacts": ["+12025550101", {"phone": "+12025550102", "name": "Ada"}],
    "message_template": "Hi {{ name | there }}, we said that we would call you back.",
    "max_concurrent": 5,
}


class CampaignBody(Body):
    """Two names of one field must not differ."""  # contacts are read by wire.contacts

    name: Name | None = None
    agent_id: AgentReference | None = None
    type: ChannelName | None = None
    channel: ChannelName | None = None
    contacts: SkipValidation[list[PhoneText | ContactBody]] | None = None
    contact_group_ids: Later = None
    message_template: Message | None = None
    template_id: Later = None
    schedule: ScheduleText | None = None
    scheduled_at: ScheduleText | None = None
    timezone: ZoneName | None = None
    max_concurrent: MaxConcurrent | None = None
    from_number: FromNumber | None = None
    description: Description | None = None
    status: Status | None = None
    config: ConfigBody | None = None

    @property
    def medium(self) -> Channel | None:
        """`type` or `channel`, two names of one thing."""
        given = self.type or self.channel
        return Channel(given) if given else None

    @property
    def start(self) -> str | None:
        """`schedule` or `scheduled_at`: IMMEDIATE or the text of an instant; None where neither is given."""
        return self.schedule or self.scheduled_at

    @property
    def at_once(self) -> int | None:
        """`max_concurrent`, from the top or from `config`."""
        return self.max_concurrent or (self.config.max_concurrent if self.config else None)


class CreateBody(CampaignBody):
    """Two names of one field must not differ. Beside `type`, `contacts`, `message_template`, `schedule`,
    `max_concurrent` or `from_number`, a type and somebody to call are required.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    name: Name
    agent_id: AgentReference


class ChangeBody(CampaignBody):
    """What is sent changes. `contacts` replaces the list; `config` is a JSON merge patch."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"max_concurrent": 20}]})

    status: Literal["draft"] | None = None
    """Said outright: the clock does not start it. A launch is POST …/launch."""


B = TypeVar("B", bound=CampaignBody)


def read_body(model: type[B], raw: dict[str, object]) -> tuple[B | None, list[Fault]]:
    """The body, or every fault of it but those of its contacts."""
    given = without_nulls(raw, model)
    config, faults = spelled(given.get("config"))
    if config is not None:
        given["config"] = present(config)
    faults += _clashes(given, config)
    try:
        body = model.model_validate(given)
    except ValidationError as error:
        return None, [*map(_placed, faults_of(error, model)), *faults]
    return (None, faults) if faults else (body, [])


def _placed(fault: Fault) -> Fault:
    """A field of `config` that stands at the top is sent to its place."""
    (key, *inner) = fault.loc or ("",)
    if fault.type != "unknown_field" or inner or key not in ConfigBody.model_fields:
        return fault
    return replace(fault, msg=f'belongs into config: {{"config": {{"{key}": …}}}}')


def lacking(raw: dict[str, object]) -> list[Fault]:
    """What the reference's first table requires of a body that uses it."""
    given = without_nulls(raw)
    used = next((field for field in FIRST_TABLE if field in given), None)
    faults: list[Fault] = []
    if used is None:
        return faults
    if "type" not in given and "channel" not in given:
        faults.append(Fault(("type",), f'is required beside {used}: "voice" or "sms"', "missing"))
    if not given.get("contacts") and not given.get("contact_group_ids"):
        faults.append(Fault(("contacts",), f"must not be empty beside {used}", "missing"))
    return faults


def _clashes(given: dict[str, object], config: object) -> list[Fault]:
    inner = config if isinstance(config, dict) else {}
    pairs = [
        (("type",), given.get("type"), "channel", given.get("channel")),
        (("schedule",), given.get("schedule"), "scheduled_at", given.get("scheduled_at")),
        (
            ("max_concurrent",),
            given.get("max_concurrent"),
            "config.max_concurrent",
            inner.get("max_concurrent"),
        ),
    ]
    return [
        Fault(loc, f"and {other} are two names of one thing and differ; give one of them", "conflict")
        for loc, value, other, again in pairs
        if value is not None and again is not None and value != again
    ]
