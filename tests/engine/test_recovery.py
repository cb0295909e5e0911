"""What a start does with the calls that an earlier process left open."""

import pytest

from dialer.carriers.base import Answered, Dtmf, Ended, Lookup
from dialer.domain.call import AttemptState, Outcome
from dialer.domain.clock import SECOND
from tests.clock import FakeClock
from tests.engine.dialer import Dialer, seconds_since
from tests.engine.network import Network


async def test_what_was_about_to_be_sent_is_uncertain_after_a_crash(dialer: Dialer, network: Network) -> None:
    """Never straight back to pending, since it may have been sent."""
    network.hangs(times=1)
    campaign = await dialer.running()
    await dialer.crash()
    assert await dialer.states(campaign) == [AttemptState.INTENT]
    network.reachable = False

    await dialer.start()

    assert await dialer.states(campaign) == [AttemptState.UNCERTAIN]
    assert network.placed == 1


async def test_a_request_that_was_never_received_is_sent_after_two_looks(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.hangs(times=1)
    campaign = await dialer.running()
    await dialer.crash()
    start = clock.now()
    await dialer.start()
    await clock.advance(15)

    assert seconds_since(start, network.looked_up) == [0, 10]
    assert await dialer.states(campaign) == [AttemptState.NOT_PLACED, AttemptState.RINGING]
    assert len(network.calls) == 1


async def test_a_request_that_was_received_is_followed_and_not_sent_again(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.hangs(times=1, having_placed=True)
    campaign = await dialer.running()
    await dialer.crash()
    await dialer.start()
    await clock.advance(15)
    await network.end()

    assert await dialer.states(campaign) == [AttemptState.COMPLETED]
    assert network.placed == 1


async def test_a_new_call_leaves_only_after_each_open_one_was_looked_at(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.running(contacts=10, max_concurrent=3)
    await dialer.crash()
    network.reachable = False
    await dialer.start(max_concurrent=100)
    await dialer.running(contacts=1)
    await clock.advance(20)
    assert network.placed == 3
    assert "3 open calls" in dialer.faults["carrier:net"]

    network.reachable = True
    await clock.advance(5)

    assert network.placed == 4
    healed = [moment for moment in network.looked_up if moment > network.moments[3] - 5 * SECOND]
    assert len(healed) == 3
    assert dialer.faults == {}


async def test_a_call_whose_carrier_stays_unreachable_is_given_up_at_its_deadline(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """It was placed, so it keeps its slot until then, and no longer."""
    campaign = await dialer.running(contacts=2, max_concurrent=1)
    await dialer.crash()
    network.reachable = False
    await dialer.start()
    await clock.advance(30 + 14)
    assert dialer.slots_in_use == 1

    await clock.advance(1 + 15)

    assert (await dialer.states(campaign))[0] is AttemptState.ENDED_UNKNOWN
    assert network.placed == 2


async def test_no_call_leaves_while_an_uncertain_one_could_not_be_looked_at(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """It holds no slot, but its carrier."""
    network.hangs(times=1)
    await dialer.running(contacts=2, max_concurrent=1)
    await dialer.crash()
    network.reachable = False
    await dialer.start()
    await clock.advance(minutes=5)
    assert dialer.slots_in_use == 0
    assert network.placed == 1

    network.reachable = True
    await clock.advance(5)

    assert network.placed == 2


async def test_calls_of_an_earlier_process_go_on_and_end(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=3)
    await network.answer()
    await dialer.crash()
    await dialer.start()
    await network.ringing(3)
    await network.end_all()
    await clock.advance(30)

    done = await dialer.now(campaign)
    assert (done.status, done.counters.completed) == ("completed", 3)
    assert network.placed == 3


async def test_what_happened_while_nobody_listened_counts(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=1)
    [call] = network.live
    await network.tell(Dtmf(call.id, clock.now(), "1"))
    await dialer.crash()
    call.events.append(Answered(call.id, clock.now()))
    call.events.append(Dtmf(call.id, clock.now(), "2"))
    call.events.append(Ended(call.id, clock.now(), AttemptState.COMPLETED))
    call.alive = False
    await dialer.start()

    [attempt] = await dialer.attempts(campaign)
    assert (attempt.state, attempt.dtmf) == (AttemptState.COMPLETED, "12")
    assert (await dialer.now(campaign)).status == "completed"


async def test_adopted_calls_take_slots_above_the_limits(dialer: Dialer, network: Network) -> None:
    campaign = await dialer.running(contacts=10, max_concurrent=4)
    await dialer.change(campaign, max_concurrent=2)
    await dialer.crash()
    await dialer.start(max_concurrent=3)
    assert dialer.slots_in_use == dialer.slots_of(campaign) == 4

    for placed in (4, 4, 5):
        await network.end()
        assert network.placed == placed


@pytest.mark.parametrize("lookup", [Lookup.RECORDS, Lookup.LIVE])
async def test_a_call_that_its_carrier_no_longer_knows_ended_while_nobody_listened(
    dialer: Dialer, network: Network, clock: FakeClock, lookup: Lookup
) -> None:
    network.remembers(lookup)
    campaign = await dialer.running(contacts=2, max_concurrent=1)
    await dialer.crash()
    network.forgetful = True
    network.end_silently()
    await dialer.start()

    assert await dialer.states(campaign) == [AttemptState.ENDED_UNKNOWN, AttemptState.RINGING]
    assert [contact.outcome for contact in await dialer.contacts(campaign)] == [Outcome.UNKNOWN, None]


@pytest.mark.parametrize("lookup", [Lookup.EVENTUAL, Lookup.NONE])
async def test_where_absence_proves_nothing_an_adopted_call_is_followed_to_its_deadline(
    dialer: Dialer, network: Network, clock: FakeClock, lookup: Lookup
) -> None:
    network.remembers(lookup)
    network.forgetful = True
    campaign = await dialer.running(contacts=2, max_concurrent=1)
    await clock.advance(10)
    await dialer.crash()
    await dialer.start()
    assert dialer.slots_in_use == 1
    await clock.advance(34.9)
    assert await dialer.states(campaign) == [AttemptState.RINGING]
    assert network.placed == 1

    await clock.advance(0.1)

    assert await dialer.states(campaign) == [AttemptState.ENDED_UNKNOWN, AttemptState.RINGING]


async def test_an_adopted_calls_deadline_counts_from_its_beginning(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running()
    await clock.advance(5)
    await network.answer()
    await clock.advance(50)
    await dialer.crash()
    await dialer.start()
    assert network.hung_up == []

    await clock.advance(25)

    assert await dialer.states(campaign) == [AttemptState.CANCELLED]


async def test_an_overdue_call_is_hung_up_at_once_by_the_next_start(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running()
    await dialer.crash()
    await clock.advance(600)
    await dialer.start()

    assert await dialer.states(campaign) == [AttemptState.CANCELLED]


async def test_a_paused_campaigns_calls_are_adopted_too_and_nobody_else_is_called(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=5, max_concurrent=2)
    await dialer.pause(campaign)
    await dialer.crash()
    await dialer.start()
    await network.end_all()
    await clock.advance(20)

    assert network.placed == 2
    assert (await dialer.now(campaign)).counters.completed == 2
    assert dialer.slots_of(campaign) == 0


async def test_a_crash_in_the_middle_of_recovery_changes_nothing(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.hangs(times=1)
    campaign = await dialer.running()
    for _ in range(3):
        await dialer.crash()
        await dialer.start()
        await clock.advance(5)
    assert await dialer.states(campaign) == [AttemptState.UNCERTAIN]

    await clock.advance(10)

    assert await dialer.states(campaign) == [AttemptState.NOT_PLACED, AttemptState.RINGING]
    assert len(network.calls) == 1


async def test_an_unknown_call_still_blocks_its_number_after_a_restart(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.remembers(Lookup.LIVE)
    start = clock.now()
    network.hangs(times=1)
    await dialer.running(numbers=["+442079460000"])
    await dialer.crash()
    await dialer.start()
    await clock.advance(20)
    await dialer.running(numbers=["+442079460000"])
    await clock.advance(140)

    assert network.moments[1:] == [start + (30 + 60 + 60) * SECOND]
