"""The FXS chip: Si3215, or its older brother Si3210, register by register.

Addresses, bits and sequences: HARDWARE 2.1 and 2.2. Up to 8 chips hang on one chip select; every
access is three bytes (chip, register, value) once the chain was told so. Ringing, ring trip, hook
debounce and the battery run inside the chip; we say what, and look.
"""

from dataclasses import dataclass

from board.bus import SpiBus
from board.chip import SILENT, Registers, Steps
from board.countries import COUNTRIES, Country, PhoneSetup
from board.indirect import EAR_GAIN, FILTERS, INDIRECT, MOUTH_GAIN, RING_HERTZ, RING_PEAK, UNITY
from firmware.base import Broken

CHAIN_MODE = b"\x00\x80"  # two bytes: whoever is still in 2-byte mode sets register 0 to chain mode
IDENT, PCM, TX_SLOT, RX_SLOT, LOOPBACK, IMPEDANCE, HYBRID = 0, 1, 2, 4, 8, 10, 11
POWER, STATUS1, STATUS2, STATUS3, MASK1, MASK2 = 14, 18, 19, 20, 21, 22
DATA, ADDRESS, BUSY, RING_MODE, RING_ON, RING_OFF, PAUSE_DEBOUNCE = 28, 30, 31, 34, 48, 50, 63
FEED, BATTERY_FEED, AUTO, HOOK, HOOK_DEBOUNCE, TRIP_DEBOUNCE = 64, 66, 67, 68, 69, 70
LOOP_LIMIT, COMMON_MODE, LOOP_VOLTS, LOOP_CURRENT, BATTERY = 71, 73, 78, 79, 82
PWM_PERIOD, PWM_DELAY, CALIBRATE1, CALIBRATE2, CALIBRATED, ENHANCE = 92, 93, 96, 97, 107, 108
RESULTS = range(98, 108)

OPEN, ACTIVE, ON_HOOK_SOUND, RING, REVERSED = 0, 1, 2, 4, 5  # line feed
ALARMS, HOOK_CHANGED, RING_TRIP = 0xFC, 0x02, 0x01  # of STATUS2
OFF_HOOK, TRIPPED = 0x01, 0x02  # of HOOK
NOBODY = 0xFF  # what a bus reads on which no chip answers
LINEAR = 0x3C  # of PCM: enabled, 16-bit linear
NEWER = 0x80  # of PCM: this is a Si3215
SLOT = 16  # PCM clocks of a linear slot

BATTERY_UP = 0xC0  # 72 V at 0.376 V a step
BATTERY_GONE = 0x06
BATTERY_S, LEAK_S, CALIBRATION_S, POLL_S, BUSY_S = 0.5, 0.2, 2.0, 0.01, 0.001
RING_STEP = 125e-6  # s per step of the ring timers
LONGEST_TIMER = 0xFFFF * RING_STEP

SETTINGS = {
    HOOK_DEBOUNCE: 0x04,  # 5 ms: pulse dials need it short, the driver does the rest
    PAUSE_DEBOUNCE: 0x10,  # 20 ms between two bursts: a lift there silences the bell as fast as in one
    TRIP_DEBOUNCE: 0x0B,  # 20 Hz ringing with filter 0x320 (data sheet, table 30)
    COMMON_MODE: 0x04,
    MASK1: 0x30,  # a ring timer ran out
    MASK2: ALARMS | HOOK_CHANGED | RING_TRIP,
}


def gain(db: float) -> int:
    """A gain as the chip's digital factor; at most +6 dB."""
    if db > 6.0:
        raise Broken(f"a gain of {db} dB cannot be set: at most +6 is possible")
    return min(0x7FF0, round(UNITY * 10 ** (db / 20)) & 0x7FF0)


@dataclass(frozen=True)
class Volts:
    """What the chip measures of its line, for the owner's page."""

    loop: float
    milliamps: float
    battery: float


def _accesses(place: int) -> tuple[list[bytes], list[bytes]]:
    chip = 1 << place
    reads = [bytes((chip, 0x80 | register, 0)) for register in range(109)]
    return reads, [bytes((chip, register)) for register in range(109)]


class Si3215:
    """One phone's chip; `place` is its position in the chain, `slot` its PCM slot."""

    def __init__(self, spi: SpiBus, place: int, slot: int, name: str, setup: PhoneSetup) -> None:
        self.name = name
        self.place = place
        self.setup = setup
        self.newer = True  # a Si3215, by register 1; else a Si3210
        self._spi = spi
        self._slot = slot
        self._copies: dict[int, int] = {}  # calibration, for a quick start after a reset
        self.registers = Registers(spi, *_accesses(place), name)
        self.read = self.registers.read
        self.write = self.registers.write

    # Who is there

    def answers(self) -> bool:
        """Is there a chip? A chip that was reset needs the chain mode again; the others ignore it."""
        self._spi.xfer(CHAIN_MODE)
        return self.read(IDENT) & 0x0F not in (0x00, 0x0F) and self.read(PCM) not in SILENT

    def was_reset(self) -> bool:
        """Register 8 reads 2 after a reset; we wrote 0."""
        return not self.registers.holds(LOOPBACK, 0)

    def intact(self) -> bool:
        return not self.was_reset() and self.registers.intact()

    # Indirect registers

    def _number(self, old: int) -> int | None:
        return INDIRECT[old][1] if self.newer else old

    def _idle(self) -> Steps:
        for _ in range(100):
            if not self.read(BUSY) & 1:
                return
            yield BUSY_S
        raise Broken(f"{self.name}: indirect registers stay busy; reseat the module, or replace it")

    def _put(self, number: int, value: int) -> Steps:
        yield from self._idle()
        self.write(DATA, value & 0xFF)
        self.write(DATA + 1, value >> 8)
        self.write(ADDRESS, number)

    def _get(self, number: int, into: list[int]) -> Steps:
        yield from self._idle()
        self.write(ADDRESS, number)
        yield from self._idle()
        into.append(self.read(DATA) | self.read(DATA + 1) << 8)

    def indirect(self, old: int, value: int) -> Steps:
        """Write one by its Si3210 number and read it back; nothing where this family lacks it."""
        number = self._number(old)
        if number is None:
            return
        for _ in range(3):
            found: list[int] = []
            yield from self._put(number, value)
            yield from self._get(number, found)
            if found == [value]:
                return
        raise Broken(f"{self.name}: indirect register {number} does not keep its value; replace the module")

    def _indirects(self) -> Steps:
        country = COUNTRIES[self.setup.country]
        hertz, peak = country.ring
        own = {RING_HERTZ: hertz, RING_PEAK: peak}
        own |= {EAR_GAIN: gain(self.setup.ear_db), MOUTH_GAIN: gain(self.setup.mouth_db)}
        for old, (value, _) in INDIRECT.items():
            yield from self.indirect(old, own.get(old, value))

    # Power-up

    def power_up(self) -> Steps:
        """From reset to a fed line, on-hook; quick where the calibration is known from before.

        `Broken` says which step failed; the line feed is then open.
        """
        self.registers.forget()
        self._check()
        self.write(ADDRESS, 0)
        yield from self._indirects()
        self.registers.set_all({LOOPBACK: 0x00, ENHANCE: 0xEB, AUTO: 0x17, BATTERY_FEED: 0x01})
        try:
            yield from self._battery_up()
            if self._copies:
                self._recall()
            else:
                yield from self._leak_test()
                yield from self._battery_up()
                yield from self._calibrate()
        except Broken:
            self.write(POWER, 0x10)
            raise
        self._configure(COUNTRIES[self.setup.country])

    def _check(self) -> None:
        self.newer = bool(self.read(PCM) & NEWER)
        if self.was_reset() and (self.read(FEED) != OPEN or self.read(HYBRID) != 0x33):
            raise Broken(f"{self.name}: the chip does not come out of reset; reseat the module")
        self.write(FEED, OPEN)

    def _battery_up(self) -> Steps:
        self.write(PWM_PERIOD, 0xFF)
        self.write(POWER, 0x00)
        for _ in range(round(BATTERY_S / POLL_S)):
            yield POLL_S
            if self.read(BATTERY) >= BATTERY_UP:
                break
        else:
            raise Broken(f"{self.name}: the phone's battery does not come up; check the hat's 12 V supply")
        self.registers.set(LOOP_LIMIT, max(0, min(7, round((self.setup.loop_ma - 20) / 3))))
        self.write(PWM_DELAY, 0x19)

    def _leak_test(self) -> Steps:
        """With the converter off the battery must stand: a short would drain it at once."""
        self.write(POWER, 0x10)
        for _ in range(round(LEAK_S / POLL_S)):
            yield POLL_S
            if self.read(BATTERY) < BATTERY_GONE:
                raise Broken(f"{self.name}: the wires to the phone leak or are shorted; check the cable")

    def _calibrate(self) -> Steps:
        for old in FILTERS:
            yield from self.indirect(old, 0x8000)
        self.write(CALIBRATE2, 0x1F)
        self.write(CALIBRATE1, 0x5F)
        for _ in range(round(CALIBRATION_S / POLL_S)):
            yield POLL_S
            if self.read(CALIBRATE1) == 0:
                break
        else:
            raise Broken(
                f"{self.name}: calibration does not end; unplug the phone once, or replace the module"
            )
        if not 2 <= self.read(CALIBRATED) <= 0x0D:
            self.write(CALIBRATED, 0x08)
        self._copies = {register: self.read(register) for register in RESULTS}
        for old in FILTERS:
            yield from self.indirect(old, INDIRECT[old][0])
        self.write(PWM_DELAY, 0x99)

    def _recall(self) -> None:
        """The calibration of before: a calibration anew would need the phone on its hook."""
        for register, value in self._copies.items():
            self.write(register, value)
        self.write(PWM_DELAY, 0x99)

    def _configure(self, country: Country) -> None:
        low, high = (self._slot * SLOT) & 0xFF, (self._slot * SLOT) >> 8
        self.registers.set_all({TX_SLOT: low, TX_SLOT + 1: high, RX_SLOT: low, RX_SLOT + 1: high})
        self.registers.set(PCM, LINEAR, fixed=NEWER if self.newer else 0)
        self.registers.set_all({IMPEDANCE: country.r10, **SETTINGS})
        for register in (STATUS1, STATUS2, STATUS3):
            self.write(register, 0xFF)
        self.feed(ACTIVE)
        self.registers.seal()

    # What a port does with it

    def feed(self, mode: int) -> None:
        """Set the line feed."""
        self.write(FEED, mode)

    def ring_timers(self, on: float, off: float) -> None:
        """Let the chip ring by itself: seconds on and off, each at most 8.19."""
        for register, seconds in ((RING_ON, on), (RING_OFF, off)):
            steps = round(seconds / RING_STEP)
            self.write(register, steps & 0xFF)
            self.write(register + 1, steps >> 8)
        self.write(RING_MODE, 0x18)
        self.write(FEED, RING)

    def ring_by_hand(self) -> None:
        """The driver will switch between ringing and pause (the timers know two segments only)."""
        self.write(RING_MODE, 0x00)

    def status(self) -> int:
        """The latched alarms, hook changes and ring trips (read twice against flipped bits) and, eight
        bits higher, the ring timers; all of them cleared. Everything at once is nobody: 0."""
        causes = self.read(STATUS2)
        if causes:
            causes &= self.read(STATUS2)
            if causes == NOBODY:
                return 0
            self.write(STATUS2, causes)
        if timers := self.read(STATUS1):
            self.write(STATUS1, timers)
        return causes | timers << 8

    def volts(self) -> Volts:
        """Loop voltage and current, battery; V and mA."""
        loop, current = self.read(LOOP_VOLTS), self.read(LOOP_CURRENT)
        sign = -1.0 if loop & 0x40 else 1.0
        return Volts(sign * (loop & 0x3F) * 1.5, (current & 0x3F) * 1.25, self.read(BATTERY) * 0.376)
