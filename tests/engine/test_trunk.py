"""A carrier that refuses: how long it is left alone, and how it comes back."""

import asyncio
import math

import pytest

from dialer.carriers.base import NotPlaced, Placed, PlaceRequest, PlaceResult, Uncertain
from dialer.domain.call import AttemptState, Failure, Outcome
from dialer.domain.retry import ContactStatus, Waiting
from tests.clock import FakeClock
from tests.engine.dialer import Dialer, seconds_since
from tests.engine.network import Network


async def test_five_refusals_in_a_row_stop_the_dialling(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.refuses(Failure.TEMPORARY)
    campaign = await dialer.running(contacts=100, max_concurrent=1)
    await clock.advance(0.9)

    assert network.placed == 5
    assert dialer.faults["carrier:net"] == "Carrier net places no calls: refused."
    assert (await dialer.now(campaign)).status_reason == "carrier_down"


async def test_four_refusals_and_a_call_that_is_taken_are_no_reason_to_stop(
    dialer: Dialer, network: Network
) -> None:
    for _ in range(3):
        network.refuses(Failure.TEMPORARY, times=4)
        network.accepts(times=1)
    await dialer.running(contacts=15, max_concurrent=1)
    for _ in range(3):
        await network.end()

    assert network.placed == 15
    assert dialer.faults == {}


async def test_requests_without_an_answer_stop_the_dialling_too(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.loses_requests()
    await dialer.running(contacts=100, max_concurrent=1)
    await clock.advance(0.9)

    assert network.placed == 5
    assert "carrier:net" in dialer.faults


async def test_refused_numbers_are_no_reason_to_stop(dialer: Dialer, network: Network) -> None:
    network.refuses(Failure.NUMBER)
    campaign = await dialer.running(contacts=20, max_concurrent=1)

    assert network.placed == 20
    assert dialer.faults == {}
    assert (await dialer.now(campaign)).status == "completed"


async def test_one_call_at_a_time_tries_whether_the_carrier_has_healed(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    start = clock.now()
    network.refuses(Failure.TEMPORARY)
    await dialer.running(contacts=100, max_concurrent=1)
    await clock.advance(22)

    assert seconds_since(start, network.moments[5:]) == [1, 3, 7, 12, 17, 22]


async def test_while_one_call_tries_no_other_leaves(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.refuses(Failure.ACCOUNT, times=1)
    network.hangs()
    campaign = await dialer.running(contacts=20, max_concurrent=1)
    await dialer.change(campaign, max_concurrent=20)
    await clock.advance(9)
    assert network.placed == 2

    network.release()

    await network.ringing(20)
    assert dialer.faults == {}


@pytest.mark.parametrize("down_for", [0.5, 4, 18, 63.2])
async def test_dialling_goes_on_within_ten_seconds_of_the_carriers_healing(
    dialer: Dialer, network: Network, clock: FakeClock, down_for: float
) -> None:
    network.refuses(Failure.TEMPORARY)
    campaign = await dialer.running(contacts=30)
    await clock.advance(down_for)
    healed = clock.now()
    network.accepts()
    await clock.advance(10)

    await network.ringing(30)
    taken = [moment for moment in network.moments if moment > healed]
    assert len(taken) == 30
    assert dialer.faults == {}
    assert (await dialer.now(campaign)).counters.failed == 0


async def test_a_refused_account_stops_the_dialling_at_once_and_burns_nobody(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.refuses(Failure.ACCOUNT)
    campaign = await dialer.running(contacts=3, max_concurrent=1)
    await clock.advance(60)
    assert network.placed == 1 + 13
    for contact in await dialer.contacts(campaign):
        assert contact.status is ContactStatus.PENDING
        assert contact.progress.setbacks == 0

    network.accepts()
    await clock.advance(10)
    for _ in range(3):
        await network.end()

    done = await dialer.now(campaign)
    assert (done.status, done.counters.completed) == ("completed", 3)


async def test_a_call_that_the_trunk_turned_away_stops_the_dialling(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """It was placed, so the refusal comes as its end."""
    campaign = await dialer.running(contacts=2, max_concurrent=1)
    await network.end(state=AttemptState.FAILED, failure=Failure.ACCOUNT, detail="401 Unauthorized")

    assert network.placed == 1
    assert "401 Unauthorized" in dialer.faults["carrier:net"]
    [first, _] = await dialer.contacts(campaign)
    assert (first.status, first.waiting) == (ContactStatus.PENDING, Waiting.BACKOFF)

    await clock.advance(1)
    assert network.placed == 2


async def test_a_carrier_that_asks_to_be_left_alone_is(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    start = clock.now()
    network.refuses(Failure.TEMPORARY, times=1, retry_after=7)
    await dialer.running(contacts=5, max_concurrent=1)
    await clock.advance(10)

    assert seconds_since(start, network.moments) == [0, 7]
    assert dialer.faults == {}


async def test_a_carrier_is_left_alone_even_where_an_older_request_is_taken_meanwhile(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    start = clock.now()
    network.hangs(times=1)
    network.refuses(Failure.TEMPORARY, times=5, retry_after=7)
    await dialer.running(contacts=10, max_concurrent=6)
    await clock.advance(0.5)
    network.release()
    await clock.advance(8)

    assert seconds_since(start, network.moments) == [0] * 6 + [7] * 4 + [7]


async def test_a_gate_that_holds_the_trying_call_back_lets_the_next_one_try(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.running(numbers=["+442079460000"])
    network.refuses(Failure.ACCOUNT, times=1)
    await dialer.pause(await dialer.running(numbers=["+442079460001"]))
    busy = await dialer.running(numbers=["+442079460000"])
    await clock.advance(1.5)
    assert (await dialer.contact(busy)).waiting is Waiting.NUMBER_BUSY
    assert network.placed == 2

    await dialer.running(numbers=["+442079460002"])

    assert network.placed == 3
    assert dialer.faults == {}


@pytest.mark.parametrize(("asked", "waited"), [(math.inf, 3600), (1e300, 3600), (math.nan, 1), (-5, 1)])
async def test_a_carrier_that_asks_for_nonsense_is_tried_again_within_an_hour(
    dialer: Dialer, network: Network, clock: FakeClock, asked: float, waited: int
) -> None:
    start = clock.now()
    network.refuses(Failure.TEMPORARY, times=1, retry_after=asked)
    campaign = await dialer.running()

    assert (await dialer.contact(campaign)).due == start + waited * 1000
    await clock.advance(5)
    assert seconds_since(start, network.moments) == [0, *([waited] if waited < 5 else [])]


@pytest.mark.parametrize("late", [Placed("net-old"), NotPlaced(Failure.TEMPORARY, "refused")])
async def test_an_older_request_lets_no_second_call_try(
    dialer: Dialer, network: Network, clock: FakeClock, late: PlaceResult
) -> None:
    """One that left before the breaker opened, whatever becomes of it meanwhile."""
    old, trying = asyncio.Event(), asyncio.Event()

    async def answer_late(_: PlaceRequest) -> PlaceResult:
        await old.wait()
        return late

    async def never_answer(_: PlaceRequest) -> PlaceResult:
        await trying.wait()
        raise AssertionError

    network.replies(answer_late, times=1)
    network.refuses(times=5)
    network.replies(never_answer)
    await dialer.running(contacts=30, max_concurrent=8)
    await clock.advance(1.5)
    before = network.placed

    old.set()
    await clock.advance(3)

    assert network.placed == before
    assert "carrier:net" in dialer.faults


async def test_a_carrier_that_nobody_tries_is_asked_whether_it_is_up_again(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.reachable = False
    network.refuses(Failure.ACCOUNT)
    await dialer.cancel(await dialer.running())
    await clock.advance(60)
    assert "carrier:net" in dialer.faults

    network.reachable = True
    await clock.advance(10)

    assert dialer.faults == {}
    assert network.placed == 1


async def test_a_contact_that_the_carrier_chokes_on_is_an_error_in_the_end(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """Others are called meanwhile, so it is not the carrier's trouble."""

    async def choke(request: PlaceRequest) -> PlaceResult:
        return Uncertain("500") if request.to == poison else await network.accept(request)

    poison = "+442079460000"
    network.replies(choke)
    campaign = await dialer.running(numbers=[poison])
    await dialer.running(contacts=40, max_concurrent=1)
    for _ in range(40):
        await clock.advance(4)
        await network.end_all()

    contact = await dialer.contact(campaign)
    assert (contact.status, contact.outcome) == (ContactStatus.FAILED, Outcome.ERROR)
    assert network.numbers.count(poison) == 6
