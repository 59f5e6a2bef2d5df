"""What a start must know of the time before: told every five minutes, at closing and at the end, by keepers.

A keeper is one line: `box.keepers["name"] = keeper`. At a start each is given back what it told last, and
what was told since then.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import msgspec

from firmware.base.clock import SECOND, Clock
from firmware.base.events import (
    AgentChanged,
    Before,
    CallAnswered,
    CallArrived,
    CallDialled,
    CallEnded,
    Event,
    OfferEnded,
    QueueEntered,
    QueueLeft,
    Standing,
)
from firmware.desk.agents import REOFFER, Agent, Agents, State, Status
from firmware.desk.queue import Desk

EVERY = 300.0  # s (DESIGN 4)
TIMES = ("since", "signed_in", "not_before")
WORDS = ("status", "state", "station", "code", "dnd", "misses", "handled", "counted_on")


class Keeper(Protocol):
    """Who knows something that a restart must not lose. `private`: numbers or names are among it."""

    private: bool

    def standing(self) -> dict[str, Any]:
        """Plain JSON. Times are µs from now: the clock of the next box is another."""

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        """What `standing` told at `at` ({} where it never did), and all events since, with their instants
        on the clock of this box."""


class Keepers(dict[str, Keeper]):
    """All keepers of a box, by name; a start asks them in the order in which they were put in."""

    def __init__(
        self, clock: Clock, tell: Callable[[Event], object], guarded: Callable[[Callable[[], object]], object]
    ) -> None:
        """`guarded`: a bug of one keeper costs what he keeps, not the start."""
        super().__init__()
        self._clock, self._tell, self._guarded = clock, tell, guarded

    def begin(self, before: Before) -> None:
        """Give back what was before, and tell how it stands from now on."""
        for name, keeper in self.items():
            known = before.standing.get(name, {})
            self._guarded(partial(keeper.restore, known, before.at, before.since))
        self._clock.after(EVERY, self._again)

    def _again(self) -> None:
        self._clock.after(EVERY, self._again)
        self.tell()

    def tell(self) -> None:
        """How everything stands now."""
        stand: dict[bool, dict[str, Any]] = {True: {}, False: {}}
        for name, keeper in self.items():
            self._guarded(partial(_put, stand[keeper.private], name, keeper))
        hidden = msgspec.json.encode(stand[True]).decode() if stand[True] else None
        self._tell(Standing(state=stand[False], private=hidden))

    def turned(self, row: str, open_: bool) -> None:
        """A row of the office's hours opened or closed."""
        if not open_:
            self.tell()


def _put(stand: dict[str, Any], name: str, keeper: Keeper) -> None:
    stand[name] = keeper.standing()


class Calls:
    """The keeper of the calls: no two have the same number, and each has its end."""

    private = False

    def __init__(self, box_id: str, clock: Clock, tell: Callable[[Event], object]) -> None:
        self._box_id, self._clock, self._tell = box_id, clock, tell
        self._last = 0
        self.desk: Desk

    def new_id(self) -> str:
        self._last += 1
        return f"{self._box_id}-{self._last}"

    def standing(self) -> dict[str, Any]:
        calls = [call for call in self.desk.exchange.calls.values() if call.told]
        waiting = {call.id: each.queue for call, each in self.desk.waiting.items()}
        open_ = {
            call.id: {"ago": self._clock.now - call.began, "queue": waiting.get(call.id)} for call in calls
        }
        entries = {call.id: each.queue for call, each in self.desk.waiting.items() if call.id not in open_}
        return {"last": self._last, "open": open_, "entries": entries}

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        """Tell the end of each call that went on when the box stopped; who waits to be called back has left
        the queue, and enters it again."""
        ids = (event.fields().get(name) for event in since for name in ("call", "callback"))
        numbers = (int(each.rsplit("-", 1)[1]) for each in ids if each)
        self._last = max(standing.get("last", 0), max(numbers, default=0))
        was = standing.get("open", {})
        began = {call: at - each["ago"] for call, each in was.items()}
        queues = {call: each["queue"] for call, each in was.items() if each["queue"]}
        queues |= {call: queue for call, queue in standing.get("entries", {}).items() if queue}
        _follow_calls(began, queues, since)
        for call, queue in queues.items():
            self._tell(QueueLeft(call=call, queue=queue, outcome="withdrawn"))
        for call, instant in began.items():
            seconds = round((self._clock.now - instant) / SECOND, 3)
            self._tell(CallEnded(call=call, side="box", reason="failed", seconds=seconds))


def _follow_calls(began: dict[str, int], queues: dict[str, str], since: Sequence[Event]) -> None:
    """What became of them, and which were new."""
    for event in since:
        match event:
            case CallArrived() | CallDialled():
                began.setdefault(event.call, event.at)
            case QueueEntered():
                queues[event.call] = event.queue
            case QueueLeft():
                queues.pop(event.call, None)
            case CallEnded():
                began.pop(event.call, None)


@dataclass
class Past:
    """One agent, as events tell of him. Times are µs of the box's clock."""

    status: str = Status.OFF.value
    state: str = State.OFFLINE.value
    station: str | None = None
    code: str = ""
    dnd: bool = False
    misses: int = 0
    handled: int = 0
    counted_on: str = ""
    since: int = 0
    signed_in: int = 0
    not_before: int = 0

    @property
    def free(self) -> bool:
        idle = self.state == State.IDLE.value
        return idle and self.status == Status.AVAILABLE.value and not self.dnd

    def changed(self, event: AgentChanged) -> None:
        was_free, was_off = self.free, self.status == Status.OFF.value
        for name in ("status", "state", "station", "code", "dnd"):
            setattr(self, name, getattr(event, name))
        if self.free and not was_free:
            self.since = event.at
        if was_off:
            self.signed_in = event.at
        if was_off or event.reason == "ready":
            self.misses, self.not_before = 0, 0

    def missed(self, at: int) -> None:
        self.misses += 1
        self.since, self.not_before = at, at + round(REOFFER * SECOND)

    def answered(self) -> None:
        self.misses = 0
        self.handled += 1


class AgentMemory:
    """The keeper of the agents. What the box saw of a station does not count any more: it is looked at."""

    private = True  # a station may be somebody's number

    def __init__(self, agents: Agents, clock: Clock) -> None:
        self._agents, self._clock = agents, clock

    def standing(self) -> dict[str, Any]:
        return {name: self._of(agent) for name, agent in self._agents.all.items()}

    def _of(self, agent: Agent) -> dict[str, Any]:
        """Times as µs ago."""
        told: dict[str, Any] = {name: getattr(agent, name) for name in WORDS}
        told |= {"status": agent.status.value, "state": agent.state.value}
        return told | {name: self._clock.now - getattr(agent, name) for name in TIMES}

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        past = {name: _past(known, at) for name, known in standing.items()}
        _follow_people(past, since)
        for name in sorted(past, key=lambda name: past[name].since):
            if (agent := self._agents.all.get(name)) is not None:
                self._put(agent, past[name])

    def _put(self, agent: Agent, past: Past) -> None:
        for name in ("code", "misses", "handled", "counted_on", "since", "signed_in", "not_before"):
            setattr(agent, name, getattr(past, name))
        agent.counted_on = agent.counted_on or self._clock.wall().date().isoformat()
        self._agents.disturb_not(agent.name, past.dnd)
        if past.status != Status.OFF.value:
            self._agents.come_back(agent, Status(past.status), past.station)
        if past.free:
            agent.spared = True  # while his station starts


def _past(known: Mapping[str, Any], at: int) -> Past:
    words = {name: known[name] for name in WORDS if name in known}
    return Past(**words, **{name: at - known[name] for name in TIMES if name in known})


def _follow_people(past: dict[str, Past], events: Iterable[Event]) -> None:
    lifted: dict[str, str] = {}  # call -> station
    for event in events:
        match event:
            case AgentChanged(agent=name):
                past.setdefault(name, Past()).changed(event)
            case OfferEnded(agent=str(name), reason="no_answer"):
                past.setdefault(name, Past()).missed(event.at)
            case CallAnswered(call=call, station=station):
                lifted[call] = station
            case QueueLeft(call=call, outcome="answered"):
                here = (each for each in past.values() if each.station == lifted.get(call))
                for each in (one for one in here if one.status != Status.OFF.value):
                    each.answered()
