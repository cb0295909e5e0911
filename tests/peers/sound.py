"""Sounds for and from the peers: 8 kHz, one channel, 16 bits; A-law on the wire."""

import math
import wave
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

Samples: TypeAlias = "array[int]"

RATE = 8000
_LOUD = 9000
_KEYS = {"1": (697, 1209), "9": (852, 1477)}


def silence(seconds: float) -> Samples:
    return array("h", bytes(2 * round(seconds * RATE)))


def tone(seconds: float, *frequencies: float) -> Samples:
    return array(
        "h",
        (
            round(_LOUD / len(frequencies) * sum(math.sin(2 * math.pi * f * n / RATE) for f in frequencies))
            for n in range(round(seconds * RATE))
        ),
    )


def key(digit: str) -> Samples:
    """The sound of a telephone's key."""
    return silence(0.1) + tone(0.25, *_KEYS[digit]) + silence(0.2)


def alaw(samples: Iterable[int]) -> bytes:
    """As G.711 puts it on the wire."""
    return bytes(_alaw_byte(sample) for sample in samples)


def _alaw_byte(sample: int) -> int:
    sign = 0x80 if sample >= 0 else 0
    size = min((sample if sample >= 0 else -sample - 1) >> 3, 0xFFF)
    exponent = max(size.bit_length() - 5, 0)
    mantissa = (size >> max(exponent, 1)) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55


def write_wav(path: Path, samples: Samples) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())


def read_wav(path: Path) -> Samples:
    """Its samples, also of a file whose header was never finished."""
    with wave.open(str(path)) as file:
        frames = file.readframes(file.getnframes())
    return array("h", frames[: len(frames) // 2 * 2])


def loud_seconds(samples: Samples, threshold: int = 500) -> float:
    """How long there was something to hear, in pieces of 20 ms."""
    piece = RATE // 50
    pieces = (samples[start : start + piece] for start in range(0, len(samples), piece))
    loud = sum(math.sqrt(sum(s * s for s in heard) / len(heard)) > threshold for heard in pieces)
    return loud / 50
