"""What both chip drivers stand on: registers that are checked, sequences that wait, values that settle."""

from collections.abc import Callable, Generator, Sequence
from typing import Generic, TypeVar

from board.bus import SpiBus
from firmware.base import Broken
from firmware.base.clock import SECOND

T = TypeVar("T")

Steps = Generator[float, None, None]
"""A sequence: yields how long to wait, in seconds, before it goes on."""

SILENT = (0x00, 0xFF)  # what a bus reads on which nobody answers: E-05, E-06
TRIES = 3


class Registers:
    """The registers of one chip in a chain, by number.

    What was `set` is remembered, so that `audit` can find and mend what a flipped bit or a reset
    changed later (E-07).
    """

    def __init__(self, spi: SpiBus, reads: Sequence[bytes], writes: Sequence[bytes], name: str) -> None:
        """`reads[register]` is the whole access, `writes[register]` lacks only the value."""
        self._xfer: Callable[[bytes], bytes] = spi.xfer
        self._reads = reads
        self._writes = writes
        self._name = name
        self._kept: dict[int, int] = {}
        self._next = 0
        self._sealed = False
        self.mended = 0

    def read(self, register: int) -> int:
        return self._xfer(self._reads[register])[2]

    def write(self, register: int, value: int) -> None:
        self._xfer(self._writes[register] + bytes((value,)))

    def set(self, register: int, value: int, fixed: int = 0) -> None:
        """Write, read back, remember. `fixed`: bits that read 1 whatever is written."""
        for _ in range(TRIES):
            self.write(register, value)
            if self.read(register) == value | fixed:
                self._kept[register] = value | fixed
                return
        raise Broken(
            f"{self._name}: register {register} does not keep what is written to it; "
            "reseat the module, or replace it if this comes back"
        )

    def set_all(self, values: dict[int, int]) -> None:
        for register, value in values.items():
            self.set(register, value)

    def holds(self, register: int, value: int) -> bool:
        """Does it read `value`? Asked again where not: a bit may flip on the way."""
        return any(self.read(register) == value for _ in range(TRIES))

    def audit(self) -> None:
        """Look at one remembered register, each time the next; mend it where it is wrong."""
        if not self._kept:
            return
        self._next = (self._next + 1) % len(self._kept)
        register = list(self._kept)[self._next]
        if not self.holds(register, self._kept[register]):
            self.mended += 1
            self.write(register, self._kept[register])

    def forget(self) -> None:
        """Nothing is known of this chip any more: it is to be set up anew."""
        self._kept.clear()
        self._sealed = False

    def seal(self) -> None:
        """The chip is set up: everything is as it has to stay."""
        self._sealed = True

    def intact(self) -> bool:
        """Is every remembered register as it was left? False until the chip was set up whole."""
        return self._sealed and all(self.holds(*each) for each in self._kept.items())


class Steady(Generic[T]):
    """A value that counts only once it has stayed for a while."""

    def __init__(self, value: T, seconds: float) -> None:
        self.value = value
        self._hold = round(seconds * SECOND)
        self._next = value
        self._since: int | None = None

    def see(self, now: int, value: T) -> bool:
        """A sample. True at the one moment at which it becomes the value."""
        if value == self.value:
            self._since = None
            return False
        if value != self._next or self._since is None:
            self._next, self._since = value, now
            return False
        if now - self._since < self._hold:
            return False
        self.value, self._since = value, None
        return True

    def take(self, value: T) -> None:
        """Set the value without waiting."""
        self.value, self._since = value, None

    def doubt(self) -> None:
        """It did not stay after all: it moved between two samples."""
        self._since = None

    @property
    def restless(self) -> bool:
        """Another value is waiting to count: look more often."""
        return self._since is not None
