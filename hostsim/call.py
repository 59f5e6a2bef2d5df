"""A path through town: whoever dialled, whoever is rung, and what each is told."""

from collections.abc import Callable
from typing import Protocol

from firmware.base.clock import Clock
from hostsim.senses import Source

ROUTING = 0.6  # s from the last digit until the far end rings or a tone says why not
RINGS = 180.0  # s that the network lets a telephone ring in vain (one to three minutes are usual)
LEAVING = 0.25  # s until the other end knows that one has hung up


class Party(Protocol):
    """An end of a path: somebody with a telephone, or an exchange line of the office."""

    number: str

    @property
    def mouth(self) -> Source:
        """What this end sends to the other."""

    def offered(self, call: "Call") -> str:
        """Ring, and say `ringback`; or say why not: `busy`, `congestion`."""

    def withdrawn(self) -> None:
        """Whoever rang has given up."""

    def told(self, word: str) -> None:
        """To the one who dialled: ringback, busy, congestion or sit."""

    def connected(self, call: "Call") -> None:
        """Both ends hear each other from now on."""

    def left(self) -> None:
        """The other end has gone."""

    def key_heard(self, key: str) -> None:
        """The other end keyed; told only where there is no sound."""

    def noticed(self) -> None:
        """The other end began or ceased to speak; told only where there is no sound."""

    @property
    def speaking(self) -> bool: ...


class Call:
    """From dialling to hanging up. `find` names the called end, or the tone for there being none."""

    def __init__(self, clock: Clock, caller: Party, find: Callable[[], "Party | str"]) -> None:
        self._clock = clock
        self.caller = caller
        self.called: Party | None = None
        self.answered = False
        self.over = False
        self._find = find
        self._timer = clock.after(ROUTING, self._route)

    def _route(self) -> None:
        found = self._find()
        if isinstance(found, str):
            self.caller.told(found)
            return
        word = found.offered(self)
        if word == "ringback":
            self.called = found
            self._timer = self._clock.after(RINGS, self._in_vain)
        self.caller.told(word)

    def _in_vain(self) -> None:
        """Nobody answers: the network gives up."""
        if not (self.over or self.answered) and self.called is not None:
            self.over = True
            self.called.withdrawn()
            self.caller.told("congestion")

    def other(self, party: Party) -> Party | None:
        """The end that `party` can hear, once somebody has answered."""
        if not self.answered or self.over:
            return None
        return self.called if party is self.caller else self.caller

    def answer(self) -> None:
        """The called end answers."""
        assert self.called is not None, "only somebody who rings can answer"
        self.answered = True
        self._timer.stop()
        self.caller.connected(self)
        self.called.connected(self)

    def hang_up(self, party: Party) -> None:
        """`party` leaves; the other end learns of it, at once where nobody had answered."""
        other = self.other(party)
        self._timer.stop()
        if other is not None:
            self._timer = self._clock.after(LEAVING, other.left)
        elif not self.over and self.called is not None and party is self.caller:
            self.called.withdrawn()
        self.over = True
