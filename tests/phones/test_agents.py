"""What an answered call meets: its agent, a machine's tape, or the fallback."""

import asyncio

import pytest

from dialer.carriers.asterisk.carrier import AsteriskCarrier
from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.base import AgentConnected, Answered, Ended, Ringing
from dialer.domain.call import AttemptState, OnMachine
from dialer.domain.clock import SECOND, SystemClock
from dialer.domain.policy import AgentAddress
from tests.carriers.ears import Ears
from tests.peers import scenario
from tests.peers.agent import SipAgent
from tests.peers.asterisk import Ports
from tests.peers.callee import Callee
from tests.peers.echo import EchoAgent
from tests.peers.sound import loud_seconds
from tests.phones.calls import call, daemon, dialling, number, request_to

_S = AttemptState


async def test_a_sip_agent_hears_the_contact_and_hangs_up_with_it(
    carrier: AsteriskCarrier, ears: Ears, sip_agent: SipAgent
) -> None:
    request = request_to(scenario.HANGS_UP, agent=AgentAddress(kind="sip", uri=sip_agent.uri))

    events = await call(carrier, ears, request)

    assert [type(event) for event in events] == [Ringing, Answered, AgentConnected, Ended]
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.by, ended.detail) == (_S.COMPLETED, "callee", None)
    heard = await asyncio.to_thread(sip_agent.heard)
    assert 1.5 < len(heard) / 8000 < 3
    assert loud_seconds(heard) > 0.8


async def test_a_call_whose_agent_cannot_be_reached_hears_the_fallback_message(
    carrier: AsteriskCarrier, ears: Ears
) -> None:
    nobody = AgentAddress(kind="sip", uri="sip:agent@127.0.0.1:9")
    request = request_to(scenario.ANSWERS, agent=nobody)

    events = await call(carrier, ears, request)

    assert [type(event) for event in events] == [Ringing, Answered, Ended]
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.by, ended.detail) == (_S.COMPLETED, "dialer", "The agent did not answer.")
    assert ended.billable_seconds >= 3, "the fallback message takes longer than that"


@pytest.mark.parametrize(
    ("code", "amd", "state"),
    [
        (scenario.HUMAN, "human", _S.COMPLETED),
        (scenario.MACHINE, "machine", _S.VOICEMAIL),
        (scenario.SAYS_NOTHING, "unsure", _S.COMPLETED),
    ],
)
async def test_a_machine_is_told_from_a_person(
    carrier: AsteriskCarrier, ears: Ears, code: str, amd: str, state: AttemptState
) -> None:
    events = await call(carrier, ears, request_to(code, on_machine=OnMachine.HANG_UP))

    ended = events[-1]
    assert isinstance(ended, Ended)
    assert [event.amd for event in events if isinstance(event, Answered)] == [amd]
    assert (ended.state, ended.message_left) == (state, False)


async def test_a_message_is_left_on_a_machine(carrier: AsteriskCarrier, ears: Ears) -> None:
    events = await call(carrier, ears, request_to(scenario.MACHINE, on_machine=OnMachine.LEAVE_MESSAGE))

    ended, answered = events[-1], next(event for event in events if isinstance(event, Answered))
    assert ended.at - answered.at > 8 * SECOND, "the greeting takes as long"
    assert isinstance(ended, Ended)
    assert (ended.state, ended.message_left, ended.by) == (_S.VOICEMAIL, True, "dialer")


async def test_a_machine_may_be_talked_to_like_a_person(carrier: AsteriskCarrier, ears: Ears) -> None:
    events = await call(carrier, ears, request_to(scenario.MACHINE, on_machine=OnMachine.CONTINUE))

    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.by) == (_S.COMPLETED, "agent")


async def test_no_sound_stays_behind(settings: AsteriskSettings, people: Callee) -> None:
    own = settings.sounds / "own"
    async with daemon(settings, sounds=own) as (carrier, ears):
        await call(carrier, ears, request_to(scenario.HANGS_UP))
        while any(own.iterdir()):  # it is deleted a moment after the end is told
            await SystemClock().sleep(0.01)


async def test_the_contact_hears_the_whole_message(settings: AsteriskSettings, sip_agent: SipAgent) -> None:
    async with daemon(settings, endpoint=dialling(sip_agent)) as (carrier, ears):
        events = await call(carrier, ears, request_to("000"))

    answered = next(event for event in events if isinstance(event, Answered))
    heard = await asyncio.to_thread(sip_agent.heard)
    assert len(heard) / 8000 == pytest.approx((events[-1].at - answered.at) / SECOND, abs=0.3)
    assert loud_seconds(heard) > 1


async def test_a_websocket_agent_and_the_contact_hear_each_other(
    settings: AsteriskSettings, sip_agent: SipAgent, ports: Ports
) -> None:
    request = request_to(
        "000",
        max_duration=3,
        message="Hello, Asha & co: 100%",
        agent=AgentAddress(kind="websocket", client="agent"),
        headers={"X-Contact-Id": "7"},
    )
    async with (
        EchoAgent(ports.agent) as agent,
        daemon(settings, endpoint=dialling(sip_agent)) as (carrier, ears),
    ):
        events = await call(carrier, ears, request)

    assert [type(event) for event in events if not isinstance(event, Ringing)] == [
        Answered,
        AgentConnected,
        Ended,
    ]
    assert agent.parameters["X-Message"] == "Hello, Asha & co: 100%"
    assert agent.parameters["X-Contact-Id"] == "7"
    assert agent.loud_seconds > 2
    assert loud_seconds(await asyncio.to_thread(sip_agent.heard)) > 2, "the agent says back what it hears"


async def test_a_sip_agent_is_told_whom_it_talks_to(
    carrier: AsteriskCarrier, ears: Ears, people: Callee, ports: Ports
) -> None:
    agent = number(scenario.ANSWERS)
    request = request_to(
        scenario.HANGS_UP,
        agent=AgentAddress(kind="sip", uri=f"sip:{agent}@127.0.0.1:{ports.trunk}"),
        headers={"X-Contact-Id": "7"},
    )

    await call(carrier, ears, request)

    (invitation,) = people.invitations(agent)
    assert invitation.contact == "7"
