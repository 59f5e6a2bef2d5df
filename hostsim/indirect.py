"""The indirect registers of a Si3215 or Si3210: 16 bits each, behind IDA, IAA and IAS.

A write to IDA and then IAA writes, a write to IAA alone reads; either is done at the next tick of
16 kHz (data sheet, section 4). After a reset their contents are undefined.
"""

from typing import Literal

from hostsim.chip import HatTime

Family = Literal["si3215", "si3210"]
AT_MOST = 63  # µs: a whole period of 16 kHz

# Those that the model understands, and all that exist (data sheet, table 34).
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


class Indirect:
    """The memory, and the one access that may be under way."""

    def __init__(self, time: HatTime, family: Family) -> None:
        self._time = time
        self._numbers = NUMBERS[family]
        self._existing = EXISTING[family]
        self.hangs = False
        self.reset()

    def reset(self) -> None:
        # Undefined: a pattern that no driver means.
        self._words = {number: (number + 1) * 0x9D37 & 0xFFFF for number in self._existing}
        self._pending: tuple[int, int | None] | None = None  # number, and what to write
        self._began = self._done_at = 0

    def value(self, name: str) -> int:
        return self._words[self._numbers[name]]

    def signed(self, name: str) -> int:
        value = self.value(name)
        return value - 0x10000 if value & 0x8000 else value

    def access(self, number: int, value: int | None) -> None:
        """Begin to write `value`, or to read where it is None."""
        self._pending = (number, value)
        self._began = self._time.now
        ticks = self._time.at * 2 // 125 + 1
        self._done_at = -(-ticks * 125 // 2)

    @property
    def busy(self) -> bool:
        return self._pending is not None

    @property
    def due(self) -> bool:
        """Is an access under way whose tick has come?"""
        if self._pending is None or self.hangs:
            return False
        return self._time.at >= self._done_at or self._time.now - self._began >= AT_MOST

    def finish(self) -> int | None:
        """Do what is pending; the word that was read, None after a write. What does not exist is 0."""
        assert self._pending is not None
        (number, value), self._pending = self._pending, None
        if value is None:
            return self._words.get(number, 0)
        if number in self._existing:
            self._words[number] = value
        return None
