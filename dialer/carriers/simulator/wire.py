"""The simulated network's HTTP, as both of its sides read it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter

from dialer.carriers.base import (
    AgentConnected,
    Answered,
    CallEvent,
    CarrierEvent,
    Dtmf,
    Ended,
    Found,
    PlaceRequest,
    Ringing,
    SmsReceived,
    SmsStatus,
)
from dialer.carriers.simulator.call import Call
from dialer.domain.call import Failure
from dialer.domain.clock import SECOND, Instant
from dialer.domain.ids import AttemptId

PLACE_REQUEST: TypeAdapter[PlaceRequest] = TypeAdapter(PlaceRequest)


class Taken(BaseModel):
    """201, and 409 for an id that is known."""

    carrier_id: Annotated[str, Field(min_length=1)]


class Refusal(BaseModel):
    """4xx."""

    failure: Failure
    detail: str
    retry_after: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """Seconds."""


class Position(BaseModel):
    """Where the event stream stands: `/health`, and the stream's first line."""

    network: str
    """New with each start of the network, whose events then count from 1 again."""
    event: int


class Told(BaseModel):
    """One event: the stream's later lines, and (with n = 0) what `look_up` finds."""

    n: int = 0
    kind: str
    event: dict[str, Any]


class KnownCall(BaseModel):
    """200 to `GET /calls/{attempt_id}`."""

    carrier_id: str
    events: list[Told]


class UnknownCall(BaseModel):
    """404 to it. Names the attempt, so that a stray 404 proves nothing."""

    absent: AttemptId


_KINDS: Mapping[str, type[CarrierEvent]] = {
    "ringing": Ringing,
    "answered": Answered,
    "agent_connected": AgentConnected,
    "dtmf": Dtmf,
    "ended": Ended,
    "sms_status": SmsStatus,
    "sms_received": SmsReceived,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_ADAPTERS: Mapping[str, TypeAdapter[CarrierEvent]] = {
    name: TypeAdapter(kind) for name, kind in _KINDS.items()
}


def told(event: CarrierEvent, n: int = 0) -> Told:
    name = _NAMES[type(event)]
    return Told(n=n, kind=name, event=_ADAPTERS[name].dump_python(event, mode="json"))


def read_event(told: Told) -> CarrierEvent:
    """Raises ValueError (pydantic's is one) for what is no event."""
    adapter = _ADAPTERS.get(told.kind)
    if adapter is None:
        raise ValueError(f"There is no event {told.kind!r}.")
    return adapter.validate_python(told.event)


def known_call(found: Found) -> KnownCall:
    return KnownCall(carrier_id=found.carrier_id, events=[told(event) for event in found.events])


def read_found(known: KnownCall) -> Found:
    """Raises ValueError where an event is none of a call's."""
    events: list[CallEvent] = []
    for line in known.events:
        event = read_event(line)
        if isinstance(event, SmsReceived):
            raise ValueError("A received message belongs to no call.")  # noqa: TRY004  it is the wire's value
        events.append(event)
    return Found(known.carrier_id, events)


class _Listing(BaseModel):
    calls: list[dict[str, str | None]]
    total: int


def listing(calls: Sequence[Call]) -> bytes:
    """`{"calls": [...], "total"}` with every call, in order. Some 10 µs a call: not for the loop's thread."""
    rows = [
        {
            "attempt_id": call.placing.attempt_id,
            "to": call.placing.to,
            "from": call.placing.from_number,
            "placed_at": _iso(call.placing.at),
            "answered_at": _iso_or_none(call.answered_at),
            "ended_at": _iso_or_none(call.ended_at),
            "outcome": call.outcome,
            "message": call.placing.message,
        }
        for call in calls
    ]
    return _Listing.model_construct(calls=rows, total=len(rows)).model_dump_json().encode()


def _iso(at: Instant) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _iso_or_none(at: Instant | None) -> str | None:
    return None if at is None else _iso(at)
