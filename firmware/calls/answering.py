"""The answering rule: when a ringing line is answered, and when its caller has given up.

A line is answered when its first ring (a double ring counts as one) has ended, if caller ID is
complete by then; else when caller ID ends or the second ring begins, whichever is first. Never
before the first ring, never inside a caller-ID burst (DESIGN 6.1).
"""

from collections.abc import Callable

from firmware.base.clock import Clock, Timer
from firmware.base.ports import Cadence, CallerHeard

CALLER_KEPT = 8.0  # s that a caller ID sent before the ring waits for its ring
RING_MARGIN = 1.5  # s past the cadence's pause until a ring that stays away is over (D-06: ≤ 6 s)
SAME_RING = 0.35  # s: the gap inside a double ring is 0.2 s


class Answering:
    """One line's bursts and caller ID, from the first ring to `due()` or `gave_up()`."""

    def __init__(
        self, clock: Clock, cadence: Cadence, due: Callable[[], None], gave_up: Callable[[], None]
    ) -> None:
        self.caller: CallerHeard | None = None
        self._clock = clock
        self._pause = max(cadence[1::2], default=4.0)
        self._double = len(cadence) > 2
        self._due = due
        self._gave_up = gave_up
        self._rung = False  # the first ring is over
        self._same_ring: Timer | None = None
        self._silent: Timer | None = None
        self._stale: Timer | None = None

    def first_ring(self) -> None:
        """The first burst of a call began. A caller ID heard just before belongs to it."""
        self._stop()
        self._rung = False

    def next_ring(self) -> None:
        """Another burst began: the second ring, or the second half of a double one."""
        same = self._same_ring is not None and self._same_ring.running
        self._stop()
        if not same:
            self._rung = True
            self._due()

    def ring_ended(self) -> None:
        self._stop()
        self._silent = self._clock.after(self._pause + RING_MARGIN, self._gave_up)
        if self._double and not self._rung:
            self._same_ring = self._clock.after(SAME_RING, self._ring_over)
        else:
            self._ring_over()

    def caller_heard(self, caller: CallerHeard, ringing: bool) -> bool:
        """Caller ID is complete; was it the first word of this call's caller?"""
        new = self.caller is None
        if new or not ringing:
            self.caller = caller
        if not ringing:
            self._stale = self._clock.after(CALLER_KEPT, self.forget)
        elif new and self._rung:
            self._due()
        return new and ringing

    def forget(self) -> None:
        """The call is over, or its ring never came."""
        self._stop()
        self.caller = None

    def answered(self) -> None:
        """No burst and no pause counts any more."""
        self._stop()

    def _ring_over(self) -> None:
        self._rung = True
        if self.caller is not None:
            self._due()

    def _stop(self) -> None:
        for timer in (self._same_ring, self._silent, self._stale):
            if timer is not None:
                timer.stop()
