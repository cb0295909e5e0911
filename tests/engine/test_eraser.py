"""Who was deleted is erased by the running daemon, as soon as no call can be open."""

from typing import Any

from dialer.domain.campaign import Campaign
from dialer.service import erasure
from dialer.store.unit import Snapshot
from tests.clock import FakeClock
from tests.engine.dialer import Dialer


async def delete(dialer: Dialer, campaign: Campaign) -> None:
    await erasure.delete(dialer.parts, campaign.public_id)
    await dialer.clock.settle()


async def numbers(dialer: Dialer) -> list[str]:
    """Of contacts and attempts, as far as they are not erased."""

    def read(view: Snapshot) -> list[Any]:
        rows = view.execute("SELECT phone FROM contact UNION ALL SELECT phone FROM attempt")
        return [row[0] for row in rows if row[0].startswith("+")]

    await dialer.clock.settle()
    return await dialer.parts.store.read(read)


async def test_deleting_wakes_it(dialer: Dialer) -> None:
    await dialer.start()
    await delete(dialer, await dialer.draft(3))

    assert await numbers(dialer) == []


async def test_what_an_earlier_process_left_is_erased_at_start(dialer: Dialer) -> None:
    await delete(dialer, await dialer.draft(3))
    assert len(await numbers(dialer)) == 3
    await dialer.start()

    assert await numbers(dialer) == []


async def test_the_number_of_an_open_call_goes_when_the_call_must_be_over(
    dialer: Dialer, clock: FakeClock
) -> None:
    campaign = await dialer.running()
    await dialer.cancel(campaign)
    await delete(dialer, campaign)
    assert len(await numbers(dialer)) == 1
    await clock.advance(minutes=5)

    assert await numbers(dialer) == []
