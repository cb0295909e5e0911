import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from dialer.carriers.base import Answered, CarrierEvent, Ended, Found, Placed
from dialer.carriers.simulator.network import Network
from dialer.carriers.simulator.settings import Mix, SimulatorSettings
from dialer.domain.call import AttemptState, Channel, Outcome
from dialer.domain.ids import AttemptId
from tests.carriers.contract import request_to
from tests.clock import NOON, FakeClock

PERSON = "+12025559900"
AT_ONCE = SimulatorSettings(ring_seconds=(0, 0), talk_seconds=(0, 0), latency_seconds=(0, 0), mix=Mix())


@asynccontextmanager
async def network_of(
    settings: SimulatorSettings, clock: FakeClock, tell: Callable[[CarrierEvent], None]
) -> AsyncIterator[Network]:
    async with Network(settings, clock, tell) as network:
        yield network


async def test_without_ring_and_talk_times_a_call_is_over_before_the_request_is_answered() -> None:
    """So that a benchmark measures the dialer, not the simulator's timers."""
    told: list[CarrierEvent] = []
    async with network_of(AT_ONCE, FakeClock(), told.append) as network:
        await network.place(request_to(PERSON))

        assert isinstance(told[-1], Ended)


async def test_a_simulated_minute_passes_in_a_second_where_the_settings_say_so() -> None:
    told: list[CarrierEvent] = []
    clock = FakeClock()
    settings = SimulatorSettings(
        ring_seconds=(12, 12), talk_seconds=(60, 60), latency_seconds=(0, 0), time_scale=60
    )
    async with network_of(settings, clock, told.append) as network:
        await network.place(request_to(PERSON, ring_timeout=30, max_duration=90))
        await clock.advance(1.2)

    ended = told[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.billable_seconds) == (AttemptState.COMPLETED, 60)
    assert ended.at == NOON + 1200


async def test_the_answer_to_a_request_takes_the_networks_latency() -> None:
    clock = FakeClock()
    settings = SimulatorSettings(latency_seconds=(0.5, 0.5))
    answers: list[object] = []
    async with network_of(settings, clock, lambda _: None) as network:

        async def ask() -> None:
            answers.append(await network.place(request_to(PERSON)))

        asking = asyncio.create_task(ask())
        await clock.advance(0.4)
        assert answers == []
        await clock.advance(0.1)
        await asking
        assert isinstance(answers[0], Placed)


async def test_a_caller_that_stops_waiting_for_the_answer_has_placed_the_call_all_the_same() -> None:
    clock = FakeClock()
    told: list[CarrierEvent] = []
    request = request_to(PERSON)
    async with network_of(SimulatorSettings(latency_seconds=(1, 1)), clock, told.append) as network:
        asking = asyncio.create_task(network.place(request))
        await clock.advance(0.5)
        asking.cancel()
        await clock.advance(10)

        assert isinstance(network.look_up(request.attempt_id), Found)
        assert isinstance(told[-1], Ended)


async def test_many_calls_are_told_of_in_the_order_of_time() -> None:
    clock = FakeClock()
    told: list[CarrierEvent] = []
    async with network_of(SimulatorSettings(latency_seconds=(0, 0)), clock, told.append) as network:
        for line in range(200):
            await network.place(request_to(f"+1202555{line:04d}"))
        await clock.advance(60)

    assert [event.at for event in told] == sorted(event.at for event in told)
    assert sum(isinstance(event, Ended) for event in told) == 200


async def test_every_request_is_listed_in_the_order_of_arrival_refused_and_failed_ones_too() -> None:
    clock = FakeClock()
    async with network_of(AT_ONCE, clock, lambda _: None) as network:
        for ending in ("9906", "9906", "9905", "9907", "9904"):
            await network.place(request_to(f"+1202555{ending}"))
        await network.place(request_to("+12025559901", channel=Channel.SMS))

        assert [(call.placing.to[-4:], call.outcome) for call in network.calls()] == [
            ("9906", Outcome.ERROR),
            ("9906", Outcome.ANSWERED),
            ("9905", Outcome.INVALID_NUMBER),
            ("9907", None),
            ("9904", Outcome.VOICEMAIL),
            ("9901", Outcome.ERROR),
        ]


async def test_what_a_full_network_turned_away_is_neither_listed_nor_known() -> None:
    settings = SimulatorSettings(latency_seconds=(0, 0), max_channels=1)
    async with network_of(settings, FakeClock(), lambda _: None) as network:
        first, second = request_to(PERSON), request_to(PERSON)
        await network.place(first)
        await network.place(second)

        assert [call.placing.attempt_id for call in network.calls()] == [first.attempt_id]
        assert not network.knows(second.attempt_id)


async def test_a_silent_call_holds_no_channel() -> None:
    settings = SimulatorSettings(latency_seconds=(0, 0), max_channels=1)
    async with network_of(settings, FakeClock(), lambda _: None) as network:
        await network.place(request_to("+12025559907"))

        assert isinstance(await network.place(request_to(PERSON)), Placed)


async def test_a_wall_clock_that_steps_back_does_not_end_a_call_before_its_answer() -> None:
    clock = FakeClock()
    told: list[CarrierEvent] = []
    settings = SimulatorSettings(ring_seconds=(1, 1), talk_seconds=(10, 10), latency_seconds=(0, 0))
    async with network_of(settings, clock, told.append) as network:
        request = request_to(PERSON)
        await network.place(request)
        await clock.advance(2)
        clock.step(-3600)
        await network.hang_up(request.attempt_id)

    answered = next(event for event in told if isinstance(event, Answered))
    assert told[-1].at >= answered.at


async def test_hanging_up_an_unknown_call_tells_nothing() -> None:
    told: list[CarrierEvent] = []
    async with network_of(AT_ONCE, FakeClock(), told.append) as network:
        await network.hang_up(AttemptId("call_nobody"))

    assert told == []


async def test_a_network_that_dies_of_a_fault_says_so() -> None:
    """Else calls would ring for ever, and nobody would know why."""

    def tell(_: CarrierEvent) -> None:
        raise RuntimeError("nobody can be told")

    clock = FakeClock()
    died = asyncio.Event()
    settings = SimulatorSettings(latency_seconds=(1, 1))
    network = Network(settings, clock, tell)
    await network.__aenter__()
    network.when_over(died.set)
    placing = asyncio.create_task(network.place(request_to(PERSON)))
    await clock.advance(1)

    await died.wait()
    with pytest.raises(RuntimeError, match="nobody can be told"):
        network.raise_fault()
    await placing
