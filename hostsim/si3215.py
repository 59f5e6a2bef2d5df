"""Si3215 and Si3210: the chip that feeds an office phone (FXS), register by register.

Source: Si3215 data sheet Rev 0.92 (pages as tabled in the hardware notes); the Si3210 differs in
what `family` says. The wires to the telephone are `feed.LineFeed`.
"""

from typing import ClassVar

from hostsim.chip import LAWS, REGISTERS, Chip, HatTime, PcmSlot, Voice, Write, noted, table
from hostsim.copper import PhonePair
from hostsim.feed import FED, RINGING, LineFeed
from hostsim.indirect import Family, Indirect

MS = 1_000
REVISION = 5
CALIBRATION, QUICK_CALIBRATION = 300 * MS, 30 * MS  # register 96, CALSP
CONVERTER_CALIBRATION = 10 * MS  # register 93, DCCAL; our assumption
UNITY = 0x4000  # of DACG and ADCG: a 12-bit field in the upper bits, 0x400 = 0 dB
ANALOG = (0.0, -3.5, 3.5, None)  # dB of ATX and ARX; None mutes
BALANCED = 8  # where the manual search for the transistors' balance (98, 99 against 88, 89) ends

CHAIN, SPIM, PNI2 = 0x80, 0x40, 0x80
CAL, CALSP, DCCAL, DCOF = 0x40, 0x20, 0x80, 0x10
INDP = 0x01


RESET_VALUES = {
    0: REVISION, 1: 0x88, 6: 0x80, 8: 0x02, 10: 0x08, 11: 0x33, 14: 0x10, 63: 0x54, 65: 0x61, 66: 0x03,
    67: 0x1F, 69: 0x0A, 70: 0x0A, 72: 0x20, 73: 0x02, 74: 0x32, 75: 0x10, 92: 0xFF, 93: 0x14, 96: 0x1F,
    97: 0x1F, 98: 0x10, 99: 0x10, 100: 0x11, 101: 0x11, 102: 0x08, 103: 0x88, 107: 0x08,
}  # fmt: skip


class Si3215(Chip):
    """One FXS place of the hat."""

    RESET = bytes(RESET_VALUES.get(number, 0) for number in range(REGISTERS))
    READ_ONLY: ClassVar[frozenset[int]] = frozenset({6, 31, 68, 77, *range(78, 92), 94})

    def __init__(self, time: HatTime, pair: PhonePair, family: Family = "si3215") -> None:
        super().__init__(time, pair)
        self.pair = pair
        self.family = family
        self.feed = LineFeed(self, pair)
        self.indirect = Indirect(time, family)
        self._staged = False  # IDA was written: the next IAA is a write
        self._calibration_hangs = False
        self._storm_every: int | None = None
        self._own_reset()

    def attend(self, now: int) -> None:
        self.feed.attend(now)
        self.rest(now)

    def rest(self, now: int) -> None:
        self._rest(now, self.pair.next_edge(now))

    # interrupts
    def raise_(self, register: int, bits: int) -> None:
        """An event sets its status bit only where it is enabled (data sheet 2.9)."""
        self.regs[register] |= bits & self.regs[register + 3]

    def interrupts(self) -> bool:
        self._finish_indirect()
        regs = self.regs
        return bool(regs[18] or regs[19] or regs[20])

    # indirect registers
    def _stage(self, number: int, value: int) -> None:
        self._finish_indirect()
        self.regs[number] = value
        self._staged = True

    def _address(self, value: int) -> None:
        """IAA: a write where IDA was written before, else a read."""
        self._finish_indirect()
        self.regs[30] = value
        self.indirect.access(value, self.regs[28] | self.regs[29] << 8 if self._staged else None)
        self._staged = False

    def _finish_indirect(self) -> None:
        if not self.indirect.due:
            return
        found = self.indirect.finish()
        if found is None:
            self.voice_changed = True
            self.feed.refresh(self.time.now)
        else:
            self.regs[28], self.regs[29] = found & 0xFF, found >> 8
        self.raise_(20, INDP)

    def _after_indirect(self, number: int) -> int:
        self._finish_indirect()
        return self.regs[number]

    def _busy(self) -> int:
        self._finish_indirect()
        return int(self.indirect.busy)

    # setup registers
    def _spi_mode(self, value: int) -> None:
        self.regs[0] = value & (CHAIN | SPIM) | REVISION
        self.mode_changed()

    def _pcm_mode(self, value: int) -> None:
        self.regs[1] = value & 0x7F | self.regs[1] & PNI2
        self.voice_changed = True

    def _power(self, value: int) -> None:
        self.regs[14] = value & 0x1F
        self.feed.power(self.time.now, not value & DCOF)

    def _line_feed(self, value: int) -> None:
        self.feed.order(self.time.now, value & 7)
        self.regs[64] = value & 7

    # calibration
    def _converter_delay(self, value: int) -> None:
        self.regs[93] = value & 0x9F
        if value & DCCAL:
            self.plan(self._converter_calibrated, self.time.now + CONVERTER_CALIBRATION)

    def _converter_calibrated(self, at: int) -> None:
        self.regs[93] &= 0xFF ^ DCCAL

    def _calibrate(self, value: int) -> None:
        busy = self.regs[96] & CAL
        self.regs[96] = value & 0x7F | busy
        if value & CAL and not busy:
            self.plan(self._calibrated, self.time.now + (QUICK_CALIBRATION if value & CALSP else CALIBRATION))

    def _calibrated(self, at: int) -> None:
        if not self._calibration_hangs:
            self.regs[96] = self.regs[97] = 0

    # sound
    def slot(self) -> PcmSlot | None:
        regs = self.regs
        if not regs[1] & 0x20:
            return None
        return PcmSlot(
            regs[2] | (regs[3] & 3) << 8,
            regs[4] | (regs[5] & 3) << 8,
            16 if regs[1] & 0x04 else 8,
            LAWS[regs[1] >> 3 & 3],
        )

    def voice(self) -> Voice:
        regs = self.regs
        if self.feed.state not in FED or not self.feed.battery.up(self.time.now):
            return Voice(loop=bool(regs[8] & 0x06))
        to_phone, from_phone = _analog(regs[9] & 3), _analog(regs[9] >> 2 & 3)
        if regs[9] & 0x10:
            to_phone = 0.0
        if regs[9] & 0x20:
            from_phone = 0.0
        return Voice(
            to_phone * self.indirect.signed("DACG") / UNITY,
            from_phone * self.indirect.signed("ADCG") / UNITY,
            bool(regs[8] & 0x06),
        )

    # supply, reset and faults
    def reset(self) -> None:
        super().reset()
        self._own_reset()
        self.feed.reset(self.time.now)

    def _own_reset(self) -> None:
        if self.family == "si3210":
            self.regs[1] &= 0xFF ^ PNI2
            self.regs[6] = 0
        self.indirect.reset()
        self._staged = False

    @property
    def chained(self) -> bool:
        return bool(self.regs[0] & CHAIN)

    def brown_out(self, keeps_chain: bool = True) -> None:
        """The supply sagged: reset values (register 8 reads 2 again). Whether the chip still
        knows that it sits in a chain is not documented; try both."""
        mode = self.regs[0]
        self.reset()
        if keeps_chain:
            self.regs[0] = mode
            self.mode_changed()

    def battery_fails(self, on: bool) -> None:
        """The DC-DC converter makes no volts (no 12 V on the hat)."""
        self.feed.battery.fail(self.time.now, on, self.feed.battery_goal())
        self.feed.power(self.time.now, not self.regs[14] & DCOF)

    def line_leaks(self, on: bool) -> None:
        """A short on the wires drains the battery as soon as the converter is off."""
        self.feed.battery.leaks = on

    def calibration_hangs(self, on: bool) -> None:
        self._calibration_hangs = on
        if not on and self.regs[96] & CAL and not self.planned(self._calibrated):
            self._calibrated(self.time.now)

    def indirect_hangs(self, on: bool) -> None:
        """IAS stays busy."""
        self.indirect.hangs = on

    def power_alarm(self, transistors: int = 0b111111) -> None:
        """Transistors Q1 (bit 0) to Q6 run too hot, once."""
        self.feed.alarm(self.time.now, transistors)

    def alarm_storm(self, every: int | None) -> None:
        """A power alarm `every` µs while the line is fed; None ends it."""
        self._storm_every = every
        self.plan(self._storm, None if every is None else self.time.now + every)

    def _storm(self, at: int) -> None:
        assert self._storm_every is not None
        if self.feed.state in (*FED, RINGING):
            self.feed.alarm(at, 1)
        self.plan(self._storm, at + self._storm_every)


def _analog(code: int) -> float:
    """ATX, ARX: an amplifier's gain as a factor."""
    decibels = ANALOG[code]
    return 0.0 if decibels is None else float(10 ** (decibels / 20))


def _clear(number: int) -> Write:
    """An interrupt status register: bits are cleared by writing 1 to them."""

    def write(chip: Si3215, value: int) -> None:
        chip.regs[number] &= 0xFF ^ value

    return write


def _fed_by(number: int, mask: int) -> Write:
    """A register on which the line feed or its detectors depend."""

    def write(chip: Si3215, value: int) -> None:
        chip.regs[number] = value & mask
        chip.feed.refresh(chip.time.now)

    return write


def _masked(number: int, mask: int, fixed: int = 0) -> Write:
    """Reserved bits read zero, fixed ones one."""

    def write(chip: Si3215, value: int) -> None:
        chip.regs[number] = value & mask | fixed

    return write


Si3215.READ = table(
    {
        20: lambda chip: chip._after_indirect(20),
        28: lambda chip: chip._after_indirect(28),
        29: lambda chip: chip._after_indirect(29),
        31: Si3215._busy,
        34: lambda chip: chip.regs[34] | (0xA4 if chip.feed.state == RINGING else 0),
        64: lambda chip: chip.regs[64] | chip.feed.state << 4,
        68: lambda chip: chip.feed.hook_status(),
        78: lambda chip: chip.feed.voltage_sense(),
        79: lambda chip: chip.feed.current_sense(),
        80: lambda chip: chip.feed.wire_sense(ring=False),
        81: lambda chip: chip.feed.wire_sense(ring=True),
        **{number: lambda chip: chip.feed.battery_sense() for number in (82, 83)},
        84: lambda chip: min(255, round(chip.feed.milliamps() / 0.319)),
        88: lambda chip: max(0, chip.regs[98] - BALANCED),
        89: lambda chip: max(0, chip.regs[99] - BALANCED),
    }
)
Si3215.WRITE = table(
    {
        0: Si3215._spi_mode,
        1: Si3215._pcm_mode,
        **{number: noted(number) for number in (2, 3, 4, 5, 9)},
        8: noted(8, 0x07),
        14: Si3215._power,
        **{number: _clear(number) for number in (18, 19, 20)},
        28: lambda chip, value: chip._stage(28, value),
        29: lambda chip, value: chip._stage(29, value),
        30: Si3215._address,
        34: _fed_by(34, 0x1B),
        64: Si3215._line_feed,
        **{number: _fed_by(number, 0x7F) for number in (69, 70, 72)},
        **{number: _fed_by(number, 0x3F) for number in (73, 74, 75)},
        71: _fed_by(71, 0x07),
        92: _masked(92, 0xBF, fixed=0x40),
        93: Si3215._converter_delay,
        96: Si3215._calibrate,
        97: _masked(97, 0x1F),
        108: _fed_by(108, 0xFF),
    }
)
