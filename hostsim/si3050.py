"""Si3050 + Si3019: the chip pair at the end of a telephone line (FXO), register by register.

Source: the Si3050 data sheet (Rev 1.31/1.5 pages) and the open drivers, as tabled in the hardware
notes. The Si3050 sits on the bus, the Si3019 across the isolation on the line: what belongs to the
line side works only while the ISOcap link is up.
"""

from typing import ClassVar

from hostsim.chip import LAWS, Chip, HatTime, PcmSlot, Voice, Write, table
from hostsim.copper import LinePair
from hostsim.ringing import RingDetector

MS = 1_000
LINK_UP = 120 * MS  # after power-up of the line side; the chip needs 50 to 500 ms
SOFT_RESET = 5 * MS
SETTLING = (512 * MS, 128 * MS, 64 * MS, 8 * MS)  # FOH: off-hook until sound and currents are valid
SYSTEM_REVISION = 3
LINE_ID = 3  # Si3019
LINE_REVISION = 0x40 | 3 << 2
OVERLOAD = 0x1F
LINE_SIDE = (16, 26, 30, 31, *range(45, 53), 59)  # lost when the line side loses its supply

RDT, ROV, FDT, DOD, LCSO, POL = 0x80, 0x40, 0x20, 0x08, 0x04, 0x01  # interrupt mask and source
OH, ONHM = 0x01, 0x08  # register 5
INTE, INTP, RDI = 0x80, 0x40, 0x04  # register 2
LVFD = 0x01  # register 31
OVERDRIVEN, OPE = 0x02, 0x08  # register 17: ROV, and overload protection
OVL, DROPPED_OUT, OPD = 0x04, 0x02, 0x01  # register 19
CVI, CVS, CVM, CVP = 0x08, 0x04, 0x02, 0x01  # register 44


def reset_values() -> bytes:
    values = bytearray(128)
    known = {2: 0x03, 6: 0x10, 11: SYSTEM_REVISION, 22: 0x96, 23: 0x2D, 24: 0x19, 31: 0x20}
    for number, value in known.items():
        values[number] = value
    return bytes(values)


def decibels(coarse: int, fine: int) -> float:
    """TXG2/RXG2 (whole dB) and TXG3/RXG3 (tenths) together; bit 4 = attenuate."""
    whole = -(coarse & 15) if coarse & 16 else min(coarse & 15, 12)
    tenths = -(fine & 15) if fine & 16 else fine & 15
    return whole + tenths / 10


class Si3050(Chip):
    """One FXO place of the hat. Volts are tip minus ring, as the pair tells them."""

    RESET = reset_values()
    READ_ONLY: ClassVar[frozenset[int]] = frozenset({11, 12, 13, 19, 28, 29})

    def __init__(self, time: HatTime, pair: LinePair) -> None:
        super().__init__(time, pair)
        self.pair = pair
        self.link = False
        self._dropped = False  # a fault holds the link down
        self.off_hook = False  # is the loop closed, by OH and a line side that lives?
        self._volts = 0.0
        self._milliamps = 0.0
        self._seen = -1  # the pair's last change that we know
        self._settled = 0  # the instant from which an off-hook line is valid
        self._over_threshold = False
        self.ring = RingDetector(self)

    # time
    def attend(self, now: int) -> None:
        self.advance(now)
        if self.pair.changed_at(now) != self._seen:
            self._look(now)
        self._sleep(now, self.pair.next_change(now))

    def _look(self, now: int) -> None:
        """Take in what the line is now, and latch what its changes mean."""
        pair = self.pair
        self._seen = pair.changed_at(now)
        before, self._volts = self.line_volts(), pair.volts(now)
        had, self._milliamps = self._milliamps, pair.milliamps(now)
        self.ring.look(now, self._seen, self._volts, pair.ringing(now))
        if self.link:
            self._latch(before, had, now)

    def _latch(self, before: int, had: float, now: int) -> None:
        if (before < 0) != (self.line_volts() < 0):
            self.raise_(POL)
        if self.off_hook and had > 0 >= self._milliamps and now >= self._settled:
            self.raise_(DOD)
        if self.off_hook and self.loop_current() == OVERLOAD:
            self.raise_(LCSO)
            if self.regs[17] & OPE:
                self.regs[19] |= OPD
                self._hook(now)
        self._compare()

    def _compare(self) -> None:
        """The comparator of registers 43 and 44: loop current or line voltage against a threshold."""
        control = self.regs[44]
        value = abs(self.line_volts()) if control & CVS else self.fine_current()
        above = value > self.regs[43]
        hit = bool(control & CVM) and above == bool(control & CVP)
        if hit and not self._over_threshold:
            self.regs[44] |= CVI
        self._over_threshold = hit

    def raise_(self, bits: int) -> None:
        self.regs[4] |= bits

    def interrupts(self) -> bool:
        regs = self.regs
        pending = bool(regs[4] & regs[3]) or regs[44] & (CVI | CVM) == (CVI | CVM)
        return bool(regs[2] & INTE) and pending != bool(regs[2] & INTP)

    # what the line side measures
    def line_volts(self) -> int:
        """LVS: signed volts, forced to 0 up to 3 V unless LVFD."""
        if not self.link:
            return 0
        volts = max(-128, min(127, round(self._volts)))
        return 0 if abs(self._volts) <= 3 and not self.regs[31] & LVFD else volts

    def loop_current(self) -> int:
        """LCS: 3.3 mA a step; 0x1F is an overload."""
        return min(OVERLOAD, int(self._milliamps / 3.3)) if self.link and self.off_hook else 0

    def fine_current(self) -> int:
        """LCS2, at 1.1 mA a step (the step is an assumption of the hardware notes)."""
        return min(255, int(self._milliamps / 1.1)) if self.link and self.off_hook else 0

    def _status(self) -> int:
        detected = self.ring.bits(self.time.now) if self.link and not self.off_hook else 0
        return self.regs[5] | detected

    def _line_status(self) -> int:
        return (0x40 | self.loop_current()) if self.link else 0

    def _protection(self) -> int:
        return self.regs[19] | (DROPPED_OUT if self.off_hook and self._milliamps <= 0 else 0)

    # orders
    def _control_1(self, value: int) -> None:
        if self.planned(self._soft_reset_done):
            return
        self.regs[1] = value & 0x7F
        if value & 0x80:
            now = self.time.now
            self.reset()
            self.regs[1] = 0x80
            self.plan(self._soft_reset_done, now + SOFT_RESET)

    def _soft_reset_done(self, at: int) -> None:
        self.regs[1] &= 0x7F

    def write(self, number: int, value: int) -> None:
        if self.regs[1] & 0x80:
            return  # a chip in soft reset takes nothing
        super().write(number, value)

    def _sources(self, value: int) -> None:
        """Interrupt bits are cleared by writing 0 to them."""
        self.regs[4] &= value
        if not value & ROV:
            self.regs[17] &= 0xFF ^ OVERDRIVEN

    def _international_2(self, value: int) -> None:
        """ROV is cleared by writing 0, here or in register 4; writing 1 changes nothing."""
        kept = self.regs[17] & OVERDRIVEN & value
        self.regs[17] = value & (0xFF ^ OVERDRIVEN) | kept
        if not kept:
            self.regs[4] &= 0xFF ^ ROV
        self.ring.again(self.time.now)

    def _threshold(self, value: int) -> None:
        self.regs[43] = value
        self._compare()

    def _comparator(self, value: int) -> None:
        self.regs[44] = value & 0x07 | self.regs[44] & value & CVI
        self._compare()

    def _daa(self, value: int) -> None:
        self.regs[5] = value & 0x1B
        self.voice_changed = True
        if not value & OH:
            self.regs[19] &= 0xFF ^ OPD
        self._hook(self.time.now)

    def _hook(self, now: int) -> None:
        """Close or open the loop; whatever the line does then, it does at once."""
        off = bool(self.regs[5] & OH) and self.link and not self.regs[19] & OPD
        if off == self.off_hook:
            return
        self.off_hook = off
        self.voice_changed = True
        if off:
            self._settled = now + SETTLING[self.regs[31] >> 5 & 3]
            self.plan(self._settle, self._settled)
            self.ring.clear()
        else:
            self.plan(self._settle, None)
        self.pair.hook(now, off)
        self._look(now)

    def _settle(self, at: int) -> None:
        self.voice_changed = True

    def _power(self, value: int) -> None:
        self.regs[6] = value & 0x18
        if value & 0x18:
            self._link_lost(self.time.now)
        elif not self.link and not self.planned(self._link_found):
            self.plan(self._link_found, self.time.now + LINK_UP)

    def _link_found(self, at: int) -> None:
        if self._dropped:
            return
        self.link = True
        self.raise_(RDT)  # powering up the line side may look like a ring (data sheet, RDTI)
        self.regs[11] = LINE_ID << 4 | SYSTEM_REVISION
        self.regs[13] = LINE_REVISION
        self.voice_changed = True
        self._look(at)
        self._hook(at)
        self.ring.again(at)

    def _link_lost(self, now: int) -> None:
        self.plan(self._link_found, None)
        if not self.link:
            return
        self.link = False
        self.regs[11] &= 0x0F
        self.regs[13] = 0
        for number in LINE_SIDE:
            self.regs[number] = self.RESET[number]
        self.voice_changed = True
        self.raise_(FDT)
        self.ring.clear()
        self._hook(now)

    def reset(self) -> None:
        self.link = False
        super().reset()
        self.ring.clear()
        self._seen = -1
        self._hook(self.time.now)

    # sound
    def slot(self) -> PcmSlot | None:
        regs = self.regs
        if not regs[33] & 0x20:
            return None
        law = LAWS[regs[33] >> 3 & 3]
        put, take = regs[34] | (regs[35] & 3) << 8, regs[36] | (regs[37] & 3) << 8
        return PcmSlot(put, take, 16 if law == "linear" else 8, law)

    def voice(self) -> Voice:
        regs = self.regs
        talks = self.link and self.off_hook and self.time.now >= self._settled
        hears = talks or (self.link and not self.off_hook and bool(regs[5] & ONHM))
        to_line = 10 ** (decibels(regs[38], regs[40]) / 20)
        from_line = 10 ** (decibels(regs[39], regs[41]) / 20)
        return Voice(
            to_line if talks and not regs[15] & 0x80 else 0.0,
            from_line if hears and not regs[15] & 0x08 else 0.0,
            bool(regs[33] & 0x80 or regs[1] & 0x02 or regs[10] & 0x01),
        )

    def clipped(self, over: bool) -> None:
        self.regs[19] = self.regs[19] & (0xFF ^ OVL) | (OVL if over else 0)
        if over:
            self.regs[17] |= OVERDRIVEN
            self.raise_(ROV)

    # faults
    def brown_out(self) -> None:
        """The supply sagged: registers at their reset values, line side down, loop open."""
        self.reset()

    def drop_link(self, on: bool) -> None:
        """The ISOcap link is lost, until told otherwise; then it comes up as after power-up."""
        self._dropped = on
        if on:
            self._link_lost(self.time.now)
        elif not self.regs[6] & 0x18:
            self.plan(self._link_found, self.time.now + LINK_UP)


def _noted(number: int) -> Write:
    """A register on which slots or gains depend."""

    def write(chip: Si3050, value: int) -> None:
        chip.regs[number] = value
        chip.voice_changed = True

    return write


def _ring_rule(number: int) -> Write:
    """A register on which ring detection depends."""

    def write(chip: Si3050, value: int) -> None:
        chip.regs[number] = value
        chip.ring.again(chip.time.now)

    return write


Si3050.READ = table(
    {
        5: Si3050._status,
        12: Si3050._line_status,
        19: Si3050._protection,
        28: Si3050.fine_current,
        29: lambda chip: chip.line_volts() & 0xFF,
    }
)
Si3050.WRITE = table(
    {
        1: Si3050._control_1,
        4: Si3050._sources,
        5: Si3050._daa,
        6: Si3050._power,
        17: Si3050._international_2,
        43: Si3050._threshold,
        44: Si3050._comparator,
        **{number: _ring_rule(number) for number in (16, 18, 22, 23, 24)},
        **{number: _noted(number) for number in (10, 15, *range(33, 42))},
    }
)
