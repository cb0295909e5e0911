"""The log's promise: whoever follows it misses nothing, whatever is committed while they read."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.domain.call import AttemptState
from dialer.domain.events import (
    CallEnded,
    CallPlaced,
    CampaignChanged,
    CampaignCompleted,
    Event,
    Recorded,
)
from dialer.domain.ids import AttemptId, CampaignId, ContactId
from dialer.store.db import Store, open_store
from dialer.store.eventlog import EventLog, last_id
from dialer.store.unit import Transaction
from tests.clock import NOON, FakeClock

A, B = CampaignId(1), CampaignId(2)
PLACED = CallPlaced(A, ContactId(7), AttemptId("call_1"))


@pytest.fixture
def log(store: Store) -> EventLog:
    return EventLog(store)


def record(*events: Event) -> Callable[[Transaction], None]:
    def work(tx: Transaction) -> None:
        for event in events:
            tx.record(event)

    return work


async def take(follower: AsyncIterator[Recorded], count: int) -> list[Recorded]:
    return [await anext(follower) for _ in range(count)]


async def test_an_event_is_kept_with_everything_it_tells(store: Store, log: EventLog) -> None:
    await store.transact(record(CampaignCompleted(A, 3, "expired")))
    await store.transact(record(CallEnded(B, ContactId(7), AttemptId("call_1"), AttemptState.BUSY)))

    first, second = await take(log.follow(0), 2)

    assert (first.kind, first.campaign, first.contact, first.attempt) == ("campaign.completed", A, None, None)
    assert (second.kind, second.campaign, second.contact, second.attempt) == ("call.ended", B, 7, "call_1")
    assert [json.loads(event.data) for event in (first, second)] == [
        {"run": 3, "reason": "expired"},
        {"state": "busy"},
    ]
    assert first.at == second.at == NOON
    assert first.id < second.id


async def test_a_follower_gets_what_comes_after_its_cursor(store: Store, log: EventLog) -> None:
    await store.transact(record(CampaignChanged(A)))
    cursor = await store.read(last_id)
    await store.transact(record(CampaignChanged(B), PLACED))

    assert [event.kind for event in await take(log.follow(cursor), 2)] == ["campaign.changed", "call.placed"]


async def test_the_cursor_of_an_empty_log_is_before_everything(store: Store, log: EventLog) -> None:
    assert await store.read(last_id) == 0


async def test_a_follower_waits_for_what_is_not_there_yet(
    store: Store, log: EventLog, clock: FakeClock
) -> None:
    waiting = asyncio.ensure_future(anext(log.follow(0)))
    await clock.settle()
    assert not waiting.done()

    await store.transact(record(CampaignChanged(A)))

    assert (await waiting).campaign == A


async def test_a_rolled_back_event_was_never_there(store: Store, log: EventLog) -> None:
    def fail(tx: Transaction) -> None:
        tx.record(CampaignChanged(A))
        raise LookupError

    with pytest.raises(LookupError):
        await store.transact(fail)
    await store.transact(record(CampaignChanged(B)))

    assert [event.campaign for event in await take(log.follow(0), 1)] == [B]


async def test_what_is_committed_while_a_follower_reads_is_not_missed(store: Store, log: EventLog) -> None:
    """The second event is committed, and its wake-up fires, between the read and the wait."""
    await store.transact(record(CampaignChanged(A)))
    loop = asyncio.get_running_loop()
    late: list[Event] = [CampaignChanged(B)]

    def commit_when_the_snapshot_ends(sql: str) -> None:
        if sql == "ROLLBACK" and late:
            work = record(late.pop())
            asyncio.run_coroutine_threadsafe(store.transact(work), loop).result(10)

    readers: list[sqlite3.Connection] = [
        store._readers.connections.get() for _ in range(store._readers.connections.qsize())
    ]
    for reader in readers:
        reader.set_trace_callback(commit_when_the_snapshot_ends)
        store._readers.connections.put(reader)

    assert [event.campaign for event in await take(log.follow(0), 2)] == [A, B]
    assert late == []


async def test_a_long_log_is_read_to_its_end_without_a_further_wake_up(store: Store, log: EventLog) -> None:
    await store.transact(record(*(CampaignChanged(CampaignId(n)) for n in range(1201))))

    assert [event.campaign for event in await take(log.follow(0), 1201)] == list(range(1201))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 4), min_size=1, max_size=40), st.integers(0, 3))
def test_several_followers_each_get_everything_in_order(
    tmp_path_factory: pytest.TempPathFactory, groups: list[int], pauses: int
) -> None:
    path = tmp_path_factory.mktemp("log") / "dialer.db"

    async def run() -> None:
        async with open_store(path, FakeClock()) as store:
            log = EventLog(store)
            total = sum(groups)
            followers = [asyncio.create_task(take(log.follow(0), total)) for _ in range(3)]
            writers = []
            for size in groups:
                writers.append(asyncio.create_task(store.transact(record(*[CampaignChanged(A)] * size))))
                for _ in range(pauses):
                    await asyncio.sleep(0)  # noqa: TID251
            await asyncio.gather(*writers)
            for events in await asyncio.gather(*followers):
                assert [event.id for event in events] == list(range(1, total + 1))

    asyncio.run(run())


async def test_who_follows_campaigns_hears_nothing_of_single_attempts(
    store: Store, log: EventLog, clock: FakeClock
) -> None:
    await store.transact(record(PLACED, CampaignChanged(A), PLACED))
    follower = log.follow(0, campaign_level=True)
    assert (await anext(follower)).kind == "campaign.changed"

    waiting = asyncio.ensure_future(anext(follower))
    await clock.settle()
    reads: list[str] = []
    readers = [store._readers.connections.get() for _ in range(store._readers.connections.qsize())]
    for reader in readers:
        reader.set_trace_callback(reads.append)
        store._readers.connections.put(reader)

    await store.transact(record(PLACED))
    await clock.settle()
    assert (reads, waiting.done()) == ([], False)

    await store.transact(record(PLACED, CampaignChanged(B)))
    assert (await waiting).campaign == B


async def test_a_follower_that_leaves_is_forgotten(store: Store, log: EventLog, clock: FakeClock) -> None:
    follower = log.follow(0)
    waiting = asyncio.ensure_future(anext(follower))
    await clock.settle()
    assert len(log._followers) == 1

    waiting.cancel()
    await asyncio.wait([waiting])

    assert log._followers == {}
