"""A hall full of people without wires: a box with as many lines, telephones and agents as wanted.

The box is the one that runs on the Pi; its ports tell whatever the people do, at the instant they
do it, without a sample. So a bench can have three hundred callers where a hat has four places.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

import numpy as np
from msgspec import structs

from firmware.base.clock import SECOND, TICK, Clock
from firmware.base.events import Event, PhoneRang
from firmware.base.orders import Reply
from firmware.base.ports import (
    FRAME,
    CallerHeard,
    Fact,
    Frame,
    HungUp,
    InService,
    KeyHeard,
    Lifted,
    LoopBroken,
    Order,
    RingBegan,
    RingEnded,
)
from firmware.box import Box
from firmware.calls.handset import State
from firmware.desk.agents import Status
from firmware.rim.journal import MemoryJournal
from firmware.sound.prompts import Prompts
from firmware.tables import TABLES, Line, Menu, Office, Person, Phone, Queue, Settings
from hostsim.rig import ROOT

KEYS_AFTER = 0.5  # s from being answered until a caller has keyed "1"
QUEUE, SKILL = "sales", "danish"


@dataclass
class Wire:
    """A port that tells what it is given, and takes every order in silence."""

    name: str
    kind: Literal["line", "phone"]
    tells_keys: bool = True
    by_order: bool = False
    told: list[Fact] = field(default_factory=lambda: [InService(at=0)])

    def read(self) -> Frame:
        return np.zeros(FRAME, np.float32)

    def write(self, frame: Frame) -> None: ...

    def events(self) -> list[Fact]:
        told, self.told = self.told, []
        return told

    def do(self, order: Order) -> None: ...

    def close(self) -> None: ...


@dataclass
class Wires:
    """A shelf of them."""

    ports: Mapping[str, Wire]
    hybrids: bool = False
    has_sound: bool = False

    def frames_in(self) -> None: ...

    def frames_out(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class Worker:
    """How somebody works: seconds, drawn anew for each call that he takes."""

    pick_up: Callable[[], float] | None  # None: he never answers, or his telephone is dead
    talk: Callable[[], float]
    reaches: float | None = None  # what he drew for the call that he will take next
    bells: int = 0

    def reach(self) -> float:
        if self.reaches is None:
            self.reaches = self.pick_up() if self.pick_up is not None else 0.0
        return self.reaches


class Hall:
    """`lines` callers may call at once; agent `a1` sits at `phone1`, and so on, all in one queue."""

    has_sound = False

    def __init__(self, lines: int, workers: list[Worker], queue: Queue) -> None:
        self.clock = Clock()  # the people's; the box's follows it tick by tick
        self.names = [f"a{n}" for n in range(1, len(workers) + 1)]
        self.workers = {f"phone{n}": worker for n, worker in enumerate(workers, 1)}
        self.wires = {f"line{n}": self._wire(f"line{n}", "line") for n in range(1, lines + 1)}
        self.wires |= {name: self._wire(name, "phone") for name in self.workers}
        self._numbers = count(120_001)
        self.hung_up_at: dict[str, int] = {}  # µs, by station
        self.watchers: list[Callable[[Event], None]] = []
        self.journal = MemoryJournal()
        self.box = self._box(_settings(lines, self.names, queue))
        self.box.observers.append(self._notice)
        self.step()

    def _box(self, settings: Settings) -> Box:
        self.prompts = prompts = Prompts(ROOT / "prompts", ROOT / "prompts" / "made", "en")
        shelf = Wires(self.wires, has_sound=self.has_sound)
        speaking = None if self.has_sound else lambda row: True
        return Box(settings, [shelf], Clock(), self.journal, prompts, speaking=speaking, strict=True)

    def _wire(self, name: str, kind: Literal["line", "phone"]) -> Wire:
        return Wire(name, kind)

    # Time

    def step(self, us: int = TICK) -> None:
        self.clock.advance(us)
        self.box.tick(us)
        self.journal.commit()
        self.box.deliver()

    def leap(self) -> None:
        """To the tick in which the next thing happens."""
        due = [at for clock in (self.clock, self.box.clock) if (at := clock.next_due()) is not None]
        ticks = -(-(min(due, default=0) - self.clock.now) // TICK)
        self.step(max(1, ticks) * TICK)

    def run(self, until: Callable[[], bool]) -> None:
        while not until():
            self.leap()

    def wait(self, seconds: float) -> None:
        end = self.clock.now + round(seconds * SECOND)
        self.clock.at(end, lambda: None)  # so that no leap passes it
        self.run(lambda: self.clock.now >= end)

    # What people do

    def tell(self, port: str, kind: Callable[..., Fact], *args: object) -> None:
        self.wires[port].told.append(kind(*args, at=self.clock.now))

    def arrive(self, line: str) -> None:
        """Somebody rings there, is answered behind the first ring, and asks for the queue."""
        self.tell(line, RingBegan)
        number = f"33{next(self._numbers):06}"  # a new one: who rings again keeps what he has waited
        self.clock.after(0.5, lambda: self.tell(line, CallerHeard, number, None, None))
        self.clock.after(1.0, lambda: self.tell(line, RingEnded))
        self.clock.after(1.0 + KEYS_AFTER, lambda: self.tell(line, KeyHeard, "1"))

    def leave(self, line: str) -> None:
        self.tell(line, LoopBroken)

    def order(self, name: str, **args: Any) -> None:
        self.box.post(name, args, _accepted)

    def all_sign_in(self) -> None:
        for name in self.names:
            self.order("agent.sign_in", who=name)
        while not all(each.status is Status.AVAILABLE for each in self.box.desk.agents.all.values()):
            self.step()

    def _notice(self, event: Event) -> None:
        if isinstance(event, PhoneRang) and self.workers[event.station].pick_up is not None:
            self._reach(event.station)
        for watcher in self.watchers:
            watcher(event)

    def _reach(self, station: str) -> None:
        """He reaches for the receiver; a bell that falls still meanwhile lets him begin anew."""
        worker = self.workers[station]
        worker.bells += 1
        bell = worker.bells
        self.clock.after(worker.reach(), lambda: self._lift(station, bell))

    def _lift(self, station: str, bell: int) -> None:
        worker = self.workers[station]
        if worker.bells == bell and self.box.exchange.phones[station].state is State.RINGING:
            worker.reaches = None
            self.tell(station, Lifted)
            self.clock.after(worker.talk(), lambda: self._put_back(station))

    def _put_back(self, station: str) -> None:
        self.hung_up_at[station] = self.clock.now
        self.tell(station, HungUp)


def _settings(lines: int, names: list[str], queue: Queue) -> Settings:
    """Made without `read`: its names end at 64 lines, and no office has a thousand."""
    people = {
        name: Person(number=str(2000 + n), station=f"phone{n}", skills={SKILL: 3})
        for n, name in enumerate(names, 1)
    }
    tables: dict[str, Any] = {name: {} for name in TABLES} | {
        "lines": {f"line{n}": Line() for n in range(1, lines + 1)},
        "phones": {f"phone{n}": Phone(number=str(4000 + n)) for n in range(1, len(names) + 1)},
        "people": people,
        "queues": {QUEUE: structs.replace(queue, members=tuple(names))},
        "menus": {"main": Menu(keys={"1": QUEUE})},
    }
    office = Office(sign_out_after_h=0.0)  # one long day: nobody goes home
    return Settings(office=office, **tables)


def _accepted(reply: Reply) -> None:
    assert reply.kind == "done", reply.sentence
