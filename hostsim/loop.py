"""The pair of wires of a subscriber line: battery, polarity, breaks, ringing and who loops it.

What the chip at its end measures is piecewise constant and is computed when it is asked for. The
battery is 48 V behind 1,000 Ω of feed (HARDWARE 2.5.5), the line itself 300 Ω.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from firmware.base.clock import Clock, Timer

BATTERY = 48.0
FEED_OHMS = 1_300.0
HELD_VOLTS = 7.0  # what a DAA lets stand across the pair while it draws current
SHARED_VOLTS = 9.0  # the pair with another telephone off its hook and ours on
SHARED_HELD_VOLTS = 5.5  # with both off
HISTORY = 64  # readings that are kept: a chip looks back less than a tick
OVERLOAD = 120.0  # mA: a fault current, above the 100 mA at which a DAA must let go
RING_VOLTS = 75.0  # V RMS at the office, well above the 16.5 V at which a DAA must hear it


class Reading(NamedTuple):
    """What a chip at the end of the pair measures, and since when."""

    since: int
    volts: float
    milliamps: float
    ringing: tuple[float, float] | None


class Loop:
    """One end is the exchange's, the other the office's; every watcher is told of every change."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.off = False  # our DAA's hook
        self.plugged = True
        self.powered = True
        self.shared = False  # a telephone in parallel is off its hook
        self.overloaded = False  # a fault current flows while our hook is off
        self.sign = -1.0  # tip minus ring
        self.rest = -1.0  # the sign between calls
        self.watchers: list[Callable[[], None]] = []
        self._was_closed = False
        self._break: Timer | None = None
        self._ring: tuple[float, float] | None = None
        self._planned: list[Timer] = []
        self._history: deque[Reading] = deque([self._read()], maxlen=HISTORY)

    @property
    def alive(self) -> bool:
        """Is there battery on the pair at this instant?"""
        return self.plugged and self.powered and self._break is None

    @property
    def closed(self) -> bool:
        """Does the exchange see a telephone off its hook? A break of its own does not count."""
        return self.powered and (self.shared or (self.off and self.plugged))

    # What a story does to the wires

    def unplug(self) -> None:
        self.plugged = False
        self._rewired()

    def plug(self) -> None:
        self.plugged = True
        self._rewired()

    def battery(self, on: bool) -> None:
        """The exchange's battery. Without it no call lives and nobody can be rung."""
        self.powered = on
        self._rewired()

    def parallel(self, off: bool) -> None:
        """A telephone in parallel with our line is lifted (True) or put back."""
        self.shared = off
        self._rewired()

    def overload(self, on: bool) -> None:
        """A fault feeds more current than a DAA may draw."""
        self.overloaded = on
        self.changed()

    def reverse(self) -> None:
        """The polarity turns round and stays so, for no call's sake."""
        self.rest = -self.rest
        self.turn()

    def ring_noise(self, seconds: float = 0.1, hertz: float = 25.0) -> None:
        """Ringing voltage that is no ring: a test of the network's, a neighbour's pulses."""
        self.ring(hertz)
        self.plan(seconds, lambda: self.ring(None))

    # What the office does

    def hook(self, now: int, off: bool) -> None:
        self.catch_up(now)
        if off != self.off:
            self.off = off
            self._rewired()

    def _rewired(self) -> None:
        if self.closed != self._was_closed:
            self._was_closed = self.closed
            self.looped(self.closed)
        self.changed()

    def looped(self, closed: bool) -> None:
        """The exchange sees the loop close or open; its end says what that means."""

    # What the exchange does

    def ring(self, hertz: float | None) -> None:
        """Put a burst of ringing on the pair, or take it off."""
        self._ring = None if hertz is None else (hertz, RING_VOLTS)
        self.changed()

    def turn(self) -> None:
        """Turn the polarity round."""
        self.sign = -self.sign
        self.changed()

    def cut(self, seconds: float) -> None:
        """Take the battery away for a while; a later cut replaces one that is under way."""
        if self._break is not None:
            self._break.stop()
        self._break = self.plan(seconds, self._mend)
        self.changed()

    def _mend(self) -> None:
        self._break = None
        self.changed()

    def changed(self) -> None:
        """Something electrical may have changed: remember what a chip can measure from now on."""
        reading = self._read()
        if reading[1:] != self._history[-1][1:]:
            self._history.append(reading)
        self.notify()

    def notify(self) -> None:
        """Tell the watchers: something electrical changed, or something that can be heard."""
        for watcher in self.watchers:
            watcher()

    def plan(self, seconds: float, call: Callable[[], None]) -> Timer:
        """A timer at whose instant the pair will change: the chip may ask for it beforehand."""
        self._planned = [each for each in self._planned if each.running]
        self._planned.append(self.clock.after(seconds, call))
        return self._planned[-1]

    # What the chip measures

    def _read(self) -> "Reading":
        return Reading(self.clock.now, self._volts(), self._milliamps(), self._ring_voltage())

    def _volts(self) -> float:
        if not self.alive:
            return 0.0
        if self.shared:
            return self.sign * (SHARED_HELD_VOLTS if self.off else SHARED_VOLTS)
        return self.sign * (HELD_VOLTS if self.off else BATTERY)

    def _milliamps(self) -> float:
        if not (self.off and self.alive):
            return 0.0
        if self.overloaded:
            return OVERLOAD
        current = 1_000 * (BATTERY - HELD_VOLTS) / FEED_OHMS
        return current / 2 if self.shared else current

    def _ring_voltage(self) -> tuple[float, float] | None:
        return self._ring if self.alive and not self.off else None

    def catch_up(self, now: int) -> None:
        """A chip may be ahead of the town by less than a tick: what is due until then happens."""
        if now > self.clock.now:
            self.clock.advance_to(now)

    def _at(self, now: int) -> "Reading":
        """What could be measured at `now`; a chip may look back a little."""
        self.catch_up(now)
        return next((each for each in reversed(self._history) if each.since <= now), self._history[0])

    def volts(self, now: int) -> float:
        return self._at(now).volts

    def milliamps(self, now: int) -> float:
        return self._at(now).milliamps

    def ringing(self, now: int) -> tuple[float, float] | None:
        return self._at(now).ringing

    def changed_at(self, now: int) -> int:
        return self._at(now).since

    def next_change(self, now: int) -> int | None:
        self.catch_up(now)
        known = [each.since for each in self._history if each.since > now]
        return min((*known, *(each.due for each in self._planned if each.running)), default=None)
