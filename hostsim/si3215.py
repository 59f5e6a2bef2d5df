"""Si3215 and Si3210: the chip that feeds an office phone (FXS), register by register.

Source: Si3215 data sheet Rev 0.92 (pages as tabled in the hardware notes); the Si3210 differs in
what `family` says. The wires to the telephone are `feed.LineFeed`.
"""

from typing import ClassVar, Literal

from hostsim.chip import LAWS, Chip, HatTime, PcmSlot, Voice, Write, table
from hostsim.copper import PhonePair
from hostsim.feed import FED, RINGING, LineFeed

Family = Literal["si3215", "si3210"]

MS = 1_000
REVISION = 5
CALIBRATION, QUICK_CALIBRATION = 300 * MS, 30 * MS  # register 96, CALSP
CONVERTER_CALIBRATION = 10 * MS  # register 93, DCCAL; our assumption
UNITY = 0x4000  # of DACG and ADCG: a 12-bit field in the upper bits, 0x400 = 0 dB
ANALOG = (0.0, -3.5, 3.5, None)  # dB of ATX and ARX; None mutes
BALANCED = 8  # where the manual search for the transistors' balance (98, 99 against 88, 89) ends

CHAIN, SPIM, PNI2 = 0x80, 0x40, 0x80
CAL, CALSP, DCCAL, DCOF = 0x40, 0x20, 0x80, 0x10
INDP, ALARMS = 0x01, 0xFC

# Indirect registers that the model understands, and all that exist (data sheet, table 34).
NUMBERS: dict[Family, dict[str, int]] = {
    "si3215": {
        "ROFF": 6, "RCO": 7, "RNGX": 8, "DACG": 13, "ADCG": 14,
        "LCRT": 15, "RPTP": 16, "VMIND": 64, "LCRTL": 66,
    },
    "si3210": {
        "ROFF": 19, "RCO": 20, "RNGX": 21, "DACG": 26, "ADCG": 27,
        "LCRT": 28, "RPTP": 29, "VMIND": 41, "LCRTL": 43,
    },
}  # fmt: skip
EXISTING: dict[Family, frozenset[int]] = {
    "si3215": frozenset((*range(10), *range(13, 28), 64, 66, *range(69, 75))),
    "si3210": frozenset((*range(44), 97, *range(99, 105))),
}


def reset_values() -> bytes:
    values = bytearray(128)
    known = {
        **{
            0: REVISION,
            1: 0x88,
            6: 0x80,
            8: 0x02,
            10: 0x08,
            11: 0x33,
            14: 0x10,
            63: 0x54,
            65: 0x61,
            66: 0x03,
        },
        **{
            67: 0x1F,
            69: 0x0A,
            70: 0x0A,
            72: 0x20,
            73: 0x02,
            74: 0x32,
            75: 0x10,
            92: 0xFF,
            93: 0x14,
            96: 0x1F,
        },
        **{97: 0x1F, 98: 0x10, 99: 0x10, 100: 0x11, 101: 0x11, 102: 0x08, 103: 0x88, 107: 0x08},
    }
    for number, value in known.items():
        values[number] = value
    return bytes(values)


def garbage() -> dict[int, int]:
    """Indirect registers are undefined after a reset: a pattern that no driver means."""
    return {number: (number + 1) * 0x9D37 & 0xFFFF for number in range(128)}


class Si3215(Chip):
    """One FXS place of the hat."""

    RESET = reset_values()
    READ_ONLY: ClassVar[frozenset[int]] = frozenset({6, 31, 68, 77, *range(78, 92), 94})

    def __init__(self, time: HatTime, pair: PhonePair, family: Family = "si3215") -> None:
        super().__init__(time, pair)
        self.pair = pair
        self.family = family
        self.feed = LineFeed(self, pair)
        self._numbers = NUMBERS[family]
        self._indirect = garbage()
        self._staged = False  # IDA was written: the next IAA is a write
        self._pending: tuple[int, int | None, int] | None = None  # number, value or None, done at
        self._hangs = {"calibration": False, "indirect": False}
        self._storm_every: int | None = None
        self._own_reset()

    def attend(self, now: int) -> None:
        self.feed.attend(now)
        self._sleep(now, self.pair.next_edge(now))

    # interrupts
    def raise_(self, register: int, bits: int) -> None:
        """An event sets its status bit only where it is enabled (data sheet 2.9)."""
        self.regs[register] |= bits & self.regs[register + 3]

    def interrupts(self) -> bool:
        self._finish_indirect()
        regs = self.regs
        return bool(regs[18] or regs[19] or regs[20])

    # indirect registers
    def indirect(self, name: str, signed: bool = False) -> int:
        value = self._indirect[self._numbers[name]]
        return value - 0x10000 if signed and value & 0x8000 else value

    def _stage(self, number: int, value: int) -> None:
        self._finish_indirect()
        self.regs[number] = value
        self._staged = True

    def _address(self, value: int) -> None:
        """IAA: a write where IDA was written before, else a read; done at the next 16 kHz tick."""
        self._finish_indirect()
        self.regs[30] = value
        data = self.regs[28] | self.regs[29] << 8 if self._staged else None
        ticks = self.time.at * 2 // 125 + 1
        self._pending = (value, data, -(-ticks * 125 // 2))
        self._staged = False

    def _finish_indirect(self) -> None:
        if self._pending is None or self._hangs["indirect"] or self.time.at < self._pending[2]:
            return
        (number, data, _), self._pending = self._pending, None
        if data is None:
            value = self._indirect[number & 127] if number in EXISTING[self.family] else 0
            self.regs[28], self.regs[29] = value & 0xFF, value >> 8
        elif number in EXISTING[self.family]:
            self._indirect[number] = data
            self.voice_changed = True
            self.feed.refresh(self.time.now)
        self.raise_(20, INDP)

    def _busy(self) -> int:
        self._finish_indirect()
        return 1 if self._pending is not None else 0

    def _data(self, number: int) -> int:
        self._finish_indirect()
        return self.regs[number]

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
        if not self._hangs["calibration"]:
            self.regs[96] = self.regs[97] = 0

    # what is sensed
    def _hook_status(self) -> int:
        feed = self.feed
        return (0 if feed.over else 4) | feed.tripped << 1 | feed.closed

    def _loop_volts(self) -> int:
        volts = self.feed.loop_volts(self.time.now)
        return (0x40 if volts < 0 else 0) | min(63, round(abs(volts) / 1.5))

    def _loop_current(self) -> int:
        sign = 0x40 if self.feed.loop_volts(self.time.now) < 0 else 0
        return sign | min(63, round(self.feed.milliamps(self.time.now) / 1.25))

    def _wire(self, ring: bool) -> int:
        """TIP (or RING) below ground: the upper wire stands VCM below ground, the other the loop's volts."""
        loop = self.feed.loop_volts(self.time.now)
        lower = abs(loop) if (loop > 0) == ring else 0.0
        common = (self.regs[73] & 63) * 1.5 if self.feed.state in FED else 0.0
        return min(255, round((common + lower) / 0.376))

    def _battery(self) -> int:
        feed = self.feed
        return min(255, round(feed.battery.volts(self.time.now, feed.battery_goal()) / 0.376))

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
        if regs[9] & 0x10 or regs[65] & 0x40:
            to_phone = 0.0
        if regs[9] & 0x20:
            from_phone = 0.0
        return Voice(
            to_phone * self.indirect("DACG", signed=True) / UNITY,
            from_phone * self.indirect("ADCG", signed=True) / UNITY,
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
        self._indirect = garbage()
        self._staged = False
        self._pending = None

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
        self._hangs["calibration"] = on
        if not on and self.regs[96] & CAL and not self.planned(self._calibrated):
            self._calibrated(self.time.now)

    def indirect_hangs(self, on: bool) -> None:
        """IAS stays busy."""
        self._hangs["indirect"] = on

    def power_alarm(self, transistors: int = 0b111111) -> None:
        """Transistors Q1 (bit 0) to Q6 run too hot, once."""
        self._alarm(self.time.now, transistors)

    def alarm_storm(self, every: int | None) -> None:
        """A power alarm `every` µs while the line is fed; None ends it."""
        self._storm_every = every
        self.plan(self._storm, None if every is None else self.time.now + every)

    def _storm(self, at: int) -> None:
        assert self._storm_every is not None
        if self.feed.state in (*FED, RINGING):
            self._alarm(at, 1)
        self.plan(self._storm, at + self._storm_every)

    def _alarm(self, at: int, transistors: int) -> None:
        self.raise_(19, transistors << 2 & ALARMS)
        self.feed.alarm(at)


def _analog(code: int) -> float:
    """ATX, ARX: an amplifier's gain as a factor."""
    decibels = ANALOG[code]
    return 0.0 if decibels is None else float(10 ** (decibels / 20))


def _clear(number: int) -> Write:
    """An interrupt status register: bits are cleared by writing 1 to them."""

    def write(chip: Si3215, value: int) -> None:
        chip.regs[number] &= 0xFF ^ value

    return write


def _noted(number: int, mask: int = 0xFF) -> Write:
    """A register on which slots or gains depend."""

    def write(chip: Si3215, value: int) -> None:
        chip.regs[number] = value & mask
        chip.voice_changed = True

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
        20: lambda chip: chip._data(20),
        28: lambda chip: chip._data(28),
        29: lambda chip: chip._data(29),
        31: Si3215._busy,
        34: lambda chip: chip.regs[34] | (0xA4 if chip.feed.state == RINGING else 0),
        64: lambda chip: chip.regs[64] | chip.feed.state << 4,
        68: Si3215._hook_status,
        78: Si3215._loop_volts,
        79: Si3215._loop_current,
        80: lambda chip: chip._wire(ring=False),
        81: lambda chip: chip._wire(ring=True),
        82: Si3215._battery,
        83: Si3215._battery,
        84: lambda chip: min(255, round(chip.feed.milliamps(chip.time.now) / 0.319)),
        88: lambda chip: max(0, chip.regs[98] - BALANCED),
        89: lambda chip: max(0, chip.regs[99] - BALANCED),
    }
)
Si3215.WRITE = table(
    {
        0: Si3215._spi_mode,
        1: Si3215._pcm_mode,
        **{number: _noted(number) for number in (2, 3, 4, 5, 9, 65)},
        8: _noted(8, 0x07),
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
