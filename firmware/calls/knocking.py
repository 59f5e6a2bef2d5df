"""Call waiting: who talks hears a short tone when one more would like to speak with him, and whoever that is
hears ringback.

A flash of the hook holds the first and takes the second. Put down, the telephone rings for him. Nobody knocks
in an emergency call, a conference, or where somebody only listens; a queue never does.
"""

from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.clock import Clock
from firmware.base.events import CallWaits
from firmware.base.ports import BEEP
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.handset import Handset, State

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

AGAIN = 10.0  # s from one tone to the next
PATIENCE = 60.0  # s that a colleague knocks, and rings then


class Knocking:
    """Who knocks where."""

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._exchange, self._clock, self._tell = exchange, clock, tell
        self._at: dict[Handset, Call] = {}

    def inside(self, call: Call, phone: Handset) -> bool:
        """A colleague dialled somebody who is not free. True: he knocks."""
        if call.phone is None or not self._may(phone):
            return False
        call.step("sent")
        self._exchange.sound.tone(call.phone.name, "ringback")
        self._knock(call, phone)
        self._clock.after(PATIENCE, lambda: self._in_vain(call))
        return True

    def direct(self, call: Call, station: str) -> None:
        """A caller waits for one telephone."""
        phone = self._exchange.phones.get(station)
        if phone is not None and self._may(phone):
            self._knock(call, phone)

    def knocks(self, call: Call) -> bool:
        """Does it wait for somebody who talks?"""
        return call in self._at.values()

    def at(self, phone: Handset) -> Call | None:
        """Who knocks there."""
        call = self._at.get(phone)
        return call if call is not None and self._waits(call) else None

    def take(self, phone: Handset) -> bool:
        """The hook was tapped. True: whoever knocks has him now, the first one is on hold."""
        call = self._at.get(phone)
        if call is None or not self._waits(call):
            return False
        try:
            hands = self._exchange.hands
            hands.set_aside(hands.leavable(phone), phone)
        except Refused:
            return False
        del self._at[phone]
        phone.take(call)
        self._exchange.stations.answer(call, phone)
        return True

    def changed(self, phone: Handset) -> None:
        """It is in another state: put down, it rings for the colleague who knocks."""
        if phone.free and (call := self._at.get(phone)) is not None and call.line is None:
            self._clock.after(0.0, lambda: self._ring(call, phone))

    def over(self, call: Call) -> None:
        for phone in [phone for phone, each in self._at.items() if each is call]:
            del self._at[phone]

    def _may(self, phone: Handset) -> bool:
        """Does he talk with one person, and want to hear of others?"""
        talked, exchange = phone.call, self._exchange
        if talked is None or phone.state is not State.TALKING or talked.stage is not Stage.TALKING:
            return False
        alone = not exchange.conferences.has(talked) and exchange.monitor.at(phone) is None
        taken = phone in self._at and self._waits(self._at[phone])
        return alone and not taken and not talked.emergency and self._wanted(phone.name)

    def _wanted(self, station: str) -> bool:
        people = self._exchange.settings.people
        own = (name for name, each in people.items() if each.station == station)
        who = self._exchange.desk.who_at(station) or next(own, None)
        return who is None or people[who].call_waiting

    def _waits(self, call: Call) -> bool:
        return call.stage is Stage.RINGING and not call.rung

    def _knock(self, call: Call, phone: Handset) -> None:
        self._at[phone] = call
        self._tell(CallWaits(call=call.id, station=phone.name))
        self._sound(call, phone)

    def _sound(self, call: Call, phone: Handset) -> None:
        if self._at.get(phone) is not call or not self._waits(call):
            return
        if phone.state is State.TALKING:
            self._exchange.sound.say(phone.name, BEEP)
        self._clock.after(AGAIN, lambda: self._sound(call, phone))

    def _ring(self, call: Call, phone: Handset) -> None:
        if self._at.get(phone) is call and self._waits(call) and phone.free:
            del self._at[phone]
            call.called = phone
            self._exchange.ring(call, phone)

    def _in_vain(self, call: Call) -> None:
        if call.stage is Stage.RINGING and (self.knocks(call) or call.called is not None):
            self._exchange.end(call, "called", "failed")
