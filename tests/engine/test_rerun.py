"""A campaign that is run again, and the calls of the run before."""

import asyncio
from collections import Counter

from dialer.domain.call import Channel
from tests.engine.dialer import Dialer
from tests.engine.network import Network

ONE_RETRY = {"retry": {"enabled": True, "intervalsMinutes": [1]}}


async def test_a_rerun_calls_everybody_again_once(dialer: Dialer, network: Network) -> None:
    """More people than are read ahead at a time."""
    campaign = await dialer.running(
        contacts=700, max_concurrent=50, channel=Channel.SMS, message_template="Hello"
    )
    assert (await dialer.now(campaign)).status == "completed"

    await dialer.launch(campaign, force_rerun=True)

    done = await dialer.now(campaign)
    assert (done.status, done.run, done.counters.completed) == ("completed", 2, 700)
    assert set(Counter(network.numbers).values()) == {2}


async def test_a_rerun_while_calls_of_the_last_run_are_open_waits_for_their_numbers(
    dialer: Dialer, network: Network
) -> None:
    campaign = await dialer.running(contacts=3, max_concurrent=2)
    await dialer.cancel(campaign)
    await dialer.launch(campaign, force_rerun=True)
    await network.ringing(2)
    assert network.placed == 2

    for placed in (3, 4, 5):
        await network.end()
        assert network.placed == placed
    await network.end_all()

    done = await dialer.now(campaign)
    assert (done.status, done.counters.completed) == ("completed", 3)


async def test_a_rerun_that_follows_a_cancel_at_once_starts_from_the_beginning(
    dialer: Dialer, network: Network
) -> None:
    """The engine sees both at the same time; the second time it is in the middle of a re-run."""
    campaign = await dialer.running(contacts=300, max_concurrent=1)
    for _ in range(2):
        async with dialer.slow_disk():
            cancelling = asyncio.create_task(dialer.cancel(campaign))
            await dialer.clock.settle()
            launching = asyncio.create_task(dialer.launch(campaign, force_rerun=True))
            await dialer.clock.settle()
        await asyncio.gather(cancelling, launching)
        await network.end()
    placed = network.placed
    await dialer.change(campaign, max_concurrent=300)
    await network.ringing(300)

    assert (await dialer.now(campaign)).run == 3
    assert network.placed == placed + 299
