"""The rules of distribution, read again plainly and slowly, from settings and events alone.

Nothing of the desk is used here. `Reader.see` takes every event in its order and complains (AssertionError)
about an offer that the owner's rules do not give, with the reasons that were told for it.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from firmware.base.events import (
    AgentChanged,
    CallAnswered,
    CallEnded,
    CallOffered,
    Event,
    OfferEnded,
    PhoneRang,
    QueueEntered,
    QueueLeft,
)

SECOND = 1_000_000
MINUTE = 60 * SECOND


@dataclass
class Person:
    """What events tell of somebody; µs."""

    status: str = "off"
    state: str = "offline"
    station: str | None = None
    since: int = 0
    misses: int = 0
    paused_until: int = 0
    taken: int = 0

    @property
    def there(self) -> bool:
        """He says so, and his telephone has not been left off its hook."""
        return self.status == "available" and self.state != "offline"

    @property
    def free(self) -> bool:
        return (self.status, self.state) == ("available", "idle")


@dataclass
class Caller:
    queue: str
    since: int
    came: int  # the how many-th
    priority: int


class Reader:
    """`settings` as the office was given them, with every default written out that matters here."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.people = {name: Person() for name in settings["people"]}
        self.judged = 0
        self.should: dict[str, list[str]] = {}  # call -> who was to be rung at its last offer, best first
        self._settings = settings
        self._callers: dict[str, Caller] = {}
        self._rings: dict[str, str] = {}  # station -> call
        self._last: dict[str, str] = {}  # queue -> who answered last
        self._owed: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self._came = 0
        self._withdrawn, self._from_misser = "", False  # the call that was just taken from somebody
        self._silenced: dict[str, tuple[str, int]] = {}  # station -> for which call it stopped, when

    def see(self, event: Event) -> None:
        if isinstance(event, CallOffered):
            self._judge(event)
        else:
            self._note(event)

    def _note(self, event: Event) -> None:
        match event:
            case AgentChanged():
                self._person(event)
            case QueueEntered(call=call, queue=queue, waited=waited):
                self._came += 1
                priority = self._settings["queues"][queue].get("priority", 0)
                self._callers[call] = Caller(queue, event.at - round(waited * SECOND), self._came, priority)
            case QueueLeft(call=call):
                self._callers.pop(call, None)
            case PhoneRang(call=call, station=station):
                self._rings[station] = call
            case OfferEnded():
                self._offer_ended(event)
            case CallAnswered(call=call, station=station):
                self._taken(call, station)
            case CallEnded(call=call):
                self._rings = {station: each for station, each in self._rings.items() if each != call}

    def _person(self, event: AgentChanged) -> None:
        person = self.people[event.agent]
        was_free, was, said = person.free, person.state, person.status
        person.status, person.state, person.station = event.status, event.state, event.station
        if event.reason in ("signed in", "ready"):
            person.misses, person.paused_until = 0, 0
        only_rang = was == "ringing" and event.reason == "on its hook"
        came = person.status == "available" != said
        if came or (person.free and not was_free and not only_rang):
            person.since = event.at
        if event.state != "ringing" and event.station is not None:
            self._rings.pop(event.station, None)

    def _offer_ended(self, event: OfferEnded) -> None:
        if event.agent is not None:
            self._unmet(self.people[event.agent], event.reason, event.at)
        self._withdrawn = event.call if event.reason == "withdrawn" else ""
        self._from_misser = event.agent is not None
        self._rings.pop(event.station, None)
        self._silenced[event.station] = event.call, event.at

    def _unmet(self, person: Person, reason: str, at: int) -> None:
        if reason in ("no_answer", "rejected"):
            person.paused_until = at + 30 * SECOND
        if reason == "no_answer":
            person.misses += 1
            person.since = at

    def _taken(self, call: str, station: str) -> None:
        self._rings = {each: other for each, other in self._rings.items() if other != call}
        caller = self._callers.get(call)
        signed_in = {each.station: name for name, each in self.people.items() if each.status != "off"}
        if caller is None:
            return
        who = signed_in.get(station)
        self._last[caller.queue] = who or station
        if who is not None:
            self.people[who].misses = 0
            self.people[who].taken += 1
            self._owe(caller.queue, who)

    def _owe(self, queue: str, who: str) -> None:
        """Everybody who is signed in owes his part of this call; whoever took it has paid a whole one."""
        there = [name for name in self._members(queue) if self.people[name].status != "off"]
        weights = {name: self._settings["people"][name].get("weight", 1) for name in there}
        owed = self._owed[queue]
        for name in there:
            owed[name] += weights[name] / sum(weights.values()) - (1 if name == who else 0)
            owed[name] = min(3.0, max(-3.0, owed[name]))

    # The rules

    def _members(self, queue: str) -> list[str]:
        members: list[str] = self._settings["queues"][queue]["members"]
        return members

    def _free(self, queue: str, at: int) -> list[str]:
        """Who of a queue may be rung."""
        return [
            name
            for name in self._members(queue)
            if self.people[name].free and self.people[name].paused_until <= at
        ]

    def _grade(self, name: str, queue: str) -> int:
        skill = self._settings["queues"][queue].get("skill")
        grade: int = self._settings["people"][name].get("skills", {}).get(skill, 0)
        return grade

    def _able(self, call: str, at: int) -> list[str]:
        """Who of the free may take this caller: the ladder widens as he waits, and ends with anybody."""
        caller = self._callers[call]
        rules = self._settings["queues"][caller.queue]
        free = self._free(caller.queue, at)
        if rules.get("skill") is None:
            return free
        waited, needed, last = (at - caller.since) / SECOND, 5, 0.0
        for after, grade in rules["ladder"]:
            last = max(last, after)
            needed = min(needed, grade) if waited >= after else needed
        if waited >= last + 30:
            return free
        return [name for name in free if self._grade(name, caller.queue) >= needed]

    def _figure(self, name: str, queue: str) -> float:
        """What the strategy goes by; the lowest wins."""
        members, person = self._members(queue), self.people[name]
        match self._settings["queues"][queue]["strategy"]:
            case "longest_idle":
                return person.since
            case "fewest_calls":
                return person.taken
            case "share":
                return -round(self._owed[queue][name], 6)
            case "skills":
                return -self._grade(name, queue)
            case "hunt":
                last = self._last.get(queue)
                turned = members.index(last) + 1 if last in members else 0
                return [*members[turned:], *members[:turned]].index(name)
            case _:
                return members.index(name)

    def choice(self, call: str, at: int) -> list[str]:
        """Who should be rung for a caller, best first."""
        queue = self._callers[call].queue
        members = self._members(queue)

        def order(name: str) -> tuple[float, ...]:
            person = self.people[name]
            return (person.misses, self._figure(name, queue), person.since, members.index(name))

        return sorted(self._able(call, at), key=order)

    def _before(self, call: str) -> list[str]:
        """Who is to be served before him."""

        def rank(caller: Caller) -> tuple[int, ...]:
            return (caller.since - caller.priority * MINUTE, caller.since, caller.came)

        mine = rank(self._callers[call])
        return [each for each, caller in self._callers.items() if rank(caller) < mine]

    def _judge(self, offer: CallOffered) -> None:
        if offer.queue is None or offer.rule == "last_agent":
            return
        self.judged += 1
        caller = self._callers[offer.call]
        assert caller.queue == offer.queue
        there = [name for name in self._members(caller.queue) if self.people[name].there]
        before = self._before(offer.call)
        same = [each for each in before if self._callers[each].queue == caller.queue]
        everybody = [each for each in self._callers.values() if each.queue == caller.queue]
        assert (offer.place, offer.waiting) == (len(same) + 1, len(everybody)), offer
        assert abs(offer.waited - (offer.at - caller.since) / SECOND) < 0.002, offer
        self._judge_order(offer, before)
        strategy = self._settings["queues"][caller.queue]["strategy"]
        if offer.rule.startswith("nobody"):
            assert there == [] and offer.agent is None, offer
        elif strategy == "ring_down":
            assert offer.agent in there and offer.rule == strategy, offer
            assert self.people[offer.agent].station == offer.station, offer
        else:
            self._judge_choice(offer)

    def _judge_order(self, offer: CallOffered, before: list[str]) -> None:
        """Nobody is passed over who could have had that telephone."""
        for other in before:
            if other in self._rings.values() or offer.agent is None:
                continue
            queue = self._callers[other].queue
            able = self._able(other, offer.at) if offer.agent in self._members(queue) else []
            assert offer.agent not in able, f"{other} waits longer than {offer}"

    def _judge_choice(self, offer: CallOffered) -> None:
        order = self.choice(offer.call, offer.at)
        if offer.call == self._withdrawn:  # by somebody who became free, where another telephone rang
            now = offer.call, offer.at
            just = [station for station, stopped in self._silenced.items() if stopped == now]
            order = [name for name in order if self.people[name].station not in just]
            order = [name for name in order if not self.people[name].misses or not self._from_misser]
        self.should[offer.call] = order
        assert order and offer.agent == order[0], f"{order} for {offer}"
        assert (list(offer.free), offer.able) == (order[:5], len(order)), offer
        assert list(offer.missed) == [name for name in order[:5] if self.people[name].misses], offer
        plain = [self._figure(name, offer.queue or "") for name in order[:5]]
        told = {"share": lambda x: -round(x, 2), "skills": lambda x: -x, "hunt": lambda x: x + 1}
        told["hunt_fixed"] = told["hunt"]
        shown = [told.get(offer.rule, lambda x: x)(each) for each in plain]
        self._withdrawn = ""
        assert all(abs(a - b) < 0.011 for a, b in zip(offer.figures, shown, strict=True)), (offer, shown)
