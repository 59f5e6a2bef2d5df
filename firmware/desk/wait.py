"""The honest wait: how long a caller will probably still wait, and the band in which he is told so.

The caller at place p is served after p steps. Before each, n people free themselves at the rate µ
(1/µ: talk and wrap-up) and each of the j callers ahead gives up at the rate θ (FEATURES 2.3):

    mean = Σ 1/(nµ + jθ), variance = Σ 1/(nµ + jθ)², j = 0 … p-1

Told is the 70th percentile of a gamma distribution of that mean and variance, by the approximation
of Wilson and Hilferty (1931): the cube root of a gamma variable is nearly normal (of what it gives,
69.9 to 70.1 % lie below).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from firmware.base.clock import SECOND
from firmware.base.events import AgentChanged, CallAnswered, Event, QueueEntered, QueueLeft

Z70 = 0.524401  # 70 % of a normal distribution lie below
ENOUGH = 3  # calls that must have been handled before anything is foretold
MEMORY = 8  # calls over which handling times are averaged: all alike up to so many, then an EMA of 1/8
WORKING = frozenset({"talking", "held", "consulting", "wrapup"})  # states in which a call is handled


class Band(NamedTuple):
    """What is said, and up to how many seconds of waiting it is true."""

    prompt: str
    at_most: float

    @property
    def seconds(self) -> float | None:
        """None: it has no upper end."""
        return self.at_most if math.isfinite(self.at_most) else None


BANDS = (
    Band("queue.wait.two", 120.0),
    Band("queue.wait.five", 300.0),
    Band("queue.wait.ten", 600.0),
    Band("queue.wait.more", math.inf),
)


def percentile70(mean: float, variance: float) -> float:
    """Of a gamma distribution; in the unit of the mean, which must be above zero."""
    spread = variance / (9 * mean * mean)
    return float(mean * (1 - spread + Z70 * math.sqrt(spread)) ** 3)


@dataclass
class Pace:
    """How fast one queue is served, and how fast its callers give up."""

    handled: int = 0
    handling_s: float = 0.0  # talk and wrap-up of one call
    gave_up: int = 0
    waited: int = 0  # µs, by all who have left
    waiting: dict[str, int] = field(default_factory=dict)  # call -> when it came, µs

    def took(self, seconds: float) -> None:
        """Somebody is done with a call and its wrap-up."""
        self.handled += 1
        self.handling_s += (seconds - self.handling_s) / min(self.handled, MEMORY)

    def left(self, call: str, at: int, gave_up: bool) -> None:
        self.waited += at - self.waiting.pop(call, at)
        self.gave_up += gave_up

    def theta(self, now: int) -> float:
        """Callers who give up in one second of one caller's waiting. Who still waits has not given up so
        far, and his seconds count (a censored estimate)."""
        waited = self.waited + sum(now - since for since in self.waiting.values())
        return self.gave_up * SECOND / waited if waited else 0.0

    def wait(self, place: int, people: int, now: int) -> float | None:
        """Seconds that 70 % of callers at this place (1: next) will not exceed; None: that is not known."""
        if not people or self.handled < ENOUGH or self.handling_s <= 0:
            return None
        rate, theta = people / self.handling_s, self.theta(now)
        steps = [1 / (rate + ahead * theta) for ahead in range(place)]
        return percentile70(sum(steps), sum(step * step for step in steps))


KEPT = ("handled", "handling_s", "gave_up", "waited")  # of a pace, over a restart: all that names no instant


class Paces:
    """The pace of each queue, from the events alone; its own keeper (firmware.standing)."""

    private = False

    def __init__(self) -> None:
        self._of: dict[str, Pace] = {}
        self._stations: dict[str, str] = {}  # agent -> where he is signed in
        self._answered: dict[str, tuple[str, int]] = {}  # call -> station, when
        self._handling: dict[str, tuple[Pace, int]] = {}  # station -> since when it handles a call, µs

    def of(self, queue: str) -> Pace:
        return self._of.setdefault(queue, Pace())

    def standing(self) -> dict[str, Any]:
        """What is known of each queue, as plain JSON for `restore`. Of the calls that wait or are talked on
        nothing: the box's clock begins anew with the box."""
        return {name: {each: getattr(pace, each) for each in KEPT} for name, pace in self._of.items()}

    def restore(
        self, standing: Mapping[str, Mapping[str, Any]], at: int = 0, since: Sequence[Event] = ()
    ) -> None:
        """Begin with what was known before the box started anew; what is not understood is dropped. The few
        minutes since then count as little as a few calls."""
        for name, known in standing.items():
            for each in KEPT:
                setattr(self.of(name), each, known.get(each, 0))

    def see(self, event: Event) -> None:
        """Take an event that was told."""
        match event:
            case QueueEntered(call=call, queue=queue):
                self.of(queue).waiting[call] = event.at
            case CallAnswered(call=call, station=station):
                self._answered = {call: (station, event.at)}  # its QueueLeft follows at once, or never
            case QueueLeft():
                self._left(event)
            case AgentChanged():
                self._changed(event)

    def _left(self, event: QueueLeft) -> None:
        pace = self.of(event.queue)
        pace.left(event.call, event.at, event.outcome in ("abandoned", "short_abandon"))
        station, at = self._answered.pop(event.call, ("", 0))
        if station in self._stations.values():
            self._handling[station] = pace, at

    def _changed(self, event: AgentChanged) -> None:
        station = self._stations.get(event.agent, "")
        if event.status == "off":
            self._stations.pop(event.agent, None)
        elif event.station is not None:
            self._stations[event.agent] = event.station
        if station in self._handling and (event.state not in WORKING or event.status == "off"):
            pace, since = self._handling.pop(station)
            if event.state not in WORKING:  # who signs out in a call says nothing about its length
                pace.took((event.at - since) / SECOND)


@dataclass
class Promise:
    """What one caller was told of his wait: no later word may amount to more than the last one."""

    band: Band | None = None
    at: int = 0
    people: int = 0

    def left(self, now: int) -> float:
        """Seconds that remain of what was said last."""
        return self.band.at_most - (now - self.at) / SECOND if self.band is not None else math.inf

    def renew(self, seconds: float, people: int, now: int) -> Band | None:
        """The band to say now; None: only a longer wait than the one promised would be true.

        With fewer people than at the last word all bets are off, and the truth is said again.
        """
        band = next(each for each in BANDS if seconds <= each.at_most)
        if people >= self.people and band.at_most > self.left(now):
            return None
        self.band, self.at, self.people = band, now, people
        return band
