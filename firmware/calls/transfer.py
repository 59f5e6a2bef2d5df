"""Handing a caller on: unasked, or after asking; and what becomes of him where nobody answers.

Nobody is lost: who rings in vain rings again where he came from, and then at the operator's.
"""

from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.clock import Clock, Timer
from firmware.base.events import CallMoved, CallResumed
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.hands import Hands, Party
from firmware.calls.handset import Handset, State
from firmware.calls.line import Line
from firmware.tables import OPERATOR

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

RECALL = 25.0  # s that a caller who was handed on rings elsewhere before he rings here again (FEATURES 31)


class Dials:
    """The promise of a call that a page asked for: his own telephone is lifted first."""

    def __init__(self, exchange: "Exchange", call: Call, to: str) -> None:
        self._exchange, self._call, self._to = exchange, call, to

    def lifted(self, phone: Handset) -> None:
        self._call.phone = None
        phone.call = None
        self._exchange.end(self._call, "box", "hang_up")
        phone.invite_again()
        self._exchange.keypad.dial(phone, self._to)

    def left(self) -> bool:
        return False


class Transfers:
    """The verbs that give a call to somebody else."""

    def __init__(self, exchange: "Exchange", hands: Hands, clock: Clock, tell: Tell) -> None:
        self._exchange, self._hands, self._clock, self._tell = exchange, hands, clock, tell
        self._recalls: dict[Call, Timer] = {}

    def transfer(self, phone: Handset, to: str) -> None:
        """Hand the caller on to a destination, unasked. Whoever rings in vain gives him back."""
        call = self._hands.leavable(phone) if phone.call is not None else self._hands.waiting(phone)
        self._exchange.rules.must_lead(call, to)
        self.let_go(call, phone)
        self.hand_on(call, phone, to)
        self._hands.done(phone)

    def let_go(self, call: Call, phone: Handset) -> None:
        """The telephone has nothing to do with the call any more; its person hears dial tone, the far end
        that somebody is sought for him."""
        if call in self._hands.at(phone):
            self._hands.at(phone).remove(call)
        if phone.call is call:
            self._exchange.sound.part(phone.name)
            phone.call = None
            phone.invite_again()
        far = self._hands.far(call, phone)
        self._exchange.sound.part(far.name)
        self._exchange.sound.tone(far.name, "ringback")
        call.listens_since = self._clock.now
        # Inside, the colleague who stays is the one who calls from now on.
        call.phone, call.called = (None if isinstance(far, Line) else far), None
        self._exchange.changed(phone)

    def hand_on(self, call: Call, phone: Handset, to: str) -> None:
        """Ring `to` for a call that nobody here has; after a while in vain, `phone` again."""
        self._tell(CallMoved(call=call.id, to=to, by=self._hands.name(phone)))
        self.ring_out(call)
        self._exchange.desk.send(call, to)
        self.recall(call, (phone.name, OPERATOR))

    def ring_out(self, call: Call) -> None:
        """Somebody is rung for it from now on; a colleague who waits is the one who calls."""
        call.step("send")
        if call.line is None and call.phone is not None:
            call.phone.calls_again()

    def recall(self, call: Call, back: tuple[str, ...]) -> None:
        """Where he rings next, one after another, while nobody answers and he waits in no queue."""
        self.over(call)
        if back:
            self._recalls[call] = self._clock.after(RECALL, lambda: self._look(call, back))

    def _look(self, call: Call, back: tuple[str, ...]) -> None:
        del self._recalls[call]
        if call.stage is not Stage.RINGING or self._exchange.desk.queue_of(call) is not None:
            return
        place = back[0]
        self._tell(CallMoved(call=call.id, to=place, by="box"))
        self._exchange.stop_others(call, None)
        self._exchange.desk.send(call, place)
        self.recall(call, back[1:])

    def over(self, call: Call) -> None:
        """It has ended, or is led elsewhere: nobody waits for an answer any more."""
        if (timer := self._recalls.pop(call, None)) is not None:
            timer.stop()

    # Asking first

    def consult(self, phone: Handset, to: str) -> None:
        """Hold, and call somebody: a colleague, or outside. `complete` puts the two together."""
        to = self._exchange.rules.must_dial(phone, to)
        if phone.call is not None:
            self._hands.hold(phone)
        self._hands.waiting(phone)
        self._exchange.keypad.dial(phone, to)

    def dial(self, phone: Handset, to: str) -> None:
        """Call a number from a page. On its hook a telephone rings first; lifted, or where it has no hook of
        its own, it dials."""
        if phone.free and phone.port.by_order:
            self._exchange.working.lift(phone, lambda: self._exchange.keypad.dial(phone, to))
        elif phone.free:
            reached = self._exchange.desk.reached(to)
            call = self._exchange.promised((reached and self._exchange.desk.number_at(reached)) or to)
            call.promise = Dials(self._exchange, call, to)
            self._exchange.ring_first(call, phone)
        elif phone.state is State.DIAL_TONE:
            self._exchange.keypad.dial(phone, to)
        else:
            raise Refused(f"{phone.name} is busy: hang up first, or hold")

    def complete(self, phone: Handset) -> None:
        """Whoever is held and whoever was asked speak with each other; he is out."""
        both = self._hands.at(phone)[-2:] if phone.call is None else []
        self.complete_with(phone, both[-1] if len(both) > 1 else phone.call)

    def complete_with(self, phone: Handset, asked: Call | None) -> None:
        """The same, where it was `asked` that he has just left. Refused: nothing has happened."""
        held = [each for each in self._hands.at(phone) if each is not asked]
        if not held:
            raise Refused(f"nobody is on hold at {phone.name}")
        if asked is None:
            raise Refused("nobody was asked yet: call somebody, or resume")
        self._exchange.rules.must_meet([asked])
        if self._exchange.conferences.has(asked) or self._exchange.monitor.at(phone) is not None:
            raise Refused("nobody is put through to a conference, or to whom one listens")
        if asked.stage is Stage.TALKING or asked in self._hands.at(phone):
            self._exchange.rules.must_bridge(held[-1], asked)
            self.put_through(held[-1], asked, phone)
        elif asked.direction == "inside" and asked.stage is Stage.RINGING and asked.called is not None:
            station = asked.called.name
            if phone.call is asked:
                phone.call = None
                phone.invite_again()
            self._exchange.end(asked, "caller", "hang_up")
            self.let_go(held[-1], phone)
            self.hand_on(held[-1], phone, station)
            self._hands.done(phone)
        else:
            raise Refused("nobody has answered yet: wait, or resume")

    def put_through(self, call: Call, asked: Call, phone: Handset) -> None:
        """Join the far ends of two calls of a telephone, which is free then."""
        one, other = self._hands.far(call, phone), self._hands.far(asked, phone)
        for each in (call, asked):
            self._free(each, phone)
        phone.call = None
        if phone.state in (State.TALKING, State.CALLING):
            self._exchange.sound.part(phone.name)
            phone.invite_again()
        self._hands.done(phone)
        self._exchange.changed(phone)
        self._hands.together(one, other)
        if isinstance(one, Line) and isinstance(other, Line):
            self.moved(call, other, phone)
            self.moved(asked, one, phone)
            self._exchange.bridges.join(call, asked)
        elif call.line is not None or asked.line is None:
            self._merge(call, asked, phone)
        else:
            self._merge(asked, call, phone)

    def _free(self, call: Call, phone: Handset) -> None:
        """It waits there no more."""
        if call in self._hands.at(phone):
            self._hands.at(phone).remove(call)
            call.step("resume")

    def _merge(self, keeps: Call, ends: Call, phone: Handset) -> None:
        """Both far ends are on one call from now on, the other is over."""
        one, other = self._hands.far(keeps, phone), self._hands.far(ends, phone)
        self.moved(keeps, other, phone)
        ends.phone = ends.called = None
        self.seat(keeps, one, other)
        self._exchange.end(ends, "box", "hang_up")

    def moved(self, call: Call, to: Party, phone: Handset) -> None:
        """Told of a call that is talked on at once, with somebody else."""
        by = self._hands.name(phone)
        where = self._hands.name(to) if isinstance(to, Handset) else to.name
        self._tell(CallMoved(call=call.id, to=where, by=by))
        self._tell(CallResumed(call=call.id, by=by))

    def seat(self, call: Call, one: Party, other: Party) -> None:
        """These two are on the call from now on."""
        seats = [each for each in (one, other) if isinstance(each, Handset)]
        call.phone, call.called = seats[0], seats[1] if len(seats) > 1 else None
        for each in seats:
            if each.state is State.OUT:
                self._exchange.lost.seated(call, each)
            else:
                each.call = call
            self._exchange.changed(each)

    def lead_back(self, call: Call, phone: Handset) -> None:
        """A call rings again at the telephone that left it alone; after a while in vain at the operator's."""
        to = phone.name if phone.free else OPERATOR
        self._tell(CallMoved(call=call.id, to=to, by="box"))
        self.ring_out(call)
        self._exchange.desk.send(call, to)
        self.recall(call, (OPERATOR,) if to != OPERATOR else ())
