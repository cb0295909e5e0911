"""What POST and PATCH of an agent take, and what the API shows of one."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal, Self, TypeAlias, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from dialer.api.wire.campaign import Message
from dialer.api.wire.document import read_object
from dialer.api.wire.faults import excerpt, faults_of, invalid
from dialer.api.wire.fields import Body, Name, without_nulls
from dialer.api.wire.person import Text
from dialer.domain.errors import InvalidInput
from dialer.domain.ids import new_agent_id
from dialer.domain.policy import SIP_URI, WEBSOCKET_URL, Agent, AgentAddress, Source

LONGEST_CALL = 14_400
"""Seconds."""

_FIELDS = {"message": (), "sip": ("uri",), "websocket": ("url", "client")}
"""What belongs to each kind of connection."""


class ConnectBody(Body):
    """Where an answered call meets its agent: nothing, a SIP URI, or a WebSocket."""

    kind: Literal["message", "sip", "websocket"]
    uri: str | None = None
    url: str | None = None
    """Of cloud carriers."""
    client: Text | None = None
    """Its name in Asterisk's websocket_client.conf."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        given = {name: value for name in ("uri", "url", "client") if (value := getattr(self, name))}
        if stray := sorted(given.keys() - set(_FIELDS[self.kind])):
            raise invalid(f"of kind {self.kind} has no {' and no '.join(stray)}", "conflict")
        if self.kind == "sip":
            _must_be(given.get("uri"), "uri", SIP_URI)
        if self.kind == "websocket" and not given:
            raise invalid("needs url (cloud carriers) or client (Asterisk)", "missing")
        if self.url is not None:
            _must_be(self.url, "url", WEBSOCKET_URL)
        return self

    def address(self) -> AgentAddress:
        return AgentAddress(self.kind, self.uri, self.url, self.client)


class AgentBody(Body):
    """The reference's names."""

    name: Name | None = None
    voiceEnabled: bool | None = None
    smsEnabled: bool | None = None
    firstMessage: Message | None = None
    maxDurationSeconds: Annotated[int, Field(ge=0, le=LONGEST_CALL)] | None = None
    """0: `dialing.max_duration` alone counts."""
    connect: ConnectBody | None = None

    def apply(self, agent: Agent) -> Agent:
        """The agent with what was sent changed; an empty `firstMessage` takes it away."""
        return replace(
            agent,
            name=self.name or agent.name,
            voice=agent.voice if self.voiceEnabled is None else self.voiceEnabled,
            sms=agent.sms if self.smsEnabled is None else self.smsEnabled,
            first_message=(
                self.firstMessage if "firstMessage" in self.model_fields_set else agent.first_message
            ),
            max_duration=(agent.max_duration if self.maxDurationSeconds is None else self.maxDurationSeconds),
            connect=self.connect.address() if self.connect else agent.connect,
        )


class NewAgentBody(AgentBody):
    name: Name


_BLANK = Agent(
    id="",
    numeric_id=0,
    name="",
    voice=True,
    sms=False,
    first_message=None,
    max_duration=0,
    connect=AgentAddress(),
    source=Source.API,
)
"""What is not said; the same as in the configuration file."""

B = TypeVar("B", bound=AgentBody)
Edit: TypeAlias = Callable[[Agent], Agent]


def read_new_agent(raw: bytes) -> Agent:
    """Raises NotJson, and InvalidInput with every fault of the body."""
    return replace(_read(NewAgentBody, raw).apply(_BLANK), id=new_agent_id())


def read_agent_change(raw: bytes) -> Edit:
    """Raises NotJson, and InvalidInput with every fault of the body."""
    return _read(AgentBody, raw).apply


def _read(model: type[B], raw: bytes) -> B:
    given = without_nulls(read_object(raw), model)
    if isinstance(connect := given.get("connect"), dict):
        given["connect"] = without_nulls(connect, ConnectBody)
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise InvalidInput(faults_of(error, model)) from None


def _must_be(text: str | None, name: str, form: tuple[str, str]) -> None:
    pattern, sentence = form
    if text is None:
        raise invalid(f"of this kind needs {name}", "missing")
    if not re.fullmatch(pattern, text, re.ASCII):
        raise invalid(f"{name}: {excerpt(text)} {sentence}")


class Connection(BaseModel):
    kind: str
    uri: str | None
    url: str | None
    client: str | None


class AgentAnswer(BaseModel):
    id: str
    numeric_id: int
    name: str
    voiceEnabled: bool
    smsEnabled: bool
    firstMessage: str | None
    maxDurationSeconds: int
    connect: Connection
    source: str
    """`configuration`: it stands in the file, and is changed there; or `api`."""

    @classmethod
    def of(cls, agent: Agent) -> Self:
        at = agent.connect
        return cls(
            id=agent.id,
            numeric_id=agent.numeric_id,
            name=agent.name,
            voiceEnabled=agent.voice,
            smsEnabled=agent.sms,
            firstMessage=agent.first_message,
            maxDurationSeconds=agent.max_duration,
            connect=Connection(kind=at.kind, uri=at.uri, url=at.url, client=at.client),
            source=agent.source,
        )


class AgentList(BaseModel):
    agents: list[AgentAnswer]
    total: int
