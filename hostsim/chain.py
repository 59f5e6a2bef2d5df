"""The SPI chains of the hat: framing, addressing, and what goes wrong on the wires.

One chip select carries up to four chips of one family. The bytes of an access reach every chip of
the chain; who is meant answers, and MISO floats high where nobody does (0xFF).
"""

from collections.abc import Sequence
from random import Random

from hostsim.chip import NEVER, PLL_SETTLES, Chip, HatTime
from hostsim.si3050 import Si3050
from hostsim.si3215 import Si3215

TRANSFER = 40  # µs of one access from Python on a Pi: 12 on the wires at 2 MHz, the rest the system call
FLOATING = 0xFF  # nobody drives MISO
SILENT = bytes((FLOATING,)) * 3
ANSWERS = [bytes((FLOATING, FLOATING, value)) for value in range(256)]


class Chain:
    """One chip select: up to four chips of a family, some places empty. The board's `SpiBus`.

    `_chips` maps the first byte of an access to the chip that it selects; while nothing is out of
    the ordinary an access is one look-up. `_slowly` is the whole truth.
    """

    def __init__(self, time: HatTime, chips: Sequence[Chip | None]) -> None:
        self.time = time
        self.chips = chips
        self.held = False  # the reset pin is low
        self._clock = True
        self._answers_from = 0  # reset or clock came back: the PLLs have settled
        self._plain = False
        self._noise: tuple[float, Random] | None = None
        self._stuck: tuple[int, int] | None = None  # value and until when
        self._int_stuck: bool | None = None
        for chip in chips:
            if chip is not None:
                chip.mode_changed = self._unsettled

    def xfer(self, out: bytes, /) -> bytes:
        self.time.at += TRANSFER
        return self._slowly(out)

    def _unsettled(self) -> None:
        """Something changed: find out at the next access whether all is plain."""
        self._plain = False

    # the wires
    def _slowly(self, out: bytes) -> bytes:
        heard = self._disturbed(out)
        back = bytearray([FLOATING]) * len(out)
        if not self._deaf():
            for place, chip in enumerate(self.chips):
                if chip is not None:
                    for index, value in self._spoken(place, chip, heard):
                        back[index] &= value  # two that talk at once pull the line down
        self._plain = self._all_plain()
        return self._stuck_or(self._disturbed(bytes(back)))

    def _spoken(self, place: int, chip: Chip, heard: bytes) -> list[tuple[int, int]]:
        """What one chip does with the bytes, and what it drives onto MISO: (byte, value)."""
        raise NotImplementedError

    def _all_plain(self) -> bool:
        return not (self._deaf() or self._noise or self._stuck)

    def _deaf(self) -> bool:
        return self.held or not self._clock or self.time.now < self._answers_from

    def _disturbed(self, data: bytes) -> bytes:
        if self._noise is None:
            return data
        rate, random = self._noise
        return bytes(byte ^ sum((random.random() < rate) << bit for bit in range(8)) for byte in data)

    def _stuck_or(self, back: bytes) -> bytes:
        if self._stuck is None:
            return back
        value, until = self._stuck
        if self.time.now >= until:
            self._stuck = None
            return back
        return bytes([value]) * len(back)

    # pins and clock
    def hold_in_reset(self, held: bool) -> None:
        if held and not self.held:
            for chip in self.chips:
                if chip is not None:
                    chip.reset()
        if self.held and not held:
            self._answers_from = self.time.now + PLL_SETTLES
        self.held = held
        self._unsettled()

    def clock(self, runs: bool) -> None:
        if runs and not self._clock:
            self._answers_from = self.time.now + PLL_SETTLES
        self._clock = runs
        self._unsettled()

    def interrupt_low(self) -> bool:
        if self._int_stuck is not None:
            return self._int_stuck
        return any([chip.interrupts() for chip in self.chips if chip is not None])

    # faults
    def stick_miso(self, value: int | None, until: int | None = None) -> None:
        """MISO reads `value` (0x00 or 0xFF) until the instant `until`; None: it is free again."""
        self._stuck = None if value is None else (value, NEVER if until is None else until)
        self._unsettled()

    def flip_bits(self, rate: float, seed: int = 0) -> None:
        """Each bit on MOSI and MISO flips with this probability; 0 ends it."""
        self._noise = (rate, Random(seed)) if rate else None
        self._unsettled()

    def stick_int(self, low: bool | None) -> None:
        """The INT line stays low (True) or high (False); None: it is free again."""
        self._int_stuck = low


class PhoneChain(Chain):
    """Si3215s: two bytes an access until a chip is told that it sits in a chain, then three."""

    def __init__(self, time: HatTime, chips: Sequence[Si3215 | None]) -> None:
        super().__init__(time, chips)
        self._chips = {1 << place: chip for place, chip in enumerate(chips) if chip is not None}

    def xfer(self, out: bytes, /) -> bytes:
        self.time.at += TRANSFER
        if self._plain and len(out) == 3:
            chip = self._chips.get(out[0])
            if chip is not None:
                number = out[1]
                if number & 0x80:
                    return ANSWERS[chip.read(number & 0x7F)]
                chip.write(number, out[2])
                return SILENT
        return self._slowly(out)

    def _all_plain(self) -> bool:
        return super()._all_plain() and all([chip.chained for chip in self._chips.values()])

    def _spoken(self, place: int, chip: Chip, heard: bytes) -> list[tuple[int, int]]:
        assert isinstance(chip, Si3215)
        spoken = []
        index = 0
        while index < len(heard):
            command = index + 1 if chip.chained else index
            if command + 1 >= len(heard):
                break  # chip select rises in the middle: forgotten
            # The chip-select byte comes shifted by the chips before this one. A chip that forgot
            # the chain takes the bytes as they are, and the first for a command.
            first = heard[index] >> place if chip.chained else heard[index]
            index = command + 2
            if not chip.chained:
                number = first
            elif first & 1:
                number = heard[command]
            else:
                continue
            if number & 0x80:
                spoken.append((command + 1, chip.read(number & 0x7F)))
            else:
                chip.write(number, heard[command + 1])
        return spoken


class LineChain(Chain):
    """Si3050s: always three bytes; control is broadcast, read, 1, and the place with its bits reversed."""

    def __init__(self, time: HatTime, chips: Sequence[Si3050 | None]) -> None:
        super().__init__(time, chips)
        self._chips = {reversed_bits(place): chip for place, chip in enumerate(chips) if chip is not None}

    def xfer(self, out: bytes, /) -> bytes:
        self.time.at += TRANSFER
        if self._plain and len(out) == 3:
            control = out[0]
            chip = self._chips.get(control & 0x9F)
            if chip is not None and control & 0x20:
                if control & 0x40:
                    return ANSWERS[chip.read(out[1] & 0x7F)]
                chip.write(out[1] & 0x7F, out[2])
                return SILENT
        return self._slowly(out)

    def _spoken(self, place: int, chip: Chip, heard: bytes) -> list[tuple[int, int]]:
        spoken = []
        for index in range(0, len(heard) - 2, 3):
            control, number, value = heard[index : index + 3]
            mine = control & 0x80 or control & 0x0F == reversed_bits(place)
            if not control & 0x20 or not mine:
                continue
            if control & 0x40:
                spoken.append((index + 2, chip.read(number & 0x7F)))
            else:
                chip.write(number & 0x7F, value)
        return spoken


def reversed_bits(place: int) -> int:
    """A chip's identity as it stands in the control byte: 0x0, 0x8, 0x4, 0xC …"""
    return int(f"{place:04b}"[::-1], 2)
