"""The engine as a whole: how it stops, what it dies of, and words that come late."""

import asyncio

from dialer.carriers.base import Answered, Ended, Lookup, SmsReceived
from dialer.domain.call import AttemptState, Outcome
from dialer.domain.ids import AttemptId
from dialer.domain.retry import ContactStatus
from tests.clock import FakeClock
from tests.engine.dialer import Dialer
from tests.engine.network import Network


def causes(error: BaseException | None) -> list[BaseException]:
    """The single errors inside nested groups."""
    if isinstance(error, BaseExceptionGroup):
        return [cause for each in error.exceptions for cause in causes(each)]
    return [error] if error else []


async def test_a_drain_lets_calls_end_and_no_new_one_leave(dialer: Dialer, network: Network) -> None:
    campaign = await dialer.running(contacts=10, max_concurrent=2)
    draining = dialer.draining(30)
    for _ in range(2):
        await dialer.clock.settle()
        assert not draining.done()
        await network.end()

    assert await draining == 0
    assert network.placed == 2
    done = await dialer.now(campaign)
    assert (done.counters.completed, done.counters.pending) == (2, 8)


async def test_a_drain_of_nothing_is_over_at_once(dialer: Dialer) -> None:
    await dialer.start()

    assert await dialer.draining(30) == 0


async def test_a_drain_ends_after_its_grace_and_leaves_the_rest_to_the_next_start(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=10, max_concurrent=2)
    draining = dialer.draining(20)
    await clock.advance(19.9)
    assert not draining.done()
    await clock.advance(0.1)

    assert await draining == 2
    await dialer.crash()
    assert await dialer.states(campaign) == [AttemptState.RINGING] * 2
    await dialer.start()
    await network.end_all()
    assert (await dialer.now(campaign)).counters.completed == 2


async def test_a_retry_that_falls_due_during_the_drain_waits_for_the_next_start(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.running(contacts=2, config={"retry": {"enabled": True, "intervalsMinutes": [0.1]}})
    draining = dialer.draining(30)
    await network.end(state=AttemptState.BUSY)
    await clock.advance(20)
    assert network.placed == 2

    await network.end()
    await draining
    await dialer.crash()
    await dialer.start()

    assert network.placed == 3


async def test_a_word_that_comes_after_a_call_was_given_up_still_settles_its_contact(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.remembers(Lookup.LIVE)
    network.loses_requests(times=1)
    campaign = await dialer.running(contacts=2, max_concurrent=2)
    await clock.advance(11)
    [lost, _] = await dialer.attempts(campaign)
    assert lost.state is AttemptState.UNKNOWN

    await network.tell(Ended(lost.id, clock.now(), AttemptState.COMPLETED))

    contact, _ = await dialer.contacts(campaign)
    assert (contact.status, contact.outcome, contact.held) == (
        ContactStatus.COMPLETED,
        Outcome.ANSWERED,
        False,
    )
    assert (await dialer.now(campaign)).counters.completed == 1


async def test_late_proof_of_a_call_stops_the_next_one_that_was_planned(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """Two looks found nothing, the contact waits for its back-off, and then the carrier remembers."""
    network.loses_requests(times=1)
    campaign = await dialer.running()
    await clock.advance(10.5)
    assert await dialer.states(campaign) == [AttemptState.NOT_PLACED]

    await network.tell(Ended(network.requests[0].attempt_id, clock.now(), AttemptState.COMPLETED))
    await clock.advance(5)

    assert network.placed == 1
    assert (await dialer.now(campaign)).counters.completed == 1


async def test_a_late_word_that_asks_for_a_retry_gets_it(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.remembers(Lookup.LIVE)
    network.loses_requests(times=1)
    campaign = await dialer.running(
        contacts=2, config={"retry": {"enabled": True, "intervalsMinutes": [0.25]}}
    )
    await clock.advance(10.5)
    assert AttemptState.UNKNOWN in await dialer.states(campaign)
    late = clock.now()
    await network.tell(Ended(network.requests[0].attempt_id, late, AttemptState.BUSY))
    await clock.advance(16)

    assert network.moments[2:] == [late + 15_000]


async def test_words_about_calls_of_somebody_else_are_passed_over(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.start()
    await network.tell(Answered(AttemptId("call_of_somebody_else"), clock.now()))
    await network.tell(SmsReceived(clock.now(), "+442079460000", "+12025550100", "hello"))
    await dialer.running()

    await network.ringing(1)


async def test_a_word_that_comes_while_the_engine_is_ended_does_not_disturb_it(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    """The next start learns it by asking."""
    campaign = await dialer.running(config={"pacing": {"calls_per_second": 2}}, contacts=2)
    [call] = network.live
    async with dialer.slow_disk():
        await clock.advance(0.5)
        crashing = asyncio.create_task(dialer.crash())
        await clock.settle()
        await network.end(call)
        assert not crashing.done()
    await crashing
    await dialer.start()

    assert (await dialer.attempts(campaign))[0].state is AttemptState.COMPLETED


async def test_the_engine_dies_of_its_carriers_events(dialer: Dialer, network: Network) -> None:
    await dialer.start()
    network.breaks(RuntimeError("the line is cut"))

    assert [str(cause) for cause in causes(await dialer.death())] == ["the line is cut"]


async def test_the_engine_dies_of_any_of_its_side_tasks(dialer: Dialer, network: Network) -> None:
    """A fault that nobody foresaw must not leave a daemon that says ok and dials nobody."""
    campaign = await dialer.running(contacts=2, max_concurrent=1)
    await dialer.parts.store.transact(
        lambda tx: tx.execute("ALTER TABLE campaign RENAME COLUMN scheduled_at TO gone").rowcount
    )
    await dialer.clock.advance(1)

    assert "scheduled_at" in str(causes(await dialer.death())[0])
    assert dialer.slots_in_use == 0
    assert campaign.counters.total == 2


async def test_a_number_is_never_in_two_calls_at_once_whatever_the_campaigns_do(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    numbers = [f"+4420{number:07}" for number in range(5)]
    campaigns = [await dialer.running(numbers=numbers) for _ in range(4)]
    for _ in range(20):
        live = [call.request.to for call in network.live]
        assert len(live) == len(set(live))
        await network.end()
        await clock.advance(1)

    for campaign in campaigns:
        assert (await dialer.now(campaign)).counters.completed == 5
    assert network.placed == 20
