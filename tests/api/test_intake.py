"""Where bodies are read."""

import json
import os
import signal
from collections.abc import AsyncIterator

import pytest

from dialer.api.intake import Intake
from dialer.api.wire.document import NotJson
from dialer.api.wire.rules import Rules
from dialer.domain.errors import InvalidInput

BODY = {
    "name": "Large",
    "agent_id": 1,
    "type": "voice",
    "contacts": [{"phone": f"+1202{number:07d}", "variables": {"n": number}} for number in range(1_200)],
}


@pytest.fixture
async def in_worker() -> AsyncIterator[Intake]:
    intake = Intake(largest_in_thread=0)
    yield intake
    await intake.close()


async def test_a_worker_reads_what_a_thread_would_have_read(in_worker: Intake, rules: Rules) -> None:
    raw = json.dumps(BODY).encode()

    here = await Intake().create(raw, rules)
    there = await in_worker.create(raw, rules)

    assert there.new == here.new
    assert there.notes == here.notes
    assert there.audience.filled == here.audience.filled
    assert list(there.audience.people) == list(here.audience.people)


async def test_a_worker_refuses_what_a_thread_would_have_refused(in_worker: Intake, rules: Rules) -> None:
    with pytest.raises(InvalidInput, match="name: is required") as refused:
        await in_worker.create(b'{"agent_id": 1}', rules)
    assert [fault.loc for fault in refused.value.faults] == [("name",)]
    with pytest.raises(NotJson, match="not JSON"):
        await in_worker.create(b"{", rules)


async def test_a_change_without_contacts_comes_back_without_any(in_worker: Intake, rules: Rules) -> None:
    assert (await in_worker.change(b'{"name": "x"}', rules)).audience is None


async def test_a_killed_worker_is_replaced(in_worker: Intake, rules: Rules) -> None:
    raw = json.dumps(BODY).encode()
    await in_worker.create(raw, rules)
    worker = in_worker._worker
    assert worker is not None
    for pid in list(worker._processes):
        os.kill(pid, signal.SIGKILL)

    read = await in_worker.create(raw, rules)

    assert len(read.audience.people) == 1_200


async def test_nothing_is_started_for_small_bodies(rules: Rules) -> None:
    intake = Intake()

    await intake.change(b"{}", rules)

    assert intake._worker is None
    await intake.close()
