"""Parking a call for anybody, taking it up again, and taking a call that rings at a colleague's.

A parked call has a place with a number (701 …) that any telephone of the office dials. Nobody waits
there for ever: after a while it rings where it was parked, and then at the operator's.
"""

from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.clock import SECOND, Clock
from firmware.base.events import CallMoved
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.dialogue import Say, Script
from firmware.calls.hands import MUSIC
from firmware.calls.handset import Handset, State
from firmware.tables import OPERATOR

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

PLACES = tuple(str(number) for number in range(701, 721))
FORGOTTEN = 45.0  # s that a call stays parked before it rings at whose it was (FEATURES 5)


class Parking:
    """The places, and who stands there."""

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._exchange, self._clock, self._tell = exchange, clock, tell
        self._since: dict[str, int] = {}
        self.there: dict[str, Call] = {}  # place -> who stands there, in the order of parking

    def park(self, phone: Handset) -> str:
        """Whom he talks with, else who is on hold there, hears music; he is told the place."""
        hands = self._exchange.hands
        call = hands.leavable(phone) if phone.call is not None else hands.waiting(phone)
        free = [place for place in PLACES if place not in self.there]
        if not free:
            raise Refused("all parking places are taken")
        self._exchange.transfers.let_go(call, phone)
        self._stand(call, free[0], phone)
        if phone.state in (State.DIAL_TONE, State.SERVED):
            said = self._say(free[0])
            self._exchange.talks.begin(phone.name, said, lambda: self._exchange.stations.invite(phone))
        return free[0]

    def _say(self, place: str) -> Script:
        yield Say("park.place", *(f"digit.{digit}" for digit in place))

    def _stand(self, call: Call, place: str, phone: Handset) -> None:
        call.step("park")
        self.there[place], self._since[place] = call, self._clock.now
        far = (call.line or call.phone or phone).name
        self._exchange.sound.hush(far)
        self._exchange.sound.hear(far, MUSIC)
        self._tell(CallMoved(call=call.id, to=place, by=self._exchange.hands.name(phone)))
        due = self._clock.now + round(FORGOTTEN * SECOND)
        self._clock.at(due, lambda: self._forgotten(call, place, phone))

    def _forgotten(self, call: Call, place: str, phone: Handset) -> None:
        if self.there.get(place) is call:
            self._leave(place)
            self._exchange.transfers.lead_back(call, phone)

    def _leave(self, place: str) -> Call:
        del self._since[place]
        return self.there.pop(place)

    def take(self, phone: Handset, place: str | None = None) -> None:
        """Take up whoever stands at a place, or has stood longest. Refused: nobody does."""
        if not self.there or (place is not None and place not in self.there):
            raise Refused(f"nobody is parked{f' at {place}' if place else ''}")
        self._must_get(phone)
        call = self._leave(place or min(self.there, key=lambda each: self._since[each]))
        self._exchange.transfers.ring_out(call)
        self._get(phone, call)
        self._exchange.transfers.recall(call, (OPERATOR,))

    def pickup(self, phone: Handset, who: str | None = None) -> None:
        """Take a call that rings at a colleague's, else the one that was parked first."""
        station = self._exchange.desk.reached(who) if who else None
        if who is not None and station is None:
            raise Refused(f'nobody is reached by "{who[:30]}"')
        ringing = [
            call
            for call in self._exchange.calls.values()
            if call.stage is Stage.RINGING and any(self._asked(each, phone, station) for each in call.rung)
        ]
        if ringing:
            self._must_get(phone)
            self._get(phone, min(ringing, key=lambda call: call.began))
        elif who is None and self.there:
            self.take(phone)
        else:
            raise Refused("no colleague's telephone rings, and nobody is parked")

    def _asked(self, rings: Handset, phone: Handset, station: str | None) -> bool:
        return rings is not phone and station in (None, rings.name)

    def _get(self, phone: Handset, call: Call) -> None:
        """At once where he has lifted, or where there is nothing to lift; else his telephone rings for it,
        beside those that do."""
        if phone.free and phone.port.by_order:
            self._exchange.working.lift(phone, lambda: self._answer(phone, call))
        elif phone.free:
            self._exchange.ring(call, phone)
        else:
            self._answer(phone, call)

    def _answer(self, phone: Handset, call: Call) -> None:
        if call.stage is not Stage.RINGING:
            raise Refused("somebody was faster")
        self._exchange.stations.take(phone, call)
        self._exchange.stations.answer(call, phone)

    def _must_get(self, phone: Handset) -> None:
        if not phone.free and (not phone.off_hook or phone.call is not None):
            raise Refused(f"{phone.name} is busy: hang up first, or hold")

    def over(self, call: Call) -> None:
        for place in [each for each, stands in self.there.items() if stands is call]:
            self._leave(place)
