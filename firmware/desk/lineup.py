"""Who is to be rung for, in their order, where each of them stands in it, and who is there for them."""

from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from firmware.desk.agents import Agent
from firmware.desk.queue import Desk, Waiting
from firmware.desk.routing import View
from firmware.tables import Queue


@dataclass
class Staff:
    """Who of a queue is there, as one pass finds them: with a thousand callers nobody is asked twice."""

    queue: Queue
    free: list[Agent]  # who may be offered a call; whoever is rung leaves it
    stations: dict[str, Agent]  # theirs, and those that ring already
    extras: list[Agent]  # who ring for a caller for whom others ring as well
    all_ring: bool
    sticky: bool  # its callers are kept for who talked with them last
    views: dict[str | None, View] = field(default_factory=dict)  # by the skill that a caller needs

    @property
    def spent(self) -> bool:
        """Has it nothing to offer to anybody?"""
        return not (self.sticky or self.free or self.extras or (self.all_ring and self.stations))


class LineUp:
    """Of all who wait; `form` it anew after each change."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.callers: list[Waiting] = []
        self.queues: list[str | None] = []  # of each of them
        self._census: Counter[str | None] | None = None  # of those, once somebody asks
        self._equal = True  # have they all the same priority?

    def form(self) -> None:
        """Nobody else is rung for him for whom somebody lifted, and hears what the call is."""
        held = self._desk.callbacks.held()
        waiting = [each for each in self._desk.waiting.values() if each.call.phone is None or not each.taken]
        if held:
            waiting = [each for each in waiting if each not in held]
        self._equal = len(set(map(attrgetter("priority"), waiting))) <= 1
        waiting.sort(key=attrgetter("since" if self._equal else "rank"))  # a thousand ranks cost a tenth ms
        self.callers, self.queues = waiting, [each.queue for each in waiting]
        self._census = None

    def stands(self, waiting: Waiting) -> dict[str, Any]:
        """His place, who came behind him for less priority, and who talked with him last, as CallOffered
        tells it."""
        if self._census is None:
            self._census = Counter(self.queues)
        known = self._desk.callers.returning(waiting.call.id)
        nth = self.callers.index(waiting)
        behind = self.callers[nth + 1 :] if not self._equal else []
        return {
            "place": 1 + self.queues[:nth].count(waiting.queue),
            "waiting": self._census[waiting.queue],
            "priority": waiting.priority,
            "waited": round(self._desk.waited(waiting), 3),
            "passed": sum(each.since < waiting.since for each in behind),
            "last": known.agent if known is not None else None,
            "days": known.days if known is not None else None,
        }
