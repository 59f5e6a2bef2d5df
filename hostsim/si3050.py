"""Si3050: the bus side of a telephone line (FXO), register by register; the line side is `si3019`.

Source: the Si3050 data sheet (pages of Rev 1.31 and 1.5) and the open drivers, as tabled in the
hardware notes.
"""

from typing import ClassVar

from hostsim.chip import LAWS, REGISTERS, Chip, HatTime, PcmSlot, Voice, Write, noted, table
from hostsim.copper import LinePair
from hostsim.si3019 import CVI, CVM, OH, OPD, LineSide

SOFT_RESET = 5_000  # µs until SR clears itself
REVISION = 3
DOWN = 0x18  # PDL and PDN, register 6

ROV = 0x40  # registers 3 and 4
INTE, INTP = 0x80, 0x40  # register 2
ONHM = 0x08  # register 5
OVERDRIVEN = 0x02  # register 17: ROV once more
OVL, DROPPED_OUT = 0x04, 0x02  # register 19


RESET_VALUES = {2: 0x03, 6: 0x10, 11: REVISION, 22: 0x96, 23: 0x2D, 24: 0x19, 31: 0x20}


def decibels(coarse: int, fine: int) -> float:
    """TXG2/RXG2 (whole dB, at most 12 up or 15 down) and TXG3/RXG3 (tenths); bit 4 = attenuate."""
    whole = -(coarse & 15) if coarse & 16 else min(coarse & 15, 12)
    tenths = -(fine & 15) if fine & 16 else fine & 15
    return whole + tenths / 10


class Si3050(Chip):
    """One FXO place of the hat."""

    RESET = bytes(RESET_VALUES.get(number, 0) for number in range(REGISTERS))
    READ_ONLY: ClassVar[frozenset[int]] = frozenset({11, 12, 13, 19, 28, 29})

    def __init__(self, time: HatTime, pair: LinePair) -> None:
        super().__init__(time, pair)
        self.pair = pair
        self.line = LineSide(self, pair)

    def attend(self, now: int) -> None:
        if self.due <= now:
            self.advance(now)
        self.line.attend(now)
        if self.due <= now:  # a change that nobody announced may have had its consequences already
            self.advance(now)
        self.rest(now)

    def rest(self, now: int) -> None:
        self._rest(now, self.pair.next_change(now))

    # interrupts
    def raise_(self, bits: int) -> None:
        self.regs[4] |= bits

    def interrupts(self) -> bool:
        regs = self.regs
        pending = bool(regs[4] & regs[3]) or regs[44] & (CVI | CVM) == (CVI | CVM)
        return bool(regs[2] & INTE) and pending != bool(regs[2] & INTP)

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
        self.line.ring.again(self.time.now)

    def _threshold(self, value: int) -> None:
        self.regs[43] = value
        self.line.compare()

    def _comparator(self, value: int) -> None:
        self.regs[44] = value & 0x07 | self.regs[44] & value & CVI
        self.line.compare()

    # status
    def _status(self) -> int:
        return self.regs[5] | self.line.ring_bits()

    def _line_status(self) -> int:
        return 0x40 | self.line.current() if self.line.link else 0

    def _protection(self) -> int:
        starved = self.line.off_hook and self.line.milliamps <= 0
        return self.regs[19] | (DROPPED_OUT if starved else 0)

    # orders
    def write(self, number: int, value: int) -> None:
        if not self.regs[1] & 0x80:  # a chip in soft reset takes nothing
            super().write(number, value)

    def _control_1(self, value: int) -> None:
        self.regs[1] = value & 0x7F
        self.voice_changed = True
        if value & 0x80:
            self.reset()
            self.regs[1] = 0x80
            self.plan(self._soft_reset_done, self.time.now + SOFT_RESET)

    def _soft_reset_done(self, at: int) -> None:
        self.regs[1] &= 0x7F

    def _daa(self, value: int) -> None:
        self.regs[5] = value & 0x1B
        self.voice_changed = True
        if not value & OH:
            self.regs[19] &= 0xFF ^ OPD
        self.line.hook(self.time.now)

    def _power(self, value: int) -> None:
        self.regs[6] = value & DOWN
        self.line.power(not value & DOWN)

    def reset(self) -> None:
        super().reset()
        self.line.reset(self.time.now)

    # sound
    def slot(self) -> PcmSlot | None:
        regs = self.regs
        if not regs[33] & 0x20:
            return None
        law = LAWS[regs[33] >> 3 & 3]
        put, take = regs[34] | (regs[35] & 3) << 8, regs[36] | (regs[37] & 3) << 8
        return PcmSlot(put, take, 16 if law == "linear" else 8, law)

    def voice(self) -> Voice:
        regs, line = self.regs, self.line
        talks = line.off_hook and self.time.now >= line.settled
        hears = talks or (line.link and not line.off_hook and bool(regs[5] & ONHM))
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
        """The ISOcap link is lost until told otherwise; then it comes up as after power-up."""
        self.line.drop(on, powered=not self.regs[6] & DOWN)

    def slow_link(self, us: int) -> None:
        """From now on the ISOcap link takes so long to come up."""
        self.line.link_takes = us


def _ring_rule(number: int) -> Write:
    """A register on which ring detection depends."""

    def write(chip: Si3050, value: int) -> None:
        chip.regs[number] = value
        chip.line.ring.again(chip.time.now)

    return write


Si3050.READ = table(
    {
        5: Si3050._status,
        12: Si3050._line_status,
        19: Si3050._protection,
        28: lambda chip: chip.line.fine_current(),
        29: lambda chip: chip.line.volts() & 0xFF,
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
        **{number: noted(number) for number in (10, 15, *range(33, 42))},
    }
)
