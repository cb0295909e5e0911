"""What a misconfigured, missing or restarted Asterisk does to calls."""

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr

from dialer.carriers.asterisk.ari import Ari
from dialer.carriers.asterisk.probe import probe
from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.asterisk.speech import Speech
from dialer.carriers.base import (
    AgentConnected,
    Answered,
    Ended,
    Found,
    NotPlaced,
    Placed,
    Ringing,
)
from dialer.carriers.sending import Sending
from dialer.domain.call import AttemptState, Failure
from dialer.domain.clock import SystemClock
from dialer.domain.policy import AgentAddress
from tests.peers import scenario
from tests.peers.agent import SipAgent
from tests.peers.asterisk import Asterisk
from tests.peers.callee import Callee
from tests.peers.process import free_port
from tests.peers.sound import loud_seconds
from tests.phones.calls import call, daemon, request_to, until_up

pytestmark = pytest.mark.usefixtures("people")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": SecretStr("wrong")}, "refuses our user or password"),
        ({"endpoint": "PJSIP/{number}@nowhere"}, "no endpoint PJSIP/nowhere"),
        ({"url": f"http://127.0.0.1:{free_port()}"}, "cannot be reached"),
    ],
)
async def test_a_misconfigured_carrier_places_nothing_and_says_why(
    settings: AsteriskSettings, changes: dict[str, object], sentence: str
) -> None:
    request = request_to(scenario.ANSWERS)
    async with daemon(settings, **changes) as (carrier, _):
        health = await carrier.health()
        result = await carrier.place(request)

    assert not health.up
    assert sentence in (health.detail or "")
    assert isinstance(result, NotPlaced)
    assert result.failure is Failure.TEMPORARY


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("echo no voice here >&2; exit 3", "ended with 3: no voice here"),
        ("true", "gave no WAV"),
        ("exec sleep 60", "took longer"),
    ],
)
async def test_a_speech_command_that_fails_places_nothing_and_says_why(
    settings: AsteriskSettings, people: Callee, command: str, sentence: str
) -> None:
    request = request_to(scenario.ANSWERS)
    async with daemon(settings, speech_command=command) as (carrier, _):
        result = await carrier.place(request)

    assert isinstance(result, NotPlaced)
    assert result.failure is Failure.TEMPORARY
    assert sentence in result.detail
    assert people.invited(request.to) == 0


async def test_a_sound_that_asterisk_does_not_find_is_named_by_the_call(settings: AsteriskSettings) -> None:
    async with daemon(settings, asterisk_sounds=Path("/nowhere")) as (carrier, ears):
        events = await call(carrier, ears, request_to(scenario.ANSWERS))

    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.by) == (AttemptState.COMPLETED, "agent")
    assert "could not play /nowhere/" in (ended.detail or "")


async def test_who_answers_while_the_daemon_is_away_hears_the_message_all_the_same(
    settings: AsteriskSettings, sip_agent: SipAgent
) -> None:
    speech = Speech(settings, SystemClock())
    sound = await speech.sound("One, two, three, four, five, six, seven, eight, nine, ten.")
    variables = {"CALL_APP": "away", "CALL_LONGEST": "20", "CALL_FALLBACK": sound}
    body = {
        "endpoint": f"PJSIP/agent/{sip_agent.uri}",
        "context": settings.context,
        "extension": "s",
        "channelId": "away",
        "variables": variables,
    }
    async with Ari(settings, SystemClock()) as ari:
        await ari.originate(body, Sending())
        while await ari.channel("away"):
            await SystemClock().sleep(0.1)

    await speech.drop(sound)
    assert loud_seconds(await asyncio.to_thread(sip_agent.heard)) > 2


async def test_a_call_that_rings_when_the_daemon_dies_is_adopted_and_gets_its_message(
    settings: AsteriskSettings, people: Callee
) -> None:
    request = request_to(scenario.TALKS_TEN)
    async with daemon(settings) as (carrier, ears):
        assert await carrier.place(request) == Placed(request.attempt_id)
        await ears.hears(request.attempt_id, Ringing)

    async with daemon(settings) as (carrier, ears):
        found = await carrier.look_up(request.attempt_id, request.attempt_id)
        ended = await ears.end_of(request.attempt_id)

    assert isinstance(found, Found)
    assert [type(event) for event in found.events] == [Ringing]
    assert [type(event) for event in ears.of(request.attempt_id)] == [
        Ringing,
        Answered,
        AgentConnected,
        Ended,
    ]
    assert (ended.state, ended.by) == (AttemptState.COMPLETED, "agent")
    assert people.invited(request.to) == 1


async def test_a_call_that_talks_when_the_daemon_dies_is_adopted_and_ends_with_its_message(
    settings: AsteriskSettings,
) -> None:
    request = request_to(scenario.ANSWERS, message="One, two, three, four, five, six, seven.")
    async with daemon(settings) as (carrier, ears):
        assert await carrier.place(request) == Placed(request.attempt_id)
        await ears.hears(request.attempt_id, AgentConnected)

    async with daemon(settings) as (carrier, ears):
        found = await carrier.look_up(request.attempt_id, request.attempt_id)
        ended = await ears.end_of(request.attempt_id)

    assert isinstance(found, Found)
    assert Answered in {type(event) for event in found.events}
    assert (ended.state, ended.by) == (AttemptState.COMPLETED, "agent")


async def test_a_call_with_an_agent_outlives_the_daemon(
    settings: AsteriskSettings, sip_agent: SipAgent
) -> None:
    request = request_to(scenario.TALKS_TEN, agent=AgentAddress(kind="sip", uri=sip_agent.uri))
    async with daemon(settings) as (carrier, ears):
        assert await carrier.place(request) == Placed(request.attempt_id)
        await ears.hears(request.attempt_id, AgentConnected)

    async with daemon(settings) as (carrier, ears):
        ended = await ears.end_of(request.attempt_id)

    assert (ended.state, ended.by) == (AttemptState.COMPLETED, "callee")
    assert ended.billable_seconds > 6


async def test_a_call_never_lasts_longer_than_asked_though_the_daemon_died(
    settings: AsteriskSettings, people: Callee
) -> None:
    request = request_to(scenario.TALKS_TEN, max_duration=2, message="A long message. " * 20)
    async with daemon(settings) as (carrier, ears):
        assert await carrier.place(request) == Placed(request.attempt_id)
        await ears.hears(request.attempt_id, AgentConnected)

    async with Ari(settings, SystemClock()) as ari:
        started = SystemClock().monotonic()
        while await ari.channel(request.attempt_id):
            await SystemClock().sleep(0.1)
    assert SystemClock().monotonic() - started < 3


async def test_calls_that_an_asterisk_took_with_it_are_over(
    pbx: Asterisk, settings: AsteriskSettings
) -> None:
    request = request_to(scenario.TALKS_TEN, message="A long message. " * 20)
    async with daemon(settings) as (carrier, ears):
        assert await carrier.place(request) == Placed(request.attempt_id)
        await ears.hears(request.attempt_id, AgentConnected)

        await asyncio.to_thread(pbx.stop)
        await asyncio.to_thread(pbx.start)

        ended = await ears.end_of(request.attempt_id)
        assert ended.state is AttemptState.COMPLETED
        await until_up(carrier)
        following = await call(carrier, ears, request_to("486"))
        assert isinstance(following[-1], Ended)
        assert following[-1].state is AttemptState.BUSY


async def test_a_probe_takes_no_events_from_the_daemon(settings: AsteriskSettings) -> None:
    wrong = settings.model_copy(update={"password": SecretStr("wrong")})
    async with daemon(settings) as (carrier, ears):
        assert (await probe(settings, SystemClock())).up
        assert not (await probe(wrong, SystemClock())).up

        events = await call(carrier, ears, request_to("486"))

    assert isinstance(events[-1], Ended)
