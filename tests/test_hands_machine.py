"""Two hands in every order: everybody is in one place, hears whom he should, and is left nowhere."""

from random import Random

import pytest
from hands_walk import AWAY, CODES, LINES, NUMBERS, PAUSES, PEOPLE, STATIONS, VERBS, HandsWalk, stroll
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from hypothesis.strategies import booleans, sampled_from

SHORT = settings(max_examples=12, stateful_step_count=25, deadline=None, database=None, derandomize=True)
LONG = settings(SHORT, max_examples=600, stateful_step_count=60)
PAUSE = sampled_from(PAUSES)


class HandsMachine(RuleBasedStateMachine):
    """Each rule is one verb and the pause behind it; what must hold is looked at twice a second."""

    @initialize(together=booleans(), away=booleans())
    def an_office(self, together: bool, away: bool) -> None:
        self.walk = HandsWalk(together, away)
        self.random = Random(0)
        for line in LINES[:3]:
            self.walk.arrive(line)
        self.walk.wait(8.0)
        self.walk.all_answer()
        self.walk.wait(1.0)

    @rule(line=sampled_from(LINES), verb=sampled_from(("arrive", "arrive", "leave")), pause=PAUSE)
    def somebody_in_town(self, line: int, verb: str, pause: float) -> None:
        getattr(self.walk, verb)(line)
        self.walk.wait(pause)

    @rule(pause=PAUSE)
    def whoever_is_rung_answers(self, pause: float) -> None:
        self.walk.all_answer()
        self.walk.wait(pause)

    @rule(pause=PAUSE)
    def town_goes_on(self, pause: float) -> None:
        self.walk.live(self.random)
        self.walk.wait(pause)

    @rule(line=sampled_from((2, 4)), stays=booleans(), pause=PAUSE)
    def somebody_asks_to_be_called_back(self, line: int, stays: bool, pause: float) -> None:
        self.walk.ask_back(line, stays)
        self.walk.wait(pause)

    @rule(who=sampled_from((*PEOPLE, AWAY)), verb=sampled_from(VERBS), pause=PAUSE)
    def a_page_orders(self, who: str, verb: tuple[str, tuple[object, ...]], pause: float) -> None:
        self.walk.order(who, verb[0], *verb[1])
        self.walk.wait(pause)

    @rule(
        station=sampled_from(STATIONS),
        verb=sampled_from(("flash", "hang_up", "lift", "unplug", "plug")),
        pause=PAUSE,
    )
    def a_hand(self, station: str, verb: str, pause: float) -> None:
        self.walk.hand(station, verb)
        self.walk.wait(pause)

    @rule(station=sampled_from(STATIONS), keys=sampled_from((*CODES, *NUMBERS)), pause=PAUSE)
    def a_flash_and_a_code(self, station: str, keys: str, pause: float) -> None:
        self.walk.flash_and_key(station, keys)
        self.walk.wait(pause)

    @rule(line=sampled_from(LINES), seconds=sampled_from((0.5, 2.0)), pause=PAUSE)
    def a_loop_is_broken(self, line: int, seconds: float, pause: float) -> None:
        self.walk.wire(line, "cut", seconds)
        self.walk.wait(pause)

    def teardown(self) -> None:
        if hasattr(self, "walk"):
            self.walk.drain()


def test_whatever_hands_do_everybody_hears_whom_he_should() -> None:
    run_state_machine_as_test(HandsMachine, settings=SHORT)


@pytest.mark.parametrize("seed", range(6))
def test_a_walk_of_hands_leaves_nobody_behind(seed: int) -> None:
    walked(seed, 80)


@pytest.mark.gate
def test_six_hundred_offices_of_hands() -> None:
    run_state_machine_as_test(HandsMachine, settings=LONG)


@pytest.mark.gate
@pytest.mark.parametrize("block", range(10))
def test_a_thousand_walks_of_hands(block: int) -> None:
    for seed in range(1000 + 100 * block, 1100 + 100 * block):
        walked(seed, 120)


def walked(seed: int, steps: int) -> None:
    walk = HandsWalk(together=seed % 2 == 0, away=seed % 4 < 2)
    stroll(walk, Random(seed), steps)
    walk.drain()
