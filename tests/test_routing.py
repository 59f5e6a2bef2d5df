"""Each strategy against a plain twin: the same people in any state give the same order."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import settings as trial
from hypothesis.strategies import booleans, composite, floats, integers, lists, none, one_of, permutations
from hypothesis.strategies import sampled_from as any_of

from firmware.desk.agents import Agent, Status
from firmware.desk.routing import Shares, View, eligible, grade_needed, next_step, ranked
from firmware.settings import read
from firmware.tables import Person, Queue, Settings

NAMES = ("ann", "ben", "cleo", "dan", "eva", "finn")
STRATEGIES = ("hunt", "hunt_fixed", "longest_idle", "fewest_calls", "share", "skills", "ring_down")
quick = trial(max_examples=150, deadline=None, database=None, derandomize=True)


@composite
def offices(draw: Any) -> tuple[list[Agent], View]:
    """Some of a queue's people, free, and what the desk knows of them."""
    members = tuple(draw(permutations(NAMES)))
    people = {name: Person(number=f"{100 + n}", skills=draw(skills())) for n, name in enumerate(NAMES)}
    there = draw(lists(any_of(NAMES), unique=True, min_size=1))
    agents = [draw(agent_named(name)) for name in there]
    queue = Queue(strategy=draw(any_of(STRATEGIES)), members=members, skill="danish")
    due = {name: draw(integers(-3, 3)) / 2 for name in draw(lists(any_of(NAMES), unique=True))}
    last = draw(one_of(none(), any_of((*NAMES, "phone7"))))
    return agents, View(queue, people, last, due, "danish")


@composite
def agent_named(draw: Any, name: str) -> Agent:
    small = integers(0, 3)
    return Agent(name, "phone1", since=draw(small), misses=draw(integers(0, 1)), handled=draw(small))


@composite
def skills(draw: Any) -> dict[str, int]:
    return {"danish": draw(integers(1, 5))} if draw(booleans()) else {}


# The twins: who of two is asked first, said as a person would say it


def longer_available(a: Agent, b: Agent, view: View) -> bool:
    return a.since < b.since


def took_fewer(a: Agent, b: Agent, view: View) -> bool:
    return a.handled < b.handled


def further_behind(a: Agent, b: Agent, view: View) -> bool:
    return view.due.get(a.name, 0) > view.due.get(b.name, 0)


def better_skilled(a: Agent, b: Agent, view: View) -> bool:
    grades = [view.people[each.name].skills.get("danish", 0) for each in (a, b)]
    return grades[0] > grades[1]


def higher_in_the_list(a: Agent, b: Agent, view: View) -> bool:
    return view.queue.members.index(a.name) < view.queue.members.index(b.name)


def next_in_the_circle(a: Agent, b: Agent, view: View) -> bool:
    """Walk round from behind whoever answered last: who is met first?"""
    members = list(view.queue.members)
    while view.last in members and members[-1] != view.last:
        members.append(members.pop(0))
    return members.index(a.name) < members.index(b.name)


TWINS: dict[str, Callable[[Agent, Agent, View], bool]] = {
    "longest_idle": longer_available,
    "fewest_calls": took_fewer,
    "share": further_behind,
    "skills": better_skilled,
    "hunt_fixed": higher_in_the_list,
    "ring_down": higher_in_the_list,
    "hunt": next_in_the_circle,
}


def first_of(agents: list[Agent], view: View) -> Agent:
    """Whom nobody else comes before."""
    said = TWINS[view.queue.strategy]
    rules = (lambda a, b, _: a.misses < b.misses, said, longer_available, higher_in_the_list)

    def before(a: Agent, b: Agent) -> bool:
        rule = next((each for each in rules if each(a, b, view) or each(b, a, view)), None)
        return rule is not None and rule(a, b, view)

    return next(a for a in agents if not any(before(b, a) for b in agents if b is not a))


@quick
@given(offices())
def test_every_strategy_asks_in_the_order_of_its_plain_twin(office: tuple[list[Agent], View]) -> None:
    agents, view = office
    left, plain = list(agents), []
    while left:
        plain.append(first_of(left, view))
        left.remove(plain[-1])
    assert [each.name for each in ranked(agents, view)] == [each.name for each in plain]


@quick
@given(
    lists(any_of([(5.0, 4), (10.0, 3), (10.0, 0), (20.0, 2), (40.0, 1)]), max_size=4),
    floats(0, 200),
    booleans(),
)
def test_a_ladder_only_widens_and_ends_with_anybody(
    ladder: list[tuple[float, int]], waited: float, skilled: bool
) -> None:
    queue = Queue(skill="danish", ladder=tuple(ladder))
    view = View(queue, {"ann": Person(number="101")}, None, {}, "danish" if skilled else None)
    reached = [grade for after, grade in ladder if waited >= after]
    last = max((after for after, _ in ladder), default=0.0)
    anybody = not skilled or 0 in reached or (waited >= last + 30 and not any(g == 0 for _, g in ladder))
    assert grade_needed(view, waited) == (0 if anybody else min(reached, default=5))
    assert eligible(Agent("ann", None), view, waited) is anybody
    step = next_step(view, waited)
    assert anybody or (step is not None and step > 0)


# Shares


def office_of(**weights: float) -> Settings:
    people = {
        name: {"number": f"{101 + n}", "weight": each} for n, (name, each) in enumerate(weights.items())
    }
    return read(
        {
            "phones": {"phone1": {"number": "201"}},
            "people": people,
            "lines": {"line1": {}},
            "menus": {"main": {}},
            "queues": {"sales": {"strategy": "share", "members": list(weights)}},
        }
    )


class Sales:
    """A queue that is given out by shares; everybody is always free."""

    def __init__(self, **weights: float) -> None:
        self.settings = office_of(**weights)
        self.shares = Shares()
        self.agents = {name: Agent(name, None, Status.AVAILABLE) for name in weights}
        self.taken = dict.fromkeys(weights, 0)

    def calls(self, number: int, day: int = 5) -> None:
        queue = self.settings.queues["sales"]
        for _ in range(number):
            there = [each for each in self.agents.values() if each.status is Status.AVAILABLE]
            view = View(queue, self.settings.people, None, self.shares.of("sales"))
            first = ranked(there, view)[0]
            self.taken[first.name] += 1
            wall = datetime(2026, 1, day)
            self.shares.took("sales", first, self.agents, self.settings, wall)


def test_calls_are_shared_by_weight() -> None:
    sales = Sales(ann=1, ben=2, cleo=1)
    sales.calls(400)
    assert sales.taken == {"ann": 100, "ben": 200, "cleo": 100}


def test_a_late_starter_is_not_flooded() -> None:
    sales = Sales(ann=1, ben=1)
    sales.agents["ben"].status = Status.OFF
    sales.calls(50)
    sales.agents["ben"].status = Status.AVAILABLE
    sales.calls(20)
    assert sales.taken == {"ann": 60, "ben": 10}


def test_a_break_neither_wins_nor_loses_much_and_a_new_day_begins_anew() -> None:
    sales = Sales(ann=1, ben=1)
    sales.agents["ben"].status = Status.BREAK
    sales.calls(50)
    assert sales.shares.of("sales") == {"ann": -3.0, "ben": 3.0}
    sales.agents["ben"].status = Status.AVAILABLE
    sales.calls(6)
    assert sales.taken["ben"] == 6  # what he owed at most: both are even then
    sales.calls(20, day=6)
    assert sales.taken == {"ann": 60, "ben": 16}


def test_what_is_owed_outlives_a_restart() -> None:
    sales = Sales(ann=1, ben=3)
    sales.calls(7)
    again = Shares()
    again.restore(sales.shares.standing(), 0, ())
    assert again.of("sales") == sales.shares.of("sales")
