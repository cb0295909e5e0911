"""Every kind of callee, and the word for it."""

import asyncio
from dataclasses import replace

import pytest

from dialer.carriers.asterisk.carrier import AsteriskCarrier
from dialer.carriers.base import (
    AgentConnected,
    Answered,
    Dtmf,
    Ended,
    Placed,
    Ringing,
)
from dialer.domain.call import AttemptState, Failure
from dialer.domain.clock import SECOND
from tests.carriers.ears import Ears
from tests.peers import scenario
from tests.peers.callee import Callee
from tests.phones.calls import call, request_to

_S, _F = AttemptState, Failure


@pytest.mark.parametrize(
    ("code", "state", "failure", "rings", "sip_code"),
    [
        ("486", _S.BUSY, None, True, 486),
        ("603", _S.DECLINED, None, True, 603),
        ("480", _S.NO_ANSWER, None, True, 480),
        ("404", _S.FAILED, _F.NUMBER, False, 404),
        ("484", _S.FAILED, _F.NUMBER, False, 484),
        ("403", _S.FAILED, _F.ACCOUNT, False, 403),
        ("500", _S.FAILED, _F.TEMPORARY, False, 500),
        ("503", _S.FAILED, _F.TEMPORARY, False, 503),
        (scenario.RINGS_FOR_EVER, _S.NO_ANSWER, None, True, None),
        (scenario.ANSWERS_THE_CANCEL, _S.NO_ANSWER, None, True, None),
        (scenario.SAYS_NO_WORD, _S.NO_ANSWER, None, False, None),
    ],
)
async def test_a_call_that_nobody_answers_says_why(
    carrier: AsteriskCarrier,
    ears: Ears,
    people: Callee,
    *,
    code: str,
    state: AttemptState,
    failure: Failure | None,
    rings: bool,
    sip_code: int | None,
) -> None:
    request = request_to(code, ring_timeout=2)

    events = await call(carrier, ears, request)

    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.failure) == (state, failure)
    assert [type(event) for event in events[:-1]] == [Ringing] * rings
    assert sip_code is None or ended.sip_code == sip_code
    assert bool(ended.detail) is (failure is not None)
    assert people.invited(request.to) == 1


@pytest.mark.parametrize(
    ("code", "rings"),
    [(scenario.ANSWERS, True), (scenario.EARLY_MEDIA, True), (scenario.ASKS_WHO, False)],
)
async def test_who_answers_hears_the_message_and_is_hung_up_on(
    carrier: AsteriskCarrier, ears: Ears, code: str, *, rings: bool
) -> None:
    events = await call(carrier, ears, request_to(code))

    assert [type(event) for event in events] == [*[Ringing] * rings, Answered, AgentConnected, Ended]
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.by, ended.detail) == (_S.COMPLETED, "agent", None)
    assert ended.billable_seconds == pytest.approx(3, abs=1)


async def test_who_hangs_up_first_is_told(carrier: AsteriskCarrier, ears: Ears) -> None:
    request = request_to(scenario.HANGS_UP)
    long = "A long message. " * 20

    events = await call(carrier, ears, replace(request, message=long))

    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.by, ended.billable_seconds) == (_S.COMPLETED, "callee", 3)


async def test_a_pressed_key_is_told(carrier: AsteriskCarrier, ears: Ears) -> None:
    events = await call(carrier, ears, request_to(scenario.PRESSES_9))

    assert [event.digit for event in events if isinstance(event, Dtmf)] == ["9"]


async def test_asterisk_ends_a_call_at_its_longest_duration(carrier: AsteriskCarrier, ears: Ears) -> None:
    request = request_to(scenario.ANSWERS, max_duration=1)

    events = await call(carrier, ears, request)

    ended, answered = events[-1], next(event for event in events if isinstance(event, Answered))
    assert isinstance(ended, Ended)
    assert (ended.state, ended.by) == (_S.COMPLETED, "network")
    assert ended.at - answered.at == pytest.approx(1 * SECOND, abs=300)


async def test_the_caller_id_and_the_number_arrive(
    carrier: AsteriskCarrier, ears: Ears, people: Callee
) -> None:
    request = request_to("486")

    await call(carrier, ears, request)

    (invitation,) = people.invitations(request.to)
    assert "<sip:+12025550100@" in invitation.caller


async def test_the_same_attempt_asked_for_twice_at_once_rings_once(
    carrier: AsteriskCarrier, ears: Ears, people: Callee
) -> None:
    request = request_to(scenario.ANSWERS)

    results = await asyncio.gather(carrier.place(request), carrier.place(request))
    await ears.end_of(request.attempt_id)

    assert set(results) == {Placed(request.attempt_id)}
    assert await carrier.place(request) == Placed(request.attempt_id)
    assert people.invited(request.to) == 1
