from dialer.domain.clock import HOUR
from dialer.domain.events import CampaignChanged
from dialer.domain.ids import CampaignId
from dialer.service.housekeeping import EVENTS_KEPT, keep_house, next_moment
from dialer.service.parts import Parts
from dialer.store.eventlog import read_page
from dialer.store.unit import Transaction
from tests.clock import FakeClock


def _happen(tx: Transaction) -> None:
    tx.record(CampaignChanged(CampaignId(1)))


async def _events(parts: Parts) -> list[int]:
    return [event.at for event in await parts.store.read(lambda view: read_page(view, 0))]


async def test_events_are_deleted_once_they_are_fourteen_days_old(parts: Parts, clock: FakeClock) -> None:
    await parts.store.transact(_happen)
    await clock.advance(hours=EVENTS_KEPT / HOUR - 1)
    await parts.store.transact(_happen)
    await keep_house(parts)
    assert len(await _events(parts)) == 2

    await clock.advance(hours=25)
    await keep_house(parts)

    assert len(await _events(parts)) == 1


async def test_more_events_than_one_chunk_leave_it_due_until_all_are_deleted(
    parts: Parts, clock: FakeClock
) -> None:
    def happen_often(tx: Transaction) -> None:
        for _ in range(4_100):
            _happen(tx)

    await parts.store.transact(happen_often)
    await clock.advance(hours=EVENTS_KEPT / HOUR + 1)

    rounds = 0
    while await next_moment(parts) <= clock.now():
        await keep_house(parts)
        rounds += 1

    assert await _events(parts) == []
    assert rounds == 3


async def test_housekeeping_is_due_at_once_and_then_once_a_day(parts: Parts, clock: FakeClock) -> None:
    assert await next_moment(parts) <= clock.now()

    await keep_house(parts)

    assert await next_moment(parts) == clock.now() + 24 * HOUR
