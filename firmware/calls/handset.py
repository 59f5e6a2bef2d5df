"""One telephone of the office: its machine, and what it hears when nobody is there.

Lifted it hears dial tone; left off its hook after a call it hears congestion, then the howler,
then nothing, and is not offered calls until it is put back.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from firmware.base import Impossible
from firmware.base.clock import Clock, Timer
from firmware.base.events import PhoneChanged, Stray
from firmware.base.ports import (
    Cadence,
    Ears,
    Fact,
    Flashed,
    HungUp,
    InService,
    KeyHeard,
    Lifted,
    Order,
    OutOfService,
    PutDown,
    Ring,
    RingEnded,
    Sound,
    StopRing,
)
from firmware.calls.call import Call, Tell
from firmware.calls.hook import CONNECTED, LIFTED, NEXT, State

NO_KEY = 15.0  # s of dial tone, and between two keys that lead nowhere, before congestion
HOLDING = 120.0  # s of dial tone while somebody is on hold there: the receiver lies on the desk meanwhile
PUT_DOWN = 0.1  # s in which a head-set is put down: the howler is for receivers off their hooks
CONGESTED = 15.0  # s of congestion before the howler
ENDED = 2.0  # s of it at a station without a hook of its own, which the box then puts down
HOWLED = 29.0  # s of howler before silence: left off its hook it is parked within 60 s, all told (D-09)
LONGEST_NAME = 30  # letters that a telephone shows, and that fit a burst
CALLER_PAUSE = 0.5  # s after the first ring until the caller is shown (between rings, Bell 202)


class HandsetOwner(Protocol):
    """Whom a handset tells what its person did."""

    def lifted_to_answer(self, phone: "Handset") -> None: ...

    def keyed(self, phone: "Handset", key: str) -> None: ...

    def hung_up(self, phone: "Handset", call: Call | None) -> None:
        """It may be rung again from now on; `call` is the one that it was on."""

    def flashed(self, phone: "Handset") -> None: ...

    def unplugged(self, phone: "Handset") -> None: ...

    def holds(self, phone: "Handset") -> bool:
        """Is somebody on hold there?"""

    def changed(self, phone: "Handset") -> None:
        """Its state is another: it may be rung again, or no more."""


class Bell(Protocol):
    """What a telephone asks of its port: to ring, and to stop."""

    tells_keys: bool
    by_order: bool

    def events(self) -> Sequence[Fact]: ...
    def do(self, order: Order) -> None: ...


class Handset:
    """A telephone; `call` is the call that rings it or that it is on."""

    reach_s = 0.0  # s more than its ringing that its person needs to lift it

    def __init__(
        self,
        name: str,
        port: Bell,
        ears: Ears,
        sound: Sound,
        clock: Clock,
        tell: Tell,
        cadence: Cadence,
    ) -> None:
        self.name = name
        self.port = port
        self.call: Call | None = None
        self.state = State.OUT  # until the port says that it works
        self.reason = "starting"
        self.keys = ""  # keyed since it was lifted, until the number was complete
        self.awaited = False  # it has vanished in a call, and somebody is kept for it
        self._ears = ears
        self._sound = sound
        self._clock = clock
        self._tell = tell
        self._cadence = cadence
        self._shown = False
        self._who: tuple[str | None, str | None] = (None, None)
        self._timer: Timer | None = None
        self.owner: HandsetOwner
        self.invites: Callable[[], str] = lambda: "dial"  # the tone that asks for a number

    @property
    def free(self) -> bool:
        """May it be rung?"""
        return self.state is State.IDLE and not self.awaited

    @property
    def off_hook(self) -> bool:
        return self.state in LIFTED

    # What the exchange orders

    def ring(self, call: Call, number: str | None, name: str | None) -> None:
        """Ring for `call`, and show who calls."""
        self._act("ring")
        self.call, self._shown, self._who = call, False, (number, name and name[:LONGEST_NAME])
        self.port.do(Ring(self._cadence, number, name))

    def stop(self) -> None:
        """Stop ringing: somebody else answered, or nobody is there any more."""
        self._act("stop")
        self._stop_timer()
        self._sound.hush(self.name)
        self.call = None
        self.port.do(StopRing())

    def begin(self, call: Call) -> None:
        """The number is complete: the call that it makes begins."""
        self.call = call
        self._act("call")
        self._quiet()

    def serve(self) -> None:
        """A code was keyed: the box speaks with him from now on."""
        self._act("serve")
        self._quiet()
        self.keys = ""

    def served(self) -> None:
        """That is done: he may dial again."""
        self._act("served")
        self._invite()

    def invite_again(self) -> None:
        """Whom he talked with is set aside, or is no affair of his any more: he may dial."""
        self._act("set aside")
        self._quiet()
        self.keys = ""
        self._invite()

    def take(self, call: Call) -> None:
        """He has lifted, and gets a call that was nobody's or waited for him."""
        self.call, self.keys = call, ""
        self._act("take")
        self._quiet()

    def calls_again(self) -> None:
        """Whom he talked with has handed him on: somebody else is being rung for him."""
        if self.state is not State.OUT:
            self._act("calls again")

    def answered(self) -> None:
        """The far end answered; it may have vanished meanwhile (`lost`)."""
        if self.state is not State.OUT:
            self._act("answer")

    def far_end_gone(self, tone: str = "congestion") -> None:
        """Nobody is there (any more): hear so until it is put back."""
        self.call, self.keys = None, ""
        self._act("far_end_gone")
        self._ears.dial_mode(self.name, False)
        self._sound.tone(self.name, tone)
        quick = self.port.by_order and not self.owner.holds(self)  # else he takes back whom he has on hold
        self._wait(ENDED if quick else CONGESTED)

    def put_down(self) -> None:
        """What its person has ended from his page: as if he had put it down, and lifted it again."""
        self.fact(HungUp(at=self._clock.now))
        self.fact(Lifted(at=self._clock.now))

    # What the port tells

    def fact(self, fact: Fact) -> None:
        """A fact of this telephone's port; one without a pair in the table is a race."""
        was, new = self.state, NEXT.get((self.state, type(fact)))
        if new is None:
            self._tell(Stray(port=self.name, fact=type(fact).__name__))
            return
        self.state = new
        self._react(was, fact)
        if self.state is not was:
            self.owner.changed(self)

    def _react(self, was: State, fact: Fact) -> None:
        match fact:
            case Lifted():
                self._lifted(was)
            case HungUp():
                self._hung_up(was)
            case Flashed():
                self.owner.flashed(self)
            case KeyHeard() if self.off_hook:
                self._keyed(was, fact.key)
            case RingEnded() if self.state is State.RINGING and not self._shown:
                self._shown = True
                self._stop_timer()
                self._timer = self._clock.after(CALLER_PAUSE, self._show_caller)
            case OutOfService():
                self._out(fact.reason)
            case InService():
                self._tell(PhoneChanged(station=self.name, state="idle", reason="in service"))
                self.reason = ""

    def _lifted(self, was: State) -> None:
        self._stop_timer()
        self._sound.hush(self.name)
        self.keys = ""
        if was is State.RINGING:
            self.port.do(StopRing())
            self.owner.lifted_to_answer(self)
            return
        self._invite()

    def _invite(self) -> None:
        self._sound.tone(self.name, self.invites())
        self._ears.dial_mode(self.name, True)
        self._wait(HOLDING if self.owner.holds(self) else NO_KEY)

    def _hung_up(self, was: State) -> None:
        self._quiet()
        if was is State.PARKED:
            self._tell(PhoneChanged(station=self.name, state="idle", reason="put back"))
        call, self.call, self.keys = self.call, None, ""
        self.owner.hung_up(self, call)

    def _keyed(self, was: State, key: str) -> None:
        if was is State.DIAL_TONE:
            self._quiet()
        self.owner.keyed(self, key)

    def _show_caller(self) -> None:
        if self.state is State.RINGING and self.call is not None:
            self._sound.show_caller(self.name, *self._who)

    def _out(self, reason: str) -> None:
        self._quiet()
        self.reason = reason
        self.owner.unplugged(self)
        self.call, self.keys = None, ""
        self._tell(PhoneChanged(station=self.name, state="out", reason=reason))

    # The machine

    def _act(self, act: str) -> None:
        new = NEXT.get((self.state, act))
        if new is None:
            raise Impossible(f"{self.name}: no way to {act} from {self.state.value}")
        self.state = new
        self.owner.changed(self)

    def _wait(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self._clock.after(seconds, self._waited)

    def _waited(self) -> None:
        self._act("waited")
        self._ears.dial_mode(self.name, False)
        if self.state is State.CONGESTION:
            self._sound.tone(self.name, "congestion")
            self._wait(CONGESTED)
        elif self.state is State.HOWLER:
            self.port.do(PutDown())
            self._timer = self._clock.after(PUT_DOWN, self._howl)
        else:
            self._sound.hush(self.name)
            self._tell(PhoneChanged(station=self.name, state="off_hook", reason="left off its hook"))

    def _howl(self) -> None:
        self._sound.tone(self.name, "howler")
        self._wait(HOWLED)

    def _quiet(self) -> None:
        self._stop_timer()
        self._ears.dial_mode(self.name, False)
        self._sound.hush(self.name)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None


__all__ = ["CONNECTED", "LIFTED", "Handset", "HandsetOwner", "State"]
