import asyncio

import pytest

from dialer.api.remote import origin
from dialer.api.wrong_keys import WrongKeys
from tests.clock import FakeClock


async def answered_at_once(wrong_keys: WrongKeys, address: str) -> int:
    """How many wrong keys from there are answered before the first has to wait."""
    count = 0
    while True:
        slowing = asyncio.create_task(wrong_keys.slow(address))
        done, _ = await asyncio.wait({slowing}, timeout=0.01)
        if not done:
            slowing.cancel()
            return count
        count += 1


async def test_an_address_gets_one_answer_a_second_back(clock: FakeClock) -> None:
    wrong_keys = WrongKeys(clock)

    assert await answered_at_once(wrong_keys, "192.0.2.1") == 10
    assert await answered_at_once(wrong_keys, "192.0.2.2") == 10
    await clock.advance(seconds=4)
    assert await answered_at_once(wrong_keys, "192.0.2.1") == 3  # one was spent on the one that waited


async def test_addresses_are_forgotten_so_that_many_cost_no_memory(clock: FakeClock) -> None:
    wrong_keys = WrongKeys(clock)
    assert await answered_at_once(wrong_keys, "192.0.2.1") == 10

    for number in range(10_000):
        await wrong_keys.slow(f"10.0.{number // 256}.{number % 256}")

    assert await answered_at_once(wrong_keys, "192.0.2.1") == 10


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_addresses_of_one_owner_count_as_one(address: str | None, counted_as: str) -> None:
    assert origin(address) == counted_as
