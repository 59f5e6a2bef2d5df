"""Who is offered a call: a strategy is a sort key over the people who are free. Lower wins.

Ties go to the owner's order of the queue's members, so that the same day gives the same answers.
A skill is asked for in the grade of a ladder that widens with the wait; its last rung, 30 s behind the
last that the owner named, is anybody: no caller is stranded for want of a skill (FEATURES row 6).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from firmware.base.events import Event
from firmware.desk.agents import Agent, Status
from firmware.tables import Person, Queue, Settings

BEST, ANY = 5, 0  # grades of a skill
LAST_RUNG = 30.0  # s behind the owner's last step, or from entering where he named none
DRIFT = 3.0  # calls that anybody may be behind or ahead of his share: nobody is flooded (FEATURES row 7)
NAMED = 5  # people whom the record of a choice names


@dataclass(frozen=True)
class View:
    """What a strategy may look at besides the agent."""

    queue: Queue
    people: Mapping[str, Person]
    last: str | None  # the station or person who answered last
    due: Mapping[str, float]  # calls by which members are behind their share
    skill: str | None = None  # that this caller needs

    @cached_property
    def order(self) -> dict[str, int]:
        """The owner's order."""
        return {name: nth for nth, name in enumerate(self.queue.members)}

    @cached_property
    def start(self) -> int:
        """Where the circle begins: after the one who answered last."""
        return self.order.get(self.last or "", -1) + 1


class Shares:
    """Who is behind his weight's share of today's calls, in each queue that is given out by shares.

    Of each call taken every member who is signed in then owes his part, by weight; whoever took it is one
    ahead. So a late starter begins with nothing owed, and no word about himself (a break, back again)
    changes what somebody owes.
    """

    private = False

    def __init__(self) -> None:
        self._day: date | None = None
        self._due: dict[str, dict[str, float]] = {}

    def standing(self) -> dict[str, Any]:
        """As of the last call: what was answered since the last Standing is nobody's after a restart."""
        return {"day": self._day and self._day.isoformat(), "due": {**self._due}}

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        day = standing.get("day")
        self._day, self._due = day and date.fromisoformat(day), dict(standing.get("due", {}))

    def of(self, queue: str) -> Mapping[str, float]:
        """Calls by which each is behind; below zero: ahead."""
        return self._due.get(queue, {})

    def took(
        self, name: str, who: Agent, everybody: Mapping[str, Agent], settings: Settings, wall: datetime
    ) -> None:
        """`who` answered a caller of that queue."""
        if wall.date() != self._day:
            self._day = wall.date()
            self._due.clear()
        queue = settings.queues.get(name)
        if queue is None or queue.strategy != "share" or who.name not in queue.members:
            return
        there = [each for each in queue.members if everybody[each].status is not Status.OFF]
        weights = [settings.people[each].weight for each in there]
        due, total = self._due.setdefault(name, {}), sum(weights)
        for each, weight in zip(there, weights, strict=True):
            due[each] = _within(due.get(each, 0.0) + weight / total - (each == who.name))


def _within(due: float) -> float:
    return due if -DRIFT <= due <= DRIFT else math.copysign(DRIFT, due)


def circular(agent: Agent, view: View) -> float:
    """Hunting with memory: the circle begins after the one who answered last."""
    return (view.order[agent.name] - view.start) % len(view.order)


def fixed(agent: Agent, view: View) -> float:
    return view.order[agent.name]


def longest_idle(agent: Agent, view: View) -> float:
    """Since he became available, not since his last call: a break is no idle time (FEATURES row 5)."""
    return agent.since


def fewest_calls(agent: Agent, view: View) -> float:
    return agent.handled


def share(agent: Agent, view: View) -> float:
    """Who is furthest behind his share; what only the rounding of sums tells apart is a tie."""
    return -round(view.due.get(agent.name, 0.0), 6)


def best_skill(agent: Agent, view: View) -> float:
    return -_grade(agent, view)


RANK: dict[str, Callable[[Agent, View], float]] = {
    "ring_down": fixed,
    "hunt": circular,
    "hunt_fixed": fixed,
    "longest_idle": longest_idle,
    "fewest_calls": fewest_calls,
    "share": share,
    "skills": best_skill,
}
TOLD: dict[str, Callable[[float], float]] = {  # how the record of a choice tells what ranked somebody
    "hunt": lambda key: key + 1,
    "hunt_fixed": lambda key: key + 1,
    "ring_down": lambda key: key + 1,
    "share": lambda key: round(-key, 2) + 0.0,
    "skills": lambda key: -key,
}


def _grade(agent: Agent, view: View) -> int:
    return view.people[agent.name].skills.get(view.skill or "", 0)


def rungs(queue: Queue) -> tuple[tuple[float, int], ...]:
    """The owner's ladder, and behind it anybody."""
    if any(grade == ANY for _, grade in queue.ladder):
        return queue.ladder
    return (*queue.ladder, (max((after for after, _ in queue.ladder), default=0.0) + LAST_RUNG, ANY))


def grade_needed(view: View, waited: float) -> int:
    """The lowest grade of the caller's skill that will do after `waited` seconds."""
    if view.skill is None:
        return ANY
    return min((grade for after, grade in rungs(view.queue) if waited >= after), default=BEST)


def next_step(view: View, waited: float) -> float | None:
    """After how many more seconds the ladder widens; None at its end."""
    later = [after - waited for after, _ in rungs(view.queue) if after > waited]
    return min(later, default=None) if view.skill is not None else None


def eligible(agent: Agent, view: View, waited: float) -> bool:
    """May he take this caller now? Skills widen with the wait; whoever is free fits without one."""
    return view.skill is None or _grade(agent, view) >= grade_needed(view, waited)


def ranked(agents: list[Agent], view: View) -> list[Agent]:
    """The same people, the first choice first; who missed his last call comes behind who did not."""
    key, order = RANK[view.queue.strategy], view.order
    return sorted(agents, key=lambda agent: (agent.misses, key(agent, view), agent.since, order[agent.name]))


def reasons(order: list[Agent], view: View, waited: float) -> dict[str, Any]:
    """Why the first of those ranked was chosen, as CallOffered tells it."""
    strategy, first = view.queue.strategy, order[:NAMED]
    key, told = RANK[strategy], TOLD.get(strategy, float)
    return {
        "free": tuple(agent.name for agent in first),
        "figures": tuple(told(key(agent, view)) for agent in first),
        "able": len(order),
        "missed": tuple(agent.name for agent in first if agent.misses),
        "after": view.last if strategy == "hunt" else None,
        "skill": view.skill,
        "grade": grade_needed(view, waited),
    }
