"""What is spoken before a call is placed, and whose fault it is when it cannot be."""

from pathlib import Path

import pytest

from dialer.carriers.asterisk.plans import Plans
from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.base import NotPlaced
from dialer.domain.call import Failure
from tests.carriers.asterisk.test_speech import command
from tests.carriers.contract import request_to
from tests.clock import FakeClock

REQUEST = request_to("+12025550101", record=True)


async def plans(tmp_path: Path, clock: FakeClock, speech_command: str) -> Plans:
    settings = AsteriskSettings.model_validate(
        {
            "kind": "asterisk",
            "password": "secret",
            "sounds": tmp_path / "sounds",
            "speech_command": speech_command,
        }
    )
    made = Plans(settings, clock)
    await made.open()
    return made


def files(tmp_path: Path) -> int:
    return len([*(tmp_path / "sounds").iterdir()])


async def test_what_was_prepared_is_taken_and_not_made_again(tmp_path: Path, clock: FakeClock) -> None:
    ready = await plans(tmp_path, clock, command(tmp_path))
    assert await ready.prepare(REQUEST) is None

    plan = await ready.take(REQUEST)

    assert (tmp_path / "texts").read_text() == "Hello Asha.\n"
    assert plan.record
    assert ready.unused(REQUEST.attempt_id) is None
    await ready.drop(plan)
    assert files(tmp_path) == 0


async def test_what_is_not_taken_can_be_dropped(tmp_path: Path, clock: FakeClock) -> None:
    ready = await plans(tmp_path, clock, command(tmp_path))
    await ready.prepare(REQUEST)

    plan = ready.unused(REQUEST.attempt_id)

    assert plan is not None
    await ready.drop(plan)
    assert files(tmp_path) == 0


@pytest.mark.parametrize(
    ("chokes_on", "failure"), [("Asha", Failure.OTHER), ("", Failure.TEMPORARY)], ids=["one", "every"]
)
async def test_a_command_that_chokes_on_one_text_is_told_from_one_that_does_on_all(
    tmp_path: Path, clock: FakeClock, chokes_on: str, failure: Failure
) -> None:
    speaks = command(tmp_path)
    ready = await plans(
        tmp_path, clock, f'text=$(cat); case "$text" in *{chokes_on}*) exit 3;; esac; {speaks}'
    )

    refused = await ready.prepare(REQUEST)

    assert refused == NotPlaced(failure, "The speech command ended with 3: no word")
    assert files(tmp_path) == 0
