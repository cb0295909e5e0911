import asyncio
import sys
import time
import wave
from pathlib import Path

import pytest

from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.carriers.asterisk.speech import Speech, SpeechFailed
from tests.clock import FakeClock

_SAMPLES = bytes(range(200))


def command(tmp_path: Path, *, rate: int = 8000, samples: bytes = _SAMPLES) -> str:
    """Notes each text, and says the same to all of them."""
    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
    return f"(cat; echo) >> {tmp_path}/texts; cat {path}"


async def speaking(tmp_path: Path, clock: FakeClock, speech_command: str) -> Speech:
    settings = AsteriskSettings.model_validate(
        {
            "kind": "asterisk",
            "password": "secret",
            "sounds": tmp_path / "sounds",
            "asterisk_sounds": "/seen/there",
            "speech_command": speech_command,
        }
    )
    speech = Speech(settings, clock)
    await speech.open()
    return speech


def wait_for(path: Path) -> None:
    while not path.exists():
        time.sleep(0.01)  # noqa: TID251  in a thread of its own


def has_ended(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().split()[2] == "Z"


async def test_a_text_is_spoken_once_for_all_who_need_it_and_deleted_after_the_last(
    tmp_path: Path, clock: FakeClock
) -> None:
    speech = await speaking(tmp_path, clock, command(tmp_path))
    text = "Hello; $(touch never) 'Asha'"

    first = await speech.sound(text)
    second = await speech.sound(text)

    assert first == second
    assert first.startswith("/seen/there/")
    (file,) = (tmp_path / "sounds").iterdir()
    assert file.name == f"{Path(first).name}.wav"
    with wave.open(str(file)) as heard:
        assert heard.getparams()[:3] == (1, 2, 8000)
        assert heard.readframes(1000) == _SAMPLES
    assert (tmp_path / "texts").read_text() == f"{text}\n"
    await speech.drop(first)
    assert file.exists()
    await speech.drop(second)
    assert not file.exists()


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("echo no voice >&2; exit 3", "ended with 3: no voice"),
        ("true", "gave no WAV"),
        ("echo hello", "gave no WAV"),
    ],
)
async def test_a_command_that_fails_is_quoted(
    tmp_path: Path, clock: FakeClock, fault: str, sentence: str
) -> None:
    speech = await speaking(tmp_path, clock, fault)

    with pytest.raises(SpeechFailed, match=sentence):
        await speech.sound("Hello.")
    assert list((tmp_path / "sounds").iterdir()) == []


@pytest.mark.parametrize(
    ("shape", "sentence"), [({"rate": 22050}, "gave 22050 Hz"), ({"samples": b""}, "gave no sound")]
)
async def test_a_sound_that_asterisk_cannot_play_is_refused(
    tmp_path: Path, clock: FakeClock, shape: dict[str, int], sentence: str
) -> None:
    speech = await speaking(tmp_path, clock, command(tmp_path, **shape))  # type: ignore[arg-type]

    with pytest.raises(SpeechFailed, match=sentence):
        await speech.sound("Hello.")


async def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path, clock: FakeClock) -> None:
    started = tmp_path / "started"
    child = f"{sys.executable} -c 'import time; time.sleep(60)' & echo $! > {started}.part"
    speech = await speaking(tmp_path, clock, f"{child}; mv {started}.part {started}; wait")
    spoken = asyncio.create_task(speech.sound("Hello."))
    await asyncio.to_thread(wait_for, started)

    await clock.advance(8)

    with pytest.raises(SpeechFailed, match="longer than 8 s"):
        await spoken
    assert has_ended(int(started.read_text()))


async def test_what_an_earlier_process_left_is_deleted_after_a_day(tmp_path: Path, clock: FakeClock) -> None:
    left = tmp_path / "sounds" / "left.wav"
    left.parent.mkdir()
    left.touch()

    await clock.advance(hours=24)
    await speaking(tmp_path, clock, "true")

    # The clock of these tests stands in the future of the file's.
    assert not left.exists()
