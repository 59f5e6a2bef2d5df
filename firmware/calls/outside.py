"""Stations that are outside numbers: a telephone at home or in a pocket, reached over a line of ours.

To the desk it is a telephone like any other. Ringing it is a call that the box dials by itself; whoever
answers hears what it is about, and has lifted when he presses 1: an answering machine never does. One
line is always left for people who dial, and for emergencies: while no other is idle nobody is rung here.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from firmware.base import Impossible, Refused
from firmware.base.clock import SECOND, Clock, Timer
from firmware.base.events import Answering, Ending, Side
from firmware.base.numbers import as_dialled, to_dial
from firmware.base.ports import Fact, HungUp, InService, KeyHeard, Lifted, Order, Ring, StopRing
from firmware.calls.call import Call, Tell
from firmware.calls.dialogue import Keys, Script
from firmware.calls.handset import Handset, State
from firmware.calls.line import Line
from firmware.calls.outgoing import to_spare
from firmware.sound.ears import Deaf

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

PROMPT = "outside.call"
TIMES, PAUSE = 3, 3.0  # how often he is asked, and s to press 1 after each
REACH = 15.0  # s more than a telephone here: dial tone and digits 3, the network 5, the question and a key 7
REST = 30.0  # s until a station where nobody is signed in is dialled again after it was in vain
UNSPOKEN = 600.0  # s without a word on two lines that never told by the loop that somebody left (row 37)


class Reach:
    """The way to one of them: the port of its `Outside`, and the leg that is dialled for it."""

    tells_keys = False  # they are heard on its line, as they pass to the far end
    by_order = False

    def __init__(self, name: str, exchange: "Exchange", clock: Clock) -> None:
        self.name = name
        self.phone: Outside
        self._exchange, self._clock = exchange, clock
        self._call: Call | None = None  # the one that was dialled, while it lives
        self._took = False  # he pressed 1
        self._dropping: Timer | None = None
        self._watch: Timer | None = None
        self._rests_until = 0  # µs

    @property
    def open(self) -> bool:
        """May it be dialled? A line that it still has from the last ringing need not be found."""
        if self._call is not None:
            return True
        return self._clock.now >= self._rests_until and to_spare(self._exchange.lines.values()) > 0

    # As a port

    def events(self) -> Sequence[Fact]:
        """What happens there is told of its call."""
        return ()

    def do(self, order: Order) -> None:
        match order:
            case Ring():
                self._ring()
            case StopRing() if not self.phone.off_hook:
                # Another caller may be waiting for him in this very tick: then it goes on ringing.
                self._dropping = self._clock.after(0.0, self.hang_up)

    def _ring(self) -> None:
        self._stop(self._dropping)
        if self._call is not None:
            return
        self._took = False
        exchange = self._exchange
        call = exchange.dial_for(to_dial(self.name, exchange.settings.country), self)
        if call.over:
            raise Impossible("a station outside was rung without a line to spare")
        call.reaches = self.phone
        self._call = call

    def hang_up(self) -> None:
        """Give its line back."""
        if (call := self._forget()) is not None:
            self._exchange.end(call, "box", "hang_up")
            self._exchange.sound.rows[self.name] = None

    def _forget(self) -> Call | None:
        self._stop(self._dropping)
        self._stop(self._watch)
        call, self._call = self._call, None
        return call

    # As a leg

    def answered(self, how: Answering) -> None:
        """Somebody, or a machine, is there."""
        self._exchange.talks.begin(self._line.name, self._ask(), self._asked)

    def _ask(self) -> Script:
        for _ in range(TIMES):
            self._took = (yield Keys((PROMPT,), first_s=PAUSE)) == "1"
            if self._took:
                return

    def _asked(self) -> None:
        if self._took and self.phone.state is State.RINGING:
            self._exchange.sound.rows[self.name] = self._line.name
            self.phone.fact(Lifted(at=self._clock.now))
            self._look()
        else:
            self.hang_up()
            self._in_vain("failed")

    def over(self, side: Side, reason: Ending) -> None:
        """The call that was dialled has ended: by him, by his exchange, or for an emergency."""
        if self._forget() is None:
            return
        if self.phone.off_hook:
            self.phone.fact(HungUp(at=self._clock.now))
        elif side == "box":
            self._no_line()
        else:
            self._in_vain(reason)
        self._exchange.sound.rows[self.name] = None

    def _no_line(self) -> None:
        """The line was needed elsewhere: nobody missed anything."""
        if (call := self._rung_for()) is not None:
            self._exchange.stop_ring(call, self.phone)
            if call.direction == "inside":
                self._exchange.end(call, "called", "busy_tone")
            else:
                self._exchange.desk.declined(call, self.phone)

    def _in_vain(self, reason: Ending) -> None:
        """Busy, out of reach, or nobody took the call."""
        if (call := self._rung_for()) is None:
            return
        self._exchange.stop_ring(call, self.phone)
        if call.direction == "inside":
            self._exchange.end(call, "called", "busy_tone" if reason == "busy_tone" else "failed")
        elif not self._exchange.desk.unanswered(call, self.phone):
            self._rests_until = self._clock.now + round(REST * SECOND)
            self._clock.at(self._rests_until, lambda: self.phone.owner.changed(self.phone))

    def _rung_for(self) -> Call | None:
        return self.phone.call if self.phone.state is State.RINGING else None

    # Two lines bridged

    def _look(self) -> None:
        """Both ends may have gone where no exchange says so, and hold each other's line for ever."""
        if self._call is None:
            return
        call, since = self.phone.call, self._clock.now
        if call is not None and call.line is not None:
            watched = (self._line.supervision, call.line.supervision)
            if not any(each.proven for each in watched):
                since = max(each.spoke_at for each in watched)
        due = since + round(UNSPOKEN * SECOND)
        if due > self._clock.now:
            self._watch = self._clock.at(due, self._look)
        elif call is not None:
            self._exchange.end(call, "line", "silence")

    @property
    def _line(self) -> Line:
        assert self._call is not None and self._call.line is not None
        return self._call.line

    @staticmethod
    def _stop(timer: Timer | None) -> None:
        if timer is not None:
            timer.stop()


class Outside(Handset):
    """An outside number as a telephone of the office; its name is the number in E.164."""

    reach_s = REACH

    def __init__(self, number: str, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._reach, self._exchange = Reach(number, exchange, clock), exchange
        super().__init__(number, self._reach, Deaf(), exchange.sound, clock, tell, ())
        self._reach.phone = self
        self.owner = exchange.stations
        exchange.sound.rows[number] = None

    @property
    def free(self) -> bool:
        return super().free and self._reach.open

    def fact(self, fact: Fact) -> None:
        """Its keys are for who speaks with him: nobody dials from outside on the lines of the office."""
        if not isinstance(fact, KeyHeard) or self.state in (State.TALKING, State.SERVED):
            super().fact(fact)

    def far_end_gone(self, tone: str = "congestion") -> None:
        super().far_end_gone(tone)
        self._stop_timer()  # no howler follows
        self.leave()

    def _invite(self) -> None:
        """Where others hear dial tone he waits in silence for what his page asks for, if for anything."""
        self._clock.after(0.0, self.leave)

    def leave(self) -> None:
        """With nobody to speak with, and nobody on hold, his line is given back, and his own exchange tells
        him so."""
        alone = self.call is None and not self._exchange.hands.at(self)
        if alone and self.state in (State.DIAL_TONE, State.CONGESTION):
            self.put_down()

    def put_down(self) -> None:
        super().fact(HungUp(at=self._clock.now))
        self._reach.hang_up()


class Outsides:
    """All of them: those that the settings name, and those where people have signed in."""

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._exchange, self._clock, self._tell = exchange, clock, tell

    def follow(self) -> None:
        """Have every station that the settings in force name."""
        for person in self._exchange.settings.people.values():
            if (person.station or "").startswith("+"):
                self.find(person.station or "")

    def find(self, place: str) -> str:
        """The station of that name; a number becomes one. Refused: it is no number for a station."""
        if not place[:1].isdigit() and not place.startswith("+"):
            return place
        settings = self._exchange.settings
        number = settings.outside(place) if as_dialled(place, settings.country) else None
        if number is None:
            raise Refused(
                f'"{place[:20]}" cannot be a station: choose an ordinary number in {settings.country},'
                " not a premium or emergency number, nor one of our own lines"
            )
        self.station(number)
        return number

    def station(self, number: str) -> Handset:
        """The station of a number that may be one."""
        if (known := self._exchange.phones.get(number)) is not None:
            return known
        phone = Outside(number, self._exchange, self._clock, self._tell)
        self._exchange.phones[number] = phone
        phone.fact(InService(at=self._clock.now))
        # After a start it is found before it is known who is there.
        self._clock.after(0.0, lambda: phone.owner.changed(phone))
        return phone

    def _tidy(self) -> None:
        """Forget those where nobody sits any more: people may sign in wherever they are."""
        phones, desk = self._exchange.phones, self._exchange.desk
        for name, phone in list(phones.items()):
            if isinstance(phone, Outside) and phone.state is State.IDLE and desk.number_at(name) is None:
                del phones[name], self._exchange.sound.rows[name]

    def over(self) -> None:
        """A call has ended: whoever held it has nobody on hold any more."""
        for phone in list(self._exchange.phones.values()):
            if isinstance(phone, Outside):
                phone.leave()

    def line_idle(self) -> None:
        """A line may be to spare now, and somebody be rung over it."""
        if self._exchange.sound.rows:
            self._tidy()
            self._exchange.desk.changed("")


def shown(station: str | None) -> str:
    """A station in a sentence that is kept: nobody's own number stands in one."""
    return "an outside number" if station is not None and station.startswith("+") else station or "no station"
