"""An office whose desk may be asked for anything next, and what must hold after each.

Callers ring, key and leave; people sign in here and there, answer, reject, take breaks, pull
plugs; the owner changes how calls are given out. Whatever the box refuses is refused, and all goes
on. The verbs are drawn by whoever walks: `hypothesis` in short walks, a seed in long ones.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from random import Random
from typing import Any

from firmware.base import Refused
from firmware.base.clock import TICK
from firmware.base.events import (
    CallAnswered,
    CallArrived,
    CallEnded,
    CallMoved,
    Event,
    QueueEntered,
    QueueLeft,
)
from firmware.calls import handset as handsets
from firmware.desk.agents import Agent, State, Status
from firmware.desk.queue import Waiting
from firmware.desk.routing import eligible
from hostsim.office import Office

PEOPLE = ("ann", "ben", "cleo", "dan")
PHONES = ("phone1", "phone2", "phone3", "phone4")
LINES = (1, 2, 3, 4)
KEYS = ("1", "1", "2", "2", "3", "0", "9")
MENU = 9.0  # s until the question is asked
PAUSES = (0.02, 0.1, 0.5, 1.0, 3.0, 8.0, 16.0, 31.0)
STRATEGIES = ("ring_down", "hunt", "hunt_fixed", "longest_idle", "fewest_calls", "share", "skills")
NOBODY: tuple[Any, ...] = (
    {"ring": ["phone1", "phone2"], "hunt": None},
    {"hunt": ["phone4", "phone3"], "ring": None},
    "wait",
)
DRAINED = 200.0  # s: a silent line is given up after 60, a howler after 45, a wrap-up after 15
SKILLED: dict[str, Any] = {"skill": "danish", "ladder": [[5, 4], [20, 2]]}
START: dict[str, Any] = {
    "people": {
        "ann": {"skills": {"danish": 5}},
        "ben": {"skills": {"danish": 2}},
        "cleo": {"station": "phone3", "weight": 2},
        "dan": {"station": "phone4", "skills": {"danish": 4}},
    },
    "queues": {"sales": {"wrap_s": 0}, "support": {"wrap_s": 10, "priority": 1, "whisper": True}},
    "menus": {"main": {"keys": {"3": "ben"}}},
}
_SEEN = {  # what the box sees of an agent, by his telephone
    handsets.State.IDLE: {State.IDLE, State.WRAPUP},
    handsets.State.RINGING: {State.RINGING},
    handsets.State.DIAL_TONE: {State.TALKING},
    handsets.State.DIALLING: {State.TALKING},
    handsets.State.CALLING: {State.TALKING},
    handsets.State.TALKING: {State.TALKING},
    handsets.State.CONGESTION: {State.TALKING},
}
_HOLDS = {State.HELD, State.CONSULTING}  # instead of talking, while somebody is on hold there


class DeskWalk:
    """One office; each verb takes what was drawn for it, and time passes by `wait` alone."""

    def __init__(self, office: Office | None = None) -> None:
        self.office = office or Office(START, fidelity="signal")
        self.acts: list[str] = []
        self._told: dict[str, Counter[type[Event]]] = defaultdict(Counter)
        self._news: set[str] = set()  # calls of which something was told since the last look
        self._listen()
        self._callers = {n: self.office.caller(f"+453312000{n}") for n in LINES}

    @property
    def idle_lines(self) -> list[int]:
        return [line for line, caller in self._callers.items() if caller.state == "idle"]

    def wait(self, seconds: float) -> None:
        end = self.office._ticks(seconds)
        while self.office.rig.now < end or self.office._acts:
            end = max(end, self.office.rig.now + TICK)  # a refusal broke its tick off
            self._leap(end)
            if not self.office._acts:
                self.check()

    def _leap(self, end: int) -> None:
        """To what happens next, at most to `end` µs."""
        try:
            self.office._step(end)
        except Refused as refusal:
            self.acts.append(f"  refused: {refusal}")

    def _note(self, what: str) -> None:
        self.acts.append(f"{self.office.now:.2f} {what}")

    # What may happen

    def arrive(self, line: int) -> None:
        """Somebody rings; who is on the telephone already keys or leaves."""
        self._note(f"caller{line} rings")
        if self._callers[line].state == "idle":
            self._callers[line].dial(line=line)

    def ask(self, line: int, key: str) -> None:
        """Somebody rings, hears the question and keys his answer."""
        self.arrive(line)
        self.wait(MENU)
        self.key(line, key)

    def key(self, line: int, key: str) -> None:
        self._note(f"caller{line} keys {key}")
        self._callers[line].press(key)

    def leave(self, line: int) -> None:
        self._note(f"caller{line} leaves")
        self._callers[line].hang_up()

    def hand(self, phone: str, verb: str) -> None:
        """lift hang_up flash unplug plug"""
        self._note(f"{phone} {verb}")
        getattr(self.office.phone(phone), verb)()

    def dial(self, phone: str, number: str) -> None:
        self._note(f"{phone} dials {number}")
        self.office.phone(phone).press(number)

    def sign_in(self, who: str, phone: str) -> None:
        self._note(f"{who} signs in at {phone}")
        self.office.agent(who).sign_in(station=phone)

    def say(self, who: str, verb: str) -> None:
        """sign_out ready reject lunch"""
        self._note(f"{who}: {verb}")
        agent = self.office.agent(who)
        agent.break_("lunch") if verb == "lunch" else getattr(agent, verb)()

    def give_out(self, queue: str, strategy: str, nobody: Any) -> None:
        """The owner changes how a queue's calls are given out."""
        self._note(f"{queue} by {strategy}, nobody {nobody}")
        skilled = SKILLED if strategy == "skills" else {"skill": None, "ladder": []}
        self.office.settings({"queues": {queue: {"strategy": strategy, "nobody": nobody, **skilled}}})

    # What must hold

    def _listen(self) -> None:
        self.office.box.observers.append(self._hear)

    def _hear(self, event: Event) -> None:
        self._notice(event)

    def _notice(self, event: Event) -> None:
        call = event.fields().get("call")
        if call is not None:
            self._hold(not self._told[call][CallEnded], f"{call} had ended: {event}")
            self._told[call][type(event)] += 1
            self._news.add(call)

    def check(self) -> None:
        desk = self.office.box.desk
        if any(self._neglected(each) for each in desk.waiting.values()):
            self._leap(self.office.rig.now + TICK)  # one tick is allowed
        for waiting in desk.waiting.values():
            self._check_waiting(waiting)
            self._hold(
                not (both := self._neglected(waiting)), f"idle, and waiting in {waiting.queue}: {both}"
            )
        for agent in desk.agents.all.values():
            self._check_agent(agent)
        self._check_places()
        waiting = Counter(each.call.id for each in desk.waiting.values() if each.queue is not None)
        news, self._news = self._news, set()
        for call, told in ((call, self._told[call]) for call in news):
            books = told[QueueEntered] == told[QueueLeft] + waiting[call]
            if not books:
                self._hold(False, f"{call}: entered is not outcomes and waiting: {told}, {waiting[call]}")

    def _check_waiting(self, waiting: Waiting) -> None:
        exchange, call = self.office.box.exchange, waiting.call
        self._hold(exchange.calls.get(call.id) is call, f"{call.id} waits and is over")
        if waiting.taken and call.phone is not None:
            hears = call.phone.name in exchange.talks and not call.rung
            self._hold(hears, f"{call.id} waits and talks")  # else whoever lifted hears what the call is

    def _neglected(self, waiting: Waiting) -> tuple[str, str] | None:
        """Who could be offered this caller, and is not."""
        desk, queue = self.office.box.desk, self.office.box.desk.staffed(waiting)
        if waiting.taken or queue is None or not self._unmet(waiting, queue.strategy):
            return None
        view, waited = desk.view(waiting, queue), desk.waited(waiting)
        for name in queue.members:
            agent = desk.agents.all[name]
            phone = desk.agents.phone(agent)
            idle = agent.free and agent.not_before <= desk.clock.now and phone is not None and phone.free
            able = queue.strategy == "ring_down" or eligible(agent, view, waited)
            if idle and able:
                return name, waiting.call.id
        return None

    def _unmet(self, waiting: Waiting, strategy: str) -> bool:
        """May one more telephone ring for him?"""
        return strategy == "ring_down" or not waiting.call.rung or waiting.offered is None

    def _check_agent(self, agent: Agent) -> None:
        agents = self.office.box.desk.agents
        if agent.status is Status.OFF:
            return
        here = [each.name for each in agents.signed_in() if each.station == agent.station]
        self._hold(here == [agent.name], f"{here} share {agent.station}")
        phone = agents.phone(agent)
        seen = _SEEN.get(phone.state, {State.OFFLINE}) if phone is not None else {State.OFFLINE}
        if phone is not None and State.TALKING in seen and self.office.box.exchange.hands.at(phone):
            seen = _HOLDS
        self._hold(
            agent.state in seen, f"{agent.name} is {agent.state}, his telephone {phone and phone.state}"
        )

    def _check_places(self) -> None:
        """No telephone in two calls, no call in two places."""
        exchange = self.office.box.exchange
        at: dict[str, list[str]] = defaultdict(list)
        for call in exchange.calls.values():
            places = {call.phone, call.called, *call.rung} - {None}
            for phone in places:
                beside = [*exchange.hands.at(phone), *exchange.conferences.of(phone)]
                if call not in beside:
                    at[phone.name].append(call.id)
                    self._hold(phone.call is call, f"{phone.name} is at {phone.call}, not {call.id}")
            self._hold(len(call.rung) == len(set(call.rung)), f"{call.id} rings one telephone twice")
            self._hold(call.line is None or call.line.call is call, f"{call.id} has lost its line")
        for name, calls in at.items():
            self._hold(len(calls) == 1, f"{name} is in {calls}")

    def drain(self) -> None:
        """Everybody goes home: every call has ended once, and who is not away is free."""
        self._note("drain")
        for phone in PHONES:
            self.office.phone(phone).plug()
            self.office.phone(phone).hang_up()
        for caller in self._callers.values():
            caller.hang_up()
        self.wait(DRAINED)
        box = self.office.box
        self._hold(
            not box.exchange.calls and not box.desk.waiting, f"left behind: {list(box.exchange.calls)}"
        )
        for agent in box.desk.agents.signed_in():
            self._hold(agent.state is State.IDLE, f"{agent.name} is {agent.state} after all went home")
        for call, told in self._told.items():
            self._hold(told[CallEnded] == 1, f"{call} ended {told[CallEnded]} times")
            again = told[CallAnswered] - told[CallMoved]  # whoever is handed on is answered once more
            self._hold(again <= 1 and told[CallArrived] <= 1, f"{call}: {told}")

    def _hold(self, holds: object, sentence: str) -> None:
        if not holds:
            raise AssertionError(f"at {self.office.now:.2f} {sentence}\n" + "\n".join(self.acts[-25:]))


def stroll(walk: DeskWalk, random: Random, steps: int) -> None:
    """So many acts, each followed by a pause; mostly what people do who want to be served and to serve."""
    one: Callable[[Any], Any] = random.choice
    phones = {name: walk.office.phone(name) for name in PHONES}

    def take_or_end() -> None:
        rings = [name for name, phone in phones.items() if phone.ringing]
        off = [name for name, phone in phones.items() if phone.off]
        verb = "lift" if rings and one((True, True, False)) else "hang_up"
        walk.hand(one((rings if verb == "lift" else off) or PHONES), verb)

    acts = (
        *([lambda: walk.ask(one(walk.idle_lines or LINES), one(KEYS))] * 8),
        lambda: walk.key(one(LINES), one(KEYS)),
        *([lambda: walk.leave(one(LINES))] * 3),
        *([take_or_end] * 14),
        *([lambda: walk.hand(one(PHONES), one(("lift", "unplug", "plug", "plug", "flash")))] * 2),
        lambda: walk.dial(one(PHONES), one(("201", "203", "102"))),
        *([lambda: walk.sign_in(one(PEOPLE), one(PHONES))] * 2),
        *([lambda: walk.say(one(PEOPLE), one(("ready", "ready", "reject", "lunch", "sign_out")))] * 4),
        lambda: walk.give_out(one(("sales", "support")), one(STRATEGIES), one(NOBODY)),
    )
    for _ in range(steps):
        one(acts)()
        walk.wait(one(PAUSES))
