"""Which of the box's sentences is this? Two looks at the last sound: its pattern, then its waveform.

The pattern is the level in six bands every 20 ms; it is matched against all sentences at every
10 ms at once, and does not mind loss, noise or a shift. What it proposes is then laid on the
waveform itself, which only the right sentence fits.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmware.base.ports import RATE
from firmware.sound.frame import Samples
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
PAD, BEHIND = max(PROOF) * EVERY, 20  # steps of silence before each sentence, and after: no pattern is longer
PROPOSED, PROPOSALS = 0.5, 4  # correlation of the patterns from which, and how often, a place is tried
SHIFT = 200  # samples by which the waveform may lie beside the place proposed


class Place(NamedTuple):
    """Where in which sentence: `left` seconds of it are still to come."""

    name: str
    language: str
    left: float


class Piece(NamedTuple):
    """A sentence between silences, and every stretch of its pattern; `end` is its own, in steps."""

    name: str
    language: str
    sound: Samples
    end: int
    tables: dict[int, Pattern]


class Sentences:
    """The music, and whatever sentences were learnt, ready to be recognised."""

    def __init__(self) -> None:
        self._pieces: dict[tuple[str, str], Piece] = {}
        self._add((MUSIC, ""), _music())

    def learn(self, known: Mapping[tuple[str, str], Samples]) -> None:
        """Know these as well, by name and language."""
        for said in known.keys() - self._pieces.keys():
            self._add(said, _piece(f"prompt:{said[0]}", said[1], known[said]))

    def _add(self, said: tuple[str, str], piece: Piece) -> None:
        self._pieces[said] = piece
        self._all = sorted(self._pieces.values(), key=lambda each: (each.name, each.language))
        self._tables = {
            length: np.concatenate([each.tables[length] for each in self._all]) for length in PROOF
        }
        self._begins = {length: self._rows(length) for length in PROOF}

    def _rows(self, length: int) -> NDArray[np.int64]:
        """The row of the table at which each piece begins."""
        return np.cumsum([0, *(len(each.tables[length]) for each in self._all)])

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
            row = int(alike.argmax())
            if alike[row] < PROPOSED:
                return None
            number = int(np.searchsorted(self._begins[length], row, "right")) - 1
            piece, step = self._all[number], row - int(self._begins[length][number])
            if _likeness(piece.sound, tail, step * STEP) >= PROOF[length]:
                left = (piece.end - step - size // STEP) * STEP / RATE
                return Place(piece.name, piece.language, left)
            alike[max(0, row - 10) : row + 10] = 0
        return None


def _likeness(sound: Samples, tail: Samples, begin: int) -> float:
    """Correlation of the waveforms, at the best place near `begin`."""
    first = max(0, begin - SHIFT)
    there = sound[first : begin + len(tail) + SHIFT]
    size = 1 << (len(there) - 1).bit_length()
    overlap = np.fft.irfft(np.fft.rfft(there, size) * np.conj(np.fft.rfft(tail, size)), size)
    best = int(np.argmax(np.abs(overlap[: len(there) - len(tail) + 1])))
    power = float(np.linalg.norm(there[best : best + len(tail)]) * np.linalg.norm(tail))
    return abs(float(overlap[best])) / power if power > 0 else 0.0


def _piece(name: str, language: str, sound: Samples) -> Piece:
    steps = -(-len(sound) // STEP)
    whole = np.zeros((PAD + steps + BEHIND) * STEP, np.float32)
    whole[PAD * STEP :][: len(sound)] = sound
    levels = band_levels(whole, STEP)
    tables = {length: _table(levels, length) for length in PROOF}
    return Piece(name, language, whole, PAD + steps, tables)


@lru_cache(maxsize=1)
def _music() -> Piece:
    music = make_music()
    return _piece(MUSIC, "", np.concatenate([music, music[: 2 * RATE]]))


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
