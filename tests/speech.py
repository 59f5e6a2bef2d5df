"""Recorded human speech, and how much of it came through."""

import wave
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RECORDINGS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")  # Debian asterisk-core-sounds-en-wav
WINDOW = 512  # samples: 64 ms


@cache
def recorded(name: str) -> NDArray[np.int16]:
    """A recording, int16 at 8 kHz."""
    with wave.open(str(RECORDINGS / f"{name}.wav")) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def delay(said: NDArray[np.int16], heard: NDArray[np.int16]) -> int:
    """By how many samples `heard` is behind `said`, where the two are most alike."""
    size = 1 << int(np.ceil(np.log2(len(said) + len(heard))))
    likeness = np.fft.irfft(np.fft.rfft(heard, size) * np.fft.rfft(said, size).conj(), size)
    best = int(np.argmax(np.abs(likeness)))
    return best if best < size // 2 else best - size


def compared(said: NDArray[np.int16], heard: NDArray[np.int16]) -> tuple[float, float, float]:
    """Speech-weighted coherence and level (dB) of what was heard against what was said, 300-3,400 Hz
    in windows of 64 ms, and the delay in ms."""
    late = max(0, delay(said, heard))
    length = min(len(said), len(heard) - late)
    one, other = _spectra(said[:length]), _spectra(heard[late : late + length])
    power, came = (np.abs(one) ** 2).sum(0), (np.abs(other) ** 2).sum(0)
    both = np.abs((one.conj() * other).sum(0)) ** 2
    hertz = np.fft.rfftfreq(WINDOW, 1 / 8000)
    band = (hertz >= 300) & (hertz <= 3400)
    coherence = float((both / (power * came) * power)[band].sum() / power[band].sum())
    level = float(10 * np.log10(came[band].sum() / power[band].sum()))
    return coherence, level, late / 8


def _spectra(sound: NDArray[np.int16]) -> NDArray[np.complex128]:
    starts = range(0, len(sound) - WINDOW, WINDOW // 2)
    window = np.hanning(WINDOW)
    return np.array([np.fft.rfft(sound[start : start + WINDOW] * window) for start in starts])
