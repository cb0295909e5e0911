"""An open call: what its carrier tells, and what silence means."""

from dialer.carriers.base import (
    Answered,
    Dtmf,
    Ended,
    Lookup,
)
from dialer.domain.call import AttemptState, Outcome
from dialer.domain.clock import SECOND
from dialer.domain.retry import ContactStatus
from tests.clock import FakeClock
from tests.engine.dialer import Dialer, seconds_since
from tests.engine.network import Network

RING = 30
TALK = 60
BLOCKED = RING + TALK + 60


async def test_a_call_that_falls_silent_is_asked_about_hung_up_and_given_up(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.obedient = False
    start = clock.now()
    campaign = await dialer.running(contacts=2, max_concurrent=1)
    first = network.live[0].id

    await clock.advance(RING + 14.9)
    assert network.looked_up == []
    await clock.advance(0.1)
    assert network.hung_up == [first]
    assert network.placed == 1
    await clock.advance(15)

    assert seconds_since(start, network.looked_up) == [RING + 15, RING + 30]
    attempt, *_ = await dialer.attempts(campaign)
    assert (attempt.state, attempt.blocked_until) == (
        AttemptState.ENDED_UNKNOWN,
        start + BLOCKED * SECOND,
    )
    contact, _ = await dialer.contacts(campaign)
    assert (contact.status, contact.outcome, contact.held) == (ContactStatus.FAILED, Outcome.UNKNOWN, False)
    assert network.placed == 2


async def test_a_number_that_was_given_up_is_not_called_before_the_longest_call_is_over(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.obedient = False
    start = clock.now()
    await dialer.running(numbers=["+442079460000"])
    await clock.advance(100)
    await dialer.running(numbers=["+442079460000"])
    await clock.advance(100)

    assert seconds_since(start, network.moments) == [0, BLOCKED]


async def test_a_silent_call_that_obeys_the_hang_up_is_cancelled(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running()
    await clock.advance(RING + 15)

    assert await dialer.states(campaign) == [AttemptState.CANCELLED]
    assert (await dialer.contact(campaign)).outcome is Outcome.CANCELLED


async def test_a_silent_call_that_the_carrier_has_forgotten_is_given_up_at_once(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.remembers(Lookup.LIVE)
    campaign = await dialer.running()
    network.end_silently()
    await clock.advance(RING + 15)

    assert await dialer.states(campaign) == [AttemptState.ENDED_UNKNOWN]
    assert network.hung_up == []


async def test_a_silent_call_whose_carrier_is_unreachable_is_asked_about_once_more(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    start = clock.now()
    campaign = await dialer.running()
    network.reachable = False
    await clock.advance(RING + 30)

    assert seconds_since(start, network.looked_up) == [RING + 15, RING + 30]
    assert await dialer.states(campaign) == [AttemptState.ENDED_UNKNOWN]
    assert network.hung_up == []


async def test_an_end_that_got_lost_is_found_by_asking(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running()
    [call] = network.live
    call.alive = False
    call.events.append(Ended(call.id, clock.now() + 3 * SECOND, AttemptState.NO_ANSWER))
    await clock.advance(RING + 15)

    assert await dialer.states(campaign) == [AttemptState.NO_ANSWER]


async def test_an_answer_that_got_lost_is_found_by_asking_and_the_talk_goes_on(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running()
    [call] = network.live
    call.events.append(Answered(call.id, clock.now()))
    await clock.advance(RING + 15)
    assert await dialer.states(campaign) == [AttemptState.ANSWERED]
    assert network.hung_up == []

    await clock.advance(TALK)
    await network.end()

    assert await dialer.states(campaign) == [AttemptState.COMPLETED]


async def test_a_word_after_the_hang_up_counts(dialer: Dialer, network: Network, clock: FakeClock) -> None:
    network.obedient = False
    campaign = await dialer.running()
    await clock.advance(RING + 15)
    await network.tell(Dtmf(network.live[0].id, clock.now(), "1"))
    await clock.advance(1)
    await network.end()

    [attempt] = await dialer.attempts(campaign)
    assert (attempt.state, attempt.dtmf) == (AttemptState.COMPLETED, "1")


async def test_a_talk_beyond_its_longest_duration_is_asked_about_and_hung_up(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running()
    await clock.advance(20)
    await network.answer()
    await clock.advance(TALK + 14.9)
    assert network.looked_up == []
    assert await dialer.states(campaign) == [AttemptState.ANSWERED]

    await clock.advance(0.1)

    assert network.hung_up == [network.requests[0].attempt_id]
    assert await dialer.states(campaign) == [AttemptState.CANCELLED]


async def test_keys_pressed_do_not_prolong_a_talk(dialer: Dialer, network: Network, clock: FakeClock) -> None:
    campaign = await dialer.running()
    await network.answer()
    for digit in "12":
        await clock.advance(30)
        await network.tell(Dtmf(network.live[0].id, clock.now(), digit))
    await clock.advance(15)

    [attempt] = await dialer.attempts(campaign)
    assert (attempt.state, attempt.dtmf) == (AttemptState.CANCELLED, "12")


async def test_a_word_that_comes_twice_changes_nothing(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=2, max_concurrent=1)
    [call] = network.live
    end = Ended(call.id, clock.now(), AttemptState.COMPLETED)
    call.alive = False
    for _ in range(3):
        await network.tell(end)
    await network.tell(Answered(call.id, clock.now()))

    assert (await dialer.now(campaign)).counters.completed == 1
    assert network.placed == 2
    assert dialer.slots_in_use == 1
