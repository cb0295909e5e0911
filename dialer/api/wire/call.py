"""The bodies that ask for one call: POST /v2/calls and POST /voice/outbound/dial; and their answers."""

from dataclasses import dataclass, replace
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from dialer.api.wire import timing
from dialer.api.wire.document import read_object
from dialer.api.wire.faults import faults_of, invalid
from dialer.api.wire.fields import (
    DEFAULT_NUMBER,
    AgentReference,
    Body,
    FromNumber,
    Later,
    PhoneText,
    ScheduleText,
    Timestamp,
    among,
    without_nulls,
)
from dialer.api.wire.person import Text, Variables, read_person
from dialer.api.wire.rules import Rules
from dialer.domain.clock import MINUTE, Instant
from dialer.domain.errors import Fault, InvalidInput
from dialer.domain.phone import usable
from dialer.domain.schedule import format_instant
from dialer.service.single_calls import Dialled, NewCall

LONGEST_CALL = 14_400
"""Seconds."""
_USUAL_LONGEST = 600
"""Seconds; the reference's default of a dial."""
_STILL_NOW = MINUTE


def _outbound(text: str) -> str:
    if text == "web":
        raise invalid('"web" is not supported; must be "outbound"', "not_supported")
    if text != "outbound":
        raise invalid('must be "outbound"')
    return text


class _AnyCall(Body):
    agent_id: AgentReference
    phone_number_id: AgentReference | None = None
    from_number: FromNumber | None = None
    context: Variables | None = None
    """Values for the placeholders of what is spoken."""
    scheduled_at: ScheduleText | None = None
    max_duration: Annotated[int, Field(ge=1, le=LONGEST_CALL)] | None = None
    """Seconds."""
    recording: bool | None = None
    webhook_url: Later = None


class CustomerBody(Body):
    number: PhoneText
    name: Text | None = None


class CallBody(_AnyCall):
    type: Annotated[str, AfterValidator(_outbound), among(["outbound"])] = "outbound"
    customer: CustomerBody


class DialBody(_AnyCall):
    to_number: PhoneText


@dataclass(frozen=True, slots=True)
class CallRequest:
    new: NewCall
    notes: tuple[str, ...]
    """Sentences for `message`."""
    asked_for: int | None
    """`max_duration`, where the body names it."""

    def message(self, dialled: Dialled) -> str | None:
        notes = list(self.notes)
        if self.asked_for and dialled.max_duration < self.asked_for:
            limits = "the agent's and the daemon's limits count, too"
            notes.append(f"max_duration is {dialled.max_duration} seconds: {limits}.")
        return " ".join(notes) or None


B = TypeVar("B", bound=_AnyCall)


def read_call(raw: bytes, rules: Rules) -> CallRequest:
    """POST /v2/calls. Raises NotJson, and InvalidInput with every fault of the body."""
    given = read_object(raw)
    if isinstance(customer := given.get("customer"), dict):
        given["customer"] = without_nulls(customer, CustomerBody)
    body, faults = _read(CallBody, given)
    if body is None:
        raise InvalidInput(faults)
    item = {"phone": body.customer.number, "name": body.customer.name, "variables": body.context}
    return _request(body, item, ("customer", "number"), rules)


def read_dial(raw: bytes, rules: Rules) -> CallRequest:
    """POST /voice/outbound/dial. Raises NotJson, and InvalidInput with every fault of the body."""
    body, faults = _read(DialBody, read_object(raw))
    if body is None:
        raise InvalidInput(faults)
    item = {"phone": body.to_number, "variables": body.context}
    request = _request(body, item, ("to_number",), rules)
    if body.max_duration is None:
        return replace(request, new=replace(request.new, max_duration=_USUAL_LONGEST))
    return request


def _read(model: type[B], given: dict[str, object]) -> tuple[B | None, list[Fault]]:
    try:
        return model.model_validate(without_nulls(given, model)), []
    except ValidationError as error:
        return None, faults_of(error, model)


def _request(body: _AnyCall, item: object, number: tuple[str, ...], rules: Rules) -> CallRequest:
    person, faults = read_person(item)
    faults = [replace(fault, loc=number) for fault in faults]
    if person is not None and not usable(person.phone, rules.number_check):
        sentence = f"is not a {rules.number_check} number by its country's numbering plan"
        faults.append(Fault(number, sentence, "invalid"))
    start = timing.read_start(body.scheduled_at, rules.default_timezone, field="scheduled_at")
    if start.fault:
        faults.append(start.fault)
    if start.at is not None and start.at <= rules.now - _STILL_NOW:
        faults.append(Fault(("scheduled_at",), "has passed; leave it out to call now", "out_of_range"))
    if person is None or faults:
        raise InvalidInput(faults)
    new = NewCall(
        person,
        body.agent_id,
        None if body.from_number == DEFAULT_NUMBER else body.from_number,
        body.phone_number_id,
        start.at,
        body.max_duration or 0,
        body.recording or False,
    )
    return CallRequest(new, (start.note,) if start.note else (), body.max_duration)


class Customer(BaseModel):
    number: str
    name: str | None


class CallMade(BaseModel):
    """The reference's answer; `message` holds what was understood differently."""

    id: str
    type: str
    status: str
    agent_id: str
    customer: Customer
    from_number: str | None
    scheduled_at: Timestamp | None
    created_at: Timestamp
    message: str | None

    @classmethod
    def of(cls, dialled: Dialled, message: str | None) -> Self:
        call = dialled.call
        person = call.contact.person
        return cls(
            id=call.campaign.public_id,
            type="outbound",
            status=call.status,
            agent_id=call.campaign.agent_id,
            customer=Customer(number=person.phone, name=person.name),
            from_number=call.campaign.from_number,
            scheduled_at=_instant(call.campaign.scheduled_at),
            created_at=format_instant(call.campaign.created_at),
            message=message,
        )


class DialMade(BaseModel):
    """The reference's answer; a call that is to be placed now is `initiating`."""

    call_id: str
    status: str
    agent_id: str
    to_number: str
    from_number: str | None
    created_at: Timestamp
    scheduled_at: Timestamp | None
    message: str | None

    @classmethod
    def of(cls, dialled: Dialled, message: str | None) -> Self:
        call = dialled.call
        return cls(
            call_id=call.campaign.public_id,
            status="initiating" if call.status == "connecting" else call.status,
            agent_id=call.campaign.agent_id,
            to_number=call.contact.person.phone,
            from_number=call.campaign.from_number,
            created_at=format_instant(call.campaign.created_at),
            scheduled_at=_instant(call.campaign.scheduled_at),
            message=message,
        )


def _instant(at: Instant | None) -> str | None:
    return None if at is None else format_instant(at)
