"""An incoming call at the office's end: reversal, caller ID, bursts of ringing, each at its instant."""

from collections.abc import Callable
from dataclasses import dataclass

from firmware.base.clock import SECOND, Timer
from firmware.base.ports import Cadence, CallerHeard
from firmware.sound.callerid import Delivery
from hostsim.loop import Loop

SOON = 0.2  # s from the call's arrival to the first thing on the wires
REVERSING, SETTLING = 0.1, 0.3  # s: from the reversal to caller ID, from its end to the ring (HARDWARE 6.4)
AFTER_RING = 0.5  # s from the first ring to caller ID


@dataclass(frozen=True)
class Bell:
    """How a call rings: cadence and frequency, and how its caller is shown."""

    cadence: Cadence
    hertz: float
    showing: Delivery | None
    caller: CallerHeard


def caller_seconds(bell: Bell) -> float:
    """About how long this caller's ID is on the wires; for where no sound is made of it."""
    if bell.showing is None:
        return 0.0
    characters = len(bell.caller.number or "P") + len(bell.caller.name or "")
    if bell.showing.protocol == "dtmf":
        return 0.14 * (characters + 2)
    return 0.4 + (characters + 16) * 10 / 1200  # seizure and mark, then ten bits a byte at 1,200 baud


class Ringer:
    """`lasts` says for how many seconds caller ID is on the wires, `send` puts it there, `shown` is
    told when it was complete; `began` is told when the first burst of ringing begins."""

    def __init__(
        self,
        loop: Loop,
        lasts: Callable[[Bell], float],
        send: Callable[[Bell], None],
        shown: Callable[[CallerHeard], None],
        began: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._lasts = lasts
        self._send = send
        self._shown = shown
        self._began = began
        self._timers: list[Timer] = []
        self._burst = False

    def start(self, bell: Bell, not_before: int = 0) -> None:
        """Show and ring; the first burst begins at `not_before` µs, or as soon after it as may be."""
        showing, now = bell.showing, self._loop.clock.now
        before = showing is not None and showing.when == "before_ring"
        reverses = showing is not None and showing.reversal
        lead = self._lasts(bell) + SETTLING if before else 0.0
        reversing = REVERSING if reverses else 0.0
        rings_in = max(SOON + reversing + lead, (not_before - now) / SECOND)
        if reverses:
            self._later(rings_in - lead - reversing, self._loop.turn)
        if before:
            self._show(bell, rings_in - lead)
        self._later(rings_in, lambda: self._first(bell))

    def stop(self) -> None:
        """Nothing more comes; a burst that is under way ends here."""
        for timer in self._timers:
            timer.stop()
        self._timers.clear()
        if self._burst:
            self._burst = False
            self._loop.ring(None)

    def _first(self, bell: Bell) -> None:
        self._began()
        self._part(bell, 0)

    def _part(self, bell: Bell, number: int) -> None:
        """The cadence's parts, one after another: ringing, pause, ringing, pause …"""
        self._burst = number % 2 == 0
        self._loop.ring(bell.hertz if self._burst else None)
        # A double ring is one ring: caller ID comes behind the last burst of the first cycle.
        if number == len(bell.cadence) - 1 and bell.showing and bell.showing.when == "after_first_ring":
            self._show(bell, AFTER_RING)
        seconds = bell.cadence[number % len(bell.cadence)]
        self._later(seconds, lambda: self._part(bell, number + 1))

    def _show(self, bell: Bell, seconds: float) -> None:
        self._later(seconds, lambda: self._send(bell))
        self._later(seconds + self._lasts(bell), lambda: self._shown(bell.caller))

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        self._timers = [each for each in self._timers if each.running]
        self._timers.append(self._loop.plan(seconds, call))
