"""Si3019: the line side of an FXO place, across the isolation capacitors from its Si3050.

It lives only while the ISOcap link is up; its own registers are lost with its supply. Volts are
tip minus ring, as the pair tells them.
"""

from typing import TYPE_CHECKING

from hostsim.copper import LinePair
from hostsim.ringing import RingDetector

if TYPE_CHECKING:
    from hostsim.si3050 import Si3050

MS = 1_000
LINK_UP = 120 * MS  # after power-up of the line side; the chip needs 50 to 500 ms
SETTLING = (512 * MS, 128 * MS, 64 * MS, 8 * MS)  # FOH: off-hook until sound and currents are valid
LINE_ID = 3  # LSID of the Si3019
LINE_REVISION = 0x40 | 3 << 2
OVERLOAD = 0x1F  # the highest step of LCS
OWN = (16, 26, 30, 31, *range(45, 53), 59)  # registers that it keeps itself

RDT, FDT, DOD, LCSO, POL = 0x80, 0x20, 0x08, 0x04, 0x01  # of register 4
OH = 0x01  # register 5
LVFD = 0x01  # register 31
OPE, OPD = 0x08, 0x01  # of registers 17 and 19
CVI, CVS, CVM, CVP = 0x08, 0x04, 0x02, 0x01  # register 44


class LineSide:
    """What one line's chip measures, and its hook switch."""

    def __init__(self, chip: "Si3050", pair: LinePair) -> None:
        self.chip = chip
        self.pair = pair
        self.ring = RingDetector(self)
        self.link = False
        self.off_hook = False  # is the loop closed, by OH and a line side that lives?
        self.settled = 0  # the instant from which an off-hook line is valid
        self.milliamps = 0.0
        self.link_takes = LINK_UP
        self._dropped = False  # a fault holds the link down
        self._volts = 0.0
        self._seen = -1  # the pair's last change that we know
        self._beyond = False  # the comparator's condition holds

    def attend(self, now: int) -> None:
        if self.pair.changed_at(now) != self._seen:
            self._look(now)

    def _look(self, now: int) -> None:
        """Take in what the line is now, and latch what its changes mean."""
        pair = self.pair
        self._seen = pair.changed_at(now)
        before, self._volts = self.volts(), pair.volts(now)
        had, self.milliamps = self.milliamps, pair.milliamps(now)
        self.ring.look(self._seen, self._volts, pair.ringing(now))
        if self.link:
            self._latch(before, had, now)

    def _latch(self, before: int, had: float, now: int) -> None:
        if (before < 0) != (self.volts() < 0):  # bit 7 of LVS (data sheet 5.12.1)
            self.chip.raise_(POL)
        if self.off_hook and had > 0 >= self.milliamps and now >= self.settled:
            self.chip.raise_(DOD)
        if self.off_hook and self.current() == OVERLOAD:
            self.chip.raise_(LCSO)
            if self.chip.regs[17] & OPE:
                self.chip.regs[19] |= OPD
                self.hook(now)
        self.compare()

    def compare(self) -> None:
        """The comparator of registers 43 and 44: loop current or line voltage against a threshold."""
        control = self.chip.regs[44]
        value = abs(self.volts()) if control & CVS else self.fine_current()
        above = value > self.chip.regs[43]
        beyond = bool(control & CVM) and above == bool(control & CVP)
        if beyond and not self._beyond:
            self.chip.regs[44] |= CVI
        self._beyond = beyond

    # what it measures
    def volts(self) -> int:
        """LVS: signed volts, forced to 0 up to 3 V unless LVFD."""
        if not self.link or (abs(self._volts) <= 3 and not self.chip.regs[31] & LVFD):
            return 0
        return max(-128, min(127, round(self._volts)))

    def current(self) -> int:
        """LCS: 3.3 mA a step; 0x1F is an overload."""
        return min(OVERLOAD, int(self.milliamps / 3.3)) if self.link and self.off_hook else 0

    def fine_current(self) -> int:
        """LCS2, at 1.1 mA a step (the step is an assumption of the hardware notes)."""
        return min(255, int(self.milliamps / 1.1)) if self.link and self.off_hook else 0

    def ring_bits(self) -> int:
        """RDTN, RDTP, RDT; the detector sees nothing off-hook."""
        return self.ring.bits(self.chip.time.now) if self.link and not self.off_hook else 0

    # the hook switch
    def hook(self, now: int) -> None:
        """Close or open the loop as OH says; whatever the line does then, it does at once."""
        regs = self.chip.regs
        off = bool(regs[5] & OH) and self.link and not regs[19] & OPD
        if off == self.off_hook:
            return
        self.off_hook = off
        self.chip.voice_changed = True
        self.chip.plan(self._settle, None)
        if off:
            self.settled = now + SETTLING[regs[31] >> 5 & 3]
            self.chip.plan(self._settle, self.settled)
            self.ring.clear()
        self.pair.hook(now, off)
        self._look(now)
        if not off:
            self.ring.again(now)

    def _settle(self, at: int) -> None:
        self.chip.voice_changed = True

    # the link
    def power(self, on: bool) -> None:
        """PDL and PDN; a line side that is powered is found after a while."""
        now = self.chip.time.now
        if not on:
            self._lose(now)
        elif not self.link and not self._dropped and not self.chip.planned(self._find):
            self.chip.plan(self._find, now + self.link_takes)

    def drop(self, on: bool, powered: bool) -> None:
        """A fault takes the link away, or gives it back."""
        self._dropped = on
        self.power(powered and not on)

    def reset(self, now: int) -> None:
        """The Si3050 was reset: it powers the line side down."""
        self.link = False
        self._seen = -1
        self._beyond = False
        self.ring.clear()
        self.hook(now)

    def _find(self, at: int) -> None:
        self.link = True
        self.chip.raise_(RDT)  # powering up the line side may look like a ring (data sheet, RDTI)
        self.chip.regs[11] |= LINE_ID << 4
        self.chip.regs[13] = LINE_REVISION
        self.chip.voice_changed = True
        self._look(at)
        self.hook(at)
        self.ring.again(at)

    def _lose(self, now: int) -> None:
        self.chip.plan(self._find, None)
        if not self.link:
            return
        self.link = False
        self.chip.regs[11] &= 0x0F
        self.chip.regs[13] = 0
        for number in OWN:
            self.chip.regs[number] = self.chip.RESET[number]
        self.chip.raise_(FDT)
        self.chip.voice_changed = True
        self.ring.clear()
        self.hook(now)
