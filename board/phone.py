"""A phone of the hat: what the Si3215 shows becomes lift, hang-up, flash and dialled digits.

Ringing runs in the chip's own timers where two segments fit; a cadence of more is switched by hand.
The chip silences the bell by itself when the phone is lifted; the lift counts once it has stayed.
"""

from typing import Literal

from board.countries import COUNTRIES
from board.hook import Hook
from board.port import HatPort
from board.ringing import Bell, Bells
from board.si3215 import (
    ACTIVE,
    ALARMS,
    FEED,
    HOOK,
    LONGEST_TIMER,
    OFF_HOOK,
    ON_HOOK_SOUND,
    OPEN,
    REVERSED,
    RING,
    RING_TRIP,
    TRIPPED,
    Si3215,
    Volts,
)
from firmware.base.clock import SECOND
from firmware.base.ports import Cadence, OpenLoop, Order, ReverseLoop, Ring, RingBegan, RingEnded, StopRing

BLIND = 100_000  # µs after the battery came back until the loop's current tells the hook again
GLITCH = 100_000  # µs: a bell that was silenced, and nobody lifted, rings again
BATTERY_LOW = 36.0  # V; an idle line needs 48
BELL_LATE = 20_000  # µs: later than this into its cadence a bell is switched by hand


class HatPhone(HatPort):
    """The `HandsetPort` of one FXS place."""

    kind: Literal["phone"] = "phone"
    tells_keys = False
    by_order = False

    def __init__(self, chip: Si3215, slot: int, bells: Bells) -> None:
        super().__init__(chip.name, chip, slot)
        self.chip = chip
        self._hook = Hook(self._tell, COUNTRIES[chip.setup.country].flash_window)
        self._feed = ACTIVE  # what the chip was last told
        self._active = ACTIVE  # or REVERSED: what it is told when nothing rings
        self._bells = bells
        self._cadence: Cadence | None = None  # what is to ring, until told otherwise or lifted
        self._bell: Bell | None = None  # that cadence laid down in time
        self._timed = False  # the chip rings by itself
        self._burst = False
        self._silenced: int | None = None  # µs at which the loop closed under the bell
        self._open_until: int | None = None
        self._blind_until = 0
        self._lows = 0
        self.measured = Volts(0.0, 0.0, 0.0)

    # Orders

    def _obey(self, order: Order) -> None:
        if self.reason is not None:
            return  # the logic has been told; it will not count on this order
        match order:
            case Ring(cadence=cadence):
                self._ring(cadence)
            case StopRing():
                self._stop_ring()
            case OpenLoop(seconds=seconds):
                self._open_loop(seconds)
            case ReverseLoop(on=on):
                self._reverse(on)

    def _ring(self, cadence: Cadence) -> None:
        self._stop_ring()
        if not self._hook.off:
            self._cadence = cadence
            self.due = self._now if self._steps is None else self.due

    def _stop_ring(self) -> None:
        if self._cadence is None:
            return
        self._cadence = self._bell = self._silenced = None
        self._bells.stop(self.name)
        self._tell_burst(False)
        self._set_feed(self._active)

    def _open_loop(self, seconds: float) -> None:
        self._stop_ring()
        self._open_until = self._now + round(seconds * SECOND)
        self._set_feed(OPEN)
        self.due = min(self.due, self._open_until)

    def _reverse(self, on: bool) -> None:
        was, self._active = self._active, REVERSED if on else ACTIVE
        if self._feed == was:
            self._set_feed(self._active)

    def _set_feed(self, mode: int) -> None:
        """Feed the line so; while the chip is started again, the sequence's end does it."""
        self._feed = mode
        if self._steps is None:
            self.chip.feed(mode)

    # Ringing

    def _ring_on(self, feed: int) -> None:
        """Begin when there is room in the burst; then follow the chip, or switch by hand."""
        assert self._cadence is not None
        if self._bell is None:
            self._bell = self._bells.place(self.name, self._cadence, self._now)
        if self._bell is None or self._now < self._bell.start:
            return
        if self._feed not in (RING, ON_HOOK_SOUND):
            self._begin(self._cadence, self._bell)
        elif self._timed:
            self._tell_burst(feed >> 4 == RING)
        else:
            self._switch(self._bell.sounds(self._now))

    def _begin(self, cadence: Cadence, bell: Bell) -> None:
        punctual = self._now - bell.start <= BELL_LATE
        self._timed = punctual and len(cadence) == 2 and max(cadence) <= LONGEST_TIMER
        if self._timed:
            self.chip.ring_timers(*cadence)
            self._feed = RING
            self._tell_burst(True)
        else:
            self.chip.ring_by_hand()
            self._switch(bell.sounds(self._now))

    def _switch(self, sounds: bool) -> None:
        mode = RING if sounds else ON_HOOK_SOUND
        if mode != self._feed:
            self._set_feed(mode)
            self._tell_burst(sounds)

    def _tell_burst(self, on: bool) -> None:
        if on != self._burst:
            self._burst = on
            self._tell(RingBegan(at=self._now) if on else RingEnded(at=self._now))

    def _silence(self) -> None:
        """The loop closed under the bell: no more ringing into an ear, whether it was a lift or not."""
        self._silenced = self._now
        self._bell = None
        self._bells.stop(self.name)
        self._tell_burst(False)
        self._set_feed(self._active)

    # Service

    def _restore(self) -> None:
        """Feed the line; a cadence that was under way begins anew."""
        self._bell = None
        self._bells.stop(self.name)
        self._feed = self._active if self._open_until is None else OPEN
        self._blind_until = self._now + BLIND
        self.chip.feed(self._feed)

    def _came_up(self) -> None:
        self._lows = 0
        self._in()

    def _went_out(self) -> None:
        self._cadence = self._bell = self._silenced = self._open_until = None
        self._active = ACTIVE
        self._bells.stop(self.name)
        self._tell_burst(False)
        self._hook.forget()

    def let_go(self) -> None:
        """The box stops: no bell rings on."""
        if self.reason is None:
            self.chip.feed(self._active)

    # Looking

    def look(self, causes: int | None = None) -> None:
        """One look: FEED and HOOK."""
        causes = causes or 0
        if causes & ALARMS:
            self._shut()
            return
        feed = self.chip.read(FEED)
        if not self._plausible(feed) and not self._plausible(feed := self.chip.read(FEED)):
            self._doubt()
            return
        if self._open_until is not None:
            self._reclose(self._open_until)
        else:
            self._see_hook(feed, causes)
        if self._steps is None:
            self._looked(self._restless)
            self._wake_for_bell()

    def _plausible(self, feed: int) -> bool:
        """Is the feed what it was told to be? Ringing may have ended by itself: the phone was lifted."""
        if self._feed == OPEN:
            return feed == OPEN and self.chip.answers()
        mode = feed & 0x8F  # the chip's bit 7 and bit 3 read 0; a bus without a chip reads them 1
        return mode == self._feed or (mode == ACTIVE and self._feed in (RING, ON_HOOK_SOUND))

    def _doubt(self) -> None:
        """The chip opens the line by itself when a transistor overheats; else it is the bus or a reset."""
        if self.chip.answers() and self.chip.status() & ALARMS:
            self._shut()
        else:
            super()._doubt()

    def _shut(self) -> None:
        self.chip.feed(OPEN)
        self._steps = self._rest(
            f"{self.name}: too much power in the line: a short or a foreign voltage on the phone's wires; "
            "it is tried again in 30 s"
        )
        self.due = self._now

    def _reclose(self, until: int) -> None:
        if self._now >= until:
            self._open_until = None
            self._blind_until = self._now + BLIND
            self._set_feed(self._active)

    def _see_hook(self, feed: int, causes: int) -> None:
        value = self.chip.read(HOOK)
        if value & 0xF8:
            self._doubt()
            return
        if self._now >= self._blind_until:
            self._follow_hook(bool(value & OFF_HOOK), bool(value & TRIPPED or causes & RING_TRIP))
        if self._cadence is not None and self._silenced is None:
            self._ring_on(feed)

    def _follow_hook(self, closed: bool, tripped: bool) -> None:
        if self._feed in (RING, ON_HOOK_SOUND) and (closed or tripped):
            self._silence()
            return
        self._hook.see(self._now, closed, answering=self._cadence is not None)
        if self._hook.off:
            self._stop_ring()
        elif self._silenced is not None and self._now - self._silenced >= GLITCH:
            self._silenced = None

    @property
    def _restless(self) -> bool:
        waiting = self._cadence is not None and (self._bell is None or self._feed == self._active)
        return self._hook.restless or waiting

    def _wake_for_bell(self) -> None:
        if self._open_until is not None:
            self.due = min(self.due, self._open_until)
        elif self._bell is not None and not self._timed:
            self.due = min(self.due, self._bell.next_change(self._now))

    def _look_slowly(self) -> None:
        """Is the phone's battery still there? Off-hook it is low by intention."""
        self.measured = self.chip.volts()
        idle = self._feed == self._active and not self._hook.off
        low = idle and self.measured.battery < BATTERY_LOW
        self._lows = self._lows + 1 if low else 0
        if self._lows >= 2:
            self.chip.registers.forget()
            self._start_again()
