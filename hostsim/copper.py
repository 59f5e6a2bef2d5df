"""Two wires, as the chips at their ends see them.

The town is on one side of a pair, a chip model on the other. State is computed when it is asked
for, from instants at which something changed: nothing is stepped. `now` is in µs of the
simulator's own time and never goes back. Sound crosses once a tick, as one frame.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]  # (160,); 1.0 is the chip's full scale, +3.14 dBm0


class LinePair(Protocol):
    """A subscriber line of the exchange; the Si3050+Si3019 sits at its end.

    While `hook` is off the pair carries our loop current. Volts are tip minus ring.
    """

    def hook(self, now: int, off: bool) -> None:
        """The DAA closed (True) or opened (False) the loop. Told for every change, pulses too."""

    def volts(self, now: int) -> float:
        """DC at the terminals: about -48 on-hook, -6 to -9 off-hook, -5 to -20 with a telephone in
        parallel off its hook, 0 without battery; the sign turns with the polarity."""

    def milliamps(self, now: int) -> float:
        """Loop current through our DAA; 0 on-hook, 0 in a loop break; may exceed 100 on a fault."""

    def ringing(self, now: int) -> tuple[float, float] | None:
        """(hertz, volts RMS) while a burst of ringing is on the line, else None. The sine starts
        at phase 0 when the burst starts: see `changed_at`."""

    def changed_at(self, now: int) -> int:
        """The last instant, up to `now`, at which volts, milliamps or ringing changed."""

    def next_change(self, now: int) -> int | None:
        """The next instant after `now` that is already known; None where nothing is planned."""

    def frame(self, sent: Samples) -> Samples:
        """One frame at the terminals: give what the DAA sends, get what it receives (speech, tones,
        caller ID, noise, hum, and the hybrid's echo of `sent`; on-hook signals too)."""


class PhonePair(Protocol):
    """A telephone of the office; the Si3215 feeds it."""

    ohms: float  # the telephone's resistance with the line's, off-hook

    def off_hook(self, now: int) -> bool:
        """Is the loop closed at this instant? Bounce, pulses and flash included."""

    def hook_edges(self, since: int, now: int) -> list[tuple[int, bool]]:
        """Every change of the hook in (since, now], oldest first: (instant, off)."""

    def next_edge(self, now: int) -> int | None:
        """The next change of the hook after `now` that is already known."""

    def feed(self, now: int, volts: float, ring: tuple[float, float] | None) -> None:
        """The chip changed the line feed: DC volts (sign = polarity, 0 = open) and, while it rings,
        (hertz, peak volts)."""

    def frame(self, sent: Samples) -> Samples:
        """One frame: give what the chip sends to the ear (on-hook too: caller ID), get what it hears."""
