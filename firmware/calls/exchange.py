"""The exchange: every line, handset and call, and who is joined with whom.

Facts come in by `fact`, orders by the methods. It knows how calls arrive, are answered and end;
it does not know queues: a menu ends in a destination, which `desk` (handed in) takes over.
"""

from collections.abc import Callable, Mapping

from firmware.base.calendar import Calendar
from firmware.base.clock import Clock
from firmware.base.events import (
    CallDialled,
    CallEnded,
    EmergencyDialled,
    Ending,
    PhoneRang,
    Side,
)
from firmware.base.numbers import to_dial
from firmware.base.ports import Fact, Sound
from firmware.calls import handset as handsets
from firmware.calls import line as lines
from firmware.calls.call import Call, Direction, Distributor, Leg, Stage, Tell
from firmware.calls.conference import Bridges, Conferences
from firmware.calls.dialling import Keypad
from firmware.calls.dialogue import Script, Talks, WhenKept
from firmware.calls.emergency import Emergency
from firmware.calls.hand_codes import OwnCodes, hand_services
from firmware.calls.hands import Hands
from firmware.calls.handset import Handset
from firmware.calls.incoming import Incoming
from firmware.calls.knocking import Knocking
from firmware.calls.line import Line
from firmware.calls.lost import Lost
from firmware.calls.monitor import Monitor
from firmware.calls.outgoing import ForBox, Outgoing, Withheld, to_spare
from firmware.calls.outside import Outsides
from firmware.calls.parking import Parking
from firmware.calls.rules import Rules
from firmware.calls.stations import Stations
from firmware.calls.supervision import ago
from firmware.calls.transfer import Transfers
from firmware.calls.working import Working
from firmware.sound.patch import Patch
from firmware.tables import Settings

INSIDE_RING = 60.0  # s that a colleague's telephone rings


class Exchange:
    """All lines and handsets of the box, and the calls on them."""

    def __init__(
        self,
        lines: Mapping[str, Line],
        phones: Mapping[str, Handset],
        settings: Settings,
        sound: Sound,
        clock: Clock,
        tell: Tell,
        new_id: Callable[[], str],
        quiet: Callable[[str, float], bool],
        when_kept: WhenKept,
    ) -> None:
        """`quiet(row, seconds)`: was nothing said on that row for so long? `when_kept(seq, then)`: do that
        once the event of that number is durable."""
        self.lines, self.phones = lines, dict(phones)  # and the stations outside, once they are named
        self.settings = settings
        self.sound = Patch(sound)
        self.calendar = Calendar(settings, clock, tell)
        self.calls: dict[str, Call] = {}
        self.quiet = quiet
        self.desk: Distributor
        self.when_kept = when_kept
        self._clock, self._tell, self._new_id = clock, tell, new_id
        self.attempts: dict[Call, Outgoing] = {}
        self.talks = Talks(self.sound, clock, tell, when_kept)
        self.services: dict[str, Callable[[Handset], Script]] = {}  # a code's service -> its script
        self.keypad = Keypad(self, clock)
        self.incoming = Incoming(self, clock, tell, quiet)
        self.takers = [self.incoming.takes]  # of callers with whom the box itself speaks
        self.outside = Outsides(self, clock, tell)
        self.rules = Rules(self, clock, tell)
        self.hands = Hands(self, clock, tell)
        self.transfers = Transfers(self, self.hands, clock, tell)
        self.conferences, self.bridges = Conferences(self, clock, tell), Bridges(self, clock)
        self.parking, self.monitor = Parking(self, clock, tell), Monitor(self, clock, tell)
        self.stations, self.knocking = Stations(self, tell), Knocking(self, clock, tell)
        self.working, self.lost = Working(self, clock), Lost(self, clock, tell)
        self.own_codes = OwnCodes(self)
        self.services |= hand_services(self) | self.own_codes.services
        for line in lines.values():
            line.owner = self.incoming
        for phone in phones.values():
            phone.owner = self.stations

    def fact(self, name: str, fact: Fact) -> None:
        """Something happened at the port `name`."""
        (self.lines.get(name) or self.phones[name]).fact(fact)

    def changed(self, phone: Handset) -> None:
        """It may be rung again, or no more; who listened to it hears what there is to hear."""
        self.hands.changed(phone)
        self.knocking.changed(phone)
        self.working.changed(phone)
        self.lost.changed(phone)
        self.desk.changed(phone.name)
        self.monitor.stir()

    # What a number leads to

    def dial_out(self, phone: Handset, number: str, emergency: bool, withheld: bool = False) -> None:
        """An outside number is complete: take a line for it. `withheld`: ours is not shown there."""
        call = self.new_call("out", Stage.DIALLING, phone=phone, number=number)
        call.emergency = emergency
        phone.begin(call)
        if emergency:
            self.incoming.blocking.make_way()
            self._tell(EmergencyDialled(call=call.id, phone=phone.name, number=number, line=None))
        kind = Emergency if emergency else Withheld if withheld else Outgoing
        self.attempts[call] = kind(self, call, number, self._clock, self._tell)
        self.attempts[call].begin()

    @property
    def spare(self) -> int:
        """How many lines the box may dial on for itself."""
        return to_spare(self.lines.values())

    def dial_for(self, number: str, leg: Leg) -> Call:
        """The box itself dials an outside number (as the exchange wants it); `leg` hears how it goes on."""
        call = self.promised(number)
        call.leg = leg
        self.dial_promised(call, number)
        return call

    def promised(self, number: str) -> Call:
        """A call for which somebody of the office is rung before its far end is dialled."""
        return self.new_call("out", Stage.PROMISED, number=number)

    def dial_promised(self, call: Call, number: str) -> None:
        """Its far end now; the leg of the call hears how it goes on."""
        call.step("dial")
        call.began = self._clock.now
        self.attempts[call] = ForBox(self, call, number, self._clock, self._tell)
        self.attempts[call].begin()

    def dial_inside(self, phone: Handset, number: str) -> None:
        """A colleague's number is complete: ring his station."""
        call = self.new_call("inside", Stage.DIALLING, phone=phone, number=number)
        call.told = True
        phone.begin(call)
        self._tell(CallDialled(call=call.id, line=None, phone=phone.name, number=number))
        if self.desk.led_elsewhere(call, number):
            return
        called = self.phones.get(self.desk.reached(number) or "")
        if called is None or not (called.free or self.knocking.inside(call, called)):
            self.end(call, "called", "busy_tone")
            return
        if called.free:
            call.called = called
            call.step("sent")
            self.sound.tone(phone.name, "ringback")
            self.ring(call, called)
        self._clock.after(INSIDE_RING, lambda: self._nobody_there(call, called))

    def _nobody_there(self, call: Call, called: Handset) -> None:
        if call.stage is Stage.RINGING and call.called is called:
            self.end(call, "called", "failed")

    # What the desk orders

    def ring(self, call: Call, phone: Handset) -> None:
        """Ring a free telephone for a call; `lifted_to_answer` follows, or nothing."""
        if call.direction == "inside" and call.phone is not None:
            number = self.desk.number_at(call.phone.name)
        else:
            number = call.number and to_dial(call.number, self.settings.country)
        phone.ring(call, number, call.name)
        self.own_codes.rang(phone, call, number)
        call.rung.append(phone)
        self._tell(PhoneRang(call=call.id, station=phone.name))

    def ring_first(self, call: Call, phone: Handset) -> None:
        """Ring somebody's own telephone for what he asked for; he may be away."""
        self.ring(call, phone)
        self._clock.after(INSIDE_RING, lambda: self._not_lifted(call))

    def _not_lifted(self, call: Call) -> None:
        if call.stage is Stage.PROMISED:
            self.end(call, "box", "failed")

    def stop_ring(self, call: Call, phone: Handset) -> None:
        if phone in call.rung:
            call.rung.remove(phone)
            phone.stop()

    def stop_others(self, call: Call, but: Handset | None) -> None:
        others = [phone for phone in call.rung if phone is not but]
        call.rung.clear()
        for phone in others:
            phone.stop()

    # The end

    def end(self, call: Call, side: Side, reason: Ending) -> None:
        """The call is over: tell it, free the line, and let who is left hear so. Twice is once."""
        if call.over:
            return
        call.step("end")
        del self.calls[call.id]
        self.incoming.stop(call)
        if (attempt := self.attempts.pop(call, None)) is not None:
            attempt.stop()
        self.desk.over(call)
        parked, heard = self.parking, self.monitor
        for each in (self.knocking, self.hands, self.transfers, self.conferences, parked, heard, self.lost):
            each.over(call)
        if call.told:
            seconds = round(ago(self._clock, call.began), 3)
            self._tell(CallEnded(call=call.id, side=side, reason=reason, seconds=seconds))
        if call.leg is not None:
            call.leg.over(side, reason)
        self._part(call, "busy" if reason == "busy_tone" and side == "called" else "congestion")
        self.stop_others(call, None)
        self.bridges.over(call)
        self.outside.over()

    def _part(self, call: Call, tone: str) -> None:
        if (line := call.line) is not None:
            self.talks.stop(line.name)
            self.give_back(line)
        for phone in (call.phone, call.called):
            if phone is not None and phone.call is call:
                self.talks.stop(phone.name)
                self.sound.part(phone.name)
                if phone.state in handsets.CONNECTED:
                    phone.far_end_gone(tone)

    def give_back(self, line: Line, reason: str = "released") -> None:
        """Part a line from everybody and put it on its hook."""
        self.sound.part(line.name)
        if line.state in lines.HELD:
            line.release(reason)

    def new_call(
        self,
        direction: Direction,
        stage: Stage,
        line: Line | None = None,
        phone: Handset | None = None,
        number: str | None = None,
    ) -> Call:
        call = Call(self._new_id(), direction, self._clock.now, stage, line=line, phone=phone, number=number)
        self.calls[call.id] = call
        return call
