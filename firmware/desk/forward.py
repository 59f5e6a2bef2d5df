"""Forwarding: somebody's own calls are led elsewhere: all, while he is busy, or when he does not answer.

It counts for callers who ask for one person, and for colleagues who dial him: who waits in a queue is the
queue's affair. What he sets himself, by code or page, counts before his settings and outlasts a restart. A
call is forwarded once by each: where two point at each other it rings at the second's own telephone. Outside
numbers are for whom the owner allows it: judged when they are set and at each call; `outward` leads there.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from firmware.base import Refused
from firmware.base.events import CallForwarded, Event, ForwardChanged
from firmware.base.numbers import as_dialled, e164
from firmware.base.orders import Handler
from firmware.base.rulings import When
from firmware.calls.call import Call, Stage, Tell
from firmware.desk.outward import Outward
from firmware.rows import GOODBYE, MAILBOX

if TYPE_CHECKING:
    from firmware.desk.queue import Desk

WHEN: tuple[When, ...] = get_args(When)


class Forwards:
    """Of one desk; the keeper of what people have set (firmware.standing)."""

    private = True  # a place may be somebody's number

    def __init__(self, desk: "Desk", tell: Tell) -> None:
        self._desk, self._tell = desk, tell
        self._own: dict[str, dict[str, str]] = {}  # who -> case -> where, "" nowhere
        self._by: dict[Call, set[str]] = {}  # who has forwarded it
        self.outward = Outward(desk, tell)
        self.orders = {"agent.forward": Handler(self.forward)}

    # What is set

    def to(self, who: str, when: When) -> str | None:
        """Where his calls are led in that case."""
        own = self._own.get(who, {}).get(when)
        if own is None:
            own = getattr(self._desk.settings.people[who].forward, when)
        known = own is not None and self._allowed(who, own)  # the settings may have changed meanwhile
        return own if known else None

    def _allowed(self, who: str, to: str) -> bool:
        if to.startswith("+"):
            return self._desk.exchange.rules.refuses_forward(who, to) is None
        return self._desk.places.knows(to)

    def picture(self, who: str) -> dict[str, str]:
        """Where his calls are led, case by case."""
        led = {when: self.to(who, when) for when in WHEN}
        return {when: to for when, to in led.items() if to is not None}

    def forward(self, who: str, when: When, to: str | None = None) -> None:
        """Lead his calls to somebody else from now on, or no more."""
        self._desk.agents.named(who)
        place = self.place(who, to) if to else ""
        self._own.setdefault(who, {})[when] = place
        self._tell(ForwardChanged(agent=who, when=when, to=place))

    def place(self, who: str, to: str) -> str:
        """The destination that somebody means; his own number is his mailbox. Refused: it is none."""
        person = self._desk.settings.people[who]
        if to in (who, person.number):
            to = f"{MAILBOX}{who}"
        if to != GOODBYE and not to.startswith("+") and self._desk.places.knows(to):
            return to
        settings, why = self._desk.settings, "there is no such place"
        if (digits := as_dialled(to, settings.country)) is not None:
            number = e164(digits, settings.country) or digits
            if (no := self._desk.exchange.rules.refuses_forward(who, number)) is None:
                return number
            why = no
        raise Refused(f'{who}\'s calls cannot be led to "{to[:30]}": {why}')

    def off(self, who: str, *cases: When) -> None:
        """None of his calls any more, in those cases; none told: in all."""
        for when in cases or WHEN:
            if self.to(who, when):
                self.forward(who, when)

    # What happens to a call

    def leads(self, call: Call, to: str) -> str:
        """Where a caller who asks for `to` is led: there, or where that person has his calls led."""
        while (who := self._whose(to)) is not None and who not in self._by.get(call, set()):
            when: When = "all" if self.to(who, "all") or self._free(who) else "busy"
            if (place := self.to(who, when)) is None or not self._may(call, place):
                break
            to = self._forwarded(call, who, when, place)
        return to

    def rings(self, call: Call, to: str) -> None:
        """He waits for that person from now on: perhaps not for ever."""
        who = self._whose(to)
        if who is None or who in self._by.get(call, set()) or self.to(who, "no_answer") is None:
            return
        after, waiting = self._desk.settings.people[who].forward.after_s, self._desk.waiting.get(call)
        self._desk.clock.after(after, lambda: self._unanswered(call, who, waiting))

    def _unanswered(self, call: Call, who: str, waiting: object) -> None:
        place, now = self.to(who, "no_answer"), self._desk.waiting.get(call)
        elsewhere = waiting is not now or (now is not None and now.taken)
        if call.stage is not Stage.RINGING or place is None or elsewhere or not self._may(call, place):
            return
        place = self._forwarded(call, who, "no_answer", place)
        self._desk.exchange.stop_others(call, None)
        call.called = None
        self._desk.send(call, place)

    def inside(self, call: Call, number: str) -> bool:
        """A colleague dialled somebody. True: he is led elsewhere."""
        place = self.leads(call, number)
        if place == number or call.phone is None:
            self.rings(call, number)
            return False
        call.step("sent")
        self._desk.exchange.sound.tone(call.phone.name, "ringback")
        self._desk.send(call, place)
        return True

    def over(self, call: Call) -> None:
        self._by.pop(call, None)
        self.outward.over(call)

    def _may(self, call: Call, place: str) -> bool:
        return not place.startswith("+") or self.outward.may(call)

    def _forwarded(self, call: Call, who: str, when: When, to: str) -> str:
        self._by.setdefault(call, set()).add(who)
        self._tell(CallForwarded(call=call.id, agent=who, when=when, to=to))
        if to.startswith("+"):
            self.outward.lead(call, who, to)
        return to

    def _whose(self, to: str) -> str | None:
        """The person of that name or number."""
        people = self._desk.settings.people
        return next((name for name, each in people.items() if to in (name, each.number)), None)

    def _free(self, who: str) -> bool:
        """May his telephone be rung?"""
        station = self._desk.places.inside(who)
        phone = self._desk.exchange.phones.get(station or "")
        return phone is not None and phone.free

    # Over a restart

    def standing(self) -> dict[str, Any]:
        return {who: dict(own) for who, own in self._own.items()}

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        self._own = {who: dict(own) for who, own in standing.items()}
        for event in since:
            if isinstance(event, ForwardChanged):
                self._own.setdefault(event.agent, {})[event.when] = event.to
