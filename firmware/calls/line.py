"""One outside line: its machine, and the guard after a release.

The table says which fact or act leads where; the methods below say what is done on the way.
A line never knows what a call is for: it tells its owner, the exchange.
"""

from enum import Enum
from typing import Protocol

from firmware.base import Impossible
from firmware.base.clock import SECOND, Clock
from firmware.base.events import Ending, LineChanged, Stray
from firmware.base.ports import (
    Cadence,
    CallerHeard,
    Ears,
    Fact,
    InService,
    InUse,
    KeyHeard,
    LinePort,
    LoopBroken,
    OutOfService,
    Release,
    Reversed,
    RingBegan,
    RingEnded,
    Seize,
    ToneHeard,
)
from firmware.calls.answering import Answering
from firmware.calls.call import Call, Tell
from firmware.calls.supervision import Supervision

GUARD = 2.0  # s on-hook before the next seizure, or the exchange takes both for one flash


class State(Enum):
    IDLE = "idle"
    RINGING = "ringing"
    ASKING = "asking"  # seized, waiting for the exchange's dial tone
    SEIZED = "seized"
    TALKING = "talking"
    GUARD = "guard"
    IN_USE = "in_use"
    OUT = "out"

    @property
    def word(self) -> str:
        return "seized" if self is State.ASKING else self.value


_S = State
HELD = (_S.ASKING, _S.SEIZED, _S.TALKING)
NEXT: dict[tuple[State, type[Fact] | str], State] = {
    (_S.IDLE, RingBegan): _S.RINGING,
    (_S.GUARD, RingBegan): _S.RINGING,
    (_S.IN_USE, RingBegan): _S.RINGING,
    (_S.ASKING, RingBegan): _S.RINGING,  # glare: the ring was there first, the seizure was refused
    (_S.RINGING, RingBegan): _S.RINGING,
    (_S.RINGING, RingEnded): _S.RINGING,
    (_S.SEIZED, RingEnded): _S.SEIZED,  # we answered inside a burst
    (_S.IDLE, CallerHeard): _S.IDLE,  # before the first ring
    (_S.GUARD, CallerHeard): _S.GUARD,
    (_S.RINGING, CallerHeard): _S.RINGING,
    (_S.RINGING, "gone"): _S.IDLE,
    (_S.RINGING, "taken"): _S.IN_USE,  # somebody answered on a telephone in parallel
    (_S.IDLE, "taken"): _S.IN_USE,
    (_S.GUARD, "taken"): _S.IN_USE,
    (_S.IN_USE, "given_back"): _S.IDLE,
    (_S.RINGING, "answer"): _S.SEIZED,
    (_S.IDLE, "seize"): _S.ASKING,
    (_S.ASKING, "through"): _S.SEIZED,
    (_S.SEIZED, "join"): _S.TALKING,
    (_S.GUARD, "free"): _S.IDLE,
    (_S.OUT, InService): _S.IDLE,
    (_S.OUT, OutOfService): _S.OUT,
    # The exchange turns the polarity before a caller ID, and back when it likes.
    **{(state, Reversed): state for state in (_S.IDLE, _S.RINGING, _S.GUARD, _S.IN_USE)},
    **{(state, "release"): _S.GUARD for state in HELD},
    **{(state, OutOfService): _S.OUT for state in State if state is not _S.OUT},
    **{(state, kind): state for state in HELD for kind in (ToneHeard, KeyHeard, LoopBroken, Reversed)},
    **{(state, kind): state for state in HELD for kind in ("taken", "given_back")},  # no hang-up (D-14)
}


class LineOwner(Protocol):
    """Whom a line tells what became of it."""

    def rang(self, line: "Line") -> None:
        """A first ring began: somebody calls."""

    def known(self, line: "Line", caller: CallerHeard) -> None:
        """Caller ID is complete."""

    def due(self, line: "Line") -> None:
        """The answering rule says: now."""

    def idle(self, line: "Line") -> None: ...

    def gone(self, line: "Line") -> None:
        """The caller stopped ringing, or somebody else answered him."""

    def heard(self, line: "Line", fact: Fact) -> None:
        """A key, a tone or a reversal on a seized line."""

    def left(self, line: "Line", reason: Ending) -> None:
        """The far end of a seized line has gone."""

    def lost(self, line: "Line") -> None:
        """The line went out of service under a call."""

    def quiet(self, line: "Line", seconds: float) -> bool:
        """Did nobody speak on this line's connection for so long?"""


class Line:
    """An outside line; `call` is the call that has it."""

    def __init__(
        self,
        name: str,
        port: LinePort,
        ears: Ears,
        clock: Clock,
        tell: Tell,
        cadence: Cadence,
        allowed: tuple[str, ...],
        silence_s: float,
    ) -> None:
        self.name = name
        self.port = port
        self.call: Call | None = None
        self.state = State.OUT  # until the port says that it works
        self.reason = "starting"
        self.free_at = 0  # µs: before this instant the loop must not be closed again
        self.dumb = False  # gave no dial tone when last asked
        self._shared = False  # with a telephone in parallel that is off its hook
        self._ears, self._clock, self._tell = ears, clock, tell
        self.owner: LineOwner
        self.answering = Answering(clock, cadence, self._due, self._gave_up)
        self.supervision = Supervision(clock, self._left, allowed, silence_s, self._quiet)

    # What the exchange orders

    def answer(self) -> bool:
        """Seize a ringing line. False: not yet, the guard of the last call comes first."""
        if self._clock.now < self.free_at:
            self._clock.at(self.free_at, self._due)
            return False
        self._act("answer", "answered")
        self._seize()
        self.supervision.start()
        return True

    def adopt(self, call: Call) -> None:
        """The seizure met a caller, or a silence in which one may wait: the line is his."""
        self.call = call
        self._act("through", "answered")
        self.supervision.start()

    def seize(self, call: Call) -> None:
        """Ask the exchange for dial tone."""
        self.call = call
        self._act("seize", "dialling")
        self._seize()

    def through(self) -> None:
        """The digits may go out: the line is ours."""
        self._act("through", "dialling")

    def join(self) -> None:
        self._act("join", "talking")
        self.supervision.joined()

    def release(self, reason: str = "released") -> None:
        """Open the loop; free again after the guard."""
        self._act("release", reason)
        self._shared = False  # the port looks anew
        self._forget()
        self.port.do(Release())
        self._ears.idle(self.name)
        self.free_at = self._clock.now + round(GUARD * SECOND)
        self._clock.after(GUARD, self._free)

    def _due(self) -> None:
        if self.state is State.RINGING:
            self.owner.due(self)

    def _seize(self) -> None:
        self.answering.answered()
        self.port.do(Seize())
        self._ears.talking(self.name)

    def _free(self) -> None:
        if self.state is State.GUARD and self._clock.now >= self.free_at:
            self._act("free", "guard over")

    # What the port tells

    def fact(self, fact: Fact) -> None:
        """A fact of this line's port; one without a pair in the table is a race."""
        trigger = self._trigger(fact)
        was, new = self.state, NEXT.get((self.state, trigger))
        if new is None:
            self._tell(Stray(port=self.name, fact=type(fact).__name__))
            return
        self._enter(new, fact.reason if isinstance(fact, OutOfService) else _WORDS.get(trigger, ""))
        self._react(was, fact)

    def _trigger(self, fact: Fact) -> type[Fact] | str:
        if isinstance(fact, InUse):
            self._shared = fact.on
            return "taken" if fact.on else "given_back"
        return type(fact)

    def _react(self, was: State, fact: Fact) -> None:
        match fact:
            case RingBegan():
                self._ring_began(was)
            case RingEnded() if was is State.RINGING:
                self.answering.ring_ended()
            case CallerHeard():
                self._caller_heard(fact, was)
            case InUse() if was is State.RINGING:
                self._gone()
            case OutOfService():
                self._out()
            case ToneHeard() | KeyHeard() | Reversed() | LoopBroken() if was in HELD:
                self.owner.heard(self, fact)
                self.supervision.fact(fact)

    def _ring_began(self, was: State) -> None:
        if was is State.RINGING:
            self.answering.next_ring()
            return
        if was is State.ASKING:  # the port did not seize: it saw the ring
            self.call = None
            self._ears.idle(self.name)
        self.answering.first_ring()
        self.owner.rang(self)

    def _caller_heard(self, fact: CallerHeard, was: State) -> None:
        # The owner must know the caller before the rule says that he is due.
        ringing = was is State.RINGING
        if ringing and self.answering.caller is None:
            self.owner.known(self, fact)
        self.answering.caller_heard(fact, ringing)

    def _gave_up(self) -> None:
        self._act("gone", "the caller gave up")
        self._gone()

    def _gone(self) -> None:
        self.owner.gone(self)
        self._forget()

    def _out(self) -> None:
        self._shared = False
        self.owner.lost(self)
        self._forget()
        self._ears.idle(self.name)

    def _left(self, reason: Ending) -> None:
        self.owner.left(self, reason)

    def _quiet(self, seconds: float) -> bool:
        return self.owner.quiet(self, seconds)

    # The machine

    def _act(self, act: str, reason: str) -> None:
        new = NEXT.get((self.state, act))
        if new is None:
            raise Impossible(f"{self.name}: no way to {act} from {self.state.value}")
        self._enter(new, reason)

    def _enter(self, new: State, reason: str) -> None:
        if new is State.IDLE and self._shared:  # a telephone in parallel was lifted meanwhile
            new, reason = State.IN_USE, _WORDS["taken"]
        was, self.state = self.state, new
        if was.word != new.word or new is State.OUT:
            self.reason = reason
            self._tell(LineChanged(line=self.name, state=new.word, reason=reason))
        if new is State.IDLE:
            self.owner.idle(self)

    def _forget(self) -> None:
        self.supervision.stop()
        self.answering.forget()
        self.call = None


_WORDS: dict[type[Fact] | str, str] = {
    RingBegan: "ring",
    InService: "in service",
    "taken": "a telephone in parallel is in use",
    "given_back": "the telephone in parallel was put back",
}
