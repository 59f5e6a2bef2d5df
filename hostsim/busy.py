"""`python -m hostsim.busy`: a busy hour of a small office, sixty times as fast, told as lines of JSON.

Callers come at random (a Poisson process of the seed), each with a patience of his own; agents reach for
the receiver, talk and hang up. The box is the real one, at signal fidelity, with announcements. It runs
beside the live office (`hostsim.beside`), and ends with whoever reads it.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from threading import Event as Flag
from typing import Any

from firmware.base import Refused
from firmware.base.clock import SECOND
from firmware.base.events import (
    CallArrived,
    CallEnded,
    Event,
    PhoneRang,
    QueueEntered,
    QueueLeft,
    WaitTold,
)
from hostsim.linestate import State
from hostsim.office import Office
from hostsim.person import Person

SPEED = 60  # times as fast as life
STEP = 0.2  # s of life between two pictures
HOUR, DRAIN = 3600.0, 900.0  # s in which callers come, and in which the last of them may still be served
REACH = (2.0, 6.0)  # s from the first ring until an agent has lifted
PUT_DOWN = 1.0  # s until he puts the receiver back
LEAST_TALK = 5.0  # s
GAVE_UP = ("abandoned", "short_abandon")
FIGURES = ("arrived", "answered", "abandoned", "blocked")
SIGNS = ("loop_break", "reversal", "busy_tone", "dial_tone")  # of a caller who has left; here nobody speaks
EXTRAS = ("ann", "ben", "cleo", "dan")  # of the demo office, whom this one does not have


def settings(lines: int, agents: int) -> dict[str, Any]:
    """Laid over the demo office: so many lines that lead to one queue, so many agents at telephones."""
    names = {f"agent{n}": {"number": f"{500 + n}", "station": f"phone{n}"} for n in range(1, agents + 1)}
    phones = {f"phone{n}": {"number": f"{200 + n}"} for n in range(1, agents + 1)}
    none = {f"phone{n}": None for n in range(agents + 1, 5)} | {"phone1": {"number": "201"}}
    sales = {"strategy": "longest_idle", "members": [*names], "nobody": "wait"}
    way = {"to": "sales", "supervision": SIGNS}
    outside = {f"line{n}": {"number": f"+45321000{n:02}", **way} for n in range(1, lines + 1)}
    return {
        "lines": {f"line{n}": None for n in range(lines + 1, 5)} | outside,
        "phones": none | phones,
        "people": dict.fromkeys(EXTRAS) | names,
        "queues": {"sales": sales | {"resume_s": 0, "wrap_s": 10}, "support": None},
        "menus": {"main": {"keys": {"1": "sales", "2": None}}},
    }


@dataclass
class Caller:
    """Somebody on a line, from ringing to hanging up."""

    who: Person
    entered_at: int | None = None  # µs, into the queue
    told: tuple[int, float] | None = None  # when, and how many seconds at most


class Hour:
    """The office, its callers and its agents; `figures` counts, `picture` shows."""

    def __init__(self, calls: int, patience: float, talk: float, lines: int, agents: int, seed: int) -> None:
        self.office = Office(settings(lines, agents), fidelity="signal", seed=seed)
        self._random = Random(seed)
        self._rate, self._patience, self._talk = calls / HOUR, patience, talk
        self._clock = self.office.town.clock
        self._callers: dict[str, Caller] = {}  # by call
        self._dialling: dict[str, Person] = {}  # by line
        self._numbers = 0
        self.figures = dict.fromkeys(FIGURES, 0)
        self.longest = 0.0
        self.said: list[tuple[float, float]] = []  # seconds told, seconds waited from then on
        self.office.box.observers.append(self._notice)
        for n in range(1, agents + 1):
            self.office.agent(f"agent{n}").sign_in()
        self.office.wait(2)
        self._began = self.now
        self._expect_another()

    @property
    def now(self) -> float:
        return float(self._clock.now / SECOND)

    @property
    def at(self) -> float:
        return self.now - self._began

    @property
    def over(self) -> bool:
        """Nobody comes any more, and nobody is left."""
        return self.at >= HOUR and (not (self._callers or self._dialling) or self.at >= HOUR + DRAIN)

    # Callers

    def _expect_another(self) -> None:
        self._clock.after(self._random.expovariate(self._rate), self._call_in)

    def _call_in(self) -> None:
        if self.at >= HOUR:
            return
        self._expect_another()
        self._numbers += 1
        free = [name for name, line in self.office.town.lines.items() if line.at is State.IDLE]
        free = [name for name in free if name not in self._dialling]
        if not free:
            self.figures["blocked"] += 1
            return
        who = self.office.town.person(f"+4520{self._numbers:06}")
        self._dialling[free[0]] = who
        who.dial(line=int(free[0].removeprefix("line")))

    def _notice(self, event: Event) -> None:
        if (does := _DOES.get(type(event))) is not None:
            does(self, event)

    def _arrived(self, event: CallArrived) -> None:
        if (who := self._dialling.pop(event.line, None)) is None:
            return
        self.figures["arrived"] += 1
        self._callers[event.call] = Caller(who)
        patience = self._random.expovariate(1 / self._patience)
        self._clock.after(patience, lambda: self._lose_patience(event.call))

    def _lose_patience(self, call: str) -> None:
        caller = self._callers.get(call)
        if caller is not None and (caller.entered_at is not None or caller.who.state == "ringback"):
            caller.who.hang_up()

    def _entered(self, event: QueueEntered) -> None:
        if event.call in self._callers:
            self._callers[event.call].entered_at = self._clock.now

    def _told(self, event: WaitTold) -> None:
        caller = self._callers.get(event.call)
        if caller is not None and caller.told is None and event.seconds is not None:
            caller.told = self._clock.now, event.seconds

    def _left(self, event: QueueLeft) -> None:
        caller = self._callers.get(event.call)
        if caller is None or caller.entered_at is None:
            return
        self.longest = max(self.longest, (self._clock.now - caller.entered_at) / SECOND)
        caller.entered_at = None
        if event.outcome in GAVE_UP:
            self.figures["abandoned"] += 1
        elif event.outcome == "answered":
            self._served(caller)

    def _served(self, caller: Caller) -> None:
        self.figures["answered"] += 1
        if caller.told is not None:
            at, seconds = caller.told
            self.said.append((seconds, (self._clock.now - at) / SECOND))
        talk = max(LEAST_TALK, self._random.expovariate(1 / self._talk))
        self._clock.after(talk, caller.who.hang_up)

    def _ended(self, event: CallEnded) -> None:
        if self._callers.pop(event.call, None) is not None and event.reason == "abandoned":
            self.figures["abandoned"] += 1
        for name, phone in self.office.town.telephones.items():
            if phone.off:
                self._clock.after(PUT_DOWN, lambda name=name: self._put_down(name))

    # Agents

    def _rang(self, event: PhoneRang) -> None:
        self._clock.after(self._random.uniform(*REACH), lambda: self._reach(event.station))

    def _reach(self, station: str) -> None:
        phone = self.office.town.telephones[station]
        if phone.ringing and not phone.off:
            phone.lift()

    def _put_down(self, station: str) -> None:
        """Unless he has somebody else by now."""
        if self.office.box.exchange.phones[station].call is None:
            self.office.town.telephones[station].hang_up()

    # The picture

    def picture(self) -> dict[str, Any]:
        state = self.office.box.snapshot()
        waits = {call["line"] for call in state["calls"] if call["queue"] and call["state"] != "talking"}
        lines = {name: "waiting" if name in waits else line["state"] for name, line in state["lines"].items()}
        agents = [each["state"] for name, each in state["agents"].items() if name.startswith("agent")]
        began = [caller.entered_at for caller in self._callers.values() if caller.entered_at is not None]
        longest = max([self.longest, *((self._clock.now - at) / SECOND for at in began)])
        now = {"at": round(self.at, 1), "lines": [*lines.values()], "agents": agents, "waiting": len(began)}
        return {**now, **self.figures, "longest": round(longest, 1), "told": self._truth(), "over": self.over}

    def _truth(self) -> Mapping[str, float]:
        """What callers were told first, beside what they waited from then on; means in seconds."""
        count = len(self.said)
        said, real = (sum(each[n] for each in self.said) / max(1, count) for n in (0, 1))
        held = sum(waited <= told for told, waited in self.said)
        return {"count": count, "said": round(said, 1), "real": round(real, 1), "held": held}


_DOES: dict[type[Event], Any] = {
    CallArrived: Hour._arrived,
    CallEnded: Hour._ended,
    PhoneRang: Hour._rang,
    QueueEntered: Hour._entered,
    QueueLeft: Hour._left,
    WaitTold: Hour._told,
}


def main(argv: list[str] | None = None) -> int:
    told = _arguments().parse_args(argv)
    try:
        hour = Hour(told.calls, told.patience, told.talk, told.lines, told.agents, told.seed)
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    beat = Flag()  # that nobody sets: a wait that a reader's end needs not interrupt
    with suppress(BrokenPipeError, KeyboardInterrupt):
        while True:
            picture = hour.picture()
            sys.stdout.write(json.dumps(picture) + "\n")
            sys.stdout.flush()
            if picture["over"]:
                return 0
            hour.office.wait(STEP * told.speed)
            beat.wait(STEP)
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hostsim.busy", description=__doc__.partition("\n")[0])
    for name, value in (("calls", 80), ("lines", 8), ("agents", 4), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    for name, seconds in (("patience", 120.0), ("talk", 150.0), ("speed", float(SPEED))):
        parser.add_argument(f"--{name}", type=float, default=seconds)
    return parser


if __name__ == "__main__":
    sys.exit(main())
