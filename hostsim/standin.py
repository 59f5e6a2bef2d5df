"""Stations that are no telephone port: the USB handsets and the browser, until the real ones come.

They sit beside the hat on a shelf of their own. Keys, hook and plug are facts that the port itself
tells, at once and the same with sound and without; sound goes to and fro unspoilt, without a wire.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from firmware.base import Refused
from firmware.base.ports import (
    FRAME,
    Fact,
    Flashed,
    Frame,
    HungUp,
    InService,
    KeyHeard,
    Lifted,
    Order,
    OutOfService,
    PutDown,
    Ring,
    StopRing,
    Work,
)
from firmware.base.stations import BROWSERS
from hostsim.receiver import Receiver, Shown

if TYPE_CHECKING:
    from hostsim.town import Town

SILENCE: Frame = np.zeros(FRAME, np.float32)
SILENCE.flags.writeable = False


class StandIn(Receiver):
    """A handset at a USB socket, or a page with a head-set."""

    def __init__(self, town: "Town", name: str) -> None:
        super().__init__(town, name)
        self._rings = False
        self.moved_at = -1  # µs: the last instant at which its hook or its plug moved
        self.tell: Callable[[Fact], None] | None = None  # the box's port, while there is one

    # What somebody does with it

    def lift(self) -> None:
        if not self._lifted:
            self._lifted, self._dialled = True, False
            self._moved()
            self._told(Lifted(at=self.clock.now))

    def hang_up(self) -> None:
        if self._lifted:
            self._lifted = False
            self._fall_silent()
            self._moved()
            self._told(HungUp(at=self.clock.now))

    def flash(self) -> None:
        self._need_lifted()
        self._told(Flashed(at=self.clock.now))

    def pulse(self, digits: str) -> None:
        raise Refused(f"{self.name} has no dial: press its keys")

    def press(self, keys: str) -> None:
        self._must_press(keys)
        self._tell_keys(keys, 0.0, lambda key: self._told(KeyHeard(key, at=self.clock.now)))

    def unplug(self) -> None:
        if self.plugged:
            self._told(OutOfService(self._gone, at=self.clock.now))
            self.plugged = False
            self._moved()

    def plug(self) -> None:
        if not self.plugged:
            self.plugged = True
            self._moved()
            for fact in self.standing():
                self._told(fact)

    def _moved(self) -> None:
        self.moved_at, self._rings = self.clock.now, False

    @property
    def _gone(self) -> str:
        where = "is its page open" if self.name in BROWSERS else "is it plugged in"
        return f"{self.name}: does not answer; {where}?"

    def _told(self, fact: Fact) -> None:
        if self.plugged and self.tell is not None:
            self.tell(fact)

    def work(self, order: Work) -> None:
        """The same, where his page does it for him: at once, and told as soon as the box looks again."""
        self.clock.after(0.0, lambda: self._work(order))

    def _work(self, order: Work) -> None:
        match order.verb:
            case "lift":
                self.lift()
            case "hang_up":
                self.hang_up()
            case "flash" if self._lifted:
                self.flash()
            case "key" if self._lifted:
                self.press(order.key)

    # What somebody sees

    @property
    def off(self) -> bool:
        return self._lifted and self.plugged

    @property
    def ringing(self) -> bool:
        return self._rings

    # What the box has of it

    def standing(self) -> list[Fact]:
        """What a box that has just found it is told."""
        now = self.clock.now
        if not self.plugged:
            return [OutOfService(self._gone, at=now)]
        return [InService(at=now), *([Lifted(at=now)] if self._lifted else [])]

    def ring(self, number: str | None, name: str | None) -> None:
        """Ring, and show who calls, until `hush` or lifted."""
        if self.plugged and not self._lifted:
            self._rings = True
            self.display = Shown(number, name, None if number else "unavailable")

    def hush(self) -> None:
        self._rings = False

    def says(self) -> Frame:
        """The frame that ends now."""
        said = self._mouth(self._position - FRAME, FRAME) if self.off else None
        return SILENCE if said is None else said

    def hears_next(self, frame: Frame) -> None:
        """The frame that begins now."""
        if self.off:
            self._log.put(self._position, frame.copy())


class StandInPort:
    """The `HandsetPort` of one of them."""

    kind: Literal["phone"] = "phone"
    tells_keys = True
    by_order = True

    def __init__(self, held: StandIn) -> None:
        self.name = held.name
        self._held = held
        self._facts = held.standing()
        held.tell = self._tell

    def read(self) -> Frame:
        return self._held.says()

    def write(self, frame: Frame) -> None:
        self._held.hears_next(frame)

    def events(self) -> Sequence[Fact]:
        facts, self._facts = self._facts, []
        return facts

    def do(self, order: Order) -> None:
        match order:
            case Ring():
                self._held.ring(order.number, order.name)
            case StopRing():
                self._held.hush()
            case PutDown():
                self._held.hang_up()
            case Work():
                self._held.work(order)

    def close(self) -> None:
        self._held.hush()
        self._held.tell = None

    def _tell(self, fact: Fact) -> None:
        self._facts.append(fact)


class StandInShelf:
    """All of them beside the hat."""

    hybrids = False

    def __init__(self, town: "Town", names: Iterable[str]) -> None:
        self.has_sound = town.copper
        self.ports: Mapping[str, StandInPort] = {name: StandInPort(town.stand_in(name)) for name in names}

    def frames_in(self) -> None:
        """They have no bus."""

    def frames_out(self) -> None:
        """They have no bus."""

    def close(self) -> None:
        for port in self.ports.values():
            port.close()
