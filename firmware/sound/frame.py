"""Samples: the frame of a tick, levels in dBm0, int16 and G.711 at the edges, the level of speech.

Inside the house sound is float32, full scale ±1.0, 8 kHz, 160 samples a tick. A full-scale sine is
+3.14 dBm0 (ITU-T G.711, A-law). Levels are of power: RMS, never peak.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.base.ports import FRAME, RATE

Samples = NDArray[np.float32]  # any shape; the last axis is time
Bytes = NDArray[np.uint8]
Pcm = NDArray[np.int16]

FULL_SCALE_DBM0 = 3.14  # of a sine whose peak is 1.0
SILENT_DBM0 = -120.0  # what digital silence is called: below half a step of int16
_SQUARE_OF_0_DBM0 = 0.5 * 10 ** (-FULL_SCALE_DBM0 / 10)  # mean square of 0 dBm0
_FLOOR = _SQUARE_OF_0_DBM0 * 10 ** (SILENT_DBM0 / 10)


def silence(rows: int) -> Samples:
    """One frame of nothing for every row: float32[rows, 160]."""
    return np.zeros((rows, FRAME), np.float32)


class Watched:
    """The rows that a detector listens to; all of them at the start.

    `places` are those that it keeps sound of: all, where it listens to most, for nothing is copied then.
    """

    def __init__(self, rows: int) -> None:
        self._on = np.ones(rows, bool)
        self.places: slice | NDArray[np.intp] = slice(None)

    def turn(self, row: int, on: bool) -> None:
        self._on[row] = on
        most = 2 * np.count_nonzero(self._on) > self._on.size
        self.places = slice(None) if most else np.flatnonzero(self._on)

    def of(self, frame: Samples) -> Samples:
        """Their sound, of that of all rows; not to be written to."""
        part: Samples = frame[self.places]
        return part

    def energy(self, heard: Samples) -> Samples:
        """Of each row in `heard`, the sound of `places`; 0 for rows that are not listened to."""
        energy = np.zeros(self._on.size, np.float32)
        energy[self.places] = np.einsum("rs,rs->r", heard, heard)
        return energy * self._on


def amplitude(dbm0: float) -> float:
    """The peak of a sine of that level; 1.0 at +3.14 dBm0."""
    return float(10 ** ((dbm0 - FULL_SCALE_DBM0) / 20))


def rms(dbm0: float) -> float:
    """The root mean square of any sound of that level."""
    return amplitude(dbm0) / 2**0.5


def level(samples: Samples) -> float:
    """The power of all the samples together, in dBm0; never below -120."""
    return float(levels(np.asarray(samples, np.float32).reshape(1, -1))[0])


def levels(rows: Samples) -> NDArray[np.float64]:
    """The power of each row of float32[rows, n], in dBm0; never below -120."""
    if rows.shape[-1] == 0:
        return np.full(rows.shape[0], SILENT_DBM0)
    squares = np.einsum("ij,ij->i", rows, rows, dtype=np.float64) / rows.shape[-1]
    return dbm0_of(squares)


def dbm0_of(mean_squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean squares of samples as dBm0, never below -120."""
    decibels: NDArray[np.float64] = 10 * np.log10(np.maximum(mean_squares, _FLOOR) / _SQUARE_OF_0_DBM0)
    return decibels


def to_int16(samples: Samples) -> Pcm:
    """Rounded, and held at the ends of the range: it never wraps."""
    coded: Pcm = np.clip(np.rint(samples * np.float32(32768)), -32768, 32767).astype(np.int16)
    return coded


def from_int16(samples: Pcm) -> Samples:
    return samples.astype(np.float32) * np.float32(1 / 32768)


def _alaw_of_int16() -> Bytes:
    """ITU-T G.711 table 1: sign, 3 bits of segment, 4 of step, even bits inverted; index int16 + 32768."""
    linear = np.arange(-32768, 32768) >> 3  # 13 bits
    size = np.where(linear < 0, -linear - 1, linear)
    segment = np.searchsorted([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF], size)
    code = segment << 4 | (size >> np.maximum(segment, 1)) & 0x0F
    table: Bytes = (code ^ np.where(linear < 0, 0x55, 0xD5)).astype(np.uint8)
    return table


def _ulaw_of_int16() -> Bytes:
    """ITU-T G.711 table 2: as A-law with a bias of 33 of 14 bits, and all bits inverted."""
    linear = np.arange(-32768, 32768) >> 2  # 14 bits
    size = np.minimum(np.abs(linear), 8158) + 33
    segment = np.searchsorted([0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF], size)
    code = segment << 4 | (size >> (segment + 1)) & 0x0F
    table: Bytes = (code ^ np.where(linear < 0, 0x7F, 0xFF)).astype(np.uint8)
    return table


def _linear_of_alaw() -> Samples:
    code = np.arange(256) ^ 0x55
    segment, step = code >> 4 & 7, code & 0x0F
    size = (step << 4) + np.where(segment == 0, 8, 0x108) << np.maximum(segment - 1, 0)
    table: Samples = (np.where(code & 0x80, size, -size) / 32768).astype(np.float32)
    return table


def _linear_of_ulaw() -> Samples:
    code = np.arange(256) ^ 0xFF
    size = (((code & 0x0F) << 3) + 0x84 << (code >> 4 & 7)) - 0x84
    table: Samples = (np.where(code & 0x80, -size, size) / 32768).astype(np.float32)
    return table


_TO_ALAW, _FROM_ALAW = _alaw_of_int16(), _linear_of_alaw()
_TO_ULAW, _FROM_ULAW = _ulaw_of_int16(), _linear_of_ulaw()


def _code(table: Bytes, samples: Samples) -> Bytes:
    return table.take(to_int16(samples).astype(np.int32) + 32768)


def to_alaw(samples: Samples) -> Bytes:
    return _code(_TO_ALAW, samples)


def to_ulaw(samples: Samples) -> Bytes:
    return _code(_TO_ULAW, samples)


def from_alaw(codes: Bytes) -> Samples:
    return _FROM_ALAW.take(codes)


def from_ulaw(codes: Bytes) -> Samples:
    return _FROM_ULAW.take(codes)


def active_level(samples: Samples) -> float:
    """The active speech level of float32[n] in dBm0, by ITU-T P.56 (2011) method B; -120 if nobody speaks.

    The power while somebody speaks: an envelope (30 ms, twice smoothed) is held against thresholds
    6 dB apart, each held on for 200 ms; the level is where it lies 15.9 dB above its threshold.
    """
    sound = np.asarray(samples, np.float64)
    energy = float(sound @ sound)
    envelope = _envelope(np.abs(sound))
    above = previous = None
    for threshold in 2.0 ** np.arange(-16, 0):
        active = _held(envelope >= threshold)
        if not active:
            break
        found = _decibels(energy / active)
        margin = found - _decibels(threshold**2)
        if margin <= 15.9:
            return found if previous is None or above is None else _between(previous, above, (found, margin))
        previous, above = found, margin
    return previous if previous is not None and energy > _FLOOR * sound.size else SILENT_DBM0


def _between(lower: float, its_margin: float, upper: tuple[float, float]) -> float:
    """The level at a margin of exactly 15.9 dB, on the straight line between two thresholds."""
    share = (its_margin - 15.9) / (its_margin - upper[1])
    return lower + share * (upper[0] - lower)


def _envelope(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two exponential averages of 30 ms in a row, as one convolution."""
    keep = np.exp(-1 / (0.03 * RATE))
    delay = np.arange(RATE // 2)
    response = (1 - keep) ** 2 * (delay + 1) * keep**delay
    length = 1 << (sizes.size + response.size).bit_length()
    spectrum = np.fft.rfft(sizes, length) * np.fft.rfft(response, length)
    return np.fft.irfft(spectrum, length)[: sizes.size]


def _held(active: NDArray[np.bool_]) -> int:
    """For how many samples something is active, when each moment is held on for 200 ms."""
    if not active.any():
        return 0
    index = np.arange(active.size)
    last = np.maximum.accumulate(np.where(active, index, -RATE))
    return int(np.count_nonzero(index - last <= RATE // 5))


def _decibels(mean_square: float) -> float:
    return float(dbm0_of(np.array([mean_square]))[0])
