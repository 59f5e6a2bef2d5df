"""Ears for progress tones and for voices, on all rows at once; and the makers of tones (see plans).

Progress looks at each row's last 60 ms, every 20 ms: how much of its power lies within 2 % of the
frequencies of one of the country's notes? What those notes and pauses mean is told by cadence.
Voice looks at 40 ms: a person's power lies in some lines of the spectrum, a tone's in one or two, the
power of noise in all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware.base.ports import FRAME, RATE
from firmware.sound.cadence import PAUSE, Cadence, Note, Pattern, notes_of, patterns_of
from firmware.sound.frame import Samples, rms
from firmware.sound.plans import (
    PLANS,
    Segment,
    TonePlan,
    hum,
    hybrid_path,
    line_noise,
    make_cng,
    make_opening,
    make_tone,
)

__all__ = ["PLANS", "Progress", "Segment", "Tone", "TonePlan", "Voice", "hum", "hybrid_path", "line_noise"]
__all__ += ["make_cng", "make_opening", "make_tone"]

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Tone:
    """A tone (or "silence", "voice") that began or ended on a row, `at` seconds after the first sample."""

    row: int
    name: str
    on: bool
    at: float


_SECONDS = FRAME / RATE
_SPAN = 3  # frames of a window: 60 ms tell 440 from 480 Hz
_LAG = _SPAN - 1  # frames: a change is certain when two windows agree, and the first was two thirds full
_WIDTH = 0.02  # of a frequency: exchanges keep 1.5 %
_KEPT = 0.985  # of the power of any tone inside that width, at least
_PURE = 0.75  # of a window's power lies in its note: 12 dB S/N leave 0.94, a key's two tones 0.5
_MIDDLE = 0.2  # of a window's power is in its middle frame: so a burst is as long as it is heard
_SHARE = 0.1  # of a note's power is in the weaker of two tones at least: 9.5 dB apart
_WEAKEST = FRAME * _SPAN * rms(-38) ** 2  # power of a window that may be a tone: -30 dBm0 and a margin
_QUIET = FRAME * rms(-45) ** 2  # power of a frame that is silence
_QUIET_FRAMES = 100  # 2 s


@cache
def _basis(hertz: float) -> NDArray[np.float64]:
    """An orthonormal basis, float64[window, n], of all that lies within 2 % of a frequency."""
    time = np.arange(FRAME * _SPAN) / RATE
    waves = np.exp(2j * np.pi * np.outer(time, hertz * (1 + np.linspace(-_WIDTH, _WIDTH, 41))))
    vectors, sizes, _ = np.linalg.svd(np.hstack([waves.real, waves.imag]), full_matrices=False)
    for size in range(2, sizes.size):
        kept: NDArray[np.float64] = np.linalg.norm(vectors[:, :size].T @ waves, axis=0) ** 2 / time.size
        if kept.min() >= _KEPT:
            return vectors[:, :size]
    return vectors


def _blocks(note: Note) -> list[NDArray[np.float64]]:
    """The basis of a note in one or two parts: what is near its first tone, what only its second has."""
    bases = [_basis(hertz) for hertz in note]
    joint = np.linalg.qr(np.hstack(bases))[0]
    return np.split(joint, [bases[0].shape[1]], axis=1)[: len(note)]


class Progress:
    """Dial, busy, congestion, ringback, sit, cng and silence on `rows` rows of one country or one each.

    `hear` takes float32[rows, n], n a multiple of 160, and gives what became certain, oldest first.
    Rows that nobody watches cost nothing; KeyError: no plan for a country.
    """

    def __init__(self, rows: int, country: str | Sequence[str]) -> None:
        countries = [country] * rows if isinstance(country, str) else list(country)
        self._notes = sorted({note for code in set(countries) for note in notes_of(PLANS[code])})
        known = {code: set(notes_of(PLANS[code])) for code in set(countries)}
        patterns = {code: patterns_of(PLANS[code], self._notes) for code in set(countries)}
        self._patterns: list[tuple[Pattern, ...]] = [patterns[code] for code in countries]
        # A single tone's power is counted twice, as its own second tone: hence the half. A little more,
        # since the wider basis of two tones catches more of a burst's edges.
        weight = {note: 0.53 if len(note) == 1 else 1.0 for note in self._notes}
        weights = [[weight[note] * (note in known[code]) for note in self._notes] for code in countries]
        self._weights = np.array(weights, np.float32)
        self._lay_bases()
        self._count = 0
        self._weakest = np.full(rows, _WEAKEST, np.float32)  # infinite where nobody watches
        self._window = np.zeros((rows, FRAME * _SPAN), np.float32)
        self._powers = np.zeros((rows, _SPAN), np.float32)
        self._energy = np.zeros(rows)
        self._note, self._stable = np.full(rows, PAUSE), np.full(rows, PAUSE)
        self._due = np.zeros(rows, np.int64)
        self._quiet, self._silent = np.zeros(rows, np.int64), np.zeros(rows, np.bool_)
        self._cadence = [Cadence(known, -_LAG) for known in self._patterns]

    def _lay_bases(self) -> None:
        """One matrix for all notes, turned once for each place that the newest frame may have."""
        parts = [_blocks(note) for note in self._notes]
        blocks = [block[0] for block in parts] + [block[1] for block in parts if len(block) > 1]
        second = iter(range(len(parts), len(blocks)))
        whose = [*range(len(parts)), *(next(second) if len(part) > 1 else n for n, part in enumerate(parts))]
        owner = np.repeat(np.arange(len(blocks)), [block.shape[1] for block in blocks])
        self._owners = (owner[:, None] == np.array(whose)).astype(np.float32)  # sums lines into both tones
        whole = np.hstack(blocks).astype(np.float32)
        self._bases = [np.roll(whole, (slot + 1) * FRAME, axis=0) for slot in range(_SPAN)]

    def watch(self, row: int, on: bool) -> None:
        """Listen to a row, or leave it alone (and forget it)."""
        self._weakest[row] = _WEAKEST if on else np.inf
        self.reset(row)

    def reset(self, row: int) -> None:
        """Forget what was heard on a row; what was on is not told to have ended."""
        self._window[row] = self._powers[row] = self._quiet[row] = 0
        self._note[row] = self._stable[row] = PAUSE
        self._silent[row] = False
        self._cadence[row] = Cadence(self._patterns[row], self._count - _LAG, float(self._energy[row]))
        self._due[row] = 0

    def hear(self, frames: Samples) -> list[Tone]:
        told: list[Tone] = []
        for start in range(0, frames.shape[1], FRAME):
            self._frame(frames[:, start : start + FRAME], told)
        return told

    def _frame(self, sound: Samples, told: list[Tone]) -> None:
        slot = self._count % _SPAN
        self._window[:, slot * FRAME : (slot + 1) * FRAME] = sound
        power = np.vecdot(sound, sound)
        self._powers[:, slot] = power
        window = self._powers.sum(axis=1)
        note = self._notes_of(window, slot)
        changed = (note == self._note) & (note != self._stable)
        self._note = note
        stirred = changed | (self._due <= self._count - _LAG)
        if stirred.any():
            for row in np.flatnonzero(stirred):
                self._stir(int(row), bool(changed[row]), told)
        self._energy += self._powers[:, slot - 2]
        self._hear_silence(power, told)
        self._count += 1

    def _notes_of(self, power: Samples, slot: int) -> Rows:
        """The note in each row's window, PAUSE where there is none."""
        loud = power > self._weakest
        note = np.full(power.size, PAUSE)
        if not loud.any():
            return note
        rows = slice(None) if loud.all() else np.flatnonzero(loud)
        near = self._window[rows] @ self._bases[slot]
        near *= near
        tones = near @ self._owners
        one, two = tones[:, : len(self._notes)], tones[:, len(self._notes) :]
        both = one + two
        pure = both * self._weights[rows] * (np.minimum(one, two) >= _SHARE * both)
        enough = pure.max(axis=1) >= _PURE * power[rows]
        enough &= self._powers[rows, slot - 1] >= _MIDDLE * power[rows]
        note[rows] = np.where(enough, pure.argmax(axis=1), PAUSE)
        return note

    def _stir(self, row: int, changed: bool, told: list[Tone]) -> None:
        cadence, frame, energy = self._cadence[row], self._count - _LAG, float(self._energy[row])
        if changed:
            self._stable[row] = self._note[row]
            news = cadence.change(int(self._note[row]), frame, energy)
        else:
            news = cadence.look(frame, energy)
        self._due[row] = cadence.due
        told.extend(Tone(row, name, on, at * _SECONDS) for name, on, at in news)

    def _hear_silence(self, power: Samples, told: list[Tone]) -> None:
        """Silence is 2 s of it; two frames of sound end it. A tone's own pauses are none."""
        before = self._quiet
        self._quiet = np.where(power < _QUIET, before + 1, 0)
        stirred = (self._quiet >= _QUIET_FRAMES) != self._silent
        if not stirred.any():
            return
        for row in np.flatnonzero(stirred):
            watched = self._weakest[row] == _WEAKEST
            if not self._silent[row] and watched and self._cadence[row].tone is None:
                self._turn_silent(int(row), True, self._count + 1 - int(self._quiet[row]), told)
            elif self._silent[row] and self._quiet[row] == before[row] == 0:
                self._turn_silent(int(row), False, self._count - 1, told)

    def _turn_silent(self, row: int, on: bool, frame: int, told: list[Tone]) -> None:
        self._silent[row] = on
        told.append(Tone(row, "silence", on, frame * _SECONDS))


_LOUD = FRAME * rms(-40) ** 2  # power of a frame in which somebody may speak
_NEAR = 0.05  # 13 dB: a frame that far below the loudest of late is no part of a voice
_BELOW = 0.7  # 1.5 dB: nor one that is as loud as it gets: speech moves on, noise does not
_FORGET = 0.97  # a frame: the loudest of late fades by 10 dB in 1.5 s
_LOWEST = 8  # of the spectrum's lines, 25 Hz apart: from 200 Hz on, above most hum
_FEW, _MANY = 5.3, 18.0  # lines that share the power: tones in noise have less, noise has more
_FADE = 0.95  # a frame: what was heard counts for half after 0.27 s
_VOICE, _NO_VOICE, _MOST = 1.3, 0.5, 4.0  # frames of speech: to begin, to end, to remember


class Voice:
    """A person speaks: `hear` tells "voice" when that is certain, and its end after a second of none.

    Shapes as of Progress. Tones of any country, keys, noise and hum are no voice; music may be.
    """

    def __init__(self, rows: int) -> None:
        self._count = 0
        self._weakest = np.full(rows, _LOUD, np.float32)  # infinite where nobody watches
        self._frames = np.zeros((2, rows, FRAME), np.float32)  # the last two, in turns
        self._shape = np.hanning(FRAME + 2)[1:-1].astype(np.float32)
        line = np.arange(_LOWEST, FRAME // 2 + 1)
        self._emphasis = (line * 0.025).astype(np.float32)  # 3 dB an octave: a vowel's lines alike
        slant = np.cos(np.pi * line / (FRAME // 2))  # above zero in all: more low than high
        self._total = np.stack([np.ones(line.size), slant], axis=1).astype(np.float32)
        self._loudest, self._speech = np.zeros(rows, np.float32), np.zeros(rows, np.float32)
        self._power = self._loudest
        self._enough = np.full(rows, _VOICE, np.float32)
        self._before, self._on = np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
        self._first, self._last = np.zeros(rows, np.int64), np.zeros(rows, np.int64)

    def watch(self, row: int, on: bool) -> None:
        """Listen to a row, or leave it alone (and forget it)."""
        self._weakest[row] = _LOUD if on else np.inf
        self.reset(row)

    def reset(self, row: int) -> None:
        """Forget what was heard on a row; a voice that was on is not told to have ended."""
        self._frames[:, row] = self._loudest[row] = self._speech[row] = 0
        self._before[row] = self._on[row] = False
        self._enough[row] = _VOICE

    def hear(self, frames: Samples) -> list[Tone]:
        told: list[Tone] = []
        for start in range(0, frames.shape[1], FRAME):
            self._frame(frames[:, start : start + FRAME], told)
        return told

    def _frame(self, sound: Samples, told: list[Tone]) -> None:
        now = self._like_speech(sound)
        # The edges of tones look like it for one frame, never for two; a tone in noise keeps its level.
        speech = now & self._before & (self._power < self._loudest * _BELOW)
        self._before = now
        self._speech *= _FADE
        if speech.any():
            self._first[speech & (self._speech < _NO_VOICE)] = self._count - 2
            self._last[speech] = self._count
            self._speech[speech] = np.minimum(self._speech[speech] + 1, _MOST)
        turned = (self._speech >= self._enough) != self._on
        if turned.any():
            for row in np.flatnonzero(turned):
                self._turn(int(row), told)
        self._count += 1

    def _turn(self, row: int, told: list[Tone]) -> None:
        on = self._on[row] = not self._on[row]
        self._enough[row] = _NO_VOICE if on else _VOICE
        frame = max(0, self._first[row]) if on else self._last[row] + 1
        told.append(Tone(row, "voice", bool(on), float(frame * _SECONDS)))

    def _like_speech(self, sound: Samples) -> NDArray[np.bool_]:
        """Rows whose last 40 ms are loud and have some strong lines: neither one or two nor all."""
        self._frames[self._count % 2] = sound
        self._power = power = np.vecdot(sound, sound)
        self._loudest *= np.float32(_FORGET)
        np.maximum(self._loudest, power, out=self._loudest)
        like: NDArray[np.bool_] = power > np.maximum(self._loudest * _NEAR, self._weakest)
        if like.any():
            rows = slice(None) if like.all() else np.flatnonzero(like)
            lines = np.fft.rfft(self._window(rows) * self._shape)[:, _LOWEST:]
            spectrum = (lines.real**2 + lines.imag**2) * self._emphasis
            total = spectrum @ self._total
            sharing = total[:, 0] ** 2 / np.vecdot(spectrum, spectrum)
            like[rows] = (sharing > _FEW) & (sharing < _MANY) & (total[:, 1] > 0)
        return like

    def _window(self, rows: slice | Rows) -> Samples:
        """Their last 40 ms, at 4 kHz."""
        both = [self._frames[(self._count + turn) % 2, rows] for turn in (1, 0)]
        return np.concatenate([frame[:, 0::2] + frame[:, 1::2] for frame in both], axis=1)
