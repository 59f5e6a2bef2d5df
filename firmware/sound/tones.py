"""Ears for progress tones and for voices, on all rows at once; and the makers of tones (see plans).

Progress looks at each row's last 60 ms, every 20 ms: how much of its power lies within 2 % of the
frequencies of one of the country's notes? What those notes and pauses mean is told by cadence.
Voice knows a person by what tones, noise and hum never do: level and colour change together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from firmware.base.ports import FRAME, RATE
from firmware.sound.cadence import PAUSE, Cadence, Note, Pattern, notes_of, patterns_of
from firmware.sound.frame import Samples, amplitude, rms
from firmware.sound.plans import PLANS, Segment, TonePlan, make_opening, make_tone

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
        self._weight = np.array(
            [[weight[n] * (n in known[c]) for n in self._notes] for c in countries], np.float32
        )
        self._lay_bases()
        self._count = 0
        self._watched = np.ones(rows, np.bool_)
        self._window = np.zeros((rows, FRAME * _SPAN), np.float32)
        self._powers = np.zeros((rows, _SPAN), np.float32)
        self._energy = np.zeros(rows)
        self._note, self._stable = np.full(rows, PAUSE), np.full(rows, PAUSE)
        self._due = np.zeros(rows, np.int64)
        self._quiet, self._silent = np.zeros(rows, np.int64), np.zeros(rows, np.bool_)
        self._cadence = [Cadence(known, -_LAG) for known in self._patterns]

    def _lay_bases(self) -> None:
        """One matrix for all notes, turned once for each place that the newest frame may have."""
        blocks = [_blocks(note) for note in self._notes]
        sizes = [block.shape[1] for note in blocks for block in note]
        self._starts = np.cumsum([0, *sizes[:-1]])
        last = np.cumsum([len(note) for note in blocks]) - 1
        self._second = last
        self._first = last - np.array([len(note) - 1 for note in blocks])
        whole = np.hstack([block for note in blocks for block in note]).astype(np.float32)
        self._bases = [np.roll(whole, (slot + 1) * FRAME, axis=0) for slot in range(_SPAN)]

    def watch(self, row: int, on: bool) -> None:
        """Listen to a row, or leave it alone (and forget it)."""
        self._watched[row] = on
        self.reset(row)

    def reset(self, row: int) -> None:
        """Forget what was heard on a row; what was on is not told to have ended."""
        self._window[row] = self._powers[row] = self._quiet[row] = 0
        self._note[row] = self._stable[row] = PAUSE
        self._silent[row] = False
        self._cadence[row] = Cadence(self._patterns[row], self._count, float(self._energy[row]))
        self._due[row] = 0

    def hear(self, frames: Samples) -> list[Tone]:
        told: list[Tone] = []
        for start in range(0, frames.shape[1], FRAME):
            self._frame(frames[:, start : start + FRAME], told)
        return told

    def _frame(self, sound: Samples, told: list[Tone]) -> None:
        slot = self._count % _SPAN
        self._window[:, slot * FRAME : (slot + 1) * FRAME] = sound
        power = np.einsum("ij,ij->i", sound, sound)
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
        note = np.full(power.size, PAUSE)
        rows = np.flatnonzero((power > _WEAKEST) & self._watched)
        if not rows.size:
            return note
        near = self._window[rows] @ self._bases[slot]
        blocks = np.add.reduceat(near * near, self._starts, axis=1)
        one, two = blocks[:, self._first], blocks[:, self._second]
        both = one + two
        pure = np.where(np.minimum(one, two) >= _SHARE * both, both, 0) * self._weight[rows]
        best = pure.argmax(axis=1)
        sure = pure[np.arange(rows.size), best] >= _PURE * power[rows]
        sure &= self._powers[rows, slot - 1] >= _MIDDLE * power[rows]
        note[rows[sure]] = best[sure]
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
        self._quiet = np.where((power < _QUIET) & self._watched, before + 1, 0)
        stirred = (self._quiet >= _QUIET_FRAMES) != self._silent
        if not stirred.any():
            return
        for row in np.flatnonzero(stirred):
            if not self._silent[row] and self._cadence[row].tone is None:
                self._turn_silent(int(row), True, self._count + 1 - int(self._quiet[row]), told)
            elif self._silent[row] and self._quiet[row] == before[row] == 0:
                self._turn_silent(int(row), False, self._count - 1, told)

    def _turn_silent(self, row: int, on: bool, frame: int, told: list[Tone]) -> None:
        self._silent[row] = on
        told.append(Tone(row, "silence", on, frame * _SECONDS))


_LOUD = FRAME * rms(-40) ** 2  # power of a frame in which somebody may speak
_NEAR = 0.1  # 10 dB: a frame that far below the loudest of late is no part of a voice
_FORGET = 0.97  # a frame: the loudest of late fades by 10 dB in 1.5 s
_LEVEL_STEP = 1.35  # 1.3 dB from frame to frame: noise stays within it 19 times of 20
_COLOUR_STEP = 0.06  # of the first two autocorrelations together: a tone's do not move
_FADE = 0.95  # a frame: what was heard counts for half after 0.27 s
_VOICE, _NO_VOICE, _MOST = 4.0, 1.0, 8.0  # frames that moved: to begin, to end, to remember


class Voice:
    """A person speaks: `hear` tells "voice" within 0.6 s of speech, and its end after a second of none.

    Shapes as of Progress. Tones of any country, keys, noise and hum are no voice; music is.
    """

    def __init__(self, rows: int) -> None:
        self._count = 0
        self._watched = np.ones(rows, np.bool_)
        self._power, self._loudest = np.zeros(rows, np.float32), np.zeros(rows, np.float32)
        self._colour = np.zeros((2, rows), np.float32)
        self._moves = np.zeros(rows, np.float32)
        self._first, self._last = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
        self._on = np.zeros(rows, np.bool_)

    def watch(self, row: int, on: bool) -> None:
        """Listen to a row, or leave it alone (and forget it)."""
        self._watched[row] = on
        self.reset(row)

    def reset(self, row: int) -> None:
        """Forget what was heard on a row; a voice that was on is not told to have ended."""
        self._power[row] = self._loudest[row] = self._moves[row] = 0
        self._on[row] = False

    def hear(self, frames: Samples) -> list[Tone]:
        told: list[Tone] = []
        for start in range(0, frames.shape[1], FRAME):
            self._frame(frames[:, start : start + FRAME], told)
        return told

    def _frame(self, sound: Samples, told: list[Tone]) -> None:
        moved = self._moved(sound)
        self._moves *= _FADE
        self._moves[moved] += 1
        np.minimum(self._moves, _MOST, out=self._moves)
        self._first[moved & (self._moves < 1.5)] = self._count
        self._last[moved] = self._count
        turned = np.where(self._on, self._moves < _NO_VOICE, self._moves >= _VOICE)
        if turned.any():
            for row in np.flatnonzero(turned):
                on = not self._on[row]
                self._on[row] = on
                frame = self._first[row] if on else self._last[row] + 1
                told.append(Tone(int(row), "voice", on, float(frame * _SECONDS)))
        self._count += 1

    def _moved(self, sound: Samples) -> NDArray[np.bool_]:
        """Rows on which level and colour changed since the last frame, both frames being loud."""
        power = np.einsum("ij,ij->i", sound, sound)
        known = power + np.float32(1e-9)
        colour = np.stack([np.einsum("ij,ij->i", sound[:, lag:], sound[:, :-lag]) for lag in (1, 2)]) / known
        self._loudest = np.maximum(self._loudest * _FORGET, power)
        floor = np.maximum(self._loudest * _NEAR, _LOUD)
        step = known / (self._power + np.float32(1e-9))
        moved: NDArray[np.bool_] = np.maximum(step, 1 / step) > _LEVEL_STEP
        moved &= np.minimum(power, self._power) > floor
        moved &= np.abs(colour - self._colour).sum(axis=0) > _COLOUR_STEP
        self._power, self._colour = power, colour
        return moved & self._watched


# The impulse response of a real hybrid at 8 kHz: ITU-T G.168 (2015) annex D, model 1 (D.2).
_HYBRID = (
    -436, -829, -2797, -4208, -17968, -11215, 46150, 34480, -10427, 9049, -1309, -6320, 390, -8191, -1751,
    -6051, -3796, -4055, -3948, -2557, -3372, -1808, -2259, -1300, -1098, -618, -340, -61, 323, 419, 745,
    716, 946, 880, 1014, 976, 1033, 1091, 1053, 1042, 794, 831, 899, 716, 390, 313, 304, 304, 73, -119,
    -109, -176, -359, -407, -512, -580, -704, -618, -685, -791, -772, -820, -839, -724,
)  # fmt: skip


def make_cng(dbm0: float = -10.0) -> Samples:
    """One cycle of a calling fax, ITU-T T.30 4.1: 1,100 Hz for 0.5 s, 3 s of nothing."""
    return make_tone(
        TonePlan("T.30", (), 0.0, dbm0, {"cng": (Segment((1100,), 0.5), Segment((), 3.0))}), "cng"
    )


def line_noise(size: int, dbm0: float, random: Generator) -> Samples:
    """White noise of that level over 0-4,000 Hz, float32[size]; the same generator gives the same."""
    return random.standard_normal(size, np.float32) * np.float32(rms(dbm0))


def hum(size: int, dbm0: float, hertz: float = 50.0, start: int = 0) -> Samples:
    """Mains hum: the fundamental and its odd harmonics to the seventh, each 6 dB below the one before.

    float32[size] of that level in all; `start` is the first sample's number, so that frames follow on.
    """
    time = (np.arange(start, start + size) / RATE)[None]
    order = np.array([[1], [3], [5], [7]])
    share = 0.5 ** np.arange(4)
    waves = share[:, None] * np.sin(2 * np.pi * hertz * order * time)
    sound: Samples = (waves.sum(axis=0) * amplitude(dbm0) / np.sqrt(share @ share)).astype(np.float32)
    return sound


def hybrid_path(loss_db: float = 12.0, delay: int = 8) -> Samples:
    """The path from what we send to its echo, float32[delay + 64], to be convolved with it.

    `loss_db` is what white noise loses on the way (echo return loss), `delay` the flat part in samples.
    """
    path = np.array(_HYBRID, np.float64)
    path *= 10 ** (-loss_db / 20) / np.sqrt(path @ path)
    return np.concatenate([np.zeros(delay), path]).astype(np.float32)
