"""What the page may do in town: the orders `town.*`, and how the town looks to the page."""

from collections import deque
from collections.abc import Callable
from typing import Any

from firmware.base import Refused
from firmware.base.ports import RATE
from firmware.rim.control_schema import (
    TownAnswer,
    TownCall,
    TownDial,
    TownHangUp,
    TownLift,
    TownOrder,
    TownPress,
    TownSay,
)
from hostsim.chatter import chatter
from hostsim.exchange import ExchangeLine
from hostsim.person import Person
from hostsim.receiver import Receiver
from hostsim.senses import Ear, looped
from hostsim.speech import Pcm
from hostsim.town import Town, normal

PEOPLE = 50  # whom the page may invent; each is a few hundred kB of what he heard
BEFORE_DIALLING = 1.5  # s from lifting until somebody who has heard dial tone begins to dial
RESIDENTS = {"+4533120001": "Hansen A/S", "+4570101155": "Nordic Parcel"}


class TownOrders:
    """Carries out orders in the tick thread; each raises Refused with what to do instead."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._people = {number: town.person(number, name) for number, name in RESIDENTS.items()}
        self._acts: dict[type[TownOrder], Callable[[Any], object]] = {
            TownCall: self._call,
            TownPress: self._press,
            TownLift: self._lift,
            TownDial: self._dial,
            TownAnswer: self._answer,
            TownHangUp: lambda order: self._end(order.who).hang_up(),
        }
        self._words: dict[str, str] = {}  # what was heard last, by number or phone
        self._curious: deque[str] = deque()  # whose words are to be found out
        self._learn()

    def _learn(self) -> None:
        """Recognising sentences is learnt with the first thing heard; now nobody waits for it."""
        ear = Ear()
        ear.listen(looped(chatter(1.0), 0), 0)
        self._town.hearing.word(ear, 3 * RATE, "dial")

    def carry_out(self, order: TownOrder) -> None:
        """Any order but `town.say`: that one is spoken first, then `say`."""
        self._acts[type(order)](order)

    def check(self, order: TownSay) -> None:
        """Refused: whoever should speak is not there, or not on the telephone."""
        self._busy(order.who)

    def say(self, who: str, pcm: Pcm) -> None:
        self._busy(who).say(pcm)

    def picture(self) -> dict[str, Any]:
        """Everybody and every telephone of the office, for the page; what they hear as `listen` found it."""
        ends = {**self._people, **self._town.stations}
        self._curious.extend(who for who in ends if who not in self._curious)
        return {
            "people": [self._person(person) for person in self._people.values()],
            "phones": {name: self._telephone(phone) for name, phone in self._town.stations.items()},
        }

    def listen(self) -> None:
        """Once a tick: find out what one of those hears of whom a picture was asked for. A sentence takes
        some ms to recognise; all in one tick would make the next one late."""
        while self._curious:
            who = self._curious.popleft()
            end = self._end(who)
            if end.off if isinstance(end, Receiver) else end.state != "idle":
                self._words[who] = end.hears()
                return
            self._words.pop(who, None)

    def _person(self, person: Person) -> dict[str, Any]:
        line = person.far_end
        return {
            "number": person.number,
            "name": person.name,
            "state": "ringing" if person.ringing else person.state,
            "hears": self._words.get(person.number, "silence"),
            "line": line.name if isinstance(line, ExchangeLine) else None,
        }

    def _telephone(self, phone: Receiver) -> dict[str, Any]:
        return {
            "hook": "off" if phone.off else "on",
            "ringing": phone.ringing,
            "hears": self._words.get(phone.name, "silence"),
        }

    def _call(self, order: TownCall) -> None:
        if f"line{order.line}" not in self._town.lines:
            raise Refused(f"There is no line {order.line}; there are {', '.join(self._town.lines)}.")
        self._somebody(order.number, order.name).dial(line=order.line)

    def _somebody(self, number: str, name: str) -> Person:
        whole = normal(number, self._town.country)
        if whole is None:
            raise Refused(f"{number} is no telephone number: try +4533120001.")
        if any(line.number == whole for line in self._town.lines.values()):
            raise Refused(f"{number} is a line of the office: nobody in town has it.")
        if whole not in self._people and len(self._people) >= PEOPLE:
            raise Refused(f"{PEOPLE} people live in this town: let one of them call.")
        self._people[whole] = self._town.person(whole, name or None)
        return self._people[whole]

    def _press(self, order: TownPress) -> None:
        self._busy(order.who).press(order.keys)

    def _lift(self, order: TownLift) -> None:
        phone = self._phone(order.phone)
        if phone.off:
            raise Refused(f"{order.phone} is lifted already.")
        phone.lift()

    def _dial(self, order: TownDial) -> None:
        phone = self._phone(order.phone)
        if phone.off:
            phone.press(order.digits)
        else:
            phone.lift()
            self._town.clock.after(BEFORE_DIALLING, lambda: _dial_still(phone, order.digits))

    def _answer(self, order: TownAnswer) -> None:
        end = self._end(order.who)
        if not end.ringing:
            raise Refused(f"{order.who} does not ring.")
        if isinstance(end, Receiver):
            end.lift()
        else:
            end.answer()

    def _busy(self, who: str) -> Person | Receiver:
        """Whoever that is, with the telephone at his ear."""
        end = self._end(who)
        if isinstance(end, Receiver) and not end.off:
            raise Refused(f"{who} lies on its hook: lift it first.")
        if isinstance(end, Person) and end.state == "idle":
            raise Refused(f"{who} is not on the telephone: let him call first.")
        return end

    def _end(self, who: str) -> Person | Receiver:
        if who[0].isalpha():
            return self._phone(who)
        person = self._people.get(normal(who, self._town.country) or "")
        if person is None:
            raise Refused(f"Nobody in town has the number {who}: let him call first.")
        return person

    def _phone(self, name: str) -> Receiver:
        if name not in self._town.stations:
            raise Refused(f"There is no {name}; there are {', '.join(self._town.stations)}.")
        return self._town.stations[name]


def _dial_still(phone: Receiver, digits: str) -> None:
    """Whoever lifted it to dial may have thought better of it."""
    if phone.off:
        phone.press(digits)
