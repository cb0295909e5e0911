"""What becomes of a call of which it is not known whether it was placed."""

import pytest

from dialer.carriers.base import (
    Answered,
    Dtmf,
    Ended,
    Lookup,
    NotPlaced,
    PlaceRequest,
    PlaceResult,
    Uncertain,
)
from dialer.domain.call import AttemptState, Failure, Outcome
from dialer.domain.retry import ContactStatus, Waiting
from tests.clock import FakeClock
from tests.engine.dialer import Dialer, seconds_since
from tests.engine.network import Network

RING = 30
TALK = 60
BLOCKED = RING + TALK + 60


async def test_a_call_without_an_answer_is_looked_up_and_followed(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.loses_answers(times=1)
    campaign = await dialer.running()
    assert await dialer.states(campaign) == [AttemptState.RINGING]

    await network.answer()
    await network.end()
    await clock.advance(30)

    assert (await dialer.now(campaign)).counters.completed == 1
    assert network.placed == 1


@pytest.mark.parametrize("result", [Uncertain("reset"), NotPlaced(Failure.OTHER, "400")])
async def test_a_call_whose_first_word_is_a_key_is_followed_to_its_end(
    dialer: Dialer, network: Network, clock: FakeClock, result: PlaceResult
) -> None:
    """The key says that somebody answered, whatever became of the request."""

    async def connect_and_break(request: PlaceRequest) -> PlaceResult:
        network.tell_soon(Dtmf(request.attempt_id, clock.now(), "1"))
        await clock.sleep(1)
        return result

    network.replies(connect_and_break, times=1)
    campaign = await dialer.running()
    await clock.advance(2)
    assert await dialer.states(campaign) == [AttemptState.ANSWERED]
    assert dialer.slots_in_use == 1

    await clock.advance(TALK + 60)

    assert await dialer.states(campaign) == [AttemptState.ENDED_UNKNOWN]
    assert (await dialer.now(campaign)).status == "completed"
    assert network.placed == 1


async def test_absent_at_two_looks_ten_seconds_apart_proves_that_nothing_was_placed(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """Where the carrier keeps records. The number is then called again, after the back-off."""
    start = clock.now()
    network.loses_requests(times=1)
    campaign = await dialer.running()
    await clock.advance(9.9)
    assert await dialer.states(campaign) == [AttemptState.UNCERTAIN]

    await clock.advance(5)

    assert seconds_since(start, network.looked_up) == [0, 10]
    assert seconds_since(start, network.moments) == [0, 11]
    assert await dialer.states(campaign) == [AttemptState.NOT_PLACED, AttemptState.RINGING]
    assert (await dialer.contact(campaign)).progress.setbacks == 1


async def test_absent_at_two_looks_proves_nothing_where_only_living_calls_are_known(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """The call may have been and gone: its contact is held for the operator."""
    network.remembers(Lookup.LIVE)
    network.loses_requests(times=1)
    campaign = await dialer.running(config={"retry": {"enabled": True, "intervalsMinutes": [1]}})
    await clock.advance(10)
    assert await dialer.states(campaign) == [AttemptState.UNKNOWN]

    await clock.advance(BLOCKED + 70)

    contact = await dialer.contact(campaign)
    assert (contact.status, contact.outcome, contact.held) == (ContactStatus.FAILED, Outcome.UNKNOWN, True)
    assert network.placed == 1
    assert (await dialer.now(campaign)).status == "completed"


async def test_an_unknown_call_is_tried_again_where_the_campaign_says_so(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.remembers(Lookup.LIVE)
    network.loses_requests(times=1)
    campaign = await dialer.running(config={"on_unknown": "retry_after:5m"})
    await clock.advance(10 + 300)

    assert await dialer.states(campaign) == [AttemptState.UNKNOWN, AttemptState.RINGING]


async def test_where_absence_proves_nothing_it_takes_a_quarter_of_an_hour_to_give_up(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.remembers(Lookup.NONE)
    start = clock.now()
    network.loses_requests(times=1)
    campaign = await dialer.running()
    await clock.advance(899)
    assert await dialer.states(campaign) == [AttemptState.UNCERTAIN]
    await clock.advance(1)

    assert seconds_since(start, network.looked_up) == [0, 5, 15, 30, 60, 120, 300, 900]
    assert await dialer.states(campaign) == [AttemptState.UNKNOWN]
    assert (await dialer.contact(campaign)).held
    assert network.placed == 1


async def test_nobody_gives_up_before_the_longest_call_would_be_over(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.start(max_duration=1000)
    network.remembers(Lookup.EVENTUAL)
    network.loses_requests(times=1)
    campaign = await dialer.running()
    await clock.advance(901)

    assert len(network.looked_up) == 8
    assert await dialer.states(campaign) == [AttemptState.UNCERTAIN]


async def test_a_call_that_shows_up_late_in_the_carriers_list_is_followed(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.remembers(Lookup.EVENTUAL)
    network.forgetful = True
    network.loses_answers(times=1)
    campaign = await dialer.running()
    network.live[0].events.clear()
    await clock.advance(10)
    network.forgetful = False
    await clock.advance(10)
    await network.end()

    assert await dialer.states(campaign) == [AttemptState.COMPLETED]


@pytest.mark.parametrize("lookup", list(Lookup))
async def test_an_uncertain_call_holds_its_slot_only_until_the_first_look(
    dialer: Dialer, network: Network, lookup: Lookup
) -> None:
    network.remembers(lookup)
    network.loses_requests(times=1)
    campaign = await dialer.running(contacts=2, max_concurrent=1)

    await network.ringing(1)
    assert len(network.looked_up) == 1
    assert set(await dialer.states(campaign)) == {AttemptState.UNCERTAIN, AttemptState.RINGING}


async def test_an_uncertain_call_gives_its_slot_back_also_where_the_carrier_cannot_be_asked(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.reachable = False
    network.loses_requests(times=1)
    campaign = await dialer.running(contacts=2, max_concurrent=1)

    await network.ringing(1)
    assert set(await dialer.states(campaign)) == {AttemptState.UNCERTAIN, AttemptState.RINGING}
    assert dialer.faults == {
        "carrier:net": "Carrier net cannot be asked about its calls: connection refused."
    }

    network.reachable = True
    await clock.advance(5)

    assert dialer.faults == {}


async def test_a_ringing_call_holds_its_slot_while_the_carrier_cannot_be_asked(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.reachable = False
    network.loses_answers(times=1)
    await dialer.running(contacts=2, max_concurrent=1)
    await clock.advance(5)
    assert dialer.slots_in_use == 1
    assert network.placed == 1

    await network.end()

    assert network.placed == 2


async def test_an_uncertain_call_blocks_its_number_for_every_campaign(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.remembers(Lookup.NONE)
    network.loses_requests(times=1)
    await dialer.running(numbers=["+442079460000"])
    other = await dialer.running(numbers=["+442079460000"])
    await clock.advance(BLOCKED + 20)

    assert network.placed == 1
    assert (await dialer.contact(other)).waiting is Waiting.NUMBER_BUSY


async def test_a_word_from_the_line_ends_the_doubt_before_the_second_look(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.forgetful = True
    network.loses_requests(times=1)
    campaign = await dialer.running()
    await clock.advance(3)
    attempt = (await dialer.attempts(campaign))[0]
    await network.tell(Answered(attempt.id, clock.now()))
    assert await dialer.states(campaign) == [AttemptState.ANSWERED]

    await network.tell(Ended(attempt.id, clock.now(), AttemptState.COMPLETED))
    await clock.advance(30)

    assert (await dialer.now(campaign)).counters.completed == 1
    assert network.placed == 1


async def test_a_request_that_hangs_ten_seconds_is_uncertain(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.hangs(times=1)
    campaign = await dialer.running()
    await clock.advance(9.9)
    assert await dialer.states(campaign) == [AttemptState.INTENT]

    await clock.advance(0.1)

    [attempt] = await dialer.attempts(campaign)
    assert (attempt.state, attempt.detail) == (
        AttemptState.UNCERTAIN,
        "the carrier did not answer in time",
    )


async def test_a_request_that_hangs_after_it_was_taken_is_followed(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.hangs(times=1, having_placed=True)
    campaign = await dialer.running()
    await clock.advance(10)
    await network.end()
    await clock.advance(30)

    assert await dialer.states(campaign) == [AttemptState.COMPLETED]
    assert network.placed == 1


async def test_a_word_from_the_line_outweighs_a_refused_request(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """The carrier contradicts itself; whoever has answered the telephone is not called again."""

    async def ring_and_refuse(request: PlaceRequest) -> PlaceResult:
        await network.accept(request)
        await clock.sleep(1)
        return NotPlaced(Failure.TEMPORARY, "internal error")

    network.replies(ring_and_refuse, times=1)
    campaign = await dialer.running()
    await clock.advance(5)
    assert await dialer.states(campaign) == [AttemptState.RINGING]

    await network.end()
    await clock.advance(10)

    assert network.placed == 1
    assert (await dialer.now(campaign)).counters.completed == 1


async def test_a_word_that_arrives_while_a_refusal_is_written_is_not_lost(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.hangs(times=1, then=network.refuse)
    campaign = await dialer.running()
    async with dialer.slow_disk():
        network.release()
        await clock.settle()
        ended = Ended(network.requests[0].attempt_id, clock.now(), AttemptState.COMPLETED)
        await network.tell(ended)
    await clock.advance(10)

    assert network.placed == 1
    assert await dialer.states(campaign) == [AttemptState.COMPLETED]
