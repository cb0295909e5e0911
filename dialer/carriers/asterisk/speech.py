"""Texts as sound files that Asterisk plays, made by a command that the operator chooses."""

import asyncio
import io
import os
import secrets
import signal
import wave
from collections import Counter
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from dialer.carriers.asterisk.settings import AsteriskSettings
from dialer.domain.clock import SECOND, Clock

_LONGEST = 8.0
"""Seconds for the command."""
_AT_ONCE = 4
_RATE, _WIDTH = 8000, 2
_KEPT = 86_400 * SECOND
"""Files of calls that an earlier process did not see the end of."""
_QUOTED = 200
_WHOLE = 1 << 30
_TRIAL = "One, two, three."


class SpeechFailed(Exception):
    """No sound was made; the sentence names the command's fault."""


class SpeechTooSlow(SpeechFailed):
    """Nothing is learned of the text."""


class Speech:
    """One file for each text, as long as some call has a use for it: a message holds people's names."""

    def __init__(self, settings: AsteriskSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._users: Counter[str] = Counter()

    async def open(self) -> None:
        """Makes the folder. Raises SpeechFailed where it cannot be written."""
        try:
            await asyncio.to_thread(self._prepare)
        except OSError as error:
            folder = self._settings.sounds
            raise SpeechFailed(f"The sound folder {folder} cannot be used: {error.strerror}") from error

    async def sound(self, text: str) -> str:
        """Where Asterisk finds it, without extension; `drop` it after use. Raises SpeechFailed."""
        name = blake2b(f"{self._settings.speech_command}\0{text}".encode(), digest_size=16).hexdigest()
        self._users[name] += 1
        try:
            path = self._path(name)
            if not await asyncio.to_thread(path.exists):
                await self._speak(text, path)
        except BaseException as error:
            await self.drop(name)
            if isinstance(error, OSError):
                raise SpeechFailed(f"The sound cannot be written: {error.strerror}") from error
            raise
        return str((self._settings.asterisk_sounds or self._settings.sounds) / name)

    async def trial(self) -> str | None:
        """Why not even what any command can speak is spoken; None: it is."""
        path = self._path(f"trial-{secrets.token_hex(4)}")
        try:
            await self._speak(_TRIAL, path)
            await asyncio.to_thread(path.unlink)
        except SpeechFailed as error:
            return str(error)
        except OSError as error:
            return f"The sound folder {self._settings.sounds} cannot be used: {error.strerror}"
        return None

    async def drop(self, sound: str) -> None:
        """The call that had a use for it is over."""
        name = Path(sound).name
        self._users[name] -= 1
        if self._users[name] <= 0:
            del self._users[name]
            with suppress(OSError):
                await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    async def _speak(self, text: str, path: Path) -> None:
        try:
            async with self._room, self._clock.timeout(_LONGEST):
                spoken = await self._run(text)
        except TimeoutError:
            raise SpeechTooSlow(f"The speech command took longer than {_LONGEST:.0f} s") from None
        await asyncio.to_thread(_write, path, spoken)

    async def _run(self, text: str) -> bytes:
        process = await asyncio.create_subprocess_shell(
            self._settings.speech_command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            spoken, complaint = await process.communicate(text.encode())
        finally:
            if process.returncode is None:
                # The shell's children, too.
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if process.returncode:
            said = complaint.decode(errors="replace").strip()[-_QUOTED:]
            raise SpeechFailed(f"The speech command ended with {process.returncode}: {said or 'no word'}")
        return spoken

    def _path(self, name: str) -> Path:
        return self._settings.sounds / f"{name}.wav"

    def _prepare(self) -> None:
        folder = self._settings.sounds
        folder.mkdir(parents=True, exist_ok=True)
        oldest = (self._clock.now() - _KEPT) / SECOND
        for path in folder.glob("*.wav"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)


def _write(path: Path, spoken: bytes) -> None:
    """The file is there whole or not at all: Asterisk may look for it at any moment."""
    try:
        with wave.open(io.BytesIO(spoken)) as heard:
            shape = heard.getframerate(), heard.getsampwidth(), heard.getnchannels()
            # A command that writes to a pipe cannot know the length that its header states.
            samples = heard.readframes(_WHOLE)
    except (wave.Error, EOFError) as error:
        raise SpeechFailed(f"The speech command gave no WAV: {str(error) or 'nothing at all'}") from None
    if shape != (_RATE, _WIDTH, 1):
        raise SpeechFailed(
            f"The speech command gave {shape[0]} Hz, {8 * shape[1]} bits, {shape[2]} channels;"
            " Asterisk needs 8000 Hz, 16 bits, one channel"
        )
    if not samples:
        raise SpeechFailed("The speech command gave no sound")
    # Two calls may say the same for the first time.
    partial = path.with_suffix(f".{secrets.token_hex(4)}")
    with wave.open(str(partial), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_WIDTH)
        file.setframerate(_RATE)
        file.writeframes(samples)
    # Asterisk reads it as a member of the folder's group, whatever the daemon's umask is.
    partial.chmod(0o640)
    partial.rename(path)
