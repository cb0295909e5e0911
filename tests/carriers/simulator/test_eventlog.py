import asyncio
import json

from dialer.carriers.base import Ringing
from dialer.carriers.simulator.eventlog import EventLog
from dialer.domain.ids import AttemptId


def ringing(n: int) -> Ringing:
    return Ringing(AttemptId(f"call_{n}"), n)


async def read(log: EventLog, after: int, lines: int) -> list[int]:
    numbers: list[int] = []
    async for chunk in log.follow(after):
        numbers += [json.loads(line)["n"] for line in chunk.splitlines()]
        if len(numbers) >= lines:
            break
    return numbers


async def test_a_reader_goes_on_after_what_it_has_read() -> None:
    log = EventLog()
    for n in range(5):
        log.append(ringing(n))

    assert await read(log, 2, 3) == [3, 4, 5]


async def test_a_reader_that_waits_is_woken_by_news() -> None:
    log = EventLog()
    reading = asyncio.create_task(read(log, 0, 1))
    await asyncio.sleep(0)  # noqa: TID251  lets the reader begin to wait

    log.append(ringing(1))

    assert await reading == [1]


async def test_a_reader_from_long_ago_begins_with_the_oldest_that_is_kept() -> None:
    log = EventLog(kept=3)
    for n in range(10):
        log.append(ringing(n))

    assert await read(log, 1, 3) == [8, 9, 10]


async def test_a_new_reader_begins_now_and_one_from_another_network_at_the_beginning() -> None:
    log = EventLog()
    log.append(ringing(1))
    log.append(ringing(2))

    assert log.place_of(None, None) == 2
    assert log.place_of(1, log.position().network) == 1
    assert log.place_of(1, "another") == 0
    assert log.place_of(99, None) == 2


async def test_closing_ends_a_reader_that_waits() -> None:
    log = EventLog()
    reading = asyncio.create_task(read(log, 0, 1))
    await asyncio.sleep(0)  # noqa: TID251  lets the reader begin to wait

    log.close()

    assert await reading == []
