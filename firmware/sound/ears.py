"""What the rows of sound say: keys, callers, tones, voices, told as facts of the ports.

Who listens to what: keys of phones always, but for those that tell them, and of a line while
somebody talks on it; callers on lines that lie on their hook; tones and voices on lines that do
not. A detector hears only the rows that need it, and nothing at all while none does.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from firmware.base.clock import SECOND
from firmware.base.ports import FRAME, RATE, CallerHeard, Fact, KeyHeard, ToneHeard
from firmware.sound.callerid import CallerId
from firmware.sound.dtmf import Dtmf
from firmware.sound.frame import Samples
from firmware.sound.tones import Progress, Voice

_SAMPLE: Final = SECOND // RATE  # µs


class _Ear:
    """One detector, the rows of sound it may be put to, and those it is put to now."""

    def __init__(self, detector: Any, rows: NDArray[np.intp], turn: Callable[[int, bool], None]) -> None:
        """`turn(place, on)` makes the detector forget a row, and listen to it or leave it alone."""
        self.detector = detector
        consecutive = len(rows) > 0 and bool((np.diff(rows) == 1).all())
        self._places = slice(rows[0], rows[-1] + 1) if consecutive else rows  # a slice copies nothing
        self._rows, self._turn = rows, turn
        self._on = np.zeros(len(rows), bool)
        self._heard = 0  # samples

    def listen(self, row: int, on: bool) -> None:
        """Start or stop listening to a row, without memory of what it said before."""
        for place in np.flatnonzero(self._rows == row):
            self._on[place] = on
            self._turn(int(place), on)

    def reset(self, row: int) -> None:
        for place in np.flatnonzero(self._rows == row):
            self.detector.reset(int(place))

    def dial_mode(self, row: int, on: bool) -> None:
        for place in np.flatnonzero(self._rows == row):
            self.detector.dial_mode(int(place), on)

    def hear(self, said: Samples, at_us: int) -> list[tuple[int, int, Any]]:
        """(row, at in µs, what the detector told) for a frame that began at `at_us`."""
        if not self._on.any():
            return []
        zero = at_us - self._heard * _SAMPLE
        self._heard += FRAME
        told = self.detector.hear(said[self._places])
        return [
            (int(self._rows[each.row]), zero + round(each.at * SECOND), each)
            for each in told
            if self._on[each.row]
        ]


class Ears:
    """The ears of all ports. Lines begin on their hook."""

    def __init__(
        self,
        kinds: Mapping[str, Literal["line", "phone"]],
        countries: Mapping[str, str],
        deaf: Collection[str] = (),
    ) -> None:
        """`kinds` in the order of the rows; `countries`: whose tones a line speaks; `deaf`: phones that
        tell their keys. KeyError: no such country."""
        self._names = tuple(kinds)
        self._row = {name: row for row, name in enumerate(kinds)}
        self._lines = {name for name, kind in kinds.items() if kind == "line"}
        lines = np.array([self._row[name] for name in kinds if name in self._lines], np.intp)
        keyed = np.array([row for name, row in self._row.items() if name not in deaf], np.intp)
        keys, callers, voices = Dtmf(len(keyed)), CallerId(len(lines)), Voice(len(lines))
        tones = Progress(len(lines), [countries[self._names[row]] for row in lines])
        self._keys = _Ear(keys, keyed, keys.watch)
        self._callers = _Ear(callers, lines, callers.listen)
        self._tones = _Ear(tones, lines, tones.watch)
        self._voices = _Ear(voices, lines, voices.watch)
        for name, row in self._row.items():
            if name in self._lines:
                self.idle(name)
            else:
                self._keys.listen(row, True)

    def hear(self, said: Samples, at_us: int) -> list[tuple[str, Fact]]:
        """One frame, float32[rows, 160], that began at `at_us`: the facts, by their time, then by row."""
        heard: list[tuple[int, int, Fact]] = [
            (at, row, KeyHeard(key.key, at=at)) for row, at, key in self._keys.hear(said, at_us)
        ]
        for row, at, caller in self._callers.hear(said, at_us):
            heard.append((at, row, CallerHeard(caller.number, caller.name, caller.reason, at=at)))
        for ear in (self._tones, self._voices):
            for row, at, tone in ear.hear(said, at_us):
                heard.append((at, row, ToneHeard(tone.name, tone.on, at=at)))
        heard.sort(key=lambda each: each[:2])
        return [(self._names[row], fact) for _, row, fact in heard]

    def idle(self, row: str) -> None:
        """A line lies on its hook: listen for who calls."""
        self._set(row, idle=True)

    def talking(self, row: str) -> None:
        """A line is seized: listen for tones, voices and keys."""
        self._set(row, idle=False)

    def dial_mode(self, row: str, on: bool) -> None:
        """Our own dial tone plays on `row`: keys are heard through it."""
        self._keys.dial_mode(self._row[row], on)

    def reset(self, row: str) -> None:
        """Forget what `row` said so far."""
        for ear in (self._keys, self._callers, self._tones, self._voices):
            ear.reset(self._row[row])

    def _set(self, name: str, idle: bool) -> None:
        row = self._row[name]
        if name in self._lines:
            self._callers.listen(row, idle)
            for ear in (self._keys, self._tones, self._voices):
                ear.listen(row, not idle)


class Deaf:
    """Ears for ports without sound: they tell keys, tones and callers themselves."""

    def idle(self, row: str) -> None: ...

    def talking(self, row: str) -> None: ...

    def dial_mode(self, row: str, on: bool) -> None: ...
