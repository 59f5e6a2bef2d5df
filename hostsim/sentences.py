"""Which of the box's sentences is this? Two looks at the last sound: its pattern, then its waveform.

The pattern is the level in six bands every 20 ms; it is matched against all sentences at every
10 ms at once, and does not mind loss, noise or a shift. What it proposes is then laid on the
waveform itself, which only the right sentence fits.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmware.base.ports import RATE
from firmware.sound.frame import Samples
from firmware.sound.prompts import Prompts
from firmware.sound.switch import MUSIC, make_music

Pattern = NDArray[np.float32]

STEP = 80  # samples between two places at which a sentence may be met
EVERY = 2  # steps between two levels of a pattern
WINDOW = 320  # samples of one level
EDGES = (250, 500, 850, 1_300, 1_900, 2_600, 3_500)  # Hz between the bands
FLOOR = 1e-2  # power in a band's bins below which it is silence: about -45 dBm0
# How many levels make a pattern: 0.8 s tell most, just after another sound there are 0.2 s; and the
# correlation of the waveforms that proves it, as few samples are soon like some others.
PROOF = {40: 0.65, 20: 0.8, 10: 0.9}
HEARING = (max(PROOF) - 1) * EVERY * STEP + WINDOW  # samples that are looked at
PAD = max(PROOF) * EVERY + 20  # steps of silence around each sentence: no pattern reaches across
PROPOSED, PROPOSALS = 0.5, 4  # correlation of the patterns from which, and how often, a place is tried
SHIFT = 200  # samples by which the waveform may lie beside the place proposed


class Place(NamedTuple):
    """Where in which sentence: `left` seconds of it are still to come."""

    name: str
    left: float


class Sentences:
    """The sentences of `prompts`, and the music, ready to be recognised."""

    def __init__(self, prompts: Prompts) -> None:
        sounds = {f"prompt:{name}": prompts.sound(name) for name in prompts.names}
        music = make_music()
        sounds[MUSIC] = np.concatenate([music, music[: 2 * RATE]])
        self._names = list(sounds)
        gap = np.zeros(PAD * STEP, np.float32)
        parts: list[Samples] = [gap]
        for sound in sounds.values():
            fill = np.zeros(-len(sound) % STEP, np.float32)
            parts += [sound, fill, gap]
        self._all = np.concatenate(parts)
        lengths = [-(-len(sound) // STEP) + PAD for sound in sounds.values()]
        self._begins = np.cumsum([PAD, *lengths])  # in steps
        self._ends = [int(begin) + length - PAD for begin, length in zip(self._begins, lengths, strict=False)]
        levels = band_levels(self._all, STEP)
        self._tables = {length: _table(levels, length) for length in PROOF}

    def find(self, sound: Samples) -> Place | None:
        """The sentence whose words end `sound`, float32[n >= HEARING]; None where it is none of ours."""
        for length in PROOF:
            if (place := self._propose(sound, length)) is not None:
                return place
        return None

    def _propose(self, sound: Samples, length: int) -> Place | None:
        size = (length - 1) * EVERY * STEP + WINDOW
        tail = sound[-size:]
        pattern = _unit(band_levels(tail, EVERY * STEP).reshape(1, -1))[0]
        alike = self._tables[length] @ pattern
        for _ in range(PROPOSALS):
            step = int(alike.argmax())
            if alike[step] < PROPOSED:
                return None
            if self._likeness(tail, step * STEP) >= PROOF[length]:
                return self._place(step, size // STEP)
            alike[max(0, step - 10) : step + 10] = 0
        return None

    def _likeness(self, tail: Samples, begin: int) -> float:
        """Correlation of the waveforms, at the best place near `begin`."""
        first = max(0, begin - SHIFT)
        there = self._all[first : begin + len(tail) + SHIFT]
        size = 1 << (len(there) - 1).bit_length()
        overlap = np.fft.irfft(np.fft.rfft(there, size) * np.conj(np.fft.rfft(tail, size)), size)
        best = int(np.argmax(np.abs(overlap[: len(there) - len(tail) + 1])))
        power = float(np.linalg.norm(there[best : best + len(tail)]) * np.linalg.norm(tail))
        return abs(float(overlap[best])) / power if power > 0 else 0.0

    def _place(self, step: int, steps: int) -> Place:
        """The sentence in which these steps lie; they may reach into the silence around it."""
        middle = step + steps // 2 + PAD // 2
        number = max(0, int(np.searchsorted(self._begins[:-1], middle, "right")) - 1)
        return Place(self._names[number], (self._ends[number] - step - steps) * STEP / RATE)


def band_levels(sound: Samples, every: int) -> Pattern:
    """Logarithms of the power in each band, float32[levels, bands]; one level every `every` samples."""
    windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::every]
    spectrum = np.fft.rfft(windows * _HANN, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    return np.log10(np.add.reduceat(power, _BINS, axis=1)[:, :-1] + FLOOR).astype(np.float32)


_HANN = np.hanning(WINDOW).astype(np.float32)
_BINS = [edge * WINDOW // RATE for edge in EDGES]


def _table(levels: Pattern, length: int) -> Pattern:
    """Every stretch of `length` levels, one a row, ready to be compared."""
    span = (length - 1) * EVERY + 1
    rows = np.lib.stride_tricks.sliding_window_view(levels, span, axis=0)[:, :, ::EVERY]
    return _unit(np.ascontiguousarray(rows.transpose(0, 2, 1)).reshape(len(rows), -1))


def _unit(rows: Pattern) -> Pattern:
    """Rows without their mean, of length one; rows of silence stay nothing."""
    rows = rows - rows.mean(axis=1, keepdims=True)
    size = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.where(size > 1e-3, rows / np.maximum(size, 1e-3), 0).astype(np.float32)
