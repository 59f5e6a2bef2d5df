"""The desk under whatever may happen: nobody waits while somebody is free, and the books balance."""

from random import Random

import pytest
from desk_walk import KEYS, LINES, NOBODY, PAUSES, PEOPLE, PHONES, STRATEGIES, DeskWalk, stroll
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from hypothesis.strategies import sampled_from

SHORT = settings(max_examples=30, stateful_step_count=40, deadline=None, database=None, derandomize=True)
PAUSE = sampled_from(PAUSES)


class DeskMachine(RuleBasedStateMachine):
    """Each rule is one verb and the pause behind it; what must hold is looked at after every pause."""

    def __init__(self) -> None:
        super().__init__()
        self.walk = DeskWalk()
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


def test_nobody_waits_while_somebody_is_free_whatever_happens() -> None:
    run_state_machine_as_test(DeskMachine, settings=SHORT)


@pytest.mark.parametrize("seed", range(3))
def test_a_walk_leaves_everybody_free(seed: int) -> None:
    walk = DeskWalk()
    stroll(walk, Random(seed), 400)
    walk.drain()


@pytest.mark.gate
@pytest.mark.parametrize("seed", range(100, 104))
def test_a_hundred_thousand_steps_leave_everybody_free(seed: int) -> None:
    random = Random(seed)
    for _ in range(20):  # offices: each keeps its whole day in memory
        walk = DeskWalk()
        stroll(walk, random, 5000)
        walk.drain()
