"""Telephone keys: made, and heard on all rows at once.

Two stages. The *screen* correlates four overlapping windows of 13 ms (104 samples, 5 ms apart) of
every row that is not silent with the eight frequencies, in one matrix product. Five windows in a
row that show the same key make a candidate. The *fit* (keyfit) then explains the last 32 ms of a
candidate by its two tones.

ITU-T Q.24 as tabulated publicly: accept ±1.5 %, reject ±3.5 %; 0 to −25 dBm; the high tone from
4 dB above to 8 dB below the low one; accept 40 ms, reject 23 ms; one key over a hole of 10 ms, two
over a pause of 40 ms.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firmware.base.ports import FRAME, RATE
from firmware.sound.frame import Samples, Watched, amplitude
from firmware.sound.keyfit import FIT, FLOOR, fits

Rows = NDArray[np.intp]
Tones = NDArray[np.complex64]  # amplitudes

LOW: Final = (697.0, 770.0, 852.0, 941.0)  # Hz, ITU-T Q.23
HIGH: Final = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS: Final = "123A456B789C*0#D"  # row by row of the key pad: key = KEYS[4 * low + high]
_NONE: Final = -1

_HOP: Final = 40  # 5 ms
_HOPS: Final = FRAME // _HOP
_WINDOW: Final = 104  # 77 Hz wide: the tones of one group are 73 Hz apart, and 40 ms hold five of them
_RUN: Final = 5  # windows: 264 samples, the fit's span
_PAST: Final = FIT + FRAME - _HOP  # what a fit at the first hop of a frame reaches back over
_ROOM: Final = 8 * FRAME  # frames that come behind the past until it is moved back to the beginning
_SEEN: Final = 16  # hops of the screen that are kept, to find where a key began
_BACK_TO: Final = 9  # windows that are searched for the beginning of a key
_PAUSE: Final = 5  # hops below half the level: 25 ms, between the hole of 10 ms and the pause of 40 ms

_QUIET: Final = FRAME * amplitude(-55.0) ** 2 / 2  # energy of a frame: softer is not listened to
_FAINT: Final = 0.99 * _WINDOW * FLOOR**2 / 8  # of a window: its tones are below the floor (Cauchy-Schwarz)
_SCREEN_SHARE: Final = 0.45  # of a window's energy in the two tones
_SCREEN_TWIST: Final = (10.0**1.3, 10.0**0.9)  # powers: low over high, high over low
_LEFT_OVER: Final = (0.08, 0.20)  # of the energy: noise 11 dB below the key; 7 dB, but then it must last
_LASTING: Final = 7  # windows: 43 ms


@dataclass(frozen=True)
class Key:
    """A key press: began `at` seconds of the detector's time, had lasted `seconds` when it was certain."""

    row: int
    key: str
    at: float
    seconds: float


def make_keys(
    digits: str,
    on: float = 0.08,
    off: float = 0.08,
    level_dbm0: float = -9.0,
    twist_db: float = 0.0,
    low_off: float = 0.0,
    high_off: float = 0.0,
) -> Samples:
    """Key `digits` (0-9*#ABCD): `on` seconds of tones and `off` of silence each, float32 at 8 kHz.

    `level_dbm0` is the level of the low tone, `twist_db` how far the high one is above it;
    `low_off`, `high_off` are frequency errors (0.015 = 1.5 % high). ValueError: no such key.
    """
    presses = [np.zeros(0, np.float32)]
    time = np.arange(round(on * RATE)) / RATE
    low_level, high_level = amplitude(level_dbm0), amplitude(level_dbm0 + twist_db)
    for digit in digits:
        low, high = divmod(KEYS.index(digit), 4)
        tones = low_level * np.sin(2 * np.pi * LOW[low] * (1 + low_off) * time)
        tones += high_level * np.sin(2 * np.pi * HIGH[high] * (1 + high_off) * time)
        presses += [tones.astype(np.float32), np.zeros(round(off * RATE), np.float32)]
    return np.concatenate(presses)


def _screen() -> tuple[Samples, Samples]:
    """[samples, window · frequency · (real, imaginary)] for amplitudes, [samples, window] for powers."""
    matrix = np.zeros((_WINDOW + FRAME - _HOP, _HOPS, 8), np.complex64)
    turn = np.exp(-2j * np.pi * np.outer(np.arange(_WINDOW), LOW + HIGH) / RATE) * 2 / _WINDOW
    for hop in range(_HOPS):
        matrix[hop * _HOP : hop * _HOP + _WINDOW, hop] = turn
    inside = np.abs(matrix[..., 0]) > 0
    return matrix.reshape(len(matrix), -1).view(np.float32), inside.astype(np.float32) / np.float32(_WINDOW)


def _high_pass(taps: int = 97) -> Samples:
    """[past and frame, frame]: a linear-phase filter as a matrix; dial tones (≤ 450 Hz) −50 dB, keys kept."""
    cut, n = 570.0 / RATE, np.arange(taps) - taps // 2
    kernel = (np.where(n == 0, 1.0, 0.0) - 2 * cut * np.sinc(2 * cut * n)) * np.kaiser(taps, 4.5)
    matrix = np.zeros((taps - 1 + FRAME, FRAME), np.float32)
    for sample in range(FRAME):
        matrix[sample : sample + taps, sample] = kernel
    return matrix


_SCREEN, _POWER = _screen()
_HIGH_PASS = _high_pass()
_TAIL: Final = len(_HIGH_PASS) - FRAME
_LATE: Final = _TAIL // 2  # samples by which the filter delays
_NOMINAL = np.array(LOW + HIGH)
_BACK = np.exp(-2j * np.pi * _NOMINAL * _HOP / RATE)  # takes a nominal tone's turn from window to window away


class Dtmf:
    """Hears the keys of `rows` rows. State is only what the last 80 ms say and which key is down."""

    def __init__(self, rows: int) -> None:
        self.held = np.full(rows, _NONE)  # index in KEYS of the key that is down, or -1
        self._now = 0  # samples heard
        self._past = np.zeros((rows, _PAST + _ROOM), np.float32)
        self._end = _PAST  # of the newest frame in `_past`
        self._watched = Watched(rows)
        self._energy = np.zeros(rows, np.float32)  # of the last frame
        self._passed = np.zeros(
            rows, bool
        )  # too faint in the last frame for a key: its windows were not made
        self._tail = np.zeros((rows, _TAIL), np.float32)
        self._dial = np.zeros(rows, bool)
        self._seen = np.zeros((rows, _SEEN + _HOPS, 8), np.complex64)
        self._awake = np.zeros(rows, bool)  # has something in `_seen`
        self._candidate = np.full(rows, _NONE)
        self._run = np.zeros(rows, np.intp)  # windows that showed the candidate without a break
        self._level = np.zeros(rows, np.float32)  # of the key that is down
        self._gone = np.zeros(rows, np.intp)  # windows since it was last seen

    def hear(self, frames: Samples) -> list[Key]:
        """The keys that became certain in `frames` [rows, n], n a multiple of 160; oldest first."""
        heard: list[Key] = []
        for start in range(0, frames.shape[1], FRAME):
            heard += self._frame(frames[:, start : start + FRAME])
        return heard

    def watch(self, row: int, on: bool) -> None:
        """Listen to `row` (at the start: to all), or leave it alone; forget it."""
        self._watched.turn(row, on)
        self.reset(row)

    def dial_mode(self, row: int, on: bool) -> None:
        """Our own dial tone plays on `row`: filter out what comes back of it."""
        self._dial[row] = on

    def reset(self, row: int) -> None:
        """Forget what `row` said so far."""
        self._past[row] = self._tail[row] = self._energy[row] = 0
        self._rest(np.array([row]))

    def _rest(self, rows: Rows) -> None:
        self._seen[rows] = 0
        self._candidate[rows] = self.held[rows] = _NONE
        self._run[rows] = self._gone[rows] = 0
        self._awake[rows] = self._passed[rows] = False

    def _frame(self, frame: Samples) -> list[Key]:
        self._now += FRAME
        if self._dial.any():
            frame = self._without_dial_tone(frame)
        heard = self._watched.of(frame)
        self._keep(heard)
        energy = self._watched.energy(heard)
        loud = energy > _QUIET
        faint = (energy + self._energy < _FAINT) & (self.held == _NONE)
        self._energy = energy
        awake = loud | self._awake
        self._pass_over(np.flatnonzero(awake & faint), loud)
        rows = np.flatnonzero(awake & ~faint)
        return self._screened(rows, loud) if len(rows) else []

    def _pass_over(self, rows: Rows, loud: NDArray[np.bool_]) -> None:
        """Nothing can show in their windows: how they were is looked at a frame later, if something does."""
        self._candidate[rows] = _NONE
        self._awake[rows] = self._passed[rows] = True
        self._rest(rows[~loud[rows]])

    def _keep(self, heard: Samples) -> None:
        places = self._watched.places
        if self._end == self._past.shape[1]:
            self._past[places, :_PAST] = self._past[places, -_PAST:]
            self._end = _PAST
        self._past[places, self._end : self._end + FRAME] = heard
        self._end += FRAME

    def _without_dial_tone(self, frame: Samples) -> Samples:
        dial = self._dial
        long = np.concatenate((self._tail[dial], frame[dial]), axis=1)
        self._tail[dial] = long[:, -_TAIL:]
        frame = frame.copy()
        frame[dial] = long @ _HIGH_PASS
        return frame

    def _screened(self, rows: Rows, loud: NDArray[np.bool_]) -> list[Key]:
        late = rows[self._passed[rows]]
        if len(late):
            self._seen[late, _SEEN:] = self._windows(late, self._end - FRAME)[0]
            self._passed[late] = False
        tones, sound = self._windows(rows, self._end)
        seen = self._seen[rows]
        seen[:, :_SEEN] = seen[:, _HOPS:]
        seen[:, _SEEN:] = tones
        self._seen[rows] = seen
        shown = _shown(tones, sound * sound)
        keys = [key for hop in range(_HOPS) for key in self._hop(rows, hop, shown[:, hop])]
        self._awake[rows] = True
        still = rows[~loud[rows] & (self.held[rows] == _NONE) & (self._candidate[rows] == _NONE)]
        if len(still):
            self._rest(still)
        return keys

    def _windows(self, rows: Rows, end: int) -> tuple[Tones, Samples]:
        """The windows of a frame that ends there: amplitudes [rows, windows, 8], and their sound."""
        sound = self._past[rows, end - len(_SCREEN) : end]
        return (sound @ _SCREEN).view(np.complex64).reshape(len(rows), _HOPS, 8), sound

    def _hop(self, rows: Rows, hop: int, shown: NDArray[np.intp]) -> list[Key]:
        if (shown < 0).all() and (self.held[rows] < 0).all():
            self._candidate[rows] = _NONE
            return []
        self._run[rows] = np.where(shown == self._candidate[rows], self._run[rows] + 1, 1)
        self._candidate[rows] = shown
        self._release(rows, hop)
        ready = rows[(self._run[rows] >= _RUN) & (shown >= 0) & (shown != self.held[rows])]
        return self._certain(ready, hop) if len(ready) else []

    def _release(self, rows: Rows, hop: int) -> None:
        """A key is up when its tones have been below half their level for longer than a hole."""
        down = rows[self.held[rows] >= 0]
        if not len(down):
            return
        level = self._levels(down, self.held[down], slice(_SEEN + hop, _SEEN + hop + 1))[:, 0]
        self._gone[down] = np.where(level < self._level[down] / 2, self._gone[down] + 1, 0)
        up = down[self._gone[down] >= _PAUSE]
        self.held[up] = _NONE
        self._gone[up] = 0

    def _levels(self, rows: Rows, keys: NDArray[np.intp], hops: slice) -> Samples:
        """[rows, hops]: the root of the two tones' powers in the windows `hops`."""
        seen = np.abs(self._seen[rows, hops])
        each = np.arange(len(rows))
        return np.hypot(seen[each, :, keys // 4], seen[each, :, 4 + keys % 4])

    def _certain(self, rows: Rows, hop: int) -> list[Key]:
        keys = self._candidate[rows]
        last = _SEEN + hop + 1
        each = np.arange(len(rows))[:, None]
        pair = np.stack((keys // 4, 4 + keys % 4), axis=1)
        run = self._seen[rows, last - _RUN : last][each, :, pair]  # [rows, tone, window]
        turn = np.angle((run[..., 1:] * run[..., :-1].conj()).sum(-1) * _BACK[pair])
        hertz = _NOMINAL[pair] + turn * (RATE / (2 * np.pi * _HOP))
        end = self._end - (_HOPS - 1 - hop) * _HOP
        most = np.where(self._run[rows] < _LASTING, *_LEFT_OVER)
        good = fits(self._past[rows, end - FIT : end], hertz, _NOMINAL[pair], most)
        rows, keys = rows[good], keys[good]
        self.held[rows] = keys
        self._gone[rows] = 0
        levels = self._levels(rows, keys, slice(last - _BACK_TO, last))
        self._level[rows] = levels[:, -3:].sum(axis=1) / 3
        now = self._now - (_HOPS - 1 - hop) * _HOP
        lasted = _lasted(levels)
        began = np.maximum(now - lasted - _LATE * self._dial[rows], 0)
        return [
            Key(int(row), KEYS[key], int(start) / RATE, int(long) / RATE)
            for row, key, start, long in zip(rows, keys, began, lasted, strict=True)
        ]


def _lasted(levels: Samples) -> NDArray[np.intp]:
    """Samples since each key began: the last of its windows [rows, 9] that is not full tells it."""
    full = 3 * levels / levels[:, -3:].sum(axis=1, keepdims=True)
    short = full[:, -4::-1] < 0.9  # the newest first
    back = short.argmax(axis=1) + 3
    filled = np.where(short.any(axis=1), full[np.arange(len(full)), -1 - back], 1.0)
    lasted: Rows = (back * _HOP + np.rint(np.minimum(filled, 1.0) * _WINDOW)).astype(np.intp)
    return lasted


def _shown(tones: Tones, squares: Samples) -> NDArray[np.intp]:
    """[rows, windows]: the key that a window shows, or -1; from amplitudes [rows, windows, 8]."""
    total = squares @ _POWER
    power = (tones.real**2 + tones.imag**2) / 2
    low, high = power[..., :4].max(-1), power[..., 4:].max(-1)
    shows = (low + high > _SCREEN_SHARE * total) & (np.minimum(low, high) > FLOOR * FLOOR / 4)
    shows &= (low < high * _SCREEN_TWIST[0]) & (high < low * _SCREEN_TWIST[1])
    if not shows.any():
        return np.full(shows.shape, _NONE)
    key = 4 * power[..., :4].argmax(-1) + power[..., 4:].argmax(-1)
    return np.where(shows, key, _NONE)
