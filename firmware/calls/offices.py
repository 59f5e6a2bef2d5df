"""Other offices: a caller of the flow is put through to a number of the owner's list, over a second line.

Nobody reaches an outside dial tone: the number is the owner's, an ordinary one of the country, and is dialled
by the box. Whoever answers there hears first what is said for him. Two at once, half an hour at most, and
never the last line (RELIABILITY H-07).
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.clock import Clock
from firmware.base.events import Answering, CallMoved, Ending, Side
from firmware.base.numbers import to_dial
from firmware.calls.call import Call, Tell
from firmware.calls.dialogue import Say, Script
from firmware.calls.line import State

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

MOST, LONGEST = 2, 1_800.0  # at once; s
JOINED = "joined"


class Offices:
    """All callers who are put through, or are about to be."""

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self.exchange, self.clock, self.tell = exchange, clock, tell
        self.at: set[object] = set()  # also those whom a forward leads outside

    def must_reach(self, name: str, known: Mapping[str, object]) -> None:
        """Refused: that office is not on the owner's list, or nobody can be put through now."""
        if name not in known:
            raise Refused(f'there is no office "{name[:30]}"; there is {", ".join(known) or "none"}')
        if len(self.at) >= MOST:
            raise Refused(f"{MOST} callers are with other offices already: ask again in a while")
        if self.exchange.spare <= 0:
            raise Refused("no line is free for it; the last one is kept for emergencies")

    def attempt(self, call: Call, name: str, number: str, says: tuple[str, ...]) -> "Attempt":
        return Attempt(self, call, name, number, says)


class Attempt:
    """The far end of one caller; its leg. `begin(told)` hears "joined", or "" where nobody is there."""

    def __init__(self, offices: Offices, call: Call, name: str, number: str, says: tuple[str, ...]) -> None:
        self._offices, self._exchange = offices, offices.exchange
        self._call, self._number, self._says = call, number, says
        self._asked: Call | None = None
        self._joined = False
        self._told: Callable[[str], None] = lambda word: None
        self.name = name  # who dials, as CallDialled tells it

    def begin(self, told: Callable[[str], None]) -> None:
        self._told = told
        line = self._call.line
        if len(self._offices.at) >= MOST or line is None:
            told("")
            return
        self._offices.at.add(self)
        self._exchange.sound.tone(line.name, "ringback")
        self._asked = self._exchange.dial_for(to_dial(self._number, self._exchange.settings.country), self)

    def cancel(self) -> None:
        """He does not wait for it any more; nothing where they speak with each other."""
        if not self._joined:
            self._offices.at.discard(self)
            self._told = lambda word: None
            if self._asked is not None:
                self._exchange.end(self._asked, "box", "hang_up")

    # As a leg

    def answered(self, how: Answering) -> None:
        asked = self._asked
        if asked is not None and asked.line is not None:
            self._exchange.talks.begin(asked.line.name, self._speak(), self._join)

    def _speak(self) -> Script:
        yield Say(*self._says)

    def _join(self) -> None:
        call, asked = self._call, self._asked
        if asked is None or call.line is None or asked.line is None:
            return
        self._joined = True
        self._told(JOINED)
        call.step("send")
        call.step("answer")
        if call.line.state is not State.TALKING:
            call.line.join()
        self._exchange.hands.together(call.line, asked.line)
        self._exchange.bridges.join(call, asked)
        self._offices.tell(CallMoved(call=call.id, to=self.name, by="box"))
        self._offices.clock.after(LONGEST, lambda: self._exchange.end(asked, "box", "hang_up"))

    def over(self, side: Side, reason: Ending) -> None:
        self._offices.at.discard(self)
        if not self._joined:
            self._told("")
