"""What waiting callers are told on a busy morning, against a plain model that reads the events alone."""

from random import Random
from typing import Any

import pytest

from firmware.base.events import (
    AgentChanged,
    CallTyped,
    Event,
    QueueEntered,
    QueueLeft,
    WaitTold,
)
from hostsim.office import Office

LINES = range(1, 11)
PRIORITY = 3
STEP = 60.0  # s of waiting that one step of priority counts as
MORNING: dict[str, Any] = {
    "lines": {f"line{n}": {"number": f"+45321000{n:02}", "menu": "main"} for n in LINES},
    "types": {"vip": {"label": "VIP", "to": "support", "priority": PRIORITY}},
    "menus": {"main": {"keys": {"1": "vip"}}},
    "queues": {"support": {"members": ["ann", "ben", "cleo"], "wrap_s": 5, "announce": {"gap_s": 5}}},
}


class Model:
    """Who waits in one queue, in his order, as the events tell it."""

    def __init__(self) -> None:
        self.rank: dict[str, tuple[float, float, int]] = {}
        self.vips: set[str] = set()
        self.there: set[str] = set()
        self.places: dict[str, int] = {}  # told last
        self.promised: dict[str, tuple[float, float, int]] = {}  # until when, of how many people
        self.checked = self.waits = 0

    def see(self, event: Event) -> None:
        match event:
            case CallTyped(call=call):
                self.vips.add(call)
            case QueueEntered(call=call):
                since = event.at / 1e6 - event.waited
                self.rank[call] = (since - STEP * PRIORITY * (call in self.vips), since, event.seq)
            case QueueLeft(call=call):
                del self.rank[call]
            case AgentChanged(agent=agent):
                there = event.status == "available" and event.state != "offline"
                (self.there.add if there else self.there.discard)(agent)
            case WaitTold():
                self.check(event)

    def check(self, told: WaitTold) -> None:
        call, now = told.call, told.at / 1e6
        place = 1 + sum(rank < self.rank[call] for rank in self.rank.values())
        if told.place is not None:
            assert told.place == place, told
            assert place <= self.places.get(call, place), told
            self.places[call] = place
            self.checked += 1
        else:  # somebody of more priority has pushed him back: silent about it
            assert place > self.places[call], told
        if told.seconds is not None:
            until, people = self.promised.get(call, (float("inf"), 0))
            assert now + told.seconds <= until + 0.001 or len(self.there) < people, told
            self.promised[call] = (now + told.seconds, len(self.there))
            self.waits += 1


class Morning:
    """Callers ring, wait or give up; three people answer, talk, and take a break now and then."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.random = office, Random(seed)
        office.wait(3)
        self.agents = [office.agent(name) for name in ("ann", "ben", "cleo")]
        self.done: dict[str, float] = {}  # when an agent's talk ends
        for agent in self.agents:
            agent.sign_in()

    def go_on(self, seconds: int) -> None:
        for _ in range(seconds):
            self.office.wait(1)
            for n in LINES:
                self.caller(n)
            for agent in self.agents:
                self.talk(agent) if agent.ringing or agent.name in self.done else self.pause(agent)

    def may(self, chance: float) -> bool:
        return self.random.random() < chance

    def caller(self, n: int) -> None:
        caller = self.office.caller(f"+45331200{n:02}")
        if caller.state == "idle" and self.may(0.03):
            caller.dial(line=n)
        elif caller.hears() == "prompt:menu.main" and self.may(0.3):
            caller.press(self.random.choice("122"))
        elif caller.state == "dropped" or (caller.state == "talking" and self.may(0.002)):
            caller.hang_up()

    def talk(self, agent: Any) -> None:
        if agent.ringing and self.may(0.6):
            agent.answer()
            self.done[agent.name] = self.office.now + self.random.uniform(10, 90)
        elif self.office.now > self.done.get(agent.name, float("inf")):
            agent.hang_up()
            del self.done[agent.name]

    def pause(self, agent: Any) -> None:
        if agent.status == "break" and self.may(0.05):
            agent.ready()
        elif agent.status == "available" and self.may(0.002):
            agent.break_("lunch")


@pytest.mark.parametrize("seed", [1, 2])
def test_every_place_is_the_true_one_and_no_word_is_worse_than_the_one_before(seed: int) -> None:
    with Office(MORNING, fidelity="signal") as office:
        model = Model()
        office.box.observers.append(model.see)
        Morning(office, seed).go_on(1800)
        assert model.checked > 100 and model.waits > 50
