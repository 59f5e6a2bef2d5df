"""The engine's side of browser telephones: each is a port like any other, whose wire is the network.

A page attaches and it is in service; two seconds of the engine's own clock without a packet, and it is
out, whatever became of the page. Its hook stays as it was meanwhile: who comes back in time is in his
call still. It has no hook of its own to see: it is lifted and put down by order.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import numpy as np

from firmware.base.clock import TICK
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
    Work,
)
from firmware.rim.leglink import Legs

GONE = 100  # ticks without a packet: 2 s, for a page that is there sends 50 a second even when muted
SILENCE: Frame = np.zeros(FRAME, np.float32)
SILENCE.flags.writeable = False


class BrowserPort:
    """The `HandsetPort` of one station; `at` of its facts is counted in ticks of its shelf."""

    kind: Literal["phone"] = "phone"
    tells_keys = by_order = True

    def __init__(self, name: str, legs: Legs) -> None:
        self.name = name
        self.now = 0  # µs
        self._legs = legs
        self._silent = GONE
        self._there = self._lifted = False
        self._facts: list[Fact] = [OutOfService(self._gone, at=0)]

    @property
    def _gone(self) -> str:
        return f"{self.name}: does not answer; is its page open?"

    # The row's sound

    def read(self) -> Frame:
        """What its person says; on its hook nothing leaves the room he is in."""
        said = self._legs.frames(self.name) if self._lifted and self._there else None
        return SILENCE if said is None else said

    def write(self, frame: Frame) -> None:
        self._legs.send(self.name, frame)

    def tick(self, now: int) -> None:
        """What the network told since the last tick; `now` in µs."""
        self.now = now
        self._silent = 0 if self._legs.heard(self.name) else self._silent + 1
        if self._there != (self._silent < GONE):
            self._come() if not self._there else self._go()
        if self._there:
            self._facts += [KeyHeard(key, at=now) for key in self._legs.keys(self.name)]

    def _come(self) -> None:
        self._there = True
        self._told(InService(at=self.now))
        if self._lifted:
            self._told(Lifted(at=self.now))

    def _go(self) -> None:
        self._there = False
        self._told(OutOfService(self._gone, at=self.now))

    # Facts and orders

    def events(self) -> Sequence[Fact]:
        facts, self._facts = self._facts, []
        return facts

    def do(self, order: Order) -> None:
        """It rings on its page, by what the page hears of the call; it is worked where somebody is there."""
        match order:
            case Work("hang_up") | PutDown():
                self._put_down()
            case Work() if not self._there:
                pass
            case Work("lift") if not self._lifted:
                self._lifted = True
                self._told(Lifted(at=self.now))
            case Work("flash") if self._lifted:
                self._told(Flashed(at=self.now))
            case Work("key", key):
                self._told(KeyHeard(key, at=self.now))

    def _put_down(self) -> None:
        """Also while nobody is there: who comes back then is in no call."""
        if self._lifted and self._there:
            self._told(HungUp(at=self.now))
        self._lifted = False

    def _told(self, fact: Fact) -> None:
        self._facts.append(fact)

    def close(self) -> None:
        """Its connection stays: the next engine finds it there."""


class BrowserShelf:
    """All of them, beside the hat: one datagram each way a tick."""

    has_sound = True
    hybrids = False

    def __init__(self, legs: Legs, names: Iterable[str], now: int = 0) -> None:
        """`now`: the box's clock, in µs, at the tick before."""
        self.ports: Mapping[str, BrowserPort] = {name: BrowserPort(name, legs) for name in names}
        self._legs, self._now = legs, now

    def frames_in(self) -> None:
        self._legs.fetch()
        self._now += TICK
        for port in self.ports.values():
            port.tick(self._now)

    def frames_out(self) -> None:
        self._legs.flush()

    def close(self) -> None:
        for port in self.ports.values():
            port.close()
