"""What a simulated call sounds like when it is recorded: a tone, as long as the talk."""

import io
import math
import struct
import wave
from collections.abc import Iterator

_RATE, _WIDTH = 8000, 2
_HERTZ, _LOUDNESS = 440, 8000


def recording(seconds: float) -> Iterator[bytes]:
    """A WAV file of 8 kHz, 16 bits, one channel, a second a piece."""
    samples = round(seconds * _RATE)
    yield _header(samples)
    # A second holds whole waves, so that seconds can follow each other.
    second = b"".join(
        struct.pack("<h", round(_LOUDNESS * math.sin(2 * math.pi * _HERTZ * place / _RATE)))
        for place in range(min(samples, _RATE))
    )
    for done in range(0, samples, _RATE):
        yield second[: _WIDTH * (samples - done)]


def _header(samples: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, _WIDTH, _RATE, 0, "NONE", ""))
    empty = bytearray(file.getvalue())
    size = samples * _WIDTH
    struct.pack_into("<I", empty, 4, len(empty) - 8 + size)
    struct.pack_into("<I", empty, len(empty) - 4, size)
    return bytes(empty)
