"""The wait that callers are told, against the wait that they had: many days through the real box.

Days of nine hours, as in FEATURES 2.3: a daily profile, log-normal calls with a coefficient of
variation of 0.8, 15 s of wrap-up, exponential patience. Mean talk and patience are not told there:
180 s each, the office of FEATURES 2.4. Beside it, at the same instants and for the same callers,
what Asterisk would say: |mean wait of those answered + 30 s − waited| (app_queue.c, FEATURES 0).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from math import log, sqrt
from random import Random
from statistics import mean, median

from firmware.base.clock import SECOND
from firmware.base.events import AgentChanged, Event, QueueEntered, QueueLeft, WaitTold
from firmware.desk.wait import Paces, percentile70
from firmware.office.promises import Promises
from firmware.tables import Queue
from tools.bench import Figure, figure
from tools.hall import QUEUE, Hall, Worker

STAFFINGS = {2: 24.0, 3: 45.0, 5: 80.0, 8: 130.0}  # people -> calls an hour at the peak (FEATURES 2.3)
PROFILE = (0.5, 0.8, 1.0, 0.95, 0.7, 0.75, 0.9, 0.8, 0.55)  # of the peak, hour by hour
DAY = len(PROFILE) * 3600.0
TALK, SPREAD, WRAP, PATIENCE = 180.0, 0.8, 15.0, 180.0  # s, its coefficient of variation, s, s
PICK_UP = (1.0, 4.0)  # s
HANDLING = TALK + WRAP + mean(PICK_UP)


def figures(days: int = 40) -> Iterator[Figure]:
    runs = [Days(people, peak, days) for people, peak in STAFFINGS.items()]
    yield from waited_longer(runs, days)
    yield grew(runs)
    yield worked_out(runs)
    wrong, words = sum(run.wrong_places for run in runs), sum(len(each.words) for each in _all(runs))
    yield desk("places told that were wrong", wrong, "places", "<= 0", f"of {words} announcements")


def desk(name: str, value: float, unit: str, reach: str, note: str) -> Figure:
    return figure(name, value, unit, reach, note, bench="desk")


def waited_longer(runs: list["Days"], days: int) -> Iterator[Figure]:
    """Of those who were told an upper end and were answered; the worst staffing is the figure."""
    shares = {run.people: 100 - (run.promises.share() or 0.0) for run in runs}
    peers = {run.people: percent(any(each) for each in _judged(run, peer=True)) for run in runs}
    words = {run.people: percent(chain(*_judged(run, peer=False))) for run in runs}
    worst = max(shares, key=lambda people: shares[people])
    judged = sum(run.promises.judged.total() for run in runs)
    note = (
        f"the worst of {listed(shares)}; by announcement {listed(words)}; the peer's formula, at the same"
        f" instants, {listed(peers)}; {judged} callers told an upper end and answered, who gave up left out"
    )
    title = f"callers who waited longer than told, {days} simulated days, 2 to 8 agents"
    yield replace(desk(title, shares[worst], "%", "<= 30", note), peer=round(peers[worst], 1))


def grew(runs: list["Days"]) -> Figure:
    ours, peer = (list(chain(*(each.grown(other) for each in _all(runs)))) for other in (False, True))
    note = f"of {len(ours)} told again, nobody having left; the peer at all {len(peer)} later announcements"
    told = desk("a later announcement amounts to more than the one before", percent(ours), "%", "<= 0", note)
    return replace(told, peer=round(percent(peer), 1))


def worked_out(runs: list["Days"]) -> Figure:
    medians = {run.people: 100 * median(run.errors) for run in runs}
    title = "wait worked out, against the same sum with the true rates, median error"
    return desk(title, max(medians.values()), "%", "<= 25", f"the worst of {listed(medians)}")


def listed(shares: dict[int, float]) -> str:
    return ", ".join(f"{people} people {share:.1f} %" for people, share in shares.items())


def percent(found: Iterable[bool]) -> float:
    each = list(found)
    return 100 * sum(each) / len(each) if each else 0.0


def _judged(run: "Days", peer: bool) -> list[list[bool]]:
    return [late for each in run.callers if (late := each.late(peer))]


def _all(runs: list["Days"]) -> Iterator["Caller"]:
    return chain(*(run.callers for run in runs))


@dataclass
class Word:
    """One announcement: what we said, what the peer would have said, and what was true."""

    at: int
    seconds: float | None  # None: only his place, or no upper end
    peer: float | None  # None: nobody has been answered yet
    people: int

    def outdoes(self, before: "Word", peer: bool) -> bool:
        if peer:
            return (self.peer or 0.0) > (before.peer or 0.0)
        return self.at + (self.seconds or 0.0) * SECOND > before.at + (before.seconds or 0.0) * SECOND


@dataclass
class Caller:
    since: int
    answered: int | None = None
    words: list[Word] = field(default_factory=list)

    def late(self, peer: bool) -> list[bool]:
        """Of each wait that he was told: did it run out before he was answered?"""
        if self.answered is None:
            return []
        told = [(word.at, word.peer if peer else word.seconds) for word in self.words if word.seconds]
        return [self.answered - at > round(wait * SECOND) for at, wait in told if wait is not None]

    def grown(self, peer: bool) -> list[bool]:
        """Of each word but the first: was it more? Ours than what is left of the one before, the peer's
        than the one before; told again after somebody left does not count."""
        told = [word for word in self.words if (word.peer if peer else word.seconds) is not None]
        return [later.outdoes(word, peer) for word, later in pairwise(told) if later.people >= word.people]


class HoldTime:
    """What Asterisk says: an average of the answered callers' waits, in whole seconds, of a quarter each."""

    def __init__(self) -> None:
        self._mean: int | None = None

    def answered(self, waited: float) -> None:
        self._mean = int(waited) if self._mean is None else (3 * self._mean + int(waited)) >> 2

    def says(self, waited: float) -> float | None:
        return None if self._mean is None else abs(self._mean + 30 - waited)


def _queue() -> Queue:
    """Each line's callers have its number: nobody is taken for one who rang before."""
    return Queue(strategy="longest_idle", wrap_s=WRAP, resume_s=0.0)


class Days:
    """One office for so many days, and what everybody was told in them."""

    def __init__(self, people: int, peak: float, days: int, seed: int = 1) -> None:
        self.people, self.promises = people, Promises()
        self.callers: list[Caller] = []  # who has left
        self.errors: list[float] = []  # of the wait worked out, against the true rates
        self.wrong_places = self.turned_away = 0
        self._random, self._peak = Random(f"{seed} {people}"), peak
        self._paces, self._peer = Paces(), HoldTime()
        self._waiting: dict[str, Caller] = {}  # in the order in which they came
        self._here: dict[str, bool] = {}
        workers = [Worker(self._pick_up, self._talk) for _ in range(people)]
        self._hall = Hall(3 * people + 12, workers, _queue())
        self._hall.watchers += [self.promises.see, self._paces.see, self._see]
        self._hall.all_sign_in()
        for _ in range(days):
            self._day()

    def _pick_up(self) -> float:
        return self._random.uniform(*PICK_UP)

    def _talk(self) -> float:
        spread = log(1 + SPREAD * SPREAD)
        return self._random.lognormvariate(log(TALK) - spread / 2, sqrt(spread))

    def _day(self) -> None:
        clock, after = self._hall.clock, 0.0
        ends = clock.now + round(DAY * SECOND)
        clock.at(ends, lambda: None)
        while (after := after + self._random.expovariate(self._peak / 3600)) < DAY:
            if self._random.random() < PROFILE[int(after // 3600)]:
                clock.after(after, self._call)
        self._hall.run(lambda: clock.now >= ends and not self._hall.box.exchange.calls)

    def _call(self) -> None:
        lines = self._hall.box.exchange.lines
        idle = [name for name, line in lines.items() if line.state.value == "idle"]
        if idle:
            self._hall.arrive(self._random.choice(idle))
        else:
            self.turned_away += 1

    # What happens

    def _see(self, event: Event) -> None:
        match event:
            case QueueEntered(call=call):
                self._entered(call, event.at)
            case WaitTold():
                self._told(event)
            case QueueLeft(call=call, outcome=outcome):
                caller = self._waiting.pop(call)
                if outcome == "answered":
                    caller.answered = event.at
                    self._peer.answered((event.at - caller.since) / SECOND)
                self.callers.append(caller)
            case AgentChanged(agent=agent, status=status, state=state):
                self._here[agent] = status == "available" and state != "offline"

    def _entered(self, call: str, at: int) -> None:
        line = self._hall.box.exchange.calls[call].line
        assert line is not None
        self._waiting[call] = Caller(at)
        patience = self._random.expovariate(1 / PATIENCE)
        self._hall.clock.after(patience, lambda: call in self._waiting and self._hall.leave(line.name))

    def _told(self, event: WaitTold) -> None:
        caller, people = self._waiting[event.call], sum(self._here.values())
        place = list(self._waiting).index(event.call) + 1
        self.wrong_places += event.place not in (None, place)
        peer = self._peer.says((event.at - caller.since) / SECOND)
        caller.words.append(Word(event.at, event.seconds, peer, people))
        if (wait := self._paces.of(QUEUE).wait(place, people, event.at)) is not None:
            self.errors.append(abs(wait / true_wait(place, people) - 1))


def true_wait(place: int, people: int) -> float:
    """What the estimator would give, knew it the rates that the days are drawn with."""
    steps = [1 / (people / HANDLING + ahead / PATIENCE) for ahead in range(place)]
    return percentile70(sum(steps), sum(step * step for step in steps))
