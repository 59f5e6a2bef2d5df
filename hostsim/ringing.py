"""The Si3050's ring detector: from the sine on the line to RDTP, RDTN and RDT.

The detector's inputs are coupled for alternating current: the ring sine passes, and every jump of
the direct voltage (a reversal, a telephone lifted) as a pulse that dies away. Two ways to tell a
ring (Si3050 data sheet, "Ring Detection"): by a threshold alone, where RDT is a one-shot of about
5 s; or validated (RNGV), where period and duration must fit registers 22 to 24.
"""

from math import asin, ceil, exp, floor, pi, sin, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hostsim.si3019 import LineSide

MS = 1_000
RDTN, RDTP, RDT = 0x40, 0x20, 0x04  # register 5
RFWE, RNGV, RDI = 0x02, 0x80, 0x04  # of registers 18, 24 and 2
RING_INTERRUPT = 0x80
ONE_SHOT = 5_000 * MS
COUPLING = 10 * MS  # time constant of the input; ours: a reversal is over well before 40 ms
ASSERTION = 2 * MS  # unit of RAS and RMX
RCC = tuple(each * MS for each in (100, 150, 200, 256, 384, 512, 640, 1024))
THRESHOLDS = {  # (RT2, RT): V RMS, the middle of the data sheet's range
    (0, 0): 15.0,
    (0, 1): 21.5,  # "reserved"; what RT alone meant on the older part
    (1, 0): 21.5,
    (1, 1): 45.0,
}


class RingDetector:
    """Follows one line; `detected` is the RDT bit."""

    def __init__(self, line: "LineSide") -> None:
        self._line = line
        self._chip = line.chip
        self.detected = False
        self._start = 0
        self._ring: tuple[float, float] | None = None  # hertz and volts RMS
        self._volts: float | None = None
        self._jump = 0.0
        self._jumped = 0

    def look(self, since: int, volts: float, ring: tuple[float, float] | None) -> None:
        """What the line is since its last change, at `since`."""
        before = self._volts
        self._volts = volts
        if before is not None and volts != before:
            self._jump, self._jumped = volts - before, since
            self._by_jump(since)
        if ring != self._ring:
            if ring is None:
                self._burst_over(since)
            self._ring, self._start = ring, since
            self.again(since)

    @property
    def _listening(self) -> bool:
        return self._line.link and not self._line.off_hook

    @property
    def _validates(self) -> bool:
        return bool(self._chip.regs[24] & RNGV)

    @property
    def _threshold(self) -> float:
        """Peak volts."""
        regs = self._chip.regs
        return THRESHOLDS[regs[17] >> 4 & 1, regs[16] & 1] * sqrt(2)

    def bits(self, now: int) -> int:
        """RDTN, RDTP and RDT at this instant."""
        age = (now - self._jumped) / COUPLING
        volts = self._jump * exp(-age) if age < 10 else 0.0
        if self._ring is not None:
            hertz, rms = self._ring
            volts += rms * sqrt(2) * sin(2 * pi * hertz * (now - self._start) / 1e6)
        found = RDT if self.detected else 0
        if abs(volts) > self._threshold:
            found |= RDTP if volts > 0 else RDTN
        return found

    def again(self, now: int) -> None:
        """The burst, the thresholds or our own hook changed: when will this be a ring?"""
        chip = self._chip
        if self._ring is None or not self._listening:
            return
        if self.detected:
            chip.plan(self._end, None)
            return
        first = self._crossing(max(now, self._start))
        if first is None:
            chip.plan(self._begin, None)
        elif not self._validates:
            chip.plan(self._begin, first)
        elif self._period_fits():
            chip.plan(self._begin, first + RCC[chip.regs[23] & 7] + self._delay)
        else:
            chip.plan(self._begin, None)

    def clear(self) -> None:
        """Off-hook, or reset: nothing rings."""
        self.detected = False
        self._chip.plan(self._begin, None)
        self._chip.plan(self._end, None)

    def _by_jump(self, at: int) -> None:
        """A jump of the direct voltage looks like one half-wave of ringing."""
        heard = self._jump if not self._chip.regs[18] & RFWE else abs(self._jump)
        if not self._validates and self._listening and heard > self._threshold:
            self._begin(at)
            if self._ring is None:
                self._chip.plan(self._end, at + ONE_SHOT)

    def _burst_over(self, at: int) -> None:
        chip = self._chip
        if not self.detected and not (self._validates and self._confirmed(at)):
            chip.plan(self._begin, None)
            return
        quiet = ONE_SHOT
        if self._validates:
            quiet = (chip.regs[23] >> 3 & 15) * 128 * MS or 80 * MS  # RTO
            quiet += 0 if self.detected else self._delay
        chip.plan(self._end, self._crossing_before(at) + quiet)

    @property
    def _delay(self) -> int:
        """RDLY: from a ring that is validated to one that is shown."""
        regs = self._chip.regs
        return (regs[23] >> 7 << 2 | regs[22] >> 6) * 256 * MS

    def _confirmed(self, at: int) -> bool:
        """Did the burst last for RCC? What then is still to come is only the delay RDLY."""
        first = self._crossing(self._start)
        return first is not None and at - first >= RCC[self._chip.regs[23] & 7]

    def _begin(self, at: int) -> None:
        if not self.detected and self._listening:
            self.detected = True
            self._chip.raise_(RING_INTERRUPT)

    def _end(self, at: int) -> None:
        if self.detected:
            self.detected = False
            if self._chip.regs[2] & RDI:
                self._chip.raise_(RING_INTERRUPT)

    def _period_fits(self) -> bool:
        """Half a period must last from (RAS - RMX) to RAS units of 2 ms."""
        assert self._ring is not None
        half = 1e6 / (2 * self._ring[0])
        longest, room = self._chip.regs[24] & 63, self._chip.regs[22] & 63
        return max(0, longest - room) * ASSERTION <= half <= longest * ASSERTION

    def _phases(self) -> list[float]:
        """Where in a period (0 to 1) the sine leaves the threshold behind; none where it is too low."""
        assert self._ring is not None
        peak = self._ring[1] * sqrt(2)
        if peak <= self._threshold:
            return []
        rising = asin(self._threshold / peak) / (2 * pi)
        both = self._chip.regs[18] & RFWE or self._validates
        return [rising, rising + 0.5] if both else [rising]

    def _crossing(self, since: int) -> int | None:
        """The first crossing of the threshold that counts, at or after `since`."""
        assert self._ring is not None
        hertz = self._ring[0]
        turns = (since - self._start) * hertz / 1e6
        found = [ceil(turns - phase) + phase for phase in self._phases()]
        return self._start + ceil(min(found) * 1e6 / hertz) if found else None

    def _crossing_before(self, at: int) -> int:
        """The last crossing up to `at`; the burst's own start where there was none."""
        assert self._ring is not None
        hertz = self._ring[0]
        turns = (at - self._start) * hertz / 1e6
        found = [floor(turns - phase) + phase for phase in self._phases()]
        return self._start + max(0, floor(max(found, default=0.0) * 1e6 / hertz))
