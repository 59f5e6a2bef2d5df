"""The figures of the desk, in virtual time but for the work per event; who works, and how, is drawn.

The people sit in a hall without wires: what a hook or an ear takes to be sure is not in a figure.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from heapq import heapify, heapreplace
from random import Random
from statistics import mean, median
from typing import get_args

from firmware.base.clock import SECOND, TICK
from firmware.base.events import Event, PhoneRang, QueueEntered
from firmware.base.ports import Fact, HungUp, KeyHeard, Lifted, LoopBroken
from firmware.tables import Queue, Strategy
from tools import bench_hands, bench_ivr, bench_wait, bench_waiting
from tools.bench import Figure, timed
from tools.bench import figure as any_figure
from tools.hall import Hall, Worker

LIMIT = 1500.0  # s after which whoever was not answered never will be
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)


def figures() -> Iterator[Figure]:
    """All of them, cheapest first."""
    yield from never_answers()
    yield from ring_all()
    yield from back_from_break()
    yield from dispatch()
    yield from work()
    yield from bench_wait.figures()
    yield from bench_waiting.figures()
    yield from bench_ivr.figures()
    yield from bench_hands.figures()


def figure(name: str, value: float, unit: str, reach: str, note: str) -> Figure:
    return any_figure(name, value, unit, reach, note, bench="desk")


def queue(strategy: Strategy) -> Queue:
    """Nobody rests between two calls; all else as it comes."""
    return Queue(strategy=strategy, wrap_s=0.0)


def full(hall: Hall, callers: int) -> None:
    """So many wait before anybody is there."""
    for n in range(1, callers + 1):
        hall.arrive(f"line{n}")
    hall.run(lambda: len(hall.box.desk.waiting) == callers)


def over(hall: Hall) -> bool:
    return not hall.box.exchange.calls


# Agent free -> the next caller rings him


def dispatch(agents: int = 16, callers: int = 300) -> Iterator[Figure]:
    """As the peer was measured: they pick up after 0.1 s and talk 0.5 to 2.5 s, seed 7."""
    gaps = {strategy: _gaps(strategy, agents, callers) for strategy in ("ring_down", "longest_idle", "hunt")}
    name, worst = max(gaps.items(), key=lambda each: percentile(each[1], 99))
    note = (
        f"worst of {', '.join(gaps)}: {name}, n={len(worst)}; announcements on;"
        " from the hook's fact, which the hat is sure of after up to 0.9 s: so long may a tap last"
    )
    title = f"agent free, next waiting caller rings him, {agents} agents, {callers} waiting, p99"
    yield figure(title, percentile(worst, 99), "ms", "<= 20", note)


def _gaps(strategy: Strategy, agents: int, callers: int) -> list[float]:
    """Milliseconds from each hanging up to the next ring at the same telephone, while callers wait."""
    random = Random(7)
    workers = [Worker(lambda: 0.1, lambda: random.uniform(0.5, 2.5)) for _ in range(agents)]
    hall = Hall(callers, workers, queue(strategy))
    full(hall, callers)
    freed, gaps = hall.hung_up_at, []

    def rang(event: Event) -> None:
        if isinstance(event, PhoneRang) and event.station in freed:
            gaps.append((event.at - freed.pop(event.station)) / 1000)

    hall.watchers.append(rang)
    hall.all_sign_in()
    hall.run(lambda: not hall.box.desk.waiting)
    return gaps


def percentile(values: list[float], percent: int) -> float:
    """The smallest value that so many percent do not exceed."""
    return sorted(values)[-(-len(values) * percent // 100) - 1]


# Ring-all


def ring_all(agents: int = 8, callers: int = 40, seeds: int = 20) -> Iterator[Figure]:
    runs = [_served(agents, callers, seed) for seed in range(seeds)]
    ratios = [took / bound for took, bound in runs]
    note = (
        f"mean of {seeds} seeds, worst {max(ratios):.3f}; {mean(took for took, _ in runs):.1f} s;"
        " bound: the same people back to back, the next caller to whoever is free first"
    )
    title = f"ring-all, {agents} agents, {callers} callers, time to serve all / work alone"
    yield figure(title, mean(ratios), "x", "<= 1.05", note)


def _served(agents: int, callers: int, seed: int) -> tuple[float, float]:
    """Seconds to serve all, and what the same people's work alone would take."""
    workers = [_hasty(Random(f"{seed} {n}")) for n in range(agents)]
    hall = Hall(callers, workers, queue("ring_down"))
    full(hall, callers)
    began = hall.clock.now
    hall.all_sign_in()
    hall.run(lambda: over(hall))
    bound = _work_alone([_hasty(Random(f"{seed} {n}")) for n in range(agents)], callers)
    return (hall.clock.now - began) / SECOND, bound


def _hasty(random: Random) -> Worker:
    return Worker(lambda: random.uniform(0.2, 1.5), lambda: random.uniform(0.5, 2.5))


def _work_alone(workers: list[Worker], callers: int) -> float:
    """Whoever is free first takes the next caller, and nothing is lost between two."""
    free = [(0.0, n) for n in range(len(workers))]
    heapify(free)
    ends = 0.0
    for _ in range(callers):
        at, n = free[0]
        at += workers[n].reach() + workers[n].talk()
        workers[n].reaches = None
        heapreplace(free, (at, n))
        ends = max(ends, at)
    return ends


# Somebody who never answers


def never_answers() -> Iterator[Figure]:
    """One never answers, or his telephone is dead; his colleague picks up at once."""
    lost: dict[int, dict[str, float]] = defaultdict(dict)
    for strategy in STRATEGIES:
        for pause in (0.5, 5.0, 14.0, 20.0, 31.0, 46.0, 120.0):
            for nth, seconds in enumerate(_losses(strategy, pause)):
                case = f"{strategy}, {pause:g} s apart"
                lost[min(nth, 1)][case] = max(seconds, lost[min(nth, 1)].get(case, 0.0))
    for nth, who, reach in ((0, "the first caller", "<= 16"), (1, "later callers", "<= 0")):
        case, seconds = max(lost[nth].items(), key=lambda each: each[1])
        note = f"of {len(lost[nth])} cases the worst: {case}; while a colleague is free"
        yield figure(f"an agent who never answers, longest loss of {who}", seconds, "s", reach, note)


def _losses(strategy: Strategy, pause: float, callers: int = 6) -> list[float]:
    """Of each caller in turn: the seconds for which he waited though a colleague was free."""
    hall = Hall(callers, [Worker(None, lambda: 0.0), Worker(lambda: 0.1, lambda: 8.0)], queue(strategy))
    hall.all_sign_in()
    for n in range(1, callers + 1):
        hall.clock.after(1 + pause * n, lambda n=n: hall.arrive(f"line{n}"))  # type: ignore[misc]
    lost: Counter[str] = Counter()
    hall.watchers.append(
        lambda event: lost.update({event.call: 0}) if isinstance(event, QueueEntered) else None
    )
    colleague = hall.box.desk.agents.all["a2"]
    while hall.clock.seconds < pause * callers + 5 or (hall.clock.seconds < LIMIT and not over(hall)):
        free = colleague.free
        hall.step()
        lost.update({call.id: TICK for call in hall.box.desk.waiting if free and colleague.free})
    return [each / SECOND for each in lost.values()]


# Back from a break


def back_from_break(agents: int = 6, returns: int = 150) -> Iterator[Figure]:
    """People go for 2 to 15 minutes: who gets the call after a return, colleagues being free?"""
    random = Random(11)
    workers = [Worker(lambda: random.uniform(1, 4), lambda: random.uniform(20, 90)) for _ in range(agents)]
    hall = Hall(40, workers, queue("longest_idle"))
    day = Breaks(hall, random, returns)
    hall.all_sign_in()
    hall.run(lambda: day.judged == returns)
    note = f"{day.at_once} of {returns} returns with a colleague free, {agents} agents, longest idle"
    title = "an agent back from a break gets the very next call though colleagues are free"
    yield figure(title, 100 * day.at_once / returns, "%", "<= 30", note)


class Breaks:
    """Callers at random, and one agent after another who goes and comes back."""

    def __init__(self, hall: Hall, random: Random, returns: int) -> None:
        self.judged = self.at_once = 0
        self._hall, self._random, self._returns = hall, random, returns
        self._back: str | None = None  # who came back last, until the next call rang
        hall.watchers.append(self._rang)
        hall.clock.after(5, self._call)
        hall.clock.after(60, self._go)

    def _call(self) -> None:
        idle = [name for name, line in self._hall.box.exchange.lines.items() if line.state.value == "idle"]
        self._hall.arrive(self._random.choice(idle))
        self._hall.clock.after(self._random.expovariate(1 / 25), self._call)

    def _go(self) -> None:
        who = self._random.choice(self._hall.names)
        self._hall.order("agent.break", who=who, code="lunch")
        self._hall.clock.after(self._random.uniform(120, 900), lambda: self._come(who))

    def _come(self, who: str) -> None:
        self._hall.order("agent.ready", who=who)
        self._hall.clock.after(0.1, lambda: self._is_back(who))

    def _is_back(self, who: str) -> None:
        self._back = who
        self._hall.clock.after(self._random.uniform(30, 90), self._go)

    def _rang(self, event: Event) -> None:
        agents = self._hall.box.desk.agents.all
        if not isinstance(event, PhoneRang) or self._back is None or self.judged == self._returns:
            return
        back, self._back = agents[self._back], None
        if any(each.free for each in agents.values() if each is not back and each.station != event.station):
            self.judged += 1
            self.at_once += event.station == back.station


# What an event costs


def work(callers: int = 1000, agents: int = 200, times: int = 100) -> Iterator[Figure]:
    """Everybody talks and a thousand wait; then one event after another, each with all that follows."""
    for strategy in ("longest_idle", "ring_down", "share"):
        costs = _costs(strategy, callers, agents, times)
        kind, worst = max(costs.items(), key=lambda each: median(each[1]))
        rest = ", ".join(f"{name} {median(each):.2f}" for name, each in costs.items() if name != kind)
        note = f"median of {len(worst)}: {kind}, p99 {percentile(worst, 99):.2f}; {rest}; x86"
        title = f"work per event, {callers} waiting, {agents} agents, {strategy}, dearest kind"
        yield figure(title, median(worst), "ms", "<= 1", note)


def _costs(strategy: Strategy, callers: int, agents: int, times: int) -> dict[str, list[float]]:
    """Milliseconds for each kind of event."""
    hall = Hall(callers + agents + times, [Worker(None, lambda: 0.0) for _ in range(agents)], queue(strategy))
    full(hall, callers + agents)
    hall.all_sign_in()
    _all_answer(hall)
    box, random = hall.box, Random(3)
    costs: dict[str, list[float]] = defaultdict(list)

    def cost(kind: str, port: str, fact: Fact) -> None:
        def happens() -> None:
            box.exchange.fact(port, fact)
            box.offers.match()

        costs[kind].append(1000 * timed(happens))
        hall.step()

    for n in range(times):
        station = random.choice(list(hall.workers))
        cost("an agent is free and rung", station, HungUp(at=box.clock.now))
        cost("he answers", station, Lifted(at=box.clock.now))
        line = f"line{callers + agents + n + 1}"
        hall.arrive(line)
        hall.wait(1.3)
        cost("somebody asks for the queue", line, KeyHeard("1", at=box.clock.now))
        cost("somebody leaves the queue", line, LoopBroken(at=box.clock.now))
    return costs


def _all_answer(hall: Hall) -> None:
    for phone in hall.box.exchange.phones.values():
        assert phone.state.value == "ringing", phone.state
        hall.tell(phone.name, Lifted)
    hall.wait(0.1)
