"""What every carrier does, whatever network stands behind it.

A carrier joins by a subclass whose `peer` fixture sets its network up. The peer's numbers ring for 2 s
before somebody answers, who then talks for 10 s.
"""

import asyncio
import io
import wave
from enum import Enum, auto
from itertools import count, pairwise
from typing import Protocol

import pytest

from dialer.carriers.base import (
    Absent,
    AgentConnected,
    Answered,
    CallEvent,
    Carrier,
    Dtmf,
    Ended,
    Found,
    Lookup,
    NotPlaced,
    Placed,
    PlaceRequest,
    PlaceResult,
    Ringing,
    SmsReceived,
    SmsStatus,
    Unreachable,
)
from dialer.domain.call import AttemptState, Channel, Failure, OnMachine
from dialer.domain.clock import SECOND
from dialer.domain.ids import AttemptId
from tests.carriers.ears import Ears

RINGS, TALKS = 2, 10
_ATTEMPTS = count(1)


class Callee(Enum):
    ANSWERS = auto()
    BUSY = auto()
    NEVER_ANSWERS = auto()
    DECLINES = auto()
    MACHINE = auto()
    NO_SUCH_NUMBER = auto()
    FAILS_ONCE = auto()
    SILENT = auto()
    GONE_AT_ONCE = auto()
    ANSWERS_THE_SECOND_TIME = auto()
    OPTS_OUT = auto()
    THROTTLED_ONCE = auto()
    UNDELIVERABLE = auto()


class Peer(Protocol):
    """The network behind a carrier, as a test handles it."""

    carrier: Carrier
    ears: Ears
    channels: int
    """Calls that it carries at once."""

    def number(self, callee: Callee) -> str: ...

    async def passes(self, seconds: float) -> None:
        """Lets so much time pass in the network."""


class FarPeer(Peer, Protocol):
    """A network across a wire."""

    async def goes_away(self) -> None: ...

    async def comes_back(self) -> None:
        """With nothing in its memory."""

    async def drops_connections(self) -> None: ...


def request_to(
    number: str,
    *,
    channel: Channel = Channel.VOICE,
    ring_timeout: int = 5,
    max_duration: int = 60,
    on_machine: OnMachine | None = None,
    record: bool = False,
) -> PlaceRequest:
    return PlaceRequest(
        attempt_id=AttemptId(f"call_{next(_ATTEMPTS):024x}"),
        callback_token="a token",
        channel=channel,
        to=number,
        from_number="+12025550100",
        ring_timeout=ring_timeout,
        max_duration=max_duration,
        message="Hello Asha.",
        on_machine=on_machine,
        record=record,
    )


async def placed(peer: Peer, request: PlaceRequest) -> AttemptId:
    result = await peer.carrier.place(request)
    assert isinstance(result, Placed)
    assert result.carrier_id
    return request.attempt_id


async def life_of_call_to(peer: Peer, callee: Callee) -> list[CallEvent]:
    on_machine = OnMachine.HANG_UP if callee is Callee.MACHINE else None
    attempt = await placed(peer, request_to(peer.number(callee), on_machine=on_machine))
    await peer.passes(RINGS + TALKS + 10)
    await peer.ears.end_of(attempt)
    return peer.ears.of(attempt)


async def recording_of(peer: Peer, attempt: AttemptId) -> wave.Wave_read | None:
    found = await peer.carrier.recording(attempt)
    if isinstance(found, Absent):
        return None
    assert not isinstance(found, Unreachable)
    return wave.open(io.BytesIO(b"".join([piece async for piece in found])))


class CarrierContract:
    async def test_a_call_rings_is_answered_meets_its_agent_and_ends(self, peer: Peer) -> None:
        events = await life_of_call_to(peer, Callee.ANSWERS)

        assert [type(event) for event in events] == [Ringing, Answered, AgentConnected, Ended]
        ended = events[-1]
        assert isinstance(ended, Ended)
        assert (ended.state, ended.failure, ended.by) == (AttemptState.COMPLETED, None, "callee")
        assert ended.billable_seconds == TALKS

    async def test_the_events_of_a_call_are_told_in_the_order_of_their_times(self, peer: Peer) -> None:
        events = await life_of_call_to(peer, Callee.OPTS_OUT)

        assert all(earlier.at <= later.at for earlier, later in pairwise(events))

    @pytest.mark.parametrize(
        ("callee", "state", "failure"),
        [
            (Callee.BUSY, AttemptState.BUSY, None),
            (Callee.NEVER_ANSWERS, AttemptState.NO_ANSWER, None),
            (Callee.DECLINES, AttemptState.DECLINED, None),
            (Callee.MACHINE, AttemptState.VOICEMAIL, None),
            (Callee.NO_SUCH_NUMBER, AttemptState.FAILED, Failure.NUMBER),
            (Callee.FAILS_ONCE, AttemptState.FAILED, Failure.TEMPORARY),
        ],
    )
    async def test_each_outcome_has_its_word(
        self, peer: Peer, callee: Callee, state: AttemptState, failure: Failure | None
    ) -> None:
        events = await life_of_call_to(peer, callee)

        ended = events[-1]
        assert isinstance(ended, Ended)
        assert (ended.state, ended.failure, ended.message_left) == (state, failure, False)
        assert any(isinstance(event, Answered) for event in events) is (callee is Callee.MACHINE)

    async def test_a_machine_is_told_from_a_person(self, peer: Peer) -> None:
        events = await life_of_call_to(peer, Callee.MACHINE)

        assert [event.amd for event in events if isinstance(event, Answered)] == ["machine"]
        assert AgentConnected not in {type(event) for event in events}

    @pytest.mark.parametrize(
        ("action", "state", "left"),
        [
            (OnMachine.HANG_UP, AttemptState.VOICEMAIL, False),
            (OnMachine.LEAVE_MESSAGE, AttemptState.VOICEMAIL, True),
            (OnMachine.CONTINUE, AttemptState.COMPLETED, False),
        ],
    )
    async def test_a_machine_is_met_as_the_campaign_says(
        self, peer: Peer, action: OnMachine, state: AttemptState, *, left: bool
    ) -> None:
        attempt = await placed(peer, request_to(peer.number(Callee.MACHINE), on_machine=action))
        await peer.passes(RINGS + TALKS + 10)

        ended = await peer.ears.end_of(attempt)
        assert (ended.state, ended.message_left) == (state, left)
        met = any(isinstance(event, AgentConnected) for event in peer.ears.of(attempt))
        assert met is (action is OnMachine.CONTINUE)

    async def test_a_call_is_recorded_from_the_answer_to_its_end_and_until_that_is_deleted(
        self, peer: Peer
    ) -> None:
        attempt = await placed(peer, request_to(peer.number(Callee.ANSWERS), record=True))
        await peer.passes(RINGS + TALKS + 1)
        ended = await peer.ears.end_of(attempt)

        assert ended.recording_seconds == pytest.approx(TALKS, abs=1)
        sound = await recording_of(peer, attempt)
        assert sound is not None
        assert sound.getnframes() / sound.getframerate() == pytest.approx(TALKS, abs=1)

        assert await peer.carrier.delete_recording(attempt)
        assert await recording_of(peer, attempt) is None
        assert await peer.carrier.delete_recording(attempt)

    async def test_a_call_that_is_not_to_be_recorded_is_not(self, peer: Peer) -> None:
        events = await life_of_call_to(peer, Callee.ANSWERS)

        ended = events[-1]
        assert isinstance(ended, Ended)
        assert ended.recording_seconds is None
        assert await recording_of(peer, ended.attempt_id) is None

    async def test_who_is_gone_before_the_agent_speaks_was_answered_but_met_nobody(self, peer: Peer) -> None:
        events = await life_of_call_to(peer, Callee.GONE_AT_ONCE)

        assert [type(event) for event in events] == [Ringing, Answered, Ended]

    @pytest.mark.parametrize("callee", [Callee.FAILS_ONCE, Callee.ANSWERS_THE_SECOND_TIME])
    async def test_a_second_attempt_may_fare_better(self, peer: Peer, callee: Callee) -> None:
        first = await life_of_call_to(peer, callee)
        second = await life_of_call_to(peer, callee)

        assert Answered not in {type(event) for event in first}
        assert Answered in {type(event) for event in second}

    async def test_a_key_pressed_during_the_call_is_told(self, peer: Peer) -> None:
        events = await life_of_call_to(peer, Callee.OPTS_OUT)

        assert [event.digit for event in events if isinstance(event, Dtmf)] == ["9"]

    async def test_a_call_rings_no_longer_than_its_ring_timeout(self, peer: Peer) -> None:
        attempt = await placed(peer, request_to(peer.number(Callee.ANSWERS), ring_timeout=1))
        await peer.passes(RINGS + 1)

        ended = await peer.ears.end_of(attempt)
        assert ended.state is AttemptState.NO_ANSWER
        assert ended.at - peer.ears.of(attempt)[0].at == pytest.approx(1 * SECOND, abs=500)

    async def test_a_call_lasts_no_longer_than_its_longest_duration(self, peer: Peer) -> None:
        attempt = await placed(peer, request_to(peer.number(Callee.ANSWERS), max_duration=3))
        await peer.passes(RINGS + TALKS)

        ended = await peer.ears.end_of(attempt)
        answered = next(event for event in peer.ears.of(attempt) if isinstance(event, Answered))
        assert ended.state is AttemptState.COMPLETED
        assert ended.at - answered.at == pytest.approx(3 * SECOND, abs=500)

    async def test_a_call_that_is_hung_up_while_it_rings_is_cancelled(self, peer: Peer) -> None:
        attempt = await placed(peer, request_to(peer.number(Callee.ANSWERS)))
        await peer.passes(RINGS / 2)
        await peer.ears.hears(attempt, Ringing)

        await peer.carrier.hang_up(attempt, None)

        ended = await peer.ears.end_of(attempt)
        assert (ended.state, ended.by) == (AttemptState.CANCELLED, "dialer")
        await peer.passes(RINGS + TALKS)
        assert [type(event) for event in peer.ears.of(attempt)] == [Ringing, Ended]

    async def test_a_call_that_is_hung_up_after_the_answer_is_completed(self, peer: Peer) -> None:
        attempt = await placed(peer, request_to(peer.number(Callee.ANSWERS)))
        await peer.passes(RINGS + TALKS / 2)
        await peer.ears.hears(attempt, Answered)

        await peer.carrier.hang_up(attempt, None)

        ended = await peer.ears.end_of(attempt)
        assert (ended.state, ended.by) == (AttemptState.COMPLETED, "dialer")
        assert 0 < ended.billable_seconds < TALKS

    async def test_hanging_up_what_is_over_or_unknown_changes_nothing(self, peer: Peer) -> None:
        events = await life_of_call_to(peer, Callee.BUSY)

        await peer.carrier.hang_up(events[-1].attempt_id, None)
        await peer.carrier.hang_up(AttemptId("call_nobody"), None)

        following = await life_of_call_to(peer, Callee.BUSY)
        assert peer.ears.heard == [*events, *following]

    async def test_the_same_attempt_asked_for_twice_rings_once(self, peer: Peer) -> None:
        if not peer.carrier.abilities.client_id:
            pytest.skip("it does not take our ids")
        request = request_to(peer.number(Callee.ANSWERS))
        first, second = await asyncio.gather(peer.carrier.place(request), peer.carrier.place(request))
        await peer.passes(RINGS + TALKS)
        await peer.ears.end_of(request.attempt_id)
        third = await peer.carrier.place(request)

        assert isinstance(first, Placed)
        assert first == second == third
        following = await life_of_call_to(peer, Callee.BUSY)
        assert len(peer.ears.heard) == len(peer.ears.of(request.attempt_id)) + len(following)
        assert [type(e) for e in peer.ears.of(request.attempt_id)].count(Ringing) == 1

    async def test_what_it_says_when_asked_is_what_it_told(self, peer: Peer) -> None:
        if peer.carrier.abilities.lookup is not Lookup.RECORDS:
            pytest.skip("it forgets what has ended")
        attempt = await placed(peer, request_to(peer.number(Callee.ANSWERS)))
        await peer.passes(RINGS + 1)
        await peer.ears.hears(attempt, AgentConnected)
        talking = await peer.carrier.look_up(attempt, None)
        assert isinstance(talking, Found)
        assert list(talking.events) == peer.ears.of(attempt)

        await peer.passes(TALKS)
        await peer.ears.end_of(attempt)
        ended = await peer.carrier.look_up(attempt, None)
        assert isinstance(ended, Found)
        assert list(ended.events) == peer.ears.of(attempt)

    async def test_asked_about_a_call_that_was_hung_up_it_says_so(self, peer: Peer) -> None:
        if peer.carrier.abilities.lookup is not Lookup.RECORDS:
            pytest.skip("it forgets what has ended")
        attempt = await placed(peer, request_to(peer.number(Callee.ANSWERS)))
        await peer.passes(RINGS + 1)
        await peer.ears.hears(attempt, AgentConnected)
        await peer.carrier.hang_up(attempt, None)
        await peer.ears.end_of(attempt)

        found = await peer.carrier.look_up(attempt, None)

        assert isinstance(found, Found)
        assert list(found.events) == peer.ears.of(attempt)

    async def test_an_attempt_that_it_was_never_given_is_absent(self, peer: Peer) -> None:
        assert await peer.carrier.look_up(AttemptId("call_never"), None) == Absent()

    async def test_a_call_that_fell_silent_is_known_and_alive(self, peer: Peer) -> None:
        attempt = await placed(peer, request_to(peer.number(Callee.SILENT)))
        await peer.carrier.hang_up(attempt, None)
        await peer.passes(600)

        found = await peer.carrier.look_up(attempt, None)
        assert isinstance(found, Found)
        assert list(found.events) == []
        await life_of_call_to(peer, Callee.BUSY)
        assert peer.ears.of(attempt) == []

    async def test_a_full_network_refuses_and_says_when_to_ask_again(self, peer: Peer) -> None:
        callers = [request_to(peer.number(Callee.ANSWERS)) for _ in range(peer.channels)]
        for caller in callers:
            await placed(peer, caller)
        one_more = request_to(peer.number(Callee.ANSWERS))

        refused = await peer.carrier.place(one_more)
        assert isinstance(refused, NotPlaced)
        assert refused.failure is Failure.TEMPORARY
        assert refused.retry_after

        await peer.passes(RINGS + TALKS)
        for caller in callers:
            await peer.ears.end_of(caller.attempt_id)
        await placed(peer, one_more)

    async def test_a_healthy_network_is_up(self, peer: Peer) -> None:
        assert (await peer.carrier.health()).up


class TextContract:
    """Of carriers that send messages, too."""

    async def test_a_message_is_sent_at_once_and_its_receipt_follows(self, peer: Peer) -> None:
        attempt = await placed(peer, request_to(peer.number(Callee.ANSWERS), channel=Channel.SMS))
        await peer.passes(5)

        (receipt,) = await peer.ears.hears(attempt, SmsStatus)
        assert isinstance(receipt, SmsStatus)
        assert receipt.delivery == "delivered"

    async def test_a_message_that_cannot_be_delivered_has_a_receipt_that_says_so(self, peer: Peer) -> None:
        number = peer.number(Callee.UNDELIVERABLE)
        attempt = await placed(peer, request_to(number, channel=Channel.SMS))
        await peer.passes(5)

        (receipt,) = await peer.ears.hears(attempt, SmsStatus)
        assert isinstance(receipt, SmsStatus)
        assert receipt.delivery == "undelivered"

    async def test_a_number_that_takes_no_message_is_refused_for_good(self, peer: Peer) -> None:
        result = await self._text(peer, Callee.NO_SUCH_NUMBER)

        assert isinstance(result, NotPlaced)
        assert (result.failure, result.retry_after) == (Failure.NUMBER, None)

    async def test_a_throttled_message_is_refused_for_now(self, peer: Peer) -> None:
        first = await self._text(peer, Callee.THROTTLED_ONCE)
        second = await self._text(peer, Callee.THROTTLED_ONCE)

        assert isinstance(first, NotPlaced)
        assert first.failure is Failure.TEMPORARY
        assert first.retry_after
        assert isinstance(second, Placed)

    async def test_a_refused_message_asked_for_again_is_refused_again(self, peer: Peer) -> None:
        request = request_to(peer.number(Callee.THROTTLED_ONCE), channel=Channel.SMS)

        assert await peer.carrier.place(request) == await peer.carrier.place(request)

    async def test_an_answer_to_a_message_is_received(self, peer: Peer) -> None:
        number = peer.number(Callee.OPTS_OUT)
        await placed(peer, request_to(number, channel=Channel.SMS))
        await peer.passes(5)

        await peer.ears.until(lambda: any(isinstance(event, SmsReceived) for event in peer.ears.heard))
        received = peer.ears.heard[-1]
        assert isinstance(received, SmsReceived)
        assert (received.from_number, received.to, received.text) == (number, "+12025550100", "STOP")

    async def _text(self, peer: Peer, callee: Callee) -> PlaceResult:
        return await peer.carrier.place(request_to(peer.number(callee), channel=Channel.SMS))


class FarContract:
    """Of carriers whose network stands across a wire."""

    async def test_a_network_that_is_gone_is_down_and_places_nothing(self, peer: FarPeer) -> None:
        await peer.goes_away()

        health = await peer.carrier.health()
        assert not health.up
        assert health.detail
        result = await peer.carrier.place(request_to(peer.number(Callee.ANSWERS)))
        assert isinstance(result, NotPlaced)
        assert result.failure is Failure.TEMPORARY

    async def test_a_network_that_is_gone_proves_nothing_about_an_attempt(self, peer: FarPeer) -> None:
        await peer.goes_away()

        await peer.carrier.hang_up(AttemptId("call_never"), None)
        assert isinstance(await peer.carrier.look_up(AttemptId("call_never"), None), Unreachable)
        assert isinstance(await peer.carrier.recording(AttemptId("call_never")), Unreachable)
        assert not await peer.carrier.delete_recording(AttemptId("call_never"))

    async def test_what_happens_while_the_events_are_cut_off_is_told_afterwards(self, peer: FarPeer) -> None:
        attempt = await placed(peer, request_to(peer.number(Callee.ANSWERS)))
        await peer.passes(1)
        await peer.ears.hears(attempt, Ringing)

        await peer.drops_connections()
        await peer.passes(RINGS)
        await peer.ears.hears(attempt, Answered)
        await peer.passes(TALKS)

        events = await peer.ears.hears(attempt, Ended)
        assert [type(event) for event in events] == [Ringing, Answered, AgentConnected, Ended]

    async def test_a_network_that_was_restarted_is_heard_again(self, peer: FarPeer) -> None:
        await life_of_call_to(peer, Callee.ANSWERS)

        await peer.goes_away()
        await peer.comes_back()

        assert (await peer.carrier.health()).up
        attempt = await placed(peer, request_to(peer.number(Callee.BUSY)))
        await peer.passes(10)
        assert (await peer.ears.end_of(attempt)).state is AttemptState.BUSY
