"""A chip on the hat: a file of registers, and what it will do next.

Nothing here is stepped. A chip holds *plans*, instants at which it changes by itself, and carries
out those that have fallen due, in their order, when somebody sets the hat's time. A register with
no story of its own is one byte; the others have an entry in READ or WRITE.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

from hostsim.copper import Samples

NEVER = 1 << 62
REGISTERS = 128
PLL_SETTLES = 32  # µs: 64 / PCLK at 2.048 MHz (Si3215 data sheet 2.8); nothing answers before

Law = Literal["alaw", "ulaw", "linear"]
LAWS: tuple[Law, ...] = ("alaw", "ulaw", "linear", "linear")  # PCMF, two bits, both families


class Pair(Protocol):
    """What every pair of wires does: carry sound."""

    def frame(self, sent: Samples) -> Samples: ...


class HatTime:
    """The hat's instants in µs: `now`, and `at`, which runs on from there with each access to a chip.

    Only what is shorter than a turn of the bus is measured by `at`.
    """

    __slots__ = ("at", "now")

    def __init__(self, now: int = 0) -> None:
        self.now = now
        self.at = now


@dataclass(frozen=True)
class PcmSlot:
    """Where a chip talks (`put`) and listens (`take`) on the highway, in bit clocks after FSYNC."""

    put: int
    take: int
    bits: int
    law: Law


@dataclass(frozen=True)
class Voice:
    """Gains of one chip's two directions, 0 = closed. `loop`: what the highway brings goes back."""

    to_pair: float = 0.0
    from_pair: float = 0.0
    loop: bool = False


Act = Callable[[int], None]
Read = Callable[[Any], int]
Write = Callable[[Any, int], None]


def table(entries: Mapping[int, Any]) -> list[Any]:
    """One place for every register address; None where the byte itself is all there is."""
    return [entries.get(number) for number in range(REGISTERS)]


def noted(number: int, mask: int = 0xFF) -> Write:
    """A register on which slots or gains depend; bits outside `mask` read zero."""

    def write(chip: Chip, value: int) -> None:
        chip.regs[number] = value & mask
        chip.voice_changed = True

    return write


class Chip:
    """What the Si3050 and the Si3215 share: registers, plans, reset, the PCM highway."""

    RESET: ClassVar[bytes]
    READ: ClassVar[Sequence[Read | None]]
    WRITE: ClassVar[Sequence[Write | None]]
    READ_ONLY: ClassVar[frozenset[int]]

    def __init__(self, time: HatTime, pair: Pair) -> None:
        self.time = time
        self.wires = pair
        self.regs = bytearray(self.RESET)
        self.voice_changed = True  # the highway asks again for slots and gains
        self.mode_changed: Callable[[], None] = lambda: None  # the chain asks again who listens how
        self.due = NEVER  # the first plan
        self.wakes = NEVER  # the first instant at which this chip or its pair is known to change
        self._plans: dict[Act, int] = {}

    # registers
    def read(self, number: int) -> int:
        told = self.READ[number]
        return self.regs[number] if told is None else told(self)

    def write(self, number: int, value: int) -> None:
        if number in self.READ_ONLY:
            return
        does = self.WRITE[number]
        if does is None:
            self.regs[number] = value
        else:
            does(self, value)

    # plans
    def plan(self, act: Act, at: int | None) -> None:
        """`act(at)` will happen at `at`; an earlier plan for it is forgotten. None: not at all."""
        if at is None:
            self._plans.pop(act, None)
        else:
            self._plans[act] = at
        self.due = min(self._plans.values(), default=NEVER)
        self.wakes = min(self.wakes, self.due)

    def planned(self, act: Act) -> bool:
        return act in self._plans

    def advance(self, now: int) -> None:
        """Do everything that has fallen due, each at its own instant."""
        while self.due <= now:
            act = min(self._plans, key=self._plans.__getitem__)
            at = self._plans[act]
            self.plan(act, None)
            act(at)

    def attend(self, now: int) -> None:
        """The time is `now`: look at the pair, do what is due, and rest."""
        raise NotImplementedError

    def next_change(self, now: int) -> int | None:
        """The next instant after `now` at which this chip or its pair changes by itself."""
        self.attend(now)
        return self.wakes if self.wakes < NEVER else None

    def rest(self, now: int) -> None:
        """Nothing more to do at `now`: find out when this chip `wakes`."""
        raise NotImplementedError

    def _rest(self, now: int, pair_changes: int | None) -> None:
        due = self.due if pair_changes is None else min(self.due, pair_changes)
        self.wakes = max(due, now + 1)

    # supply and reset
    def reset(self) -> None:
        """The reset pin, or a supply that failed: all registers at their reset values."""
        self._plans.clear()
        self.due, self.wakes = NEVER, 0
        self.regs[:] = self.RESET
        self.voice_changed = True
        self.mode_changed()

    # what the buses ask
    def interrupts(self) -> bool:
        """Does this chip pull the wired-OR INT line low?"""
        raise NotImplementedError

    def slot(self) -> PcmSlot | None:
        """Its place on the highway; None while PCM is switched off."""
        raise NotImplementedError

    def voice(self) -> Voice:
        raise NotImplementedError

    def clipped(self, over: bool) -> None:
        """The frame just received did (or did not) reach full scale."""
