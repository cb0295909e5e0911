"""The seam to a telephone network. A carrier places one attempt and tells its life; it decides nothing."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, Self, TypeAlias

from dialer.domain.call import AttemptState, Channel, Failure, OnMachine
from dialer.domain.clock import Instant
from dialer.domain.ids import AttemptId
from dialer.domain.policy import AgentAddress


class Lookup(StrEnum):
    """What a carrier can say about an attempt afterwards."""

    RECORDS = "records"
    """Remembers ended calls: its "never heard of it" proves that nothing was placed."""
    LIVE = "live"
    """Knows living calls alone: an ended call and one that never was look the same."""
    EVENTUAL = "eventual"
    """Lists calls late: presence proves, absence does not."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a carrier declares of itself; the engine never guesses."""

    client_id: bool
    """It takes our attempt id as its own and refuses a second call with it."""
    lookup: Lookup
    idempotency_window: float | None = None
    """Seconds during which the same bytes with the same key place no second call."""
    channels: frozenset[Channel] = frozenset({Channel.VOICE})
    agent_kinds: frozenset[str] = frozenset({"message"})
    agent_needs: frozenset[str] = frozenset()
    """Fields of an agent's address without which its kind cannot be connected."""
    rings_real_phones: bool = True


@dataclass(frozen=True, slots=True)
class PlaceRequest:
    """One attempt, complete. Times are seconds."""

    attempt_id: AttemptId
    callback_token: str
    channel: Channel
    to: str
    from_number: str | None
    ring_timeout: int
    max_duration: int
    message: str
    agent: AgentAddress = field(default_factory=AgentAddress)
    headers: Mapping[str, str] = field(default_factory=dict)
    """For the agent: whose call it is, and the contact's variables; fit for the header of a request."""
    on_machine: OnMachine | None = None
    """None: a carrier that would have to listen for it does not ask whether a machine answered."""
    record: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """The carrier has it. An SMS is thereby sent."""

    carrier_id: str


@dataclass(frozen=True, slots=True)
class NotPlaced:
    """Proof that nobody is being rung: refused, or never sent."""

    failure: Failure
    detail: str
    retry_after: float | None = None
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Bytes may have left; nothing was learned."""

    detail: str


PlaceResult: TypeAlias = Placed | NotPlaced | Uncertain


@dataclass(frozen=True, slots=True)
class Ringing:
    attempt_id: AttemptId
    at: Instant


@dataclass(frozen=True, slots=True)
class Answered:
    attempt_id: AttemptId
    at: Instant
    amd: str | None = None
    """human, machine or unsure, where it was asked."""


@dataclass(frozen=True, slots=True)
class AgentConnected:
    attempt_id: AttemptId
    at: Instant


@dataclass(frozen=True, slots=True)
class Dtmf:
    attempt_id: AttemptId
    at: Instant
    digit: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The carrier's last word; `state` is one of `domain.call.CARRIERS_WORD`."""

    attempt_id: AttemptId
    at: Instant
    state: AttemptState
    failure: Failure | None = None
    """Set exactly when the state is failed."""
    detail: str | None = None
    q850: int | None = None
    sip_code: int | None = None
    by: str | None = None
    """callee, agent, dialer or network."""
    billable_seconds: int = 0
    message_left: bool = False
    recording_seconds: float | None = None
    """None: nothing was recorded."""


@dataclass(frozen=True, slots=True)
class SmsStatus:
    """A delivery receipt: delivered or undelivered."""

    attempt_id: AttemptId
    at: Instant
    delivery: str


@dataclass(frozen=True, slots=True)
class SmsReceived:
    at: Instant
    from_number: str
    to: str
    text: str


CallEvent: TypeAlias = Ringing | Answered | AgentConnected | Dtmf | Ended | SmsStatus
CarrierEvent: TypeAlias = CallEvent | SmsReceived


@dataclass(frozen=True, slots=True)
class Found:
    """The carrier knows the attempt: its life so far, oldest first, an Ended last where it has ended."""

    carrier_id: str
    events: Sequence[CallEvent]


@dataclass(frozen=True, slots=True)
class Absent:
    """The carrier answered, and knows no such attempt. What that proves, `Abilities.lookup` says."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The carrier did not answer; nothing was learned."""

    detail: str


LookupResult: TypeAlias = Found | Absent | Unreachable


RecordingResult: TypeAlias = AsyncGenerator[bytes, None] | Absent | Unreachable
"""A WAV file in pieces; raises CarrierUnavailable where it breaks off."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether new calls can be placed now; the sentence stands in `/readyz` when not."""

    up: bool
    detail: str | None = None


class Carrier(Protocol):
    """One configured telephone network.

    `async with carrier:` opens its connections and tasks and closes them. No method raises for a failure
    of the network: each has a value for it.
    """

    name: str
    abilities: Abilities
    calls_per_second: float
    """0: no limit of its own."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc: object) -> None: ...

    async def prepare(self, request: PlaceRequest) -> NotPlaced | None:
        """What a call needs, takes time and rings nobody, such as speech; before its intent is written.

        A failure that is temporary or the account's would meet every call; others mean this one alone.
        """

    def discard(self, request: PlaceRequest) -> None:
        """It was prepared, and will not be placed. Of one that was placed: nothing."""

    async def place(self, request: PlaceRequest) -> PlaceResult: ...

    def events(self) -> AsyncIterator[CarrierEvent]:
        """Everything it tells, until it is closed; read by one task. Survives reconnects by itself."""

    async def look_up(self, attempt_id: AttemptId, carrier_id: str | None) -> LookupResult: ...

    async def hang_up(self, attempt_id: AttemptId, carrier_id: str | None) -> None:
        """Asks for the end of a call; its `Ended` follows. Unknown or ended: nothing."""

    async def recording(self, attempt_id: AttemptId) -> RecordingResult: ...

    async def delete_recording(self, attempt_id: AttemptId) -> bool:
        """Whether it is gone, were it that there never was one; False: ask again later."""

    async def health(self) -> Health: ...
