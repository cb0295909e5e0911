"""Once a pause is answered, no new dial leaves: each on its way was awaited, withdrawn or aborted."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from dialer.domain.ids import CampaignId
from dialer.service import campaigns
from dialer.service.claims import Claimed
from dialer.service.fences import PATIENCE, Dial, Fences
from dialer.service.gates import Closed
from tests.clock import FakeClock
from tests.service.desk import ALICE, BOB, Desk

MINE, OTHERS = CampaignId(1), CampaignId(2)


@pytest.fixture
def fences(clock: FakeClock) -> Fences:
    return Fences(clock)


@pytest.fixture
async def sending(clock: FakeClock, fences: Fences) -> AsyncIterator[tuple[Dial, "asyncio.Task[str]"]]:
    """A dial whose carrier never answers."""
    dial = fences.dial(MINE, ALICE)

    async def send() -> str:
        with dial:
            try:
                async with clock.timeout(10) as deadline:
                    assert dial.may_send(deadline)
                    await asyncio.Event().wait()
            except TimeoutError:
                return "uncertain"
            return "answered"

    task = asyncio.create_task(send())
    await clock.settle()
    yield dial, task
    task.cancel()


async def test_without_dials_in_flight_nobody_waits(fences: Fences) -> None:
    with fences.dial(OTHERS, ALICE):
        assert await fences.settle(MINE) == 0


async def test_a_fence_waits_until_the_carrier_has_answered(fences: Fences, clock: FakeClock) -> None:
    dial = fences.dial(MINE, ALICE)
    with dial:
        settling = asyncio.create_task(fences.settle(MINE))
        await clock.advance(PATIENCE - 0.1)
        assert not settling.done()

    assert await settling == 0
    assert fences.in_flight == set()


async def test_a_dial_that_was_not_sent_yet_is_withdrawn(fences: Fences, clock: FakeClock) -> None:
    with fences.dial(MINE, ALICE) as dial, fences.dial(OTHERS, ALICE) as unrelated:
        settling = asyncio.create_task(fences.settle(MINE))
        await clock.settle()
        async with clock.timeout(10) as deadline:
            assert not dial.may_send(deadline)
            assert unrelated.may_send(deadline)
    assert await settling == 0


async def test_a_dial_whose_carrier_is_silent_is_aborted_after_two_seconds(
    fences: Fences, clock: FakeClock, sending: tuple[Dial, "asyncio.Task[str]"]
) -> None:
    _, task = sending
    settling = asyncio.create_task(fences.settle(MINE))
    await clock.advance(PATIENCE - 0.01)
    assert not settling.done()

    await clock.advance(0.01)

    assert await settling == 1
    assert await task == "uncertain"


async def test_only_the_dials_that_are_still_undecided_count(
    fences: Fences, clock: FakeClock, sending: tuple[Dial, "asyncio.Task[str]"]
) -> None:
    with fences.dial(MINE, BOB):
        settling = asyncio.create_task(fences.settle(MINE))
        await clock.advance(1)
    await clock.advance(1)

    assert await settling == 1


async def test_a_dial_that_fails_is_settled_too(fences: Fences) -> None:
    with pytest.raises(LookupError), fences.dial(MINE, ALICE):
        raise LookupError

    assert await fences.settle(MINE) == 0


async def test_a_dial_that_has_not_begun_to_send_cannot_be_aborted(fences: Fences, clock: FakeClock) -> None:
    with fences.dial(MINE, ALICE):
        settling = asyncio.create_task(fences.settle(MINE))
        await clock.advance(PATIENCE)
        assert await settling == 1


async def test_aborting_what_is_over_already_does_nothing(
    fences: Fences, clock: FakeClock, sending: tuple[Dial, "asyncio.Task[str]"]
) -> None:
    dial, task = sending
    await clock.advance(10)
    assert await task == "uncertain"

    dial.abort()


async def test_a_dial_whose_answer_is_still_being_written_after_two_seconds_is_not_disturbed(
    fences: Fences, clock: FakeClock
) -> None:
    with fences.dial(MINE, ALICE) as dial:
        async with clock.timeout(10) as deadline:
            assert dial.may_send(deadline)
        settling = asyncio.create_task(fences.settle(MINE))
        await clock.advance(PATIENCE)

        assert await settling == 1


async def test_a_pause_sees_every_dial_that_passed_the_claim_before_it(desk: Desk) -> None:
    """It registers before its claim is committed, so no order of the two lets it slip through."""
    campaign = await desk.running(ALICE)
    with desk.parts.fences.dial(campaign.id, ALICE) as dial:
        _, claimed = await desk.claim(campaign, ALICE)
        pausing = asyncio.create_task(campaigns.pause(desk.parts, campaign.public_id))
        await desk.clock.settle()
        assert not pausing.done()
        async with desk.clock.timeout(10) as deadline:
            may_send = dial.may_send(deadline)
    paused, unsettled = await pausing

    assert claimed == Claimed(1)
    assert not may_send
    assert (paused.status, unsettled) == ("paused", 0)


async def test_a_dial_after_the_pause_does_not_pass_its_claim(desk: Desk) -> None:
    campaign = await desk.running(ALICE)
    await campaigns.pause(desk.parts, campaign.public_id)

    with desk.parts.fences.dial(campaign.id, ALICE):
        _, claimed = await desk.claim(campaign, ALICE)

    assert isinstance(claimed, Closed)


@pytest.mark.parametrize("stop", ["pause", "cancel"])
async def test_a_stop_is_answered_after_two_seconds_at_most(desk: Desk, stop: str) -> None:
    campaign = await desk.running(ALICE, BOB)
    with desk.parts.fences.dial(campaign.id, ALICE):
        await desk.call(campaign, ALICE)
        if stop == "pause":
            pausing = asyncio.create_task(campaigns.pause(desk.parts, campaign.public_id))
            await desk.clock.advance(PATIENCE)
            assert (await pausing)[1] == 1
        else:
            cancelling = asyncio.create_task(campaigns.cancel(desk.parts, campaign.public_id))
            await desk.clock.advance(PATIENCE)
            assert (await cancelling).counters.in_progress == 1
