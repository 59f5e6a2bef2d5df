"""A line of the hat: what the Si3050 shows becomes ring, loop, polarity and battery facts.

Times are those of RELIABILITY D-01, D-05, D-08, D-11 and D-14. A value counts once it has stayed;
while one is undecided the line is looked at every poll instead of 20 times a second.
"""

from typing import Literal

from board import si3050
from board.chip import Steady, Steps
from board.port import HatPort
from firmware.base.clock import SECOND
from firmware.base.ports import (
    DialPulses,
    FlashHook,
    InUse,
    LoopBroken,
    Order,
    Release,
    Reversed,
    RingBegan,
    RingEnded,
    Seize,
)

BATTERY_VOLTS = 3  # below: no battery (DAHDI battthresh)
IN_USE_VOLTS = 20  # below, on-hook: another telephone on these wires is off its hook
SHARED = 0.7  # of our loop current: a telephone in parallel took the rest
SETTLE = 200_000  # µs after our hook moved: FOH is 128 ms, and the exchange switches relays
RING_GAP = 100_000  # µs without ring voltage: that burst is over (15 Hz has 67 ms a period)
SUSPICION = 250_000  # µs in which ring voltage becomes a ring by the chip's word, or is none
RING_PROOF = 60_000  # µs after the chip's word in which the ring voltage must be seen
DEAD = 5 * SECOND  # seized and without current for so long: the line itself is down (D-01)
NO_BATTERY = ": no battery on the line; is the cable plugged in?"
OVERLOADED = ": too much current: a short or foreign voltage on the line; tried again in 30 s"


class HatLine(HatPort):
    """The `LinePort` of one FXO place."""

    kind: Literal["line"] = "line"

    def __init__(self, chip: si3050.Si3050, slot: int) -> None:
        super().__init__(chip.name, chip, slot)
        self.chip = chip
        self.seized = False
        self.volts = 0
        self.milliamps = 0.0
        self._battery = Steady(True, 0.8)
        self._broken = Steady(False, 0.26)  # 250 ms are ignored, 300 ms count
        self._sign = Steady(0, 0.1)
        self._shared = Steady(False, 0.2)
        self._full = 0.0  # mA: the most that flowed since the loop settled
        self._settled = 0
        self._broke = 0
        self._ringing = False
        self._ring_seen = 0  # µs of the last ring voltage
        self._ring_asked: int | None = None  # µs at which the chip spoke of a ring not proven yet
        self._seize_by: int | None = None  # µs: a seizure that waits whether this is a ring
        self._gesture = False  # flash or pulses are under way: the loop opens by our own will

    # Orders

    def _obey(self, order: Order) -> None:
        if self.reason is not None:
            return  # the logic has been told; it will not count on this order
        match order:
            case Seize():
                self._seize()
            case Release():
                self._release()
            case FlashHook() if self.seized:
                self._move(self.chip.flash())
            case DialPulses(digits=digits) if self.seized:
                self._move(self.chip.pulses(digits))

    def _seize(self) -> None:
        """Close the loop; but a ring that the logic cannot know of yet was first, and wins."""
        if self._steps is None:
            if not self._ringing:
                self.look()
            if self._unheard_ring():
                return
            if not self._ringing and (self._ring_asked is not None or self._ring_seen == self._now):
                self._seize_by = self._now + SUSPICION
                return
        self._close_loop()

    def _unheard_ring(self) -> bool:
        # A copy: the tick may take facts out meanwhile.
        return any(isinstance(fact, RingBegan) for fact in tuple(self._facts))

    def _close_loop(self) -> None:
        self._seize_by = self._ring_asked = None
        self._ringing = False
        self.seized = True
        self._full = 0.0
        self._broken.take(False)
        self._shared.take(False)
        self._hook_moved()

    def _release(self) -> None:
        self._seize_by = None
        self.seized = False
        self._stop_gesture()
        self._shared.take(False)
        self._battery.take(True)
        self._hook_moved()

    def _hook_moved(self) -> None:
        """Make the chip's hook what it is to be; during a restart the sequence's end does it."""
        self._settled = self._now + SETTLE
        if self._steps is None and not self.chip.hook(self.seized):
            self._doubt()

    def _move(self, gesture: Steps) -> None:
        if self._steps is None:
            self._gesture = True
            self._steps = self._through(gesture)
            self.due = self._now

    def _stop_gesture(self) -> None:
        if self._gesture:
            self._steps, self._gesture = None, False

    def _through(self, gesture: Steps) -> Steps:
        yield from gesture
        self._gesture = False
        self._restore()

    # Service

    def _restore(self) -> None:
        self.chip.hook(self.seized)
        self._settled = self._now + SETTLE if self.seized else self._now

    def begin(self) -> None:
        self._gesture = False
        super().begin()

    def _came_up(self) -> None:
        self._ringing = False
        self._ring_asked = None
        self._broken.take(False)
        self._battery.take(True)

    def _went_out(self) -> None:
        self.seized = self._ringing = self._gesture = False
        self._ring_asked = self._seize_by = None
        self._shared.take(False)
        self._sign.take(0)

    def let_go(self) -> None:
        """The box stops: the loop must not stay closed, or the exchange holds the line for ever."""
        if self.reason is None:
            self.chip.hook(False)

    # Looking

    def look(self, causes: int | None = None) -> None:
        """One look: STATUS, HOOK, VOLTS and, off-hook, LINE."""
        if causes is None:
            causes = self.chip.status()
        hook = self.chip.read(si3050.HOOK)
        if not self._plausible(hook) and not self._plausible(hook := self.chip.read(si3050.HOOK)):
            self._doubt()
            return
        self.volts = self.chip.volts()
        if self.seized:
            self._look_seized(causes)
        else:
            self._look_idle(causes, bool(hook & si3050.RINGING_NOW))
        if self._steps is None:
            self._looked(self._restless)

    def _plausible(self, hook: int) -> bool:
        """Is the hook what it was told to be? A bus without a chip, or a chip after a reset, says no."""
        told = si3050.MONITOR | si3050.OFF_HOOK if self.seized else si3050.MONITOR
        return hook & si3050.HOOK_MASK == told

    @property
    def _restless(self) -> bool:
        return (
            self._ringing
            or self._ring_asked is not None
            or self._seize_by is not None
            or self._sign.restless
            or self._broken.restless
            or self._battery.restless
        )

    def _look_slowly(self) -> None:
        if not self.chip.linked():
            self._start_again()
        elif self.chip.was_reset():
            self._doubt()

    def _look_idle(self, causes: int, rings: bool) -> None:
        self._see_ring(bool(causes & si3050.RINGS), rings)
        if rings or self._ringing or self._now < self._settled:
            return
        alive = abs(self.volts) >= BATTERY_VOLTS
        if self._line_side_lost(causes, alive):
            self._start_again()
            return
        self._see_battery(alive)
        if alive:
            self._see_sign(causes)
            self._see_sharing(abs(self.volts) < IN_USE_VOLTS)

    def _look_seized(self, causes: int) -> None:
        before = self.milliamps
        linked, self.milliamps, overload = self.chip.line()
        if self._line_side_lost(causes, linked):
            self._start_again()
        elif causes & si3050.OVERLOAD or (overload and self.chip.line()[2]):
            self._overload()
        elif self._now >= self._settled:
            self._see_loop()
            if self.milliamps:
                self._see_sign(causes)
                self._full = max(self._full, min(before, self.milliamps))
                self._see_sharing(self.milliamps <= SHARED * self._full)

    def _line_side_lost(self, causes: int, heard_of: bool) -> bool:
        """Did the ISOcap link drop? It may be back already, the line side's registers are not."""
        if causes & si3050.FRAME_LOST:
            return not self.chip.intact()
        return not heard_of and not self.chip.linked()

    def _overload(self) -> None:
        self.seized = False
        self.chip.hook(False)
        self._steps = self._rest(self.name + OVERLOADED)
        self.due = self._now

    # Facts

    def _see_ring(self, told: bool, rings: bool) -> None:
        """The chip validates frequency and length; the ring voltage itself shows begin and end."""
        if rings:
            self._ring_seen = self._now
        if told and not self._ringing:
            self._ring_asked = self._now
        if self._ring_asked is not None:
            self._prove_ring(rings)
        elif self._seize_by is not None and self._now >= self._seize_by:
            self._close_loop()
        elif self._ringing and self._now - self._ring_seen >= RING_GAP:
            self._ringing = False
            self._settled = self._now + SETTLE
            self._tell(RingEnded(at=self._now))

    def _prove_ring(self, rings: bool) -> None:
        assert self._ring_asked is not None
        if rings:
            self._ring_asked, self._ringing, self._seize_by = None, True, None
            self._in()
            self._tell(RingBegan(at=self._now))
        elif self._now - self._ring_asked >= RING_PROOF:
            self._ring_asked = None

    def _see_battery(self, alive: bool) -> None:
        changed = self._battery.see(self._now, alive)
        if changed and not alive:
            self._out(self.name + NO_BATTERY)
        elif alive and self._battery.value:
            self._in()

    def _see_sign(self, causes: int) -> None:
        sign = 1 if self.volts > 0 else -1
        if not self._sign.value:
            self._sign.take(sign)
        elif causes & si3050.POLARITY:
            self._sign.doubt()
        if self._sign.see(self._now, sign):
            self._tell(Reversed(at=self._now))

    def _see_sharing(self, shared: bool) -> None:
        if self._shared.see(self._now, shared):
            self._tell(InUse(at=self._now, on=shared))

    def _see_loop(self) -> None:
        broken = not self.milliamps
        if self._broken.see(self._now, broken) and broken:
            self._broke = self._now
            self._tell(LoopBroken(at=self._now))
        elif self._broken.value and broken and self._now - self._broke >= DEAD:
            self.chip.hook(False)
            self._out(self.name + NO_BATTERY)
            self._battery.take(False)
