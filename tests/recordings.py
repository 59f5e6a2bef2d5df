"""Recorded human speech, from Debian's asterisk-core-sounds-en-wav (tests only)."""

import wave
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

FOLDER = Path("/usr/share/asterisk/sounds")
RATE = 8_000


@cache
def everything() -> NDArray[np.float32]:
    """All recordings one after another, float32 at 8 kHz: some 25 minutes."""
    files = sorted(FOLDER.glob("en*/**/*.wav"))
    if not files:
        pytest.skip("needs the recordings of asterisk-core-sounds-en-wav")
    return np.concatenate([_sound(file) for file in files])


def speech(seconds: float, start: float = 0.0) -> NDArray[np.float32]:
    """A stretch of it, at the level at which it was recorded (about -12 dBm0)."""
    return everything()[round(start * RATE) : round((start + seconds) * RATE)].copy()


def rows_of_speech(rows: int, seconds: float) -> NDArray[np.float32]:
    """float32[rows, n]: another stretch on each row."""
    return speech(rows * seconds).reshape(rows, -1)


def _sound(file: Path) -> NDArray[np.float32]:
    with wave.open(str(file)) as recording:
        samples = np.frombuffer(recording.readframes(recording.getnframes()), "<i2")
    return (samples / 32768).astype(np.float32)
