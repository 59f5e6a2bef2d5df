"""Who may dial what, and which callers may be led where: barred by default beyond the country.

Numbers are judged as the exchange will understand them, after they were normalised. An emergency number
never comes here. Two lines are joined only where the owner allows it for whoever asks.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from firmware.base import Refused
from firmware.base.clock import Clock
from firmware.base.events import AgentChanged, CallDialled, CallForwarded, EmergencyDialled, Event
from firmware.base.numbers import CLASSES, after_habit, as_dialled, class_of, forms
from firmware.calls.brake import Brake
from firmware.calls.call import Call, Tell
from firmware.calls.handset import Handset
from firmware.ways_out import no_way_out

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange


class Rules:
    """What the settings in force allow; the keeper of what was dialled today (firmware.standing)."""

    private = False

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._exchange, self.brake = exchange, Brake(exchange, clock, tell)
        self._day: date | None = None
        self.dialled: dict[str, int] = {}  # who -> outside calls of today

    # Dialling

    def refuses(self, phone: Handset, number: str) -> str | None:
        """Why that telephone may not dial an outside number now; None: it may."""
        who = self._exchange.desk.who_at(phone.name)
        return self.bars(phone, number) or self._capped(who or phone.name) or self.brake.refuses(number)

    def bars(self, phone: Handset, number: str) -> str | None:
        """Why that telephone may not dial an outside number at any time; None: it may."""
        settings, who = self._exchange.settings, self._exchange.desk.who_at(phone.name)
        person = settings.people.get(who or "")
        row = settings.phones.get(phone.name)
        may = person.may_call if person else row.may_call if row else "internal"
        own = [line.number for line in settings.lines.values() if line.number]
        asked, barred = class_of(number, settings.country, own), settings.office.barred
        if CLASSES.index(asked) > CLASSES.index(may):
            return f"{asked} calls are not allowed from {who or phone.name}"
        if any(form.startswith(start) for form in forms(number, settings.country) for start in barred):
            return f"{number[:20]} is barred in this office"
        return None

    def lines_for(self, number: str) -> list[str]:
        """The lines that a number is dialled on, in the order in which they are tried: the owner's way, else
        all of them from the last, since exchanges hunt from the first."""
        lines, settings = list(self._exchange.lines)[::-1], self._exchange.settings
        shapes = forms(number, settings.country)
        for way in settings.ways.values():
            begins = not way.begins or any(shape.startswith(way.begins) for shape in shapes)
            if begins and (way.hours is None or self._exchange.calendar.is_open(way.hours)):
                named = [name for name in way.lines if name in lines]
                return [*named, *(name for name in lines if way.others and name not in named)]
        return lines

    def refuses_forward(self, who: str, number: str) -> str | None:
        """Why somebody's calls may not be led to an outside number (E.164) now; None: they may."""
        settings = self._exchange.settings
        return no_way_out(settings, who, number) or self._capped(who) or self.brake.stopped(number)

    def _capped(self, who: str) -> str | None:
        most = self._exchange.settings.office.daily_calls
        spent = 0 < most <= self._today(who)
        return f"{who} has made {most} outside calls today, the most" if spent else None

    def led_out(self, who: str) -> None:
        """One of his calls is led outside: it is one that he makes."""
        self.dialled[who] = self._today(who) + 1

    def dials(self, phone: Handset) -> None:
        """It dials outside: one more of today's."""
        self.led_out(self._exchange.desk.who_at(phone.name) or phone.name)

    def _today(self, who: str) -> int:
        today = self._exchange.calendar.now().date()
        if today != self._day:
            self._day, self.dialled = today, {}
        return self.dialled.get(who, 0)

    def must_dial(self, phone: Handset, to: str) -> str:
        """What is dialled for that. Refused: nobody of that name is here, and no such number may be."""
        if self._exchange.desk.reached(to) is not None or to in self._exchange.parking.there:
            return to
        settings = self._exchange.settings
        if (digits := as_dialled(to, settings.country)) is None:
            raise Refused(f'nobody is reached by "{to[:30]}"')
        cries = after_habit(digits, settings.country, settings.emergencies) is not None
        cries |= any(digits.startswith(each) for each in settings.emergencies)  # the exchange hears no more
        if cries or not {to.lstrip("+"), digits}.isdisjoint(settings.emergencies):
            raise Refused("only a person's keys dial an emergency number")
        if (why := self.refuses(phone, digits)) is not None:
            raise Refused(why)
        return digits

    def must_listen(self, phone: Handset) -> None:
        """Refused: whoever is at that telephone may not listen to others."""
        who = self._exchange.desk.who_at(phone.name)
        if who is None or not self._exchange.settings.people[who].may_listen:
            raise Refused(f"{who or phone.name} may not listen to others: the owner may allow it")

    # Leading callers

    def must_lead(self, call: Call, to: str) -> None:
        """Refused: there is no such place, or it is outside and callers are not led there."""
        if self._exchange.desk.knows(to):
            return
        if to in self._exchange.settings.emergencies:
            raise Refused("nobody is handed on to an emergency number")
        if to.lstrip("+").isdigit():
            raise Refused("callers are not led outside: ask first, then put them through if that is allowed")
        raise Refused(f'there is no "{to[:30]}" to hand a call on to')

    def must_bridge(self, one: Call, other: Call) -> None:
        """Refused: both are outside, and no caller is connected with an outside number here."""
        lines = one.line is not None and other.line is not None
        if lines and not self._exchange.settings.office.lines_together:
            raise Refused("two outside lines are not left alone with each other: the owner may allow it")

    def must_meet(self, calls: Sequence[Call]) -> None:
        if any(call.emergency for call in calls):
            raise Refused("an emergency call stays alone")

    # Over a restart

    def standing(self) -> dict[str, Any]:
        today = self._exchange.calendar.now().date()
        return {"day": today.isoformat(), "dialled": self.dialled if today == self._day else {}}

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        """What was dialled since counts for who sat there."""
        today = self._exchange.calendar.now().date()
        same = standing.get("day") == today.isoformat()
        self._day, self.dialled = today, dict(standing.get("dialled", {})) if same else {}
        seen = {event.call for event in since if isinstance(event, EmergencyDialled)}
        seats: dict[str, str] = {}
        for event in since:
            match event:
                case AgentChanged(agent=who, station=str(station)) if event.status != "off":
                    seats[station] = who
                case AgentChanged(agent=who, station=str(station)) if seats.get(station) == who:
                    seats[station] = station
                case CallForwarded(agent=who, to=to) if to.startswith("+"):
                    seats[to] = who
                case CallDialled(line=str(), phone=station) if event.call not in seen:
                    seen.add(event.call)
                    who = seats.get(station) or self._exchange.desk.who_at(station) or station
                    self.dialled[who] = self.dialled.get(who, 0) + 1
