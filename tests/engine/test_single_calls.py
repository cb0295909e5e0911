"""Single calls go through the engine that campaigns go through."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from dialer.carriers.base import NotPlaced, PlaceRequest, PlaceResult
from dialer.domain.call import AttemptState, Failure
from dialer.domain.clock import HOUR, MINUTE
from dialer.domain.contact import Person
from dialer.domain.errors import WrongState
from dialer.domain.policy import Agent, CallerId, Source
from dialer.service import agent_changes, attempts, single_calls
from dialer.service.single_calls import NewCall
from dialer.store.calls import SingleCall
from tests.clock import FakeClock
from tests.engine.dialer import Dialer, seconds_since
from tests.engine.network import Network

TO = "+12025550101"


class Caller:
    """Asks for single calls, and looks at them."""

    def __init__(self, dialer: Dialer, agent: Agent) -> None:
        self._dialer = dialer
        self._agent = agent

    async def dial(self, **fields: Any) -> str:
        if self._dialer.engine is None:
            await self._dialer.start()
        person = Person(TO, variables=fields.pop("context", None))
        dialled = await single_calls.dial(self._dialer.parts, NewCall(person, self._agent.id, **fields))
        await self._dialer.clock.settle()
        return dialled.call.campaign.public_id

    async def look(self, call_id: str) -> SingleCall:
        await self._dialer.clock.settle()
        found = await attempts.get(self._dialer.parts, call_id)
        assert isinstance(found, SingleCall)
        return found

    async def status(self, call_id: str) -> str:
        return (await self.look(call_id)).status

    async def hang_up(self, call_id: str) -> None:
        await single_calls.hang_up(self._dialer.parts, call_id)
        await self._dialer.clock.settle()


@pytest.fixture
def caller(dialer: Dialer, agent: Agent) -> Caller:
    return Caller(dialer, agent)


async def test_a_call_is_placed_under_the_id_that_was_answered(caller: Caller, network: Network) -> None:
    call_id = await caller.dial()

    assert [request.attempt_id for request in network.requests] == [call_id]
    assert await caller.status(call_id) == AttemptState.RINGING
    await network.answer()
    assert await caller.status(call_id) == AttemptState.ANSWERED
    await network.end()
    call = await caller.look(call_id)
    assert (call.status, call.contact.outcome, call.campaign.status) == ("completed", "answered", "completed")


async def test_who_does_not_answer_is_not_called_again(
    caller: Caller, network: Network, clock: FakeClock
) -> None:
    call_id = await caller.dial()
    await network.end(state=AttemptState.BUSY)
    await clock.advance(minutes=2)

    assert (network.placed, await caller.status(call_id)) == (1, "busy")


async def test_a_temporary_failure_is_tried_again_under_an_id_of_its_own(
    caller: Caller, dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    network.refuses(times=1)
    call_id = await caller.dial()
    assert await caller.status(call_id) == "connecting"
    waits = (await caller.look(call_id)).detail
    assert waits is not None
    assert waits.startswith("The carrier could not place its call")

    await clock.advance(1)

    first, second = [request.attempt_id for request in network.requests]
    assert first == call_id != second
    await network.end()
    call = await caller.look(call_id)
    assert (call.status, call.numeric_id, call.latest and call.latest.id) == ("completed", 1, second)
    assert await caller.look(second) == await caller.look("2") == call
    page, total = await attempts.page(dialer.parts, channel=None, status=None, limit=9, offset=0)
    assert (page, total) == ([call], 1)


async def test_a_call_that_the_carrier_refuses_for_good_has_failed(caller: Caller, network: Network) -> None:
    async def refuse(_: PlaceRequest) -> PlaceResult:
        return NotPlaced(Failure.NUMBER, "no such number")

    network.replies(refuse)
    call = await caller.look(await caller.dial())

    assert (call.status, call.contact.outcome, call.detail) == ("failed", "invalid_number", "no such number")


async def test_a_call_starts_at_its_time(caller: Caller, network: Network, clock: FakeClock) -> None:
    start = clock.now()
    call_id = await caller.dial(scheduled_at=start + MINUTE)
    assert (network.placed, await caller.status(call_id)) == (0, "scheduled")

    await clock.advance(minutes=1)

    assert seconds_since(start, network.moments) == [60]
    assert network.requests[0].attempt_id == call_id


async def test_a_call_whose_time_the_daemon_missed_is_not_placed_late(
    caller: Caller, dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    call_id = await caller.dial(scheduled_at=clock.now() + HOUR)
    await dialer.crash()
    await clock.advance(hours=3)
    await dialer.start()

    call = await caller.look(call_id)
    assert (network.placed, call.status, call.contact.outcome) == (0, "failed", "cancelled")
    assert call.detail is not None
    assert "missed" in call.detail


async def test_the_smallest_duration_counts_and_the_context_fills_what_is_said(
    caller: Caller, dialer: Dialer, network: Network, agent: Agent
) -> None:
    dialer.parts.agents.put(replace(agent, first_message="About {{topic}}.", max_duration=40))

    await caller.dial(max_duration=50, context='{"topic": "tea"}')
    await network.end()
    await caller.dial(max_duration=20)

    assert [request.max_duration for request in network.requests] == [40, 20]
    assert network.requests[0].message == "About tea."


async def test_a_number_in_a_call_is_waited_for(caller: Caller, network: Network) -> None:
    first, second = await caller.dial(), await caller.dial()
    assert (network.placed, await caller.status(second)) == (1, "connecting")

    await network.end()

    assert [request.attempt_id for request in network.requests] == [first, second]


async def test_a_call_that_was_committed_before_a_crash_is_placed_once(
    caller: Caller, dialer: Dialer, network: Network, agent: Agent
) -> None:
    """The hidden campaign is the order; no engine ran when it was given."""
    new = NewCall(Person(TO), agent.id)
    call_id = (await single_calls.dial(dialer.parts, new)).call.campaign.public_id
    for _ in range(2):
        await dialer.start()
        await dialer.crash()
    await dialer.start()

    assert [request.attempt_id for request in network.requests] == [call_id]


async def test_a_hang_up_ends_the_call(caller: Caller, network: Network) -> None:
    call_id = await caller.dial()
    await network.answer()

    await caller.hang_up(call_id)

    call = await caller.look(call_id)
    assert (call.status, call.contact.outcome) == ("cancelled", "cancelled")
    assert network.hung_up == [call_id]
    with pytest.raises(WrongState):
        await caller.hang_up(call_id)


async def test_after_a_hang_up_no_failure_of_the_network_brings_the_call_back(
    caller: Caller, network: Network, clock: FakeClock
) -> None:
    network.obedient = False
    call_id = await caller.dial()
    await caller.hang_up(call_id)
    await network.end(state=AttemptState.FAILED, failure=Failure.TEMPORARY)
    await clock.advance(20)

    assert (network.placed, await caller.status(call_id)) == (1, "cancelled")


async def test_a_call_that_waits_for_another_try_is_not_tried_after_its_hang_up(
    caller: Caller, network: Network, clock: FakeClock
) -> None:
    network.refuses(times=1)
    call_id = await caller.dial()
    await caller.hang_up(call_id)
    await clock.advance(20)

    assert (network.placed, await caller.status(call_id)) == (1, "cancelled")


async def test_a_hang_up_answers_once_the_dial_in_flight_is_settled(
    caller: Caller, dialer: Dialer, network: Network
) -> None:
    network.hangs()
    call_id = await caller.dial()
    hanging_up = asyncio.create_task(caller.hang_up(call_id))
    await dialer.clock.settle()
    assert not hanging_up.done()

    network.release()
    await hanging_up

    assert await caller.status(call_id) == "cancelled"


async def test_one_call_of_a_campaign_is_hung_up_and_its_person_is_not_called_again(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    campaign = await dialer.running(contacts=2)
    mine, other = await network.ringing(2)

    await single_calls.hang_up(dialer.parts, mine.id)
    await clock.advance(20)

    assert sorted(await dialer.states(campaign)) == ["cancelled", "ringing"]
    assert network.placed == 2
    assert [call.id for call in network.live] == [other.id]


async def test_a_call_of_a_campaign_that_was_claimed_and_not_sent_is_not_sent_after_its_hang_up(
    dialer: Dialer, network: Network
) -> None:
    """Withdrawn, it counts as the contact's call: nobody is rung for it later."""
    campaign = await dialer.running(config={"pacing": {"calls_per_second": 2}}, contacts=2)
    first = network.numbers[0]
    second = next(one.person.phone for one in await dialer.contacts(campaign) if one.person.phone != first)
    async with dialer.slow_disk():
        await dialer.clock.advance(0.5)
        hanging_up = asyncio.create_task(dialer.parts.fences.hang_up(campaign.id, second))
        await dialer.clock.settle()
    await hanging_up
    await dialer.clock.advance(20)

    assert await dialer.states(campaign) == [AttemptState.RINGING, AttemptState.CANCELLED]
    assert network.numbers == [first]


async def test_calls_from_one_number_keep_its_pace_and_other_numbers_are_not_held_up(
    dialer: Dialer, network: Network, clock: FakeClock
) -> None:
    slow, free = "+12025550150", "+12025550151"
    dialer.parts.caller_ids.put(CallerId(slow, verified=True, calls_per_second=0.5))
    dialer.parts.caller_ids.put(CallerId(free, verified=True))
    start = clock.now()
    await dialer.running(contacts=2, from_number=slow)
    await dialer.running(contacts=1, from_number=slow)
    await dialer.running(contacts=2, from_number=free)

    await clock.advance(10)

    by_number: dict[str | None, list[float]] = {}
    for request, moment in zip(network.requests, seconds_since(start, network.moments), strict=True):
        by_number.setdefault(request.from_number, []).append(moment)
    assert by_number == {slow: [0, 2, 4], free: [0, 0]}


async def test_a_changed_agent_reaches_a_running_campaign_before_its_next_call(
    dialer: Dialer, network: Network, agent: Agent
) -> None:
    made = await agent_changes.create(
        dialer.parts, replace(agent, id="ag_00000000_0009", source=Source.API, first_message="One.")
    )
    campaign = await dialer.running(contacts=2, max_concurrent=1, agent_id=made.id)
    await agent_changes.change(dialer.parts, made.id, lambda one: replace(one, first_message="Two."))

    await network.end()

    assert [request.message for request in network.requests] == ["One.", "Two."]
    assert (await dialer.now(campaign)).status == "running"
