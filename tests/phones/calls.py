"""Calls as the tests of real phones make them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count

from dialer.carriers.asterisk.ari import FAULTS, Ari
from dialer.carriers.asterisk.carrier import AsteriskCarrier
from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.base import CallEvent, Placed, PlaceRequest
from dialer.domain.call import Channel, OnMachine
from dialer.domain.clock import SystemClock
from dialer.domain.ids import new_attempt_id
from dialer.domain.policy import AgentAddress
from tests.carriers.ears import Ears, listening
from tests.peers.agent import SipAgent

_PLACES = count(200)
_MESSAGE = AgentAddress()


def number(code: str) -> str:
    """One that nobody has called yet, of somebody who behaves so."""
    return f"+1{next(_PLACES)}555{code:0>4}"


def request_to(
    code: str,
    *,
    ring_timeout: int = 5,
    max_duration: int = 30,
    message: str = "Hello Asha, this is a reminder.",
    agent: AgentAddress = _MESSAGE,
    headers: Mapping[str, str] | None = None,
    on_machine: OnMachine | None = None,
) -> PlaceRequest:
    return PlaceRequest(
        attempt_id=new_attempt_id(SystemClock().now()),
        callback_token="a token",
        channel=Channel.VOICE,
        to=number(code),
        from_number="+12025550100",
        ring_timeout=ring_timeout,
        max_duration=max_duration,
        message=message,
        agent=agent,
        headers=headers or {},
        on_machine=on_machine,
    )


async def call(carrier: AsteriskCarrier, ears: Ears, request: PlaceRequest) -> list[CallEvent]:
    """Its whole life."""
    assert await carrier.place(request) == Placed(request.attempt_id)
    await ears.end_of(request.attempt_id)
    return ears.of(request.attempt_id)


@asynccontextmanager
async def daemon(
    settings: AsteriskSettings, **changes: object
) -> AsyncIterator[tuple[AsteriskCarrier, Ears]]:
    """The carrier of one process; leaving it, as when the process is killed, hangs nobody up."""
    changed = settings.model_copy(update=changes)
    async with AsteriskCarrier("trunk", changed, SystemClock()) as carrier, listening(carrier) as ears:
        yield carrier, ears


def dialling(person: SipAgent) -> str:
    """A dial string with which this one answers whatever number is called, and records what it hears."""
    return f"PJSIP/agent/{person.uri.replace('agent', '{number}')}"


async def until_up(carrier: AsteriskCarrier) -> None:
    while not (await carrier.health()).up:
        await SystemClock().sleep(0.05)


async def clear(settings: AsteriskSettings) -> None:
    """Hangs up whatever a test has left: the next one's carrier would adopt it."""
    async with Ari(settings, SystemClock()) as ari:
        for channel in await ari.channels():
            with suppress(*FAULTS):
                await ari.hang_up(channel.id)
