import pytest

from dialer.domain.clock import HOUR
from dialer.service import receipts
from dialer.service.housekeeping import keep_house, next_moment
from dialer.service.parts import Parts
from dialer.service.receipts import AnsweredBefore, Asked, Earlier
from dialer.store import settings
from dialer.store.db import Store
from dialer.store.unit import Snapshot, Transaction
from tests.clock import FakeClock

ASKED = Asked("scope", "body")


async def _write(store: Store, asked: Asked, answer: str) -> None:
    await store.transact(lambda tx: receipts.write(tx, asked, 201, answer))


def _count(view: Snapshot) -> int:
    return int(view.execute("SELECT count(*) FROM receipt").fetchone()[0])


async def test_whoever_commits_second_is_undone_and_told_the_first_answer(store: Store) -> None:
    await _write(store, ASKED, "first")

    def act_again(tx: Transaction) -> None:
        settings.put(tx, "done", "twice")
        receipts.write(tx, Asked("scope", "other body"), 200, "second")

    with pytest.raises(AnsweredBefore) as undone:
        await store.transact(act_again)

    assert undone.value.earlier == Earlier(201, "first", same_body=False)
    assert await store.read(lambda view: settings.get(view, "done")) is None


async def test_a_receipt_counts_for_24_hours_and_then_makes_way(store: Store, clock: FakeClock) -> None:
    await _write(store, ASKED, "first")
    await clock.advance(hours=24)
    assert await receipts.find(store, ASKED) == Earlier(201, "first", same_body=True)

    await clock.advance(seconds=1)
    assert await receipts.find(store, ASKED) is None
    await _write(store, ASKED, "second")

    assert await receipts.find(store, ASKED) == Earlier(201, "second", same_body=True)


async def test_old_receipts_are_deleted_in_chunks(parts: Parts, clock: FakeClock) -> None:
    def write_many(tx: Transaction) -> None:
        for n in range(1_100):
            receipts.write(tx, Asked(str(n), ""), 200, "")

    await parts.store.transact(write_many)
    await clock.advance(hours=receipts.KEPT / HOUR, seconds=1)
    await _write(parts.store, ASKED, "young")

    rounds = 0
    while await next_moment(parts) <= clock.now():
        await keep_house(parts)
        rounds += 1

    assert rounds == 3
    assert await parts.store.read(_count) == 1
