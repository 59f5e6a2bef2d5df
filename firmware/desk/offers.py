"""Which telephones ring for whom, worked out anew whenever something changed.

Callers are served in their order. Where a strategy chooses one person, he alone rings, and the
next is asked when he does not answer. Where all ring together, the free telephones are spread
over the callers: each gets one before anybody gets two, and an earlier caller gives one up for a
later caller who has none.
"""

from firmware.calls.handset import Handset
from firmware.desk.agents import Agent
from firmware.desk.announce import Announcer
from firmware.desk.queue import Desk, Waiting
from firmware.desk.routing import eligible, next_step, ranked
from firmware.settings import Queue


class Offers:
    """Makes the offers of a desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._exchange, self._clock = desk.exchange, desk.clock
        self.announcer = Announcer(desk)

    def match(self) -> None:
        """Ring whom the rules say, if anything changed since the last time."""
        changed = self._desk.stirred
        while self._desk.stirred:
            self._desk.stirred = False
            together: list[Waiting] = []
            for waiting in sorted(self._desk.waiting.values(), key=lambda each: each.rank):
                if not self._one_by_one(waiting):
                    together.append(waiting)
            self._spread(together)
        if changed:
            self.announcer.look()

    def _one_by_one(self, waiting: Waiting) -> bool:
        """Ring one telephone for him, if that is his rule. False: his rule is to ring all."""
        queue = self._desk.staffed(waiting)
        if queue is not None and queue.strategy != "ring_down":
            if not waiting.call.rung:
                self._offer(waiting, queue)
            return True
        if queue is None and waiting.hunt:
            if not waiting.call.rung:
                self._hunt(waiting)
            return True
        return False

    # One person, chosen by a strategy

    def _offer(self, waiting: Waiting, queue: Queue) -> None:
        waited, view = self._desk.waited(waiting), self._desk.view(waiting, queue)
        free = [agent for agent in self._free_agents(queue) if eligible(agent, view, waited)]
        waiting.stop()
        if free:
            agent = ranked(free, view)[0]
            waiting.offered = agent
            self._ring(waiting, agent.station or "")
            waiting.timer = self._clock.after(queue.ring_s, lambda: self._missed(waiting, agent))
        elif (later := next_step(queue, waited)) is not None:
            waiting.timer = self._clock.after(later, self._desk.stir)

    def _missed(self, waiting: Waiting, agent: Agent) -> None:
        self._desk.withdraw(waiting)
        self._desk.agents.missed(agent)

    def _free_agents(self, queue: Queue) -> list[Agent]:
        agents = (self._desk.agents.all[name] for name in queue.members)
        now = self._clock.now
        return [each for each in agents if each.free and each.not_before <= now and self._phone(each.station)]

    # Stations, while nobody is available

    def _hunt(self, waiting: Waiting) -> None:
        circle = waiting.stations[waiting.turn :] + waiting.stations[: waiting.turn]
        station = next((each for each in circle if self._phone(each)), None)
        if station is not None:
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
        for waiting in callers:
            if not waiting.call.rung:
                self._ring_first(waiting, callers)
        for waiting in callers:
            if not any(each is not waiting and not each.call.rung for each in callers):
                for station in self._stations(waiting):
                    if self._phone(station):
                        self._ring(waiting, station)

    def _ring_first(self, waiting: Waiting, callers: list[Waiting]) -> None:
        """One telephone for a caller who has none: a free one, or one of somebody who has several."""
        stations = self._stations(waiting)
        station = next((each for each in stations if self._phone(each)), None)
        if station is None:
            station = self._given_up(stations, callers)
        if station is not None:
            self._ring(waiting, station)

    def _given_up(self, stations: tuple[str, ...], callers: list[Waiting]) -> str | None:
        rich = [each for each in callers if len(each.call.rung) > 1]
        for other in sorted(rich, key=lambda each: -len(each.call.rung)):
            for phone in reversed(other.call.rung):
                if phone.name in stations:
                    self._exchange.stop_ring(other.call, phone)
                    return phone.name
        return None

    def _stations(self, waiting: Waiting) -> tuple[str, ...]:
        queue = self._desk.staffed(waiting)
        if queue is None:
            return waiting.stations
        agents = (self._desk.agents.all[name] for name in queue.members)
        now = self._clock.now
        return tuple(
            agent.station
            for agent in agents
            if agent.station and agent.not_before <= now and (agent.free or self._rings(agent))
        )

    def _rings(self, agent: Agent) -> bool:
        phone = self._exchange.phones.get(agent.station or "")
        return phone is not None and phone.call is not None and phone in phone.call.rung

    def _phone(self, station: str | None) -> Handset | None:
        """The telephone there, if it may be rung."""
        phone = self._exchange.phones.get(station or "")
        return phone if phone is not None and phone.free else None

    def _ring(self, waiting: Waiting, station: str) -> None:
        phone = self._exchange.phones[station]
        self._exchange.ring(waiting.call, phone)
