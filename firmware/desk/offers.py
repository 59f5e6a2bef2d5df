"""Which telephones ring for whom, worked out anew whenever something changed.

Callers are served in their order. Where a strategy chooses one person, he alone rings, and the
next is asked when he does not answer. Where all ring together, the free telephones are spread
over the callers: each gets one before anybody gets two, and an earlier caller gives one up for a
later caller who has none. A telephone that has rung for long in vain counts for nobody: its
caller gets the next that is free as well.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from firmware.base.clock import SECOND
from firmware.calls.call import Tell
from firmware.calls.handset import Handset
from firmware.desk.agents import Agent, State, Status
from firmware.desk.announce import Announcer
from firmware.desk.queue import Desk, Waiting
from firmware.desk.routing import View, eligible, next_step, ranked
from firmware.tables import Queue


@dataclass
class Staff:
    """Who of a queue is there, as one pass finds them: with a thousand callers nobody is asked twice."""

    queue: Queue
    free: list[Agent]  # who may be offered a call; whoever is rung leaves it
    stations: tuple[str, ...]  # theirs, and those that ring already
    view: View | None = None


class Offers:
    """Makes the offers of a desk."""

    def __init__(self, desk: Desk, tell: Tell) -> None:
        self._desk = desk
        self._exchange, self._clock = desk.exchange, desk.clock
        self.announcer = Announcer(desk, tell)
        desk.expected = self.announcer.expected
        self._staffs: dict[str | None, Staff | None] = {}  # of this pass; None: nobody is available
        self._again = False  # one more pass
        self._since: dict[str, int] = {}  # station -> when it began to ring for its caller, µs

    def match(self) -> None:
        """Ring whom the rules say, if anything changed since the last time."""
        changed = self._desk.stirred
        if changed:
            self._desk.limits.look()
        callers = self._callers() if changed else []
        self._again = changed
        while self._again:
            self._again = False
            self._pass(callers)
        self._desk.stirred = False  # by the telephones that ring now, which frees nobody
        if changed:
            self.announcer.look()

    def _callers(self) -> list[Waiting]:
        """Who is to be rung for, in their order."""
        held = self._desk.callbacks.held()
        waiting = [each for each in self._desk.waiting.values() if not each.taken and each not in held]
        return sorted(waiting, key=attrgetter("rank"))

    def _pass(self, callers: list[Waiting]) -> None:
        self._staffs = {name: self._staff(name) for name in {each.queue for each in callers}}
        together: list[Waiting] = []
        for waiting in callers:
            staff = self._staffs[waiting.queue]
            if staff is None and waiting.hunt:
                self._hunt(waiting)
            elif staff is None or (_all_ring(staff) and not self._desk.callbacks.first(waiting)):
                together.append(waiting)
            elif staff.free:
                self._offer(waiting, staff)
        self._spread(together)

    def _staff(self, name: str | None) -> Staff | None:
        queue = self._desk.settings.queues.get(name or "")
        if queue is None:
            return None
        everybody, now = self._desk.agents.all, self._clock.now
        members = [everybody[each] for each in queue.members]
        if not any(each.status is Status.AVAILABLE for each in members):
            return None
        asked = [each for each in members if each.not_before <= now]
        free = [each for each in asked if each.free and self._phone(each.station)]
        there = [each.station for each in asked if each.free or each.state is State.RINGING]
        return Staff(queue, free, tuple(station for station in there if station))

    # One person, chosen by a strategy

    def _offer(self, waiting: Waiting, staff: Staff) -> None:
        """Ring one of those who are free. Who is being rung keeps him, unless he missed his last call,
        or it is only the rule for nobody that rings."""
        rung, asked = bool(waiting.call.rung), waiting.offered
        if rung and asked is not None and not asked.misses:
            return
        waited, queue = self._desk.waited(waiting), staff.queue
        staff.view = view = staff.view or self._desk.view(waiting, queue)
        free = [agent for agent in staff.free if eligible(agent, view, waited)]
        if rung and asked is not None:
            free = [agent for agent in free if not agent.misses]
        if free:
            if rung:
                self._desk.withdraw(waiting)
                self._again = True  # his telephone may be somebody else's
            self._ask(waiting, ranked(free, view)[0], queue.ring_s)
        elif not rung and waiting.timer is None and (later := next_step(queue, waited)) is not None:
            waiting.timer = self._clock.after(later, lambda: self._widen(waiting))

    def _widen(self, waiting: Waiting) -> None:
        waiting.stop()
        self._desk.stir()

    def _ask(self, waiting: Waiting, agent: Agent, ring_s: float) -> None:
        if self._desk.callbacks.first(waiting):
            self._reserve(waiting, agent)
            return
        waiting.stop()
        waiting.offered = agent
        self._ring(waiting, agent.station or "")
        seconds = ring_s + self._exchange.phones[agent.station or ""].reach_s
        waiting.timer = self._clock.after(seconds, lambda: self._missed(waiting, agent))

    def _reserve(self, waiting: Waiting, agent: Agent) -> None:
        """A customer is called back first: nobody else is offered to whom he will be joined with."""
        if self._desk.callbacks.reserve(waiting, agent.station or ""):
            for staff in filter(None, self._staffs.values()):
                staff.free = [each for each in staff.free if each is not agent]

    def _missed(self, waiting: Waiting, agent: Agent) -> None:
        self._desk.withdraw(waiting)
        self._desk.agents.missed(agent)

    # Stations, while nobody is available

    def _hunt(self, waiting: Waiting) -> None:
        if waiting.call.rung:
            return
        circle = waiting.stations[waiting.turn :] + waiting.stations[: waiting.turn]
        station = next((each for each in circle if self._phone(each)), None)
        if station is not None:
            waiting.offered = None
            waiting.turn = (waiting.stations.index(station) + 1) % len(waiting.stations)
            self._ring(waiting, station)
            self._let_turn(waiting)

    def _let_turn(self, waiting: Waiting) -> None:
        waiting.stop()
        waiting.timer = self._clock.after(waiting.ring_s, lambda: self._turn(waiting))

    def _turn(self, waiting: Waiting) -> None:
        """He does not answer: the next in the circle, if there is one; else it rings on."""
        if any(self._phone(each) for each in waiting.stations):
            self._desk.withdraw(waiting)
        else:
            self._let_turn(waiting)

    # All together

    def _spread(self, callers: list[Waiting]) -> None:
        spent: set[Hashable] = set()
        for waiting, key, stations in self._turns(callers, spent):
            if not self._served(waiting) and not self._ring_one(waiting, stations, callers):
                spent.add(key)
        # What is free now is of no use to whoever has none: it rings for who is first.
        spent.clear()
        for waiting, key, stations in self._turns(callers, spent):
            spent.add(key)
            for station in filter(self._phone, stations):
                self._ring(waiting, station)

    def _turns(
        self, callers: Sequence[Waiting], spent: set[Hashable]
    ) -> Iterator[tuple[Waiting, Hashable, tuple[str, ...]]]:
        """Callers in their order whose telephones are not spent, and an end once all are."""
        queues = {name for name, staff in self._staffs.items() if staff is None or _all_ring(staff)}
        staffed = all(self._staffs[name] is not None for name in queues)
        for waiting in callers:
            if staffed and queues <= spent:
                return
            key, stations = self._stations(waiting)
            if key not in spent:
                yield waiting, key, stations

    def _stations(self, waiting: Waiting) -> tuple[Hashable, tuple[str, ...]]:
        """Whose telephones may ring for him, and a short name for the same."""
        staff = self._staffs[waiting.queue]
        return (waiting.stations, waiting.stations) if staff is None else (waiting.queue, staff.stations)

    def _served(self, waiting: Waiting) -> bool:
        return any(self._fresh(waiting, phone) for phone in waiting.call.rung)

    def _fresh(self, waiting: Waiting, phone: Handset) -> bool:
        """May somebody still be on his way to it?"""
        return self._clock.now < self._since[phone.name] + round(waiting.ring_s * SECOND)

    def _ring_one(self, waiting: Waiting, stations: tuple[str, ...], callers: Sequence[Waiting]) -> bool:
        """One telephone for a caller who has none: a free one, or one of somebody who has several."""
        station = next(filter(self._phone, stations), None) or self._given_up(waiting, stations, callers)
        if station is not None:
            self._ring(waiting, station)
            self._clock.after(waiting.ring_s, self._desk.stir)
        return station is not None

    def _given_up(
        self, waiting: Waiting, stations: tuple[str, ...], callers: Sequence[Waiting]
    ) -> str | None:
        rich = [each for each in callers if len(each.call.rung) > 1 and each is not waiting]
        for other in sorted(rich, key=lambda each: -len(each.call.rung)):
            for phone in reversed(self._spare(other, for_any=not waiting.call.rung)):
                if phone.name in stations:
                    self._exchange.stop_ring(other.call, phone)
                    return phone.name
        return None

    def _spare(self, other: Waiting, for_any: bool) -> list[Handset]:
        """What he can give and keep one that counts; what counts for nobody goes to who has none."""
        fresh = [phone for phone in other.call.rung if self._fresh(other, phone)]
        if len(fresh) > 1:
            return fresh
        return [phone for phone in other.call.rung if phone not in fresh] if for_any else []

    def _phone(self, station: str | None) -> Handset | None:
        """The telephone there, if it may be rung."""
        phone = self._exchange.phones.get(station or "")
        reserved = station in self._desk.callbacks.reserved
        return phone if phone is not None and phone.free and not reserved else None

    def _ring(self, waiting: Waiting, station: str) -> None:
        self._since[station] = self._clock.now
        self._exchange.ring(waiting.call, self._exchange.phones[station])
        for staff in filter(None, self._staffs.values()):  # the last line to spare may have gone with it
            staff.free = [each for each in staff.free if self._phone(each.station)]


def _all_ring(staff: Staff) -> bool:
    return staff.queue.strategy == "ring_down"
