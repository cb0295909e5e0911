"""The real clock; every other test uses the fake one."""

import time

import pytest

from dialer.domain.clock import SystemClock


def test_wall_time_is_milliseconds_since_1970() -> None:
    before = time.time() * 1000  # noqa: TID251  what is compared with
    now = SystemClock().now()
    after = time.time() * 1000  # noqa: TID251

    assert int(before) <= now <= after


def test_monotonic_time_goes_on() -> None:
    clock = SystemClock()

    assert clock.monotonic() <= clock.monotonic()


async def test_a_sleep_lasts_as_long_as_it_was_asked_to() -> None:
    clock = SystemClock()
    began = clock.monotonic()

    await clock.sleep(0.02)

    assert clock.monotonic() - began >= 0.019


async def test_a_timeout_ends_what_takes_longer() -> None:
    clock = SystemClock()

    with pytest.raises(TimeoutError):
        async with clock.timeout(0.01):
            await clock.sleep(30)


async def test_no_timeout_never_ends_it() -> None:
    clock = SystemClock()

    async with clock.timeout(None) as deadline:
        await clock.sleep(0)

    assert deadline.when() is None
