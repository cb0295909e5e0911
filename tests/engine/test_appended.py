"""Contacts that are added while a campaign runs."""

from dialer.api.wire.batches import Batches
from dialer.domain.campaign import Campaign
from dialer.domain.contact import Person
from dialer.domain.phone import NumberCheck
from dialer.service import uploads
from tests.engine.dialer import Dialer
from tests.engine.network import Network

LATE = "+12025559999"


async def append(dialer: Dialer, campaign: Campaign, phone: str) -> None:
    batches = Batches(NumberCheck.SHAPE)
    batches.add(Person(phone))
    upload = await uploads.begin(dialer.parts, campaign.public_id)
    await uploads.add(dialer.parts, upload, *batches.finish())
    await dialer.clock.settle()


async def finish(network: Network) -> None:
    while network.live:
        await network.answer()
        await network.end()


async def test_who_is_added_to_a_running_campaign_is_called_at_once(dialer: Dialer, network: Network) -> None:
    campaign = await dialer.running(contacts=1, max_concurrent=2)
    await network.ringing(1)

    await append(dialer, campaign, LATE)

    await network.ringing(2)
    assert LATE in network.numbers
    await finish(network)
    assert (await dialer.now(campaign)).counters.completed == 2


async def test_who_is_added_to_a_second_run_is_called_beside_the_others(
    dialer: Dialer, network: Network
) -> None:
    campaign = await dialer.running(contacts=3, max_concurrent=5)
    await finish(network)
    await dialer.launch(campaign, force_rerun=True)
    await network.ringing(3)

    await append(dialer, campaign, LATE)
    await network.ringing(4)
    await finish(network)

    assert sorted(network.numbers.count(number) for number in set(network.numbers)) == [1, 2, 2, 2]
    done = await dialer.now(campaign)
    assert (done.status, done.counters.completed) == ("completed", 4)
