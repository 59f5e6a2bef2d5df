"""What the page may do in town: the orders `town.*`, and how the town looks to the page."""

from collections import deque
from collections.abc import Callable
from typing import Any

from firmware.base import Refused
from firmware.base.ports import RATE
from firmware.rim.town_schema import (
    TownAnswer,
    TownCall,
    TownCut,
    TownDial,
    TownHangUp,
    TownLift,
    TownNoise,
    TownOrder,
    TownPlug,
    TownPress,
    TownSay,
    TownUnplug,
)
from hostsim.chatter import chatter
from hostsim.exchange import ExchangeLine
from hostsim.person import Person
from hostsim.receiver import Receiver
from hostsim.senses import Ear, looped
from hostsim.speech import Pcm
from hostsim.story import written
from hostsim.town import Town, normal

PEOPLE = 50  # whom the page may invent; each is a few hundred kB of what he heard
BEFORE_DIALLING = 1.5  # s from lifting until somebody who has heard dial tone begins to dial
RESIDENTS = {"+4533120001": "Hansen A/S", "+4570101155": "Nordic Parcel"}


class TownOrders:
    """Carries out orders in the tick thread; each raises Refused with what to do instead.

    What is done is told to `did`, as a story would say it: who, and the verb with its fields.
    """

    def __init__(self, town: Town) -> None:
        self._town = town
        self._people = {number: town.person(number, name) for number, name in RESIDENTS.items()}
        self._acts: dict[type[TownOrder], Callable[[Any], object]] = {
            TownCall: self._call,
            TownPress: self._press,
            TownLift: self._lift,
            TownDial: self._dial,
            TownAnswer: self._answer,
            TownHangUp: self._hang_up,
            TownPlug: self._plug,
            TownUnplug: self._plug,
            TownCut: lambda order: self._on_line(order.line, "cut", order.seconds),
            TownNoise: lambda order: self._on_line(order.line, "noise", order.dbm),
        }
        self.did: Callable[[str, str], object] = lambda who, does: None
        self._words: dict[str, str] = {}  # what was heard last, by number or phone
        self._curious: deque[str] = deque()  # whose words are to be found out
        self._learn()

    def _learn(self) -> None:
        """Recognising sentences is learnt with the first thing heard; now nobody waits for it."""
        ear = Ear()
        ear.listen(looped(chatter(1.0), 0), 0)
        self._town.hearing.word(ear, 3 * RATE, "dial")

    def also(self, kind: type[TownOrder], call: Callable[[Any], object]) -> None:
        """From now on carry out that order too, which is no affair of telephones and lines."""
        self._acts[kind] = call

    def carry_out(self, order: TownOrder) -> object:
        """Any order but `town.say`: that one is spoken first, then `say`. What the order gave."""
        if type(order) not in self._acts:
            raise Refused("This town plays a story, and does that by itself.")
        return self._acts[type(order)](order)

    def name_of(self, number: str) -> str | None:
        """Of somebody in town."""
        return self._people[number].name if number in self._people else None

    @property
    def quiet(self) -> bool:
        """Nobody in town is on the telephone, and in the office nothing is lifted or rings."""
        away = all(each.state == "idle" and not each.ringing for each in self._people.values())
        return away and not any(each.off or each.ringing for each in self._town.stations.values())

    def check(self, order: TownSay) -> None:
        """Refused: whoever should speak is not there, or not on the telephone."""
        self._busy(order.who)

    def say(self, who: str, text: str, pcm: Pcm) -> None:
        end = self._busy(who)
        end.say(pcm)
        self.did(_name(end), f"say(spoken({written(text)}, {written(who)}))")

    def picture(self) -> dict[str, Any]:
        """Everybody and every telephone of the office, for the page; what they hear as `listen` found it."""
        ends = {**self._people, **self._town.stations}
        self._curious.extend(who for who in ends if who not in self._curious)
        return {
            "people": [self._person(person) for person in self._people.values()],
            "phones": {name: self._telephone(phone) for name, phone in self._town.stations.items()},
            "lines": {name: {"plugged": line.plugged} for name, line in self._town.lines.items()},
        }

    def listen(self) -> None:
        """Once a tick: find out what one of those hears of whom a picture was asked for. A sentence takes
        some ms to recognise; all in one tick would make the next one late."""
        while self._curious:
            who = self._curious.popleft()
            end = self.end(who)
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
            "plugged": phone.plugged,
            "hears": self._words.get(phone.name, "silence"),
        }

    def _call(self, order: TownCall) -> None:
        self._line(f"line{order.line}")
        person = self._somebody(order.number, order.name)
        person.dial(line=order.line)
        self.did(person.number, f"dial(line={order.line})")

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
        self.key(self._busy(order.who), order.keys)

    def key(self, end: Person | Receiver, keys: str) -> None:
        end.press(keys)
        self.did(_name(end), f"press({written(keys)})")

    def _lift(self, order: TownLift) -> None:
        phone = self._phone(order.phone)
        if phone.off:
            raise Refused(f"{order.phone} is lifted already.")
        self._pick_up(phone)

    def _pick_up(self, phone: Receiver) -> None:
        phone.lift()
        self.did(phone.name, "lift()")

    def _dial(self, order: TownDial) -> None:
        phone = self._phone(order.phone)
        if phone.off:
            self.key(phone, order.digits)
        else:
            self._pick_up(phone)
            self._town.clock.after(BEFORE_DIALLING, lambda: self._dial_still(phone, order.digits))

    def _dial_still(self, phone: Receiver, digits: str) -> None:
        """Whoever lifted it to dial may have thought better of it."""
        if phone.off:
            self.key(phone, digits)

    def _answer(self, order: TownAnswer) -> None:
        end = self.end(order.who)
        if not end.ringing:
            raise Refused(f"{order.who} does not ring.")
        if isinstance(end, Receiver):
            self._pick_up(end)
        else:
            end.answer()
            self.did(end.number, "answer()")

    def _hang_up(self, order: TownHangUp) -> None:
        end = self.end(order.who)
        end.hang_up()
        self.did(_name(end), "hang_up()")

    def _plug(self, order: TownPlug | TownUnplug) -> None:
        pull = isinstance(order, TownUnplug)
        end = self._line(order.what) if order.what.startswith("line") else self._phone(order.what)
        if end.plugged is not pull:
            raise Refused(f"{order.what} is {'unplugged' if pull else 'plugged in'} already.")
        end.unplug() if pull else end.plug()
        self.did(order.what, "unplug()" if pull else "plug()")

    def _on_line(self, place: int, verb: str, figure: float) -> None:
        getattr(self._line(f"line{place}"), verb)(figure)
        self.did(f"line{place}", f"{verb}({figure!r})")

    def _line(self, name: str) -> ExchangeLine:
        if name not in self._town.lines:
            places = ", ".join(self._town.lines)
            raise Refused(f"There is no line {name.removeprefix('line')}; there are {places}.")
        return self._town.lines[name]

    def _busy(self, who: str) -> Person | Receiver:
        """Whoever that is, with the telephone at his ear."""
        end = self.end(who)
        if isinstance(end, Receiver) and not end.off:
            raise Refused(f"{who} lies on its hook: lift it first.")
        if isinstance(end, Person) and end.state == "idle":
            raise Refused(f"{who} is not on the telephone: let him call first.")
        return end

    def end(self, who: str) -> Person | Receiver:
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


def _name(end: Person | Receiver) -> str:
    return end.name if isinstance(end, Receiver) else end.number
