"""The watchdog is fed only by a daemon that writes and whose loops go round."""

import asyncio
import contextlib

from dialer.engine.heartbeat import Heartbeat
from tests.clock import FakeClock
from tests.engine.dialer import Dialer


async def test_it_beats_once_a_second(dialer: Dialer, clock: FakeClock) -> None:
    await dialer.start()
    await clock.advance(10)

    assert dialer.beats == 11


async def test_it_does_not_beat_while_nothing_can_be_written(dialer: Dialer, clock: FakeClock) -> None:
    await dialer.start()
    async with dialer.disk_full():
        await clock.advance(10)
        assert dialer.beats == 1
        assert "store" in dialer.faults

    await clock.advance(3)

    assert dialer.beats >= 3
    assert dialer.faults == {}


async def test_it_stops_when_a_loop_stands_still(dialer: Dialer, clock: FakeClock) -> None:
    await dialer.start()
    assert dialer.engine is not None
    await dialer.crash()
    beats = []
    runner, scheduler = dialer.engine._runner, dialer.engine._scheduler
    heartbeat = Heartbeat(dialer.parts, runner, scheduler, lambda: beats.append(clock.now()))
    only_one_loop = asyncio.create_task(scheduler.keep_time())
    beating = asyncio.create_task(heartbeat.run())
    await clock.advance(10)
    for task in (beating, only_one_loop):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    assert len(beats) == 1


async def test_a_drain_does_not_stop_it(dialer: Dialer, clock: FakeClock) -> None:
    await dialer.running()
    draining = dialer.draining(20)
    await clock.advance(20)
    await draining

    assert dialer.beats == 21
