"""Who is called next, and how many at once."""

from collections import Counter

import pytest

from dialer.carriers.base import PlaceRequest, PlaceResult
from dialer.domain.call import AttemptState, Failure, Outcome
from dialer.domain.retry import ContactStatus, Waiting
from tests.clock import FakeClock
from tests.engine.dialer import Dialer, seconds_since
from tests.engine.network import Network

ONE_RETRY = {"retry": {"enabled": True, "intervalsMinutes": [1]}}


async def test_a_campaign_calls_everybody_once_and_completes(dialer: Dialer, network: Network) -> None:
    campaign = await dialer.running(contacts=7, max_concurrent=3)
    while network.live:
        await network.answer()
        await network.end()

    done = await dialer.now(campaign)
    assert done.status == "completed"
    assert done.counters.completed == 7
    assert set(Counter(network.numbers).values()) == {1}
    assert dialer.slots_in_use == 0


async def test_a_campaign_has_at_most_max_concurrent_calls_open(dialer: Dialer, network: Network) -> None:
    campaign = await dialer.running(contacts=10, max_concurrent=2)

    for placed in range(2, 11):
        await network.ringing(2)
        assert network.placed == placed
        assert (await dialer.now(campaign)).counters.in_progress == 2
        await network.end()


async def test_all_campaigns_together_have_at_most_the_daemons_limit_open(
    dialer: Dialer, network: Network
) -> None:
    await dialer.start(max_concurrent=3)
    first = await dialer.running(contacts=5)
    second = await dialer.running(contacts=5)

    for _ in range(8):
        assert dialer.slots_of(first) + dialer.slots_of(second) == 3
        await network.ringing(3)
        await network.end()
    assert network.placed == 10


async def test_a_raised_limit_counts_before_the_next_dial(dialer: Dialer, network: Network) -> None:
    campaign = await dialer.running(contacts=10, max_concurrent=1)

    await dialer.change(campaign, max_concurrent=4)

    await network.ringing(4)


async def test_a_lowered_limit_ends_no_call_and_lets_none_leave_until_it_is_met(
    dialer: Dialer, network: Network
) -> None:
    campaign = await dialer.running(contacts=10, max_concurrent=4)
    await dialer.change(campaign, max_concurrent=2)
    await network.ringing(4)

    for left in (3, 2, 2):
        await network.end()
        await network.ringing(left)
    assert network.placed == 5


@pytest.mark.parametrize(
    ("state", "failure"),
    [
        (AttemptState.COMPLETED, None),
        (AttemptState.NO_ANSWER, None),
        (AttemptState.BUSY, None),
        (AttemptState.DECLINED, None),
        (AttemptState.VOICEMAIL, None),
        (AttemptState.CANCELLED, None),
        (AttemptState.FAILED, Failure.NUMBER),
        (AttemptState.FAILED, Failure.OTHER),
        (AttemptState.FAILED, Failure.TEMPORARY),
        (AttemptState.FAILED, Failure.ACCOUNT),
    ],
)
async def test_the_slot_is_free_after_any_end(
    dialer: Dialer, network: Network, clock: FakeClock, state: AttemptState, failure: Failure | None
) -> None:
    campaign = await dialer.running(contacts=2, max_concurrent=1)
    [first] = await network.ringing(1)
    await network.end(first, state, failure)
    await clock.advance(1)

    [second] = await network.ringing(1)
    assert dialer.slots_of(campaign) == 1
    assert second.request.to != first.request.to


@pytest.mark.parametrize("failure", list(Failure))
async def test_the_slot_is_free_after_any_refusal(
    dialer: Dialer, network: Network, clock: FakeClock, failure: Failure
) -> None:
    network.refuses(failure, times=1)
    await dialer.running(contacts=2, max_concurrent=1)
    await clock.advance(1)
    await network.ringing(1)

    assert dialer.slots_in_use == 1


async def test_the_slot_is_free_when_the_carriers_code_breaks(dialer: Dialer, network: Network) -> None:
    """The engine stops with it, and even then no slot is lost."""

    async def fall_over(_: PlaceRequest) -> PlaceResult:
        raise RuntimeError("a fault of the carrier's code")

    network.replies(fall_over, times=1)
    await dialer.running(contacts=1)

    assert isinstance(await dialer.death(), BaseExceptionGroup)
    assert dialer.slots_in_use == 0


async def test_a_retry_leaves_at_its_instant(dialer: Dialer, network: Network, clock: FakeClock) -> None:
    """Not at the next tick of the heartbeat, which is why this starts between two of them."""
    campaign = await dialer.running(config={"retry": {"enabled": True, "intervalsMinutes": [1, 5]}})
    await clock.advance(0.3)
    start = clock.now()
    await network.end(state=AttemptState.NO_ANSWER)
    contact = await dialer.contact(campaign)
    assert (contact.status, contact.waiting) == (ContactStatus.PENDING, Waiting.RETRY)

    await clock.advance(60)
    await network.end(state=AttemptState.BUSY)
    await clock.advance(300)
    await network.end(state=AttemptState.NO_ANSWER)
    await clock.advance(5)

    assert seconds_since(start, network.moments[1:]) == [60, 360]
    contact = await dialer.contact(campaign)
    assert (contact.status, contact.outcome, contact.attempts) == (
        ContactStatus.FAILED,
        Outcome.NO_ANSWER,
        3,
    )
    assert (await dialer.now(campaign)).status == "completed"


async def test_a_wait_of_less_than_a_second_is_kept_to_the_instant(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.running(config={"retry": {"enabled": True, "intervalsMinutes": [0.005]}})
    await clock.advance(0.25)
    start = clock.now()
    await network.end(state=AttemptState.NO_ANSWER)
    await clock.advance(5)

    assert seconds_since(start, network.moments[1:]) == [0.3]


async def test_a_busy_number_is_called_by_another_campaign_as_soon_as_it_is_free(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.running(numbers=["+442079460000"])
    second = await dialer.running(numbers=["+442079460000"])
    await clock.advance(7.3)
    assert network.placed == 1
    assert (await dialer.contact(second)).waiting is Waiting.NUMBER_BUSY

    await network.end()

    assert network.placed == 2
    assert network.moments[1] == clock.now()


async def test_temporary_refusals_of_one_contact_back_off_and_end_as_an_error(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """The carrier takes everybody else's calls all the while, so it is this number's trouble."""
    bad = "+442079460001"

    async def refuse_one(request: PlaceRequest) -> PlaceResult:
        return await (network.refuse if request.to == bad else network.accept)(request)

    network.replies(refuse_one)
    await dialer.running(contacts=100, max_concurrent=1)
    start = clock.now()
    campaign = await dialer.running(numbers=[bad])
    for wait in (0, 1, 2, 4, 8, 16):
        await clock.advance(wait)
        await network.end()
    await clock.advance(40)

    tried = [moment for moment, to in zip(network.moments, network.numbers, strict=True) if to == bad]
    assert seconds_since(start, tried) == [0, 1, 3, 7, 15, 31]
    contact = await dialer.contact(campaign)
    assert (contact.status, contact.outcome) == (ContactStatus.FAILED, Outcome.ERROR)


async def test_a_temporary_failure_costs_no_retry(dialer: Dialer, network: Network, clock: FakeClock) -> None:
    network.refuses(Failure.TEMPORARY, times=3)
    campaign = await dialer.running(config=ONE_RETRY)
    await clock.advance(10)
    await network.end(state=AttemptState.NO_ANSWER)
    await clock.advance(60)
    await network.end()

    contact = await dialer.contact(campaign)
    assert (contact.outcome, contact.attempts, contact.progress.retries) == (Outcome.ANSWERED, 5, 1)


async def test_a_number_that_the_carrier_refuses_is_not_tried_again(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.refuses(Failure.NUMBER, times=1)
    campaign = await dialer.running(config=ONE_RETRY)
    await clock.advance(70)

    contact = await dialer.contact(campaign)
    assert (contact.status, contact.outcome) == (ContactStatus.FAILED, Outcome.INVALID_NUMBER)
    assert network.placed == 1


async def test_a_paused_campaign_places_no_further_call(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """A call that is ringing goes on; nobody else is rung until resume."""
    campaign = await dialer.running(contacts=10, max_concurrent=2)
    await network.ringing(2)

    assert await dialer.pause(campaign) == 0
    await network.end()
    await clock.advance(20)
    assert network.placed == 2

    await dialer.resume(campaign)
    await network.ringing(2)
    assert network.placed == 3


async def test_a_cancelled_campaign_places_no_further_call(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=10, max_concurrent=2)
    await dialer.cancel(campaign)
    await network.end_all()
    await clock.advance(20)

    done = await dialer.now(campaign)
    assert network.placed == 2
    assert (done.status, done.counters.completed, done.counters.skipped) == ("cancelled", 2, 8)


async def test_without_a_carrier_nobody_is_dialled_and_the_daemon_says_so(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.start(carrier=None)
    await dialer.running(contacts=2)
    await clock.advance(5)

    assert network.placed == 0
    assert "No carrier is configured" in dialer.faults["carrier"]
