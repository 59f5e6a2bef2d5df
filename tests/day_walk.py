"""A desk asked for anything on days on which anything happens: the power fails at any event, the engine dies,
the date is set, queues open and close, wires are pulled, callers choose something else or are called back.

What holds at the desk and of call-backs holds here as well; besides, what callers were told (`told_rules`)
and that everything people said outlives the box.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from callback_walk import CallbackWalk, wander
from cuts import Disk
from desk_walk import LINES, PAUSES, PEOPLE, PHONES, START
from told_rules import ToldRules

from firmware.base.clock import TICK
from firmware.base.events import AgentChanged, Event, ReasonGiven
from firmware.desk.queue import Waiting
from firmware.settings import merged
from hostsim.office import Office

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHOP = [f"{hour:02}:00-{hour + 1:02}:10" for hour in range(0, 24, 2)]
NIGHTS = (datetime(2026, 3, 29, 1, 58), datetime(2026, 10, 25, 2, 58))  # the clocks change in Denmark
DAY: dict[str, Any] = {
    "hours": {"shop": {"week": dict.fromkeys(DAYS, SHOP), "holidays": False}},
    "queues": {
        "sales": {"keys": {"8": "support", "0": "operator"}},
        "support": {
            "hours": "shop",
            "closed": "sales",
            "reasons": ["sold", "other"],
            "wrap_max_s": 30,
            "keys": {"8": "sales", "7": "ben"},
        },
    },
}
RULES: tuple[dict[str, Any], ...] = (
    {"queues": {"support": {"closing": "move"}}},
    {"queues": {"support": {"closing": "finish"}}},
    {"queues": {"support": {"reason_must": True}}},
    {"queues": {"support": {"reason_must": False}}},
    {"queues": {"sales": {"full": "support", "most": 1}}},
    {"queues": {"sales": {"full": None, "most": None}}},
    {"queues": {"sales": {"late": "support", "late_s": 20}}},
    {"queues": {"sales": {"late": None}}},
    {"queues": {"sales": {"expected": "support", "expected_s": 60}}},
    {"queues": {"sales": {"expected": None}}},
    {"queues": {"sales": {"nobody": {"to": "support"}}}},
    {"queues": {"sales": {"sticky": True}}},
    {"queues": {"sales": {"sticky": False}}},
    {"sign_out_at_closing": "shop"},
    {"sign_out_at_closing": False},
)


class KeepingOffice(Office):
    """Its journal outlives its power, and no folder is needed for that."""

    def _open_journal(self) -> Disk:
        before = getattr(self, "journal", None)
        return Disk(list(before.events()) if before is not None else [], None)

    def _needs_state(self, verb: str) -> None: ...

    def _restart(self) -> None:
        self.rig.stop()
        self.journal.commit()
        super()._restart()


class DayWalk(CallbackWalk):
    """Each verb takes what was drawn for it. In the dark people go on, and nobody looks."""

    def __init__(self, state: Path | None = None) -> None:
        """`state`: its files are real, and the power fails between two ticks."""
        self._said: dict[str, AgentChanged] = {}
        self.told = ToldRules(self._hold)
        self.starts = 0
        kind = KeepingOffice if state is None else Office
        super().__init__(kind(merged(START, DAY), fidelity="signal", state=state))

    @property
    def _disk(self) -> Disk | None:
        return self.office.journal if isinstance(self.office.journal, Disk) else None

    @property
    def dark(self) -> bool:
        return self.office.rig.box is None

    # What may happen

    def cut(self, events: int) -> None:
        """The power fails when so many more events are on the disk: in the middle of what they belong to."""
        self._note(f"power fails {events} events later")
        if self._disk is None:
            self.office.power_cut()
        else:
            self._disk.until = len(self._disk._events) + events

    def crash(self) -> None:
        """The engine dies between two ticks; hooks, lines and lamps stay as they are."""
        self._note("engine dies")
        self.office._acts.clear()
        self.office.rig.box = self.office.rig.hat = None
        self.office.journal.drop()

    def start(self) -> None:
        """A new engine; where one runs it ends in order."""
        self._note("start")
        self.office.restart()
        self.office.soon(self._started)

    def turn_clock(self, to: float | datetime) -> None:
        """The computer's date is set: by so many hours, or to an instant on the wall."""
        self._note(f"clock: {to}")
        if not self.dark:
            calendar = self.office.box.exchange.calendar
            now = calendar.now()
            wall = now + timedelta(hours=to) if isinstance(to, float) else to.replace(tzinfo=now.tzinfo)
            self.office.soon(calendar.follow, wall)

    def rule(self, change: dict[str, Any]) -> None:
        """The owner changes his mind."""
        self._note(f"rule: {change}")
        self.office.settings(change)

    def wire(self, line: int, verb: str) -> None:
        """unplug plug"""
        self._note(f"line{line} {verb}")
        getattr(self.office.line(line), verb)()

    def ask_of_page(self, who: str, verb: str, *args: Any) -> None:
        """dnd extend reason hold resume"""
        self._note(f"{who}: {verb} {args}")
        getattr(self.office.agent(who), verb)(*args)

    # The power

    def _leap(self, end: int) -> None:
        super()._leap(end)
        if not self.dark and self._disk is not None and self._disk.full:
            self._note("dark")
            self.office._acts.clear()
            self.office.rig.cut_power()

    def _listen(self) -> None:
        """To what is kept: the rest has never been."""
        self.office.box.watchers.append(lambda event, durable: self._hear(event))

    def _started(self) -> None:
        """What everybody said of himself still holds, before anything else happens."""
        self.starts += 1
        agents, book = self.office.box.desk.agents.all, self.office.box.desk.callbacks.book
        for name, told in self._said.items():
            agent = agents[name]
            code = agent.code if agent.status.value == "break" else ""
            said = (told.status, told.code, told.dnd, told.station if told.status != "off" else agent.station)
            self._hold((agent.status.value, code, agent.dnd, agent.station) == said, f"{name} said {told}")
        self._hold(book.open.keys() == self._open, f"{self._open} became {book.open.keys()}")
        self._listen()

    # What must hold

    def _hear(self, event: Event) -> None:
        super()._hear(event)
        self.told.see(event)
        if isinstance(event, AgentChanged):
            self._said[event.agent] = event

    def _notice(self, event: Event) -> None:
        if not isinstance(event, ReasonGiven):  # in wrap-up, behind the call
            super()._notice(event)

    def _neglected(self, waiting: Waiting) -> tuple[str, str] | None:
        """Nor is he who is kept a while for whom he talked with last."""
        queue = self.office.box.desk.staffed(waiting)
        kept = waiting.offered is not None or (waiting.kept or 0) > self.office.box.clock.now
        return None if queue is not None and queue.sticky and kept else super()._neglected(waiting)

    def check(self) -> None:
        if not self.dark and self.office.box._untold:
            self._leap(self.office.rig.now + TICK)  # what the disk has set going is heard in the next tick
        if not self.dark:
            super().check()

    def drain(self) -> None:
        if self._disk is not None:
            self._disk.until = None
        if self.dark:
            self.start()
        for line in LINES:
            self.wire(line, "plug")
        self.wait(1)
        super().drain()
        self.office.close()


def live(walk: DayWalk, random: Random, steps: int) -> None:
    """Mostly a desk at work that calls back (`wander`); every fourth step is something else."""
    one: Callable[[Any], Any] = random.choice
    acts = (
        *([lambda: walk.key(one(LINES), one("7800"))] * 4),
        *([lambda: walk.sign_in(one(PEOPLE), one(PHONES))] * 6),
        *([lambda: walk.say(one(PEOPLE), "ready")] * 2),
        *([lambda: walk.ask_of_page(one(PEOPLE), "dnd", random.random() < 0.2)] * 3),
        *([lambda: walk.ask_of_page(one(PEOPLE), "reason", one(("sold", "other")))] * 3),
        lambda: walk.ask_of_page(one(PEOPLE), one(("extend", "hold", "resume"))),
        *([lambda: walk.rule(one(RULES))] * 2),
        lambda: walk.turn_clock(one((1.0, -1.0, 0.5, *NIGHTS))),
        *([lambda: walk.wire(one(LINES), one(("unplug", "plug", "plug", "plug")))] * 2),
        lambda: walk.hand(one(PHONES), one(("unplug", "plug", "plug"))),
        lambda: walk.cut(random.randrange(12)),
        lambda: one((walk.crash, walk.start))(),
    )
    for _ in range(steps // 4):
        wander(walk, random, 4)
        one(acts)()
        walk.wait(one(PAUSES))
        if walk.dark and random.random() < 0.6:
            walk.start()
            walk.wait(one(PAUSES))
