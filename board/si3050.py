"""The FXO chip: Si3050 with its line side Si3019, register by register.

Addresses, bits and sequences: HARDWARE 2.1 and 2.3. A chain of up to 16 chips hangs on one chip
select; every access is three bytes (control, register, value), the control byte names the chip by
its place with the four bits reversed. Registers 12, 28 and 29 speak for the line side and mean
something only while the ISOcap link between the two halves is up.
"""

from board.bus import SpiBus
from board.chip import SILENT, TRIES, Registers, Steps
from board.countries import COUNTRIES, LineSetup
from firmware.base import Broken

RESET, CONTROL, MASK, STATUS, HOOK, POWER = 1, 2, 3, 4, 5, 6
LINK, LINE, INTL1, INTL2, INTL3 = 11, 12, 16, 17, 18
VALID1, VALID2, VALID3 = 22, 23, 24
DC, VOLTS, AC, SPEED, PCM, TX_SLOT, RX_SLOT = 26, 29, 30, 31, 33, 34, 36
TX_GAIN, RX_GAIN, TX_TENTHS, RX_TENTHS, HYBRID = 38, 39, 40, 41, 45

AFTER_RESET = 0x03  # register 2: our own value shows that nobody reset the chip since
RUNNING = 0x87  # INT pin on, RDI (ring begin and end), hybrid, receive path
RINGS, FRAME_LOST, OVERLOAD, POLARITY = 0x80, 0x20, 0x04, 0x01  # of STATUS and MASK
OFF_HOOK, MONITOR = 0x01, 0x08  # of HOOK; the monitor stays on for caller ID
RINGING_NOW, HOOK_MASK = 0x60, 0x9B  # RDTN | RDTP; the bits of HOOK that only we change
FRAME_OK, CURRENT = 0x40, 0x1F  # of LINE
MILLIAMPS = 3.3  # per step of LCS; the highest step means overload

# Ring validation: 15 to 62 Hz (register 24 counts 1/(2·f·2 ms)), valid after 150 ms, over after
# 128 ms without. The chip's own 512 ms would not see the 400 ms bursts of the UK, and shorter
# than 150 ms is noise (D-05).
VALIDATION = {INTL3: 0x00, VALID1: 0x0D, VALID2: 0x09, VALID3: 0x80 | 0x11}
FULL_SCALE = 0x83  # of SPEED: FULL, 200 Hz high-pass, LVS unforced below 3 V; FOH 128 ms is the country's
LINEAR = 0x38  # of PCM: enabled, 16-bit linear
SLOT = 16  # PCM clocks of a linear slot

RESET_S = 0.1
BETWEEN_DIGITS = 0.75  # (HARDWARE 6.3)
LINK_S, LINK_POLL_S = 2.0, 0.02  # the line side powers up within 50 to 500 ms


def _accesses(place: int) -> tuple[list[bytes], list[bytes]]:
    head = 0x20 | int(f"{place:04b}"[::-1], 2)
    reads = [bytes((head | 0x40, register, 0)) for register in range(60)]
    return reads, [bytes((head, register)) for register in range(60)]


def gain(db: float) -> tuple[int, int]:
    """The whole decibels and the tenths of a gain (bit 4 = attenuate), as two register values."""
    tenths = round(abs(db) * 10)
    sign = 0x10 if db < 0 else 0
    whole, rest = divmod(tenths, 10)
    if whole > (15 if db < 0 else 12):
        raise Broken(f"a gain of {db} dB cannot be set: -15 to +12 is possible")
    return sign | whole, sign | rest


class Si3050:
    """One line's chip; `place` is its position in the chain, `slot` its PCM slot."""

    def __init__(self, spi: SpiBus, place: int, slot: int, name: str, setup: LineSetup) -> None:
        self.name = name
        self.place = place
        self.setup = setup
        self._slot = slot
        self.registers = Registers(spi, *_accesses(place), name)
        self.read = self.registers.read
        self.write = self.registers.write

    def answers(self) -> bool:
        """Is there a chip? A pull-up or a floating line reads 0xFF or 0x00 (HARDWARE 2.1)."""
        return self.read(CONTROL) not in SILENT

    def was_reset(self) -> bool:
        return not self.registers.holds(CONTROL, RUNNING)

    def intact(self) -> bool:
        """Is the chip as we left it, its line side too?"""
        return not self.was_reset() and self.linked() and self.registers.intact()

    def linked(self) -> bool:
        """Is the ISOcap link up? LSID reads 0 without it; asked again against flipped bits."""
        return any(self.read(LINK) & 0xF0 for _ in range(TRIES))

    def power_up(self) -> Steps:
        """From reset to a line that is watched, on-hook. `Broken` says which step failed.

        Where only the link was lost, only the line side is started again.
        """
        if not self.was_reset() and not self.linked():
            yield from self.relink()
            if self.registers.intact():
                return
        self.registers.forget()
        self.write(RESET, 0x80)
        yield RESET_S
        if self.read(CONTROL) != AFTER_RESET:
            raise Broken(f"{self.name}: the chip does not come out of reset; reseat the module")
        self.registers.set_all({PCM: LINEAR, **VALIDATION})
        self._set_slots()
        self._set_gains()
        yield from self.relink()
        self.registers.set(MASK, RINGS | FRAME_LOST | OVERLOAD | POLARITY)
        self.hook(False)
        self.registers.set(CONTROL, RUNNING)
        self.registers.seal()

    def _set_slots(self) -> None:
        low, high = (self._slot * SLOT) & 0xFF, (self._slot * SLOT) >> 8
        self.registers.set_all({TX_SLOT: low, TX_SLOT + 1: high, RX_SLOT: low, RX_SLOT + 1: high})

    def relink(self) -> Steps:
        """Power the line side up (again): what it knew is lost with its supply."""
        self.write(POWER, 0x10)
        self.write(POWER, 0x00)
        yield from self._link_up()
        self._set_line_side()
        self.write(STATUS, 0x00)  # powering up may look like a ring

    def _link_up(self) -> Steps:
        for _ in range(round(LINK_S / LINK_POLL_S)):
            yield LINK_POLL_S
            if self.linked():
                return
        raise Broken(
            f"{self.name}: the ISOcap link to the line side does not come up; "
            "replace the module if this stays"
        )

    def _set_line_side(self) -> None:
        country = COUNTRIES[self.setup.country]
        self.registers.set_all({INTL1: country.r16, DC: country.r26, AC: country.r30})
        self.registers.set(SPEED, FULL_SCALE | country.r31)
        taps = self.setup.hybrid or country.hybrid
        self.registers.set_all(dict(enumerate(taps, HYBRID)))

    def _set_gains(self) -> None:
        send, send_tenths = gain(self.setup.send_db)
        receive, receive_tenths = gain(self.setup.receive_db)
        self.registers.set_all({TX_GAIN: send, TX_TENTHS: send_tenths})
        self.registers.set_all({RX_GAIN: receive, RX_TENTHS: receive_tenths})

    def hook(self, off: bool) -> bool:
        """Close or open the loop; True where the chip holds what it was told (E-07)."""
        wanted = MONITOR | OFF_HOOK if off else MONITOR
        for _ in range(TRIES):
            self.write(HOOK, wanted)
            if self.read(HOOK) & HOOK_MASK == wanted:
                return True
        return False

    def flash(self) -> Steps:
        """Tap the hook of a seized line as long as the country's exchange wants it."""
        self.hook(False)
        yield COUNTRIES[self.setup.country].flash_s
        self.hook(True)

    def pulses(self, digits: str) -> Steps:
        """Break and make the loop as the country wants it: 1 is one pulse, 0 is ten; other keys have none."""
        broken, made = COUNTRIES[self.setup.country].pulse
        for digit in filter(str.isdigit, digits):
            for _ in range(int(digit) or 10):
                self.hook(False)
                yield broken
                self.hook(True)
                yield made
            yield BETWEEN_DIGITS - made

    def status(self) -> int:
        """The latched causes of an interrupt, read twice against flipped bits, and cleared."""
        causes = self.read(STATUS)
        if causes:
            causes &= self.read(STATUS)
            self.write(STATUS, ~causes & 0xFF)
        return causes

    def volts(self) -> int:
        """Line voltage, tip minus ring, with its sign."""
        value = self.read(VOLTS)
        return value - 256 if value & 0x80 else value

    def line(self) -> tuple[bool, float, bool]:
        """(frames come from the line side, loop current in mA, overload)."""
        value = self.read(LINE)
        steps = value & CURRENT
        return bool(value & FRAME_OK), steps * MILLIAMPS, steps == CURRENT
