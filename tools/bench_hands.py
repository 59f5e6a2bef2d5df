"""The figures of two hands: an order is heard at once and without a click, and what a conference costs.

The box is whole and its ports are wires with real speech on them, so that what is measured is the box's
own work: no codec, line or hook lies between. A twin of the same room is given no order: what differs
between the two is what the order did, from its first sample on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from firmware.base.ports import FRAME, Frame, Lifted
from firmware.calls.handset import State
from firmware.sound.frame import Samples, dbm0_of
from firmware.sound.prompts import Prompts
from firmware.sound.switch import Switch
from firmware.tables import Queue
from hostsim.rig import ROOT
from tools.bench import Figure, timed
from tools.bench import figure as any_figure
from tools.bench_waiting import frames_of
from tools.hall import Hall, Wire, Worker

LOOKED = 25  # ticks from the order on
LIMIT, QUIET = -40.0, -90.0  # dBm0: the loudest click that is none, and nothing at all


def figures() -> Iterator[Figure]:
    yield from conference()
    yield from orders()


def figure(name: str, value: float, unit: str, reach: str, note: str = "") -> Figure:
    return any_figure(name, value, unit, reach, note, bench="desk")


# What a conference costs


def conference(runs: int = 40, ticks: int = 60) -> Iterator[Figure]:
    """The Switch alone, 24 rows, everybody speaks: so many in one conference, against none in any."""
    prompts = Prompts(ROOT / "prompts", ROOT / "prompts" / "made", "en")
    names = [f"row{n}" for n in range(24)]
    frames = sorted(frames_of(prompts.sound("menu.main")), key=lambda frame: -float(np.abs(frame).max()))
    speech = np.stack(frames[: len(names)])  # the loudest
    for members in (3, 8, 16):
        alone, together = Switch(names, "DK", prompts), Switch(names, "DK", prompts)
        for one in names[:members]:
            for other in names[:members]:
                if one != other:
                    together.hear(one, other)
        for switch in (alone, together):
            switch.tick(speech)
        costs = [_cost(together, speech, ticks) - _cost(alone, speech, ticks) for _ in range(runs)]
        us = median(costs) / members
        note = f"the Switch alone, {len(names)} rows, all speak; median of {runs} pairs of {ticks} ticks; x86"
        yield figure(f"conference of {members} rows, added cost a tick and member", us, "µs", "<= 5", note)


def _cost(switch: Switch, speech: Samples, ticks: int) -> float:
    """µs a tick."""

    def run() -> None:
        for _ in range(ticks):
            switch.tick(speech)

    return 1e6 * timed(run) / ticks


# Orders


@dataclass
class Row(Wire):
    """A wire on which somebody reads on and on, and which keeps what it was given to hear."""

    speech: list[Frame] = field(default_factory=list)
    at: int = 0
    heard: list[Frame] = field(default_factory=list)

    def read(self) -> Frame:
        self.at = (self.at + 1) % len(self.speech)
        return self.speech[self.at]

    def write(self, frame: Frame) -> None:
        self.heard.append(frame.copy())


class Room(Hall):
    """Two callers, and three at their telephones: a1 talks with the first, a3 may listen."""

    has_sound = True

    def __init__(self, later: int) -> None:
        """`later`: ticks more that pass before anything happens, for another place in what is said."""
        self._speech = frames_of(Prompts(ROOT / "prompts", ROOT / "prompts" / "made", "en").sound("greeting"))
        super().__init__(2, [Worker(None, lambda: 0.0) for _ in range(3)], Queue(wrap_s=0.0))
        settings = self.box.exchange.settings
        people = {name: replace(each, may_listen=True) for name, each in settings.people.items()}
        self.box.exchange.settings = replace(settings, people=people)
        self.order("agent.sign_in", who="a1")
        self.order("agent.sign_in", who="a3")
        self.order("agent.break", who="a3", code="lunch")
        self.ticks(later)
        self.arrive("line1")
        self.lift("phone1")

    def _wire(self, name: str, kind: Literal["line", "phone"]) -> Wire:
        return Row(name, kind, speech=self._speech, at=7 * sum(map(ord, name)) % len(self._speech))

    def leap(self) -> None:
        self.step()  # sound leaps nowhere

    def ticks(self, ticks: int) -> None:
        for _ in range(ticks):
            self.step()

    def lift(self, station: str) -> None:
        """Whoever is rung there answers, and talks a while."""
        while self.box.exchange.phones[station].state is not State.RINGING:
            self.step()
        self.tell(station, Lifted)
        self.ticks(100)

    def heard(self, ticks: int) -> Samples:
        """What each row heard last, float32[rows, ticks x 160]."""
        rows = [wire.heard[-ticks:] for wire in self.wires.values() if isinstance(wire, Row)]
        return np.stack([np.concatenate(frames) for frames in rows])


def _talks(room: Room) -> None:
    """He talks with his caller."""


def _holds(room: Room) -> None:
    room.order("agent.hold", who="a1")
    room.ticks(60)


def _asks(room: Room) -> None:
    room.order("agent.transfer", who="a1", to="phone2", attended=True)
    room.lift("phone2")


def _supervisor(room: Room) -> None:
    room.tell("phone3", Lifted)
    room.ticks(60)


VERBS: dict[str, tuple[Callable[[Room], None], dict[str, str]]] = {
    "hold": (_talks, {"who": "a1"}),
    "resume": (_holds, {"who": "a1"}),
    "swap": (_asks, {"who": "a1"}),
    "conference": (_asks, {"who": "a1"}),
    "listen": (_supervisor, {"who": "a3", "whom": "a1", "how": "join"}),
}


def orders(times: int = 3) -> Iterator[Figure]:
    found = {verb: [_joint(verb, 13 * n) for n in range(times)] for verb in VERBS}
    slowest = max(found, key=lambda verb: max(ticks for ticks, _ in found[verb]))
    clicks = {verb: max(click for _, click in each) for verb, each in found.items()}
    verbs = ", ".join(VERBS)
    note = f"the slowest: {slowest}; {times} places in real speech; from the order's arrival, x86"
    ticks = max(ticks for ticks, _ in found[slowest])
    yield figure(f"{verbs}: order to the first changed sample", ticks, "ticks", "<= 1", note)
    loudest = max(clicks, key=lambda verb: clicks[verb])
    note = (
        f"the loudest: {loudest}; the largest step between two samples of what the order changed, beyond"
        " the largest that a plain fade of one tick has, against a twin without the order; every row"
    )
    yield figure(f"{verbs}: click", clicks[loudest], "dBm0", f"<= {LIMIT:g}", note)


def _joint(verb: str, later: int) -> tuple[int, float]:
    """Ticks until the sound changes, and the worst click in any row, dBm0."""
    prepare, args = VERBS[verb]
    heard = []
    for order in (f"agent.{verb}", None):
        room = Room(later)
        prepare(room)
        if order is not None:
            room.order(order, **args)
        room.ticks(LOOKED)
        heard.append(room.heard(LOOKED + 1))
    changed = (heard[0] - heard[1]).astype(np.float64)
    first = int(np.flatnonzero(changed.any(axis=0))[0]) // FRAME
    return first - 1, max(_click(row, first) for row in changed)


def _click(changed: NDArray[np.float64], first: int) -> float:
    """`changed` is what the order added or took: nothing before frame `first`; from the next one on the new
    sound less the old."""
    joint, after = first * FRAME, (first + 1) * FRAME
    rest = changed[after:]
    if not changed.any():
        return QUIET
    allowed = np.abs(np.diff(rest)).max() + np.abs(rest).max() / FRAME
    steps = np.abs(np.diff(changed[joint - 1 : after + 1])).max()
    beyond = max(steps - allowed, 0.0)
    return max(QUIET, float(dbm0_of(np.array([beyond**2 / 2]))[0]))
