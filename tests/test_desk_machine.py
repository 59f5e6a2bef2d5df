"""The desk under whatever may happen: nobody waits while somebody is free, the books balance, and what was
said to callers and by agents holds."""

from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from day_walk import NIGHTS, RULES, DayWalk, live
from desk_walk import KEYS, LINES, NOBODY, PAUSES, PEOPLE, PHONES, STRATEGIES, DeskWalk, stroll
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from hypothesis.strategies import booleans, integers, sampled_from

SHORT = settings(max_examples=20, stateful_step_count=40, deadline=None, database=None, derandomize=True)
PAUSE = sampled_from(PAUSES)


class DeskMachine(RuleBasedStateMachine):
    """Each rule is one verb and the pause behind it; what must hold is looked at after every pause."""

    kind: type[DeskWalk] = DeskWalk

    def __init__(self) -> None:
        super().__init__()
        self.walk = self.kind()
        for who, phone in zip(PEOPLE, PHONES, strict=True):
            self.walk.sign_in(who, phone)
        self.walk.wait(0.1)

    @rule(line=sampled_from(LINES), key=sampled_from(KEYS), pause=PAUSE)
    def somebody_asks_for_a_queue(self, line: int, key: str, pause: float) -> None:
        self.walk.ask(line, key)
        self.walk.wait(pause)

    @rule(line=sampled_from(LINES), pause=PAUSE)
    def somebody_leaves(self, line: int, pause: float) -> None:
        self.walk.leave(line)
        self.walk.wait(pause)

    @rule(phone=sampled_from(PHONES), verb=sampled_from(("lift", "hang_up", "unplug", "plug")), pause=PAUSE)
    def a_hand(self, phone: str, verb: str, pause: float) -> None:
        self.walk.hand(phone, verb)
        self.walk.wait(pause)

    @rule(who=sampled_from(PEOPLE), phone=sampled_from(PHONES), pause=PAUSE)
    def somebody_signs_in(self, who: str, phone: str, pause: float) -> None:
        self.walk.sign_in(who, phone)
        self.walk.wait(pause)

    @rule(who=sampled_from(PEOPLE), verb=sampled_from(("ready", "reject", "lunch", "sign_out")), pause=PAUSE)
    def somebody_says(self, who: str, verb: str, pause: float) -> None:
        self.walk.say(who, verb)
        self.walk.wait(pause)

    @rule(
        queue=sampled_from(("sales", "support")),
        strategy=sampled_from(STRATEGIES),
        nobody=sampled_from(NOBODY),
    )
    def the_owner_gives_out_calls_differently(self, queue: str, strategy: str, nobody: object) -> None:
        self.walk.give_out(queue, strategy, nobody)
        self.walk.wait(0.1)

    def teardown(self) -> None:
        self.walk.drain()


class DayMachine(DeskMachine):
    """The same on days on which the power fails, the date is set, and queues close."""

    kind = DayWalk
    walk: DayWalk

    @rule(events=integers(0, 12), pause=PAUSE)
    def the_power_fails(self, events: int, pause: float) -> None:
        self.walk.cut(events)
        self.walk.wait(pause)

    @rule(pause=PAUSE)
    def the_engine_dies(self, pause: float) -> None:
        self.walk.crash()
        self.walk.wait(pause)

    @rule(pause=PAUSE)
    def it_starts_anew(self, pause: float) -> None:
        self.walk.start()
        self.walk.wait(pause)

    @rule(to=sampled_from((1.0, -1.0, *NIGHTS)))
    def the_date_is_set(self, to: float | datetime) -> None:
        self.walk.turn_clock(to)
        self.walk.wait(0.1)

    @rule(change=sampled_from(RULES))
    def the_owner_changes_his_mind(self, change: dict[str, Any]) -> None:
        self.walk.rule(change)
        self.walk.wait(0.1)

    @rule(line=sampled_from(LINES), key=sampled_from("12"), stays=booleans(), pause=PAUSE)
    def somebody_asks_to_be_called_back(self, line: int, key: str, stays: bool, pause: float) -> None:
        self.walk.ask_back(line, key, stays)
        self.walk.wait(pause)

    @rule(line=sampled_from(LINES), key=sampled_from("780"), pause=PAUSE)
    def somebody_chooses_something_else(self, line: int, key: str, pause: float) -> None:
        self.walk.key(line, key)
        self.walk.wait(pause)

    @rule(line=sampled_from(LINES), verb=sampled_from(("unplug", "plug")), pause=PAUSE)
    def a_wire(self, line: int, verb: str, pause: float) -> None:
        self.walk.wire(line, verb)
        self.walk.wait(pause)

    @rule(who=sampled_from(PEOPLE), on=booleans(), pause=PAUSE)
    def somebody_wants_peace(self, who: str, on: bool, pause: float) -> None:
        self.walk.ask_of_page(who, "dnd", on)
        self.walk.wait(pause)


def test_nobody_waits_while_somebody_is_free_whatever_happens() -> None:
    run_state_machine_as_test(DeskMachine, settings=SHORT)


@pytest.mark.parametrize("seed", range(3))
def test_a_walk_leaves_everybody_free(seed: int) -> None:
    walk = DeskWalk()
    stroll(walk, Random(seed), 400)
    walk.drain()


def test_what_was_said_outlives_the_box_whatever_happens() -> None:
    run_state_machine_as_test(DayMachine, settings=settings(SHORT, max_examples=6))


@pytest.mark.parametrize("seed", range(2))
def test_days_on_which_anything_happens_leave_everybody_free(seed: int) -> None:
    walk = DayWalk()
    live(walk, Random(seed), 160)
    walk.drain()


def test_the_same_holds_on_real_files(tmp_path: Path) -> None:
    walk = DayWalk(state=tmp_path)
    live(walk, Random(7), 60)
    walk.drain()


@pytest.mark.gate
@pytest.mark.parametrize("seed", range(200, 204))
def test_a_hundred_thousand_steps_of_such_days(seed: int) -> None:
    random = Random(seed)
    for _ in range(50):
        walk = DayWalk()
        live(walk, random, 2000)
        walk.drain()


@pytest.mark.gate
@pytest.mark.parametrize("seed", range(100, 104))
def test_a_hundred_thousand_steps_leave_everybody_free(seed: int) -> None:
    random = Random(seed)
    for _ in range(20):  # offices: each keeps its whole day in memory
        walk = DeskWalk()
        stroll(walk, random, 5000)
        walk.drain()
