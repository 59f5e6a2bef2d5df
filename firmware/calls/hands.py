"""What two hands do with a call: hold, take back, swap, hand on, and put two callers together.

One verb has one meaning, whether a flash of the hook, a code, a button or a page asked for it. A call
that is set aside waits at its telephone with music; nobody is lost by hanging up: with a consultation
the two are put through, with a held call alone the telephone rings back at once.
"""

from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.clock import Clock
from firmware.base.events import CallHeld, CallMoved, CallResumed
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.handset import Handset, State
from firmware.calls.line import Line
from firmware.tables import OPERATOR

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

RECALL = 25.0  # s that a caller who was handed on rings elsewhere before he rings here again (FEATURES 31)
MUSIC = "music"
Party = Line | Handset


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


class Hands:
    """The verbs, for every telephone of an exchange."""

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._exchange, self._clock, self._tell = exchange, clock, tell
        self.held: dict[Handset, list[Call]] = {}  # what waits at a telephone; the last was held last

    # Who is where

    def far(self, call: Call, phone: Handset) -> Party:
        """Who is on a call besides that telephone."""
        if call.line is not None:
            return call.line
        other = call.called if phone is call.phone else call.phone
        assert other is not None
        return other

    def at(self, phone: Handset) -> list[Call]:
        return self.held.get(phone, [])

    def talking(self, phone: Handset) -> Call:
        """The call that somebody is on. Refused: he is on none."""
        call = phone.call
        if call is None or call.stage is not Stage.TALKING or phone.state is not State.TALKING:
            raise Refused(f"{phone.name} is on no call")
        return call

    def _waiting(self, phone: Handset) -> Call:
        """The call that was held last there. Refused: none is."""
        if not self.at(phone):
            raise Refused(f"nobody is on hold at {phone.name}")
        return self.at(phone)[-1]

    # Hold

    def hold(self, phone: Handset) -> None:
        """The far end hears music, he hears dial tone and may ask somebody."""
        call = self.talking(phone)
        if call.emergency:
            raise Refused("an emergency call is not put on hold")
        if self._exchange.conferences.of(phone):
            raise Refused("a conference is not put on hold: mute it, or leave it")
        self.set_aside(call, phone)
        phone.invite_again()

    def set_aside(self, call: Call, phone: Handset) -> None:
        call.step("hold")
        phone.call = None
        self.held.setdefault(phone, []).append(call)
        self.entertain(call, phone)
        self._tell(CallHeld(call=call.id, by=self.name(phone)))
        self._exchange.changed(phone)

    def entertain(self, call: Call, phone: Handset) -> None:
        """Nobody hears the far end; it hears music."""
        far = self.far(call, phone).name
        self._exchange.sound.part(phone.name)
        self._exchange.sound.part(far)
        self._exchange.sound.hear(far, MUSIC)

    def resume(self, phone: Handset) -> None:
        """Back to who was held last; a consultation that goes on is ended."""
        call = self._waiting(phone)
        if phone.call is not None:
            self._exchange.end(phone.call, "caller", "hang_up")
        self._take_back(call, phone)

    def _take_back(self, call: Call, phone: Handset) -> None:
        self.at(phone).remove(call)
        call.step("resume")
        phone.take(call)
        self.together(phone, self.far(call, phone))
        self._tell(CallResumed(call=call.id, by=self.name(phone)))
        self._exchange.changed(phone)

    def together(self, one: Party, other: Party) -> None:
        """They hear each other, and nothing else."""
        self._exchange.sound.part(one.name)
        self._exchange.sound.part(other.name)
        self._exchange.sound.join(one.name, other.name)

    def swap(self, phone: Handset) -> None:
        """Who is talked with is held, who is held is talked with."""
        other = self._waiting(phone)
        if phone.call is not None:
            self.set_aside(self.talking(phone), phone)
        elif len(self.at(phone)) > 1:  # both were set aside: the one before the last
            other = self.at(phone)[-2]
        self._take_back(other, phone)

    def mute(self, phone: Handset, on: bool) -> None:
        """Nobody on the call hears him; he hears them."""
        call = self.talking(phone)
        rows = self._exchange.conferences.rows(phone)[1:] or [self.far(call, phone)]
        for row in rows:
            self._exchange.sound.hear(row.name, phone.name, 0.0 if on else 1.0)

    # Handing on

    def transfer(self, phone: Handset, to: str) -> None:
        """Hand the caller on to a destination, unasked. Whoever rings in vain gives him back."""
        call = phone.call or self._waiting(phone)
        if call.stage not in (Stage.TALKING, Stage.HELD):
            raise Refused("nobody is there yet who could be handed on")
        if call.emergency:
            raise Refused("an emergency call is not handed on")
        self._exchange.rules.must_lead(call, to)
        self.let_go(call, phone)
        self.hand_on(call, phone, to)

    def let_go(self, call: Call, phone: Handset) -> None:
        """The telephone has nothing to do with the call any more; its person hears dial tone."""
        if call in self.at(phone):
            self.at(phone).remove(call)
        if phone.call is call:
            self._exchange.sound.part(phone.name)
            phone.call = None
            phone.invite_again()
        far = self.far(call, phone)
        self._exchange.sound.part(far.name)
        # Inside, the colleague who stays is the one who calls from now on.
        call.phone, call.called = (None if isinstance(far, Line) else far), None

    def hand_on(self, call: Call, phone: Handset, to: str) -> None:
        """Ring `to` for a call that nobody here has; after a while in vain, `phone` again."""
        self._tell(CallMoved(call=call.id, to=to, by=self.name(phone)))
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
            self.hold(phone)
        self._waiting(phone)
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
        if phone.call is None and len(self.at(phone)) > 1:
            self._take_back(self._waiting(phone), phone)
        asked, call = phone.call, self._waiting(phone)
        if asked is None:
            raise Refused("nobody was asked yet: call somebody, or resume")
        if asked.stage is Stage.TALKING:
            self._exchange.rules.must_bridge(call, asked)
            self.at(phone).remove(call)
            call.step("resume")
            self.put_through(call, asked, phone)
        elif asked.direction == "inside" and asked.called is not None:
            station = asked.called.name
            self._exchange.end(asked, "caller", "hang_up")
            self.transfer(phone, station)
        else:
            raise Refused("nobody has answered outside yet: wait, or resume")

    def put_through(self, call: Call, asked: Call, phone: Handset) -> None:
        """Join the far ends of two calls of a telephone, which is free then."""
        one, other = self.far(call, phone), self.far(asked, phone)
        self._tell(CallMoved(call=call.id, to=other.name, by=self.name(phone)))
        self._exchange.sound.part(phone.name)
        self.together(one, other)
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

    # What happens to a telephone

    def flashed(self, phone: Handset) -> None:
        """The hook was tapped: hold, and back again."""
        if phone.state is State.TALKING and phone.call is not None:
            if not phone.call.emergency and not self._exchange.conferences.of(phone):
                self.hold(phone)
        elif self.at(phone) and phone.off_hook:
            if phone.call is None and len(self.at(phone)) > 1:
                self.swap(phone)
            else:
                self.resume(phone)

    def hung_up(self, phone: Handset, call: Call | None) -> bool:
        """He put it down. True: all that was to do is done."""
        if not self.at(phone):
            return False
        if call is not None:
            try:
                self.complete(phone)
            except Refused:  # nobody there to put him through to
                self._exchange.end(call, "caller", "hang_up")
        if self.at(phone):
            self._clock.after(0, lambda: self.ring_back(phone))
        return True

    def ring_back(self, phone: Handset) -> None:
        """Somebody is still held: the telephone rings for him; where it cannot, the operator's does."""
        for call in list(self.at(phone)):
            if phone.state in (State.IDLE, State.OUT):
                self.at(phone).remove(call)
                if call.line is not None:
                    call.phone = None
                    call.step("send")
                    self._lead_back(call, phone)
                else:
                    self._exchange.end(call, "called", "hang_up")

    def _lead_back(self, call: Call, phone: Handset) -> None:
        to = phone.name if phone.free else OPERATOR
        self._exchange.desk.send(call, to)
        self._recall(call, to, (OPERATOR,) if to != OPERATOR else ())

    def gone(self, phone: Handset) -> None:
        """The telephone is out of service: whoever is held there is led to the operator."""
        self.ring_back(phone)

    def over(self, call: Call) -> None:
        """A call has ended: it waits nowhere any more."""
        for calls in self.held.values():
            if call in calls:
                calls.remove(call)

    def name(self, phone: Handset) -> str:
        """Who acts: the person at the telephone, else the telephone."""
        return self._exchange.desk.who_at(phone.name) or phone.name
