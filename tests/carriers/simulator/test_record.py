import asyncio
import json
import os
import resource
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from dialer.carriers.base import Absent, Answered, Ended, Found, NotPlaced, Placed, Ringing
from dialer.carriers.simulator.carrier import SimulatedCarrier
from dialer.carriers.simulator.settings import SimulatorSettings
from dialer.domain.call import AttemptState, Channel, Failure
from dialer.domain.errors import StoreRefused
from tests.carriers.contract import request_to
from tests.carriers.ears import Ears, listening
from tests.clock import NOON, FakeClock

PERSON = "+12025559900"
SETTINGS = SimulatorSettings(ring_seconds=(2, 2), talk_seconds=(10, 10), latency_seconds=(0, 0))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dialer.db.sim.jsonl"


@asynccontextmanager
async def network(
    path: Path, clock: FakeClock, settings: SimulatorSettings = SETTINGS
) -> AsyncIterator[tuple[SimulatedCarrier, Ears]]:
    async with SimulatedCarrier("sim", settings, clock, path) as carrier, listening(carrier) as ears:
        yield carrier, ears


async def lines_of(path: Path) -> list[bytes]:
    return (await asyncio.to_thread(path.read_bytes)).splitlines(keepends=True)


async def test_a_call_that_lived_through_a_restart_goes_on(path: Path, clock: FakeClock) -> None:
    request = request_to(PERSON)
    async with network(path, clock) as (carrier, _):
        await carrier.place(request)
        await clock.advance(1)

    await clock.advance(2)
    async with network(path, clock) as (carrier, ears):
        found = await carrier.look_up(request.attempt_id, None)
        assert isinstance(found, Found)
        assert [type(event) for event in found.events][:2] == [Ringing, Answered]
        assert found.events[1].at == NOON + 2000
        await clock.advance(9)

        assert (await ears.end_of(request.attempt_id)).at == NOON + 12_000
        assert [type(event) for event in ears.heard] == [Ended]


async def test_a_call_that_ended_meanwhile_ended_when_it_would_have(path: Path, clock: FakeClock) -> None:
    request = request_to(PERSON)
    async with network(path, clock) as (carrier, _):
        await carrier.place(request)

    await clock.advance(hours=1)
    async with network(path, clock) as (carrier, ears):
        found = await carrier.look_up(request.attempt_id, None)
        assert isinstance(found, Found)
        ended = found.events[-1]
        assert isinstance(ended, Ended)
        assert (ended.state, ended.at) == (AttemptState.COMPLETED, NOON + 12_000)
        assert ears.heard == []


async def test_a_hang_up_is_remembered(path: Path, clock: FakeClock) -> None:
    request = request_to(PERSON)
    async with network(path, clock) as (carrier, _):
        await carrier.place(request)
        await clock.advance(5)
        await carrier.hang_up(request.attempt_id, None)
        before = await carrier.look_up(request.attempt_id, None)

    async with network(path, clock) as (carrier, ears):
        assert await carrier.look_up(request.attempt_id, None) == before
        await clock.advance(60)
        assert ears.heard == []


async def test_an_attempt_of_before_rings_nobody_again(path: Path, clock: FakeClock) -> None:
    request = request_to(PERSON)
    async with network(path, clock) as (carrier, _):
        await carrier.place(request)

    await clock.advance(60)
    async with network(path, clock) as (carrier, ears):
        assert isinstance(await carrier.place(request), Placed)
        await clock.advance(60)
        assert ears.heard == []


async def test_attempts_of_before_count_for_what_a_number_does_the_nth_time(
    path: Path, clock: FakeClock
) -> None:
    async with network(path, clock) as (carrier, _):
        await carrier.place(request_to("+12025559906"))

    async with network(path, clock) as (carrier, ears):
        second = request_to("+12025559906")
        await carrier.place(second)
        await clock.advance(60)
        assert (await ears.end_of(second.attempt_id)).state is AttemptState.COMPLETED


async def test_a_call_of_before_holds_its_channel(path: Path, clock: FakeClock) -> None:
    narrow = SETTINGS.model_copy(update={"max_channels": 1})
    async with network(path, clock, narrow) as (carrier, _):
        await carrier.place(request_to(PERSON))

    async with network(path, clock, narrow) as (carrier, _):
        assert isinstance(await carrier.place(request_to(PERSON)), NotPlaced)
        await clock.advance(60)
        assert isinstance(await carrier.place(request_to(PERSON)), Placed)


async def test_a_changed_seed_does_not_change_what_has_happened(path: Path, clock: FakeClock) -> None:
    requests = [request_to(f"+1202555{line:04d}") for line in range(20)]
    async with network(path, clock) as (carrier, _):
        for request in requests:
            await carrier.place(request)
        await clock.advance(60)
        before = [await carrier.look_up(request.attempt_id, None) for request in requests]

    other = SETTINGS.model_copy(update={"seed": 2, "talk_seconds": (1, 1)})
    async with network(path, clock, other) as (carrier, _):
        assert [await carrier.look_up(request.attempt_id, None) for request in requests] == before


async def test_a_message_of_before_keeps_its_receipt(path: Path, clock: FakeClock) -> None:
    request = request_to("+12025559902", channel=Channel.SMS)
    async with network(path, clock) as (carrier, _):
        await carrier.place(request)
        before = await carrier.look_up(request.attempt_id, None)

    async with network(path, clock) as (carrier, _):
        assert await carrier.look_up(request.attempt_id, None) == before


@pytest.mark.parametrize("torn", [b"{", b'{"attempt_id":"call_x","channel":"voi'])
async def test_a_torn_last_line_is_dropped_and_the_next_stands_alone(
    path: Path, clock: FakeClock, torn: bytes
) -> None:
    kept, later = request_to(PERSON), request_to(PERSON)
    async with network(path, clock) as (carrier, _):
        await carrier.place(kept)
    whole = await lines_of(path)
    await asyncio.to_thread(path.write_bytes, b"".join([*whole, torn]))

    async with network(path, clock) as (carrier, _):
        await carrier.place(later)

    assert [json.loads(line)["attempt_id"] for line in await lines_of(path)] == [
        kept.attempt_id,
        later.attempt_id,
    ]


async def test_a_damaged_line_refuses_the_start_and_names_its_place(path: Path, clock: FakeClock) -> None:
    await asyncio.to_thread(path.write_bytes, b'{"to": "+12025550199"}\n')

    with pytest.raises(StoreRefused, match="line 1") as refusal:
        async with network(path, clock):
            pass
    assert "+12025550199" not in str(refusal.value)


async def test_the_answer_comes_only_once_the_line_stands_in_the_file(path: Path, clock: FakeClock) -> None:
    async with network(path, clock) as (carrier, _):
        for _ in range(20):
            request = request_to(PERSON)
            await carrier.place(request)
            assert json.loads((await lines_of(path))[-1])["attempt_id"] == request.attempt_id


async def test_requests_at_once_are_all_kept(path: Path, clock: FakeClock) -> None:
    requests = [request_to(f"+1202555{line:04d}") for line in range(300)]
    async with network(path, clock) as (carrier, _):
        await asyncio.gather(*(carrier.place(request) for request in requests))

    kept = [json.loads(line)["attempt_id"] for line in await lines_of(path)]
    assert kept == [request.attempt_id for request in requests]


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow beyond 400 bytes, which fits one request, not two.

    Not a fixture: pytest writes its dot before a fixture ends, perhaps to a file.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


async def test_what_cannot_be_written_rings_nobody(path: Path, clock: FakeClock) -> None:
    narrow = SETTINGS.model_copy(update={"max_channels": 3})
    first, second = request_to(PERSON), request_to(PERSON)
    with full_disk():
        async with network(path, clock, narrow) as (carrier, ears):
            assert isinstance(await carrier.place(first), Placed)
            for _ in range(3):
                result = await carrier.place(second)
                assert isinstance(result, NotPlaced)
                assert result.failure is Failure.TEMPORARY
            await clock.advance(60)
            await ears.end_of(first.attempt_id)

            assert ears.of(second.attempt_id) == []
            assert await carrier.look_up(second.attempt_id, None) == Absent()
    assert len(await lines_of(path)) == 1


async def test_only_its_owner_reads_the_record(path: Path, clock: FakeClock) -> None:
    async with network(path, clock):
        status = await asyncio.to_thread(os.stat, path)
        assert status.st_mode & 0o777 == 0o600


async def test_a_recording_outlives_a_restart_and_so_does_its_deletion(path: Path, clock: FakeClock) -> None:
    kept, gone = request_to(PERSON, record=True), request_to("+12025559908", record=True)
    async with network(path, clock) as (carrier, _):
        await carrier.place(kept)
        await carrier.place(gone)
        await clock.advance(60)
        assert await carrier.delete_recording(gone.attempt_id)

    async with network(path, clock) as (carrier, _):
        assert not isinstance(await carrier.recording(kept.attempt_id), Absent)
        assert isinstance(await carrier.recording(gone.attempt_id), Absent)
