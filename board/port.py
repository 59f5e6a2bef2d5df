"""What the hat's lines and phones share: two sides, one for the tick and one for the bus.

The tick reads and writes frames, drains facts and leaves orders; the bus takes the orders, looks at
the chip and tells facts. Between them stand two bounded queues, so neither ever waits for the other.
A chip that fails is brought up again by a sequence, as often as it takes.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from board.chip import Registers, Steps
from firmware.base import Broken
from firmware.base.clock import SECOND
from firmware.base.ports import FRAME, Fact, Frame, InService, Order, OutOfService

FACTS, ORDERS = 256, 64  # more than a port can tell, or be told, in a second
LOOK, LOOK_AGAIN = 50_000, 10_000  # µs: 20 Hz, and every poll while something is undecided
SLOWLY = 10  # looks between two checks of what changes seldom
STRIKES = 3  # looks in a row at which nobody answers: the chip is gone (E-05, E-06)
RETRY_S = 1.0
NEVER = 1 << 62
QUIET = 1_500_000  # µs: a chip that is back by then was never out of service
OVERLOAD_S = 30.0  # until a line or phone with a fault current is tried again (D-11)


class ChipDriver(Protocol):
    """What a port needs of its chip, whichever it is."""

    registers: Registers

    def answers(self) -> bool: ...
    def intact(self) -> bool: ...
    def power_up(self) -> Steps: ...
    def status(self) -> int: ...


class HatPort:
    """One port; `reason` says why it is out of service, None while it works."""

    def __init__(self, name: str, chip: ChipDriver, slot: int) -> None:
        self.name = name
        self.slot = slot
        self.reason: str | None = "is starting"
        self.due = NEVER  # µs of the next look or step
        self.resets = 0  # how often the chip had to be set up again
        self.lost_facts = 0
        self.why_silent: Callable[[str], str] = lambda name: f"{name}: the chip does not answer"
        self.orders: deque[Order] = deque()
        self.said: Frame = np.zeros(FRAME, np.float32)
        self.heard: Frame = np.zeros(FRAME, np.float32)
        self._chip = chip
        self._facts: deque[Fact] = deque()
        self._steps: Steps | None = None
        self._now = 0
        self._looks = slot  # so that the slow checks of eight ports do not fall together
        self._strikes = 0
        self._quiet_until = 0

    # The tick's side

    def read(self) -> Frame:
        """The frame that came in: a view, good until the next one."""
        return self.said

    def write(self, frame: Frame) -> None:
        self.heard[:] = frame

    def events(self) -> Sequence[Fact]:
        facts: list[Fact] = []
        while self._facts:
            facts.append(self._facts.popleft())
        return facts

    def do(self, order: Order) -> None:
        """Leave an order for the bus; `Broken` where the bus has stopped taking them."""
        if len(self.orders) >= ORDERS:
            raise Broken(f"{self.name}: the bus takes no orders; restart the box")
        self.orders.append(order)

    def close(self) -> None:
        """Nothing of its own to close: the hat closes its buses."""

    # The bus's side

    @property
    def mended(self) -> int:
        """Registers that were found changed and were set right."""
        return self._chip.registers.mended

    @property
    def watched(self) -> bool:
        """Is the chip up and looked at? Else a sequence is at work, or it was never begun."""
        return self._steps is None and self.due < NEVER

    def begin(self) -> None:
        """Bring the chip up, from whatever state it is in."""
        self._steps = self._bring_up()
        self.due = 0

    def turn(self, now: int) -> None:
        """This port's turn on the bus."""
        self._now = now
        try:
            while self.orders:
                self._obey(self.orders.popleft())
            if now >= self.due:
                self._go_on() if self._steps is not None else self.look()
        except Broken as fault:
            self._out(str(fault))
            self.begin()

    def interrupted(self, now: int) -> None:
        """The INT pin is low: has this chip something to tell?"""
        self._now = now
        try:
            if causes := self._chip.status():
                self.look(causes)
        except Broken as fault:
            self._out(str(fault))
            self.begin()

    def look(self, causes: int | None = None) -> None:
        """Look at the chip and tell what is new. `causes`: of the interrupt, where there was one."""
        raise NotImplementedError

    def _obey(self, order: Order) -> None:
        raise NotImplementedError

    def let_go(self) -> None:
        """The box stops: leave the wires so that nothing is held or rings."""
        raise NotImplementedError

    def _restore(self) -> None:
        """Give the chip the state that this port is to have."""
        raise NotImplementedError

    def _came_up(self) -> None:
        """The chip is up (again), its state restored."""
        raise NotImplementedError

    def _went_out(self) -> None:
        """Out of service: forget what was wanted, the logic has been told."""
        raise NotImplementedError

    # Sequences

    def _go_on(self) -> None:
        assert self._steps is not None
        try:
            self.due = self._now + round(next(self._steps) * SECOND)
        except StopIteration:
            self._steps = None
            self.due = self._now
        if self.reason is None and self._quiet_until and self._now >= self._quiet_until:
            self._out(f"{self.name}: the chip had to be started again and is not back yet")

    def _bring_up(self) -> Steps:
        while True:
            try:
                yield from self._mend()
                self._quiet_until = self._strikes = 0
                self._restore()
                self._came_up()
                return
            except Broken as fault:
                self._out(str(fault))
            yield RETRY_S

    def _mend(self) -> Steps:
        if not self._chip.answers():
            raise Broken(self.why_silent(self.name))
        if not self._chip.intact():
            yield from self._chip.power_up()

    def _start_again(self) -> None:
        """The chip lost its registers or its line side: set it up, and tell nobody if that is quick."""
        self.resets += 1
        self._quiet_until = self._now + QUIET
        self.begin()

    def _rest(self, reason: str) -> Steps:
        """A fault current: stay away from the wires for a while."""
        self._out(reason)
        yield OVERLOAD_S
        yield from self._bring_up()

    # Guard

    def _doubt(self) -> None:
        """What was read is not what this chip can say: a flipped bit, a reset, or nobody there."""
        self.due = self._now + LOOK_AGAIN
        if not self._chip.answers():
            self._strikes += 1
            self.due = self._now + LOOK
            if self._strikes >= STRIKES:
                self.begin()
        elif not self._chip.intact():
            self._start_again()
        else:
            self._strikes = 0
            self._restore()

    def _looked(self, restless: bool) -> None:
        """A sound look is over: when is the next?"""
        self._strikes = 0
        self.due = self._now + (LOOK_AGAIN if restless else LOOK)
        self._looks += 1
        if self._looks >= SLOWLY:
            self._looks = 0
            self._chip.registers.audit()
            self._look_slowly()

    def _look_slowly(self) -> None:
        raise NotImplementedError

    # Facts

    def _tell(self, fact: Fact) -> None:
        if len(self._facts) >= FACTS:
            self._facts.popleft()
            self.lost_facts += 1
        self._facts.append(fact)

    def _in(self) -> None:
        if self.reason is not None:
            self.reason = None
            self._tell(InService(at=self._now))

    def _out(self, reason: str) -> None:
        if self.reason != reason:
            self.reason = reason
            self._tell(OutOfService(at=self._now, reason=reason))
        self._went_out()
