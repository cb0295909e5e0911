"""Campaigns and the clock."""

from dialer.domain.call import AttemptState, Outcome
from dialer.domain.clock import HOUR, MINUTE, SECOND
from dialer.service import starts
from tests.clock import FakeClock
from tests.engine.dialer import Dialer
from tests.engine.network import Network


async def test_a_draft_with_a_schedule_starts_at_that_instant(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.start()
    at = clock.now() + 63_457
    await dialer.draft(scheduled_at=at, autostart=True)
    await clock.advance(100)

    assert network.moments == [at]


async def test_a_launched_campaign_starts_at_its_scheduled_instant(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    at = clock.now() + 63_457
    campaign = await dialer.running(scheduled_at=at)
    assert (await dialer.now(campaign)).status == "launched"
    await clock.advance(100)

    assert network.moments == [at]


async def test_no_start_of_many_is_late(dialer: Dialer, network: Network, clock: FakeClock) -> None:
    await dialer.start()
    instants = [clock.now() + 1000 + 137 * number for number in range(30)]
    for at in reversed(instants):
        await dialer.draft(scheduled_at=at, autostart=True)
    await clock.advance(10)

    assert network.moments == instants


async def test_a_schedule_that_is_moved_counts(dialer: Dialer, network: Network, clock: FakeClock) -> None:
    campaign = await dialer.running(scheduled_at=clock.now() + HOUR)
    at = clock.now() + 20_250
    await dialer.change(campaign, scheduled_at=at)
    await clock.advance(30)

    assert network.moments == [at]


async def test_a_draft_that_waits_for_a_launch_is_not_started_by_the_clock(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.start()
    await dialer.draft(scheduled_at=clock.now() + MINUTE, autostart=False)
    await clock.advance(100)

    assert network.placed == 0


async def test_a_start_that_was_missed_by_more_than_its_grace_pauses(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.draft(scheduled_at=clock.now() + MINUTE, autostart=True)
    await clock.advance(hours=2)
    await dialer.start()
    paused = await dialer.now(campaign)
    assert (paused.status, paused.status_reason) == ("paused", "missed_start")
    assert network.placed == 0

    await dialer.resume(campaign)

    await network.ringing(1)


async def test_a_start_that_was_missed_by_less_happens_at_once(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    await dialer.draft(scheduled_at=clock.now() + MINUTE, autostart=True)
    await clock.advance(minutes=60)
    await dialer.start()

    await network.ringing(1)


async def test_an_expired_campaign_calls_nobody_more_and_its_open_calls_end_as_they_do(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(
        contacts=3, max_concurrent=1, config={"expires_at_ms": clock.now() + 20 * SECOND}
    )
    await clock.advance(19.9)
    assert (await dialer.now(campaign)).status == "running"
    await clock.advance(0.1)
    await network.end()

    done = await dialer.now(campaign)
    assert (done.status, done.status_reason) == ("completed", "expired")
    assert (done.counters.completed, done.counters.failed, done.counters.skipped) == (1, 2, 2)
    assert [contact.outcome for contact in await dialer.contacts(campaign)] == [
        Outcome.ANSWERED,
        Outcome.EXPIRED,
        Outcome.EXPIRED,
    ]
    assert network.placed == 1


async def test_a_retry_that_is_due_after_the_expiry_never_leaves(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(
        config={
            "expires_at_ms": clock.now() + 30 * SECOND,
            "retry": {"enabled": True, "intervalsMinutes": [0.5]},
        }
    )
    await network.end(state=AttemptState.NO_ANSWER)
    await clock.advance(60)

    assert network.placed == 1
    assert (await dialer.contact(campaign)).outcome is Outcome.EXPIRED


async def test_a_campaign_that_is_cancelled_in_the_moment_of_its_expiry_stays_cancelled(
    dialer: Dialer, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=2, config={"expires_at_ms": clock.now() + SECOND})
    await dialer.cancel(campaign)
    await clock.advance(2)
    await starts._expire_one(dialer.parts, campaign.id)

    assert (await dialer.now(campaign)).status == "cancelled"


async def test_a_campaign_whose_agent_is_gone_stays_running_and_is_not_dialled(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=5, max_concurrent=2)
    await dialer.crash()
    dialer.forget_agents()
    await dialer.start()
    await network.end_all()
    await clock.advance(5)

    present = await dialer.now(campaign)
    assert (present.status, present.status_reason) == ("running", "agent_unavailable")
    assert network.placed == 2


async def test_running_campaigns_go_on_after_a_restart(dialer: Dialer, network: Network) -> None:
    campaign = await dialer.running(contacts=3, max_concurrent=1)
    await dialer.crash()
    await dialer.start()
    for _ in range(3):
        await network.end()

    assert (await dialer.now(campaign)).status == "completed"
    assert network.placed == 3
