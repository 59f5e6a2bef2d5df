"""Handing a caller on: unasked, or after asking; and what becomes of him where nobody answers.

Nobody is lost: who rings in vain rings again where he came from, and then at the operator's.
"""

from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.clock import Clock
from firmware.base.events import CallMoved
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

    def transfer(self, phone: Handset, to: str) -> None:
        """Hand the caller on to a destination, unasked. Whoever rings in vain gives him back."""
        call = phone.call or self._hands.waiting(phone)
        if call.stage not in (Stage.TALKING, Stage.HELD):
            raise Refused("nobody is there yet who could be handed on")
        if call.emergency:
            raise Refused("an emergency call is not handed on")
        self._exchange.rules.must_lead(call, to)
        self.let_go(call, phone)
        self.hand_on(call, phone, to)

    def let_go(self, call: Call, phone: Handset) -> None:
        """The telephone has nothing to do with the call any more; its person hears dial tone."""
        if call in self._hands.at(phone):
            self._hands.at(phone).remove(call)
        if phone.call is call:
            self._exchange.sound.part(phone.name)
            phone.call = None
            phone.invite_again()
        far = self._hands.far(call, phone)
        self._exchange.sound.part(far.name)
        # Inside, the colleague who stays is the one who calls from now on.
        call.phone, call.called = (None if isinstance(far, Line) else far), None

    def hand_on(self, call: Call, phone: Handset, to: str) -> None:
        """Ring `to` for a call that nobody here has; after a while in vain, `phone` again."""
        self._tell(CallMoved(call=call.id, to=to, by=self._hands.name(phone)))
        call.step("send")
        if call.line is None and call.phone is not None:
            call.phone.calls_again()
        self._exchange.sound.tone((call.line or call.phone or phone).name, "ringback")
        self._exchange.desk.send(call, to)
        self._recall(call, to, (phone.name, OPERATOR))

    def _recall(self, call: Call, to: str, back: tuple[str, ...]) -> None:
        """`back`: where he rings next, one after another, unless he waits in a queue."""

        def look() -> None:
            if call.stage is not Stage.RINGING or self._exchange.desk.queue_of(call) is not None:
                return
            place = back[0]
            self._tell(CallMoved(call=call.id, to=place, by="box"))
            self._exchange.desk.send(call, place)
            if back[1:]:
                self._recall(call, place, back[1:])

        if back:
            self._clock.after(RECALL, look)

    # Asking first

    def consult(self, phone: Handset, to: str) -> None:
        """Hold, and call somebody: a colleague, or outside. `complete` puts the two together."""
        self._exchange.rules.must_dial(phone, to)
        if phone.call is not None:
            self._hands.hold(phone)
        self._hands.waiting(phone)
        self._exchange.keypad.dial(phone, to)

    def dial(self, phone: Handset, to: str) -> None:
        """Call a number from a page. On its hook the telephone rings first; lifted, it dials."""
        if phone.free:
            call = self._exchange.promised(to)
            call.promise = Dials(self._exchange, call, to)
            self._exchange.ring(call, phone)
        elif phone.state is State.DIAL_TONE:
            self._exchange.keypad.dial(phone, to)
        else:
            raise Refused(f"{phone.name} is busy: hang up first, or hold")

    def complete(self, phone: Handset) -> None:
        """Whoever is held and whoever was asked speak with each other; he is out."""
        if phone.call is None and len(self._hands.at(phone)) > 1:
            self._hands.take_back(self._hands.waiting(phone), phone)
        self.complete_with(phone, phone.call)

    def complete_with(self, phone: Handset, asked: Call | None) -> None:
        """The same, where it was `asked` that he has just left."""
        call = self._hands.waiting(phone)
        if asked is None:
            raise Refused("nobody was asked yet: call somebody, or resume")
        if asked.stage is Stage.TALKING:
            self._exchange.rules.must_bridge(call, asked)
            self._hands.at(phone).remove(call)
            call.step("resume")
            self.put_through(call, asked, phone)
        elif asked.direction == "inside" and asked.called is not None:
            station = asked.called.name
            self._exchange.end(asked, "caller", "hang_up")
            self.let_go(call, phone)
            self.hand_on(call, phone, station)
        else:
            raise Refused("nobody has answered outside yet: wait, or resume")

    def put_through(self, call: Call, asked: Call, phone: Handset) -> None:
        """Join the far ends of two calls of a telephone, which is free then."""
        one, other = self._hands.far(call, phone), self._hands.far(asked, phone)
        self._tell(CallMoved(call=call.id, to=other.name, by=self._hands.name(phone)))
        self._exchange.sound.part(phone.name)
        self._hands.together(one, other)
        phone.call = None
        if phone.off_hook:
            phone.invite_again()
        if isinstance(one, Line) and isinstance(other, Line):
            self._exchange.bridges.join(call, asked)
            return
        keeps, ends = (call, asked) if call.line is not None or asked.line is None else (asked, call)
        self.seat(keeps, one, other)
        ends.phone = ends.called = None
        self._exchange.end(ends, "box", "hang_up")

    def seat(self, call: Call, one: Party, other: Party) -> None:
        """These two are on the call from now on."""
        seats = [each for each in (one, other) if isinstance(each, Handset)]
        call.phone, call.called = seats[0], seats[1] if len(seats) > 1 else None
        for each in seats:
            each.call = call
            self._exchange.changed(each)

    def lead_back(self, call: Call, phone: Handset) -> None:
        """A call rings again at the telephone that left it alone; after a while in vain at the operator's."""
        call.step("send")
        to = phone.name if phone.free else OPERATOR
        self._exchange.desk.send(call, to)
        self._recall(call, to, (OPERATOR,) if to != OPERATOR else ())
