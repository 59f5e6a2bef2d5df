"""Who is offered a call: a strategy is a sort key over the people who are free. Lower wins.

Ties go to the owner's order of the queue's members, so that the same day gives the same answers.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from firmware.desk.agents import Agent
from firmware.tables import Person, Queue

BEST, ANY = 5, 1  # grades of a skill


class View(NamedTuple):
    """What a strategy may look at besides the agent."""

    queue: Queue
    people: Mapping[str, Person]
    last: str | None  # the station or person who answered last
    handled: int  # calls that all members took today


def circular(agent: Agent, view: View) -> float:
    """Hunting with memory: the circle begins after the one who answered last."""
    members = view.queue.members
    start = members.index(view.last) + 1 if view.last in members else 0
    return (members.index(agent.name) - start) % len(members)


def fixed(agent: Agent, view: View) -> float:
    return view.queue.members.index(agent.name)


def longest_idle(agent: Agent, view: View) -> float:
    """Since he became available, not since his last call: a break is no idle time (FEATURES row 5)."""
    return agent.since


def fewest_calls(agent: Agent, view: View) -> float:
    return agent.handled


def share(agent: Agent, view: View) -> float:
    """Who is furthest behind his weight's share of the calls taken so far."""
    weights = {name: view.people[name].weight for name in view.queue.members}
    return agent.handled - view.handled * weights[agent.name] / sum(weights.values())


def best_skill(agent: Agent, view: View) -> float:
    return -view.people[agent.name].skills.get(view.queue.skill or "", 0)


RANK: dict[str, Callable[[Agent, View], float]] = {
    "ring_down": fixed,
    "hunt": circular,
    "hunt_fixed": fixed,
    "longest_idle": longest_idle,
    "fewest_calls": fewest_calls,
    "share": share,
    "skills": best_skill,
}


def grade_needed(queue: Queue, waited: float) -> int:
    """The lowest grade of the queue's skill that will do after `waited` seconds."""
    if queue.skill is None:
        return 0
    steps = [grade for after, grade in queue.ladder if waited >= after]
    return min(steps, default=BEST)


def next_step(queue: Queue, waited: float) -> float | None:
    """After how many more seconds the ladder widens; None at its end."""
    later = [after - waited for after, _ in queue.ladder if after > waited]
    return min(later, default=None) if queue.skill is not None else None


def eligible(agent: Agent, view: View, waited: float) -> bool:
    """May he take this caller now? Skills widen with the wait; whoever is free fits without one."""
    if view.queue.skill is None:
        return True
    grade = view.people[agent.name].skills.get(view.queue.skill, 0)
    return grade >= grade_needed(view.queue, waited)


def ranked(agents: list[Agent], view: View) -> list[Agent]:
    """The same people, the first choice first; who missed his last call comes behind who did not."""
    key = RANK[view.queue.strategy]
    members = view.queue.members
    return sorted(
        agents, key=lambda agent: (agent.misses, key(agent, view), agent.since, members.index(agent.name))
    )
