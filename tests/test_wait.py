"""The honest wait: exact numbers, and words that never amount to more than the last ones."""

import json
import math
from itertools import chain
from statistics import median

import pytest

from firmware.base.clock import SECOND
from firmware.base.events import (
    AgentChanged,
    CallAnswered,
    CallEnded,
    Event,
    Outcome,
    QueueEntered,
    QueueLeft,
    WaitTold,
)
from firmware.desk.wait import BANDS, Pace, Paces, Promise, percentile70
from firmware.office.promises import Promises
from tools.bench_wait import STAFFINGS, Days

TWO, FIVE, TEN, MORE = BANDS


def pace(handling_s: float = 60.0, gave_up: int = 0, waited_s: int = 0) -> Pace:
    return Pace(handled=3, handling_s=handling_s, gave_up=gave_up, waited=waited_s * SECOND)


def gamma_below(x: float, shape: float) -> float:
    """The share of a gamma distribution of scale 1 below x, by its series."""
    term = total = math.exp(-x + shape * math.log(x) - math.lgamma(shape + 1))
    for n in range(1, 400):
        term *= x / (shape + n)
        total += term
    return total


@pytest.mark.parametrize("shape", [1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 40.0])
def test_seventy_of_a_hundred_lie_below_the_percentile(shape: float) -> None:
    assert gamma_below(percentile70(shape, shape), shape) == pytest.approx(0.7, abs=0.001)


def test_the_next_of_one_person_waits_for_one_call() -> None:
    assert pace().wait(1, 1, 0) == pytest.approx(percentile70(60, 3600))
    assert percentile70(60, 3600) == pytest.approx(60 * -math.log(0.3), rel=0.001)


def test_the_third_of_two_people_waits_for_three_half_calls() -> None:
    assert pace().wait(3, 2, 0) == pytest.approx(percentile70(90, 3 * 30**2))


def test_callers_ahead_who_give_up_shorten_the_wait() -> None:
    """θ = 6 ÷ 720 s = 1/120: steps of 60 s, 1 ÷ (1/60 + 1/120) = 40 s and 1 ÷ (1/60 + 2/120) = 30 s."""
    steps = (60, 40, 30)
    wait = pace(gave_up=6, waited_s=720).wait(3, 1, 0)
    assert wait == pytest.approx(percentile70(sum(steps), sum(step**2 for step in steps)))


def test_the_seconds_of_those_who_still_wait_count_too() -> None:
    waits = pace(gave_up=1, waited_s=40)
    waits.waiting = {"a": 0, "b": 30 * SECOND}
    assert waits.theta(60 * SECOND) == 1 / (40 + 60 + 30)
    assert Pace().theta(60 * SECOND) == 0


def test_nothing_is_foretold_without_people_or_without_three_calls() -> None:
    waits = Pace()
    assert pace().wait(1, 0, 0) is None
    for _ in range(2):
        waits.took(60)
        assert waits.wait(1, 1, 0) is None
    waits.took(60)
    assert waits.wait(1, 1, 0) is not None


def test_handling_is_a_mean_of_the_first_eight_calls_and_then_follows_by_an_eighth() -> None:
    waits = Pace()
    for seconds in (10, 20, 30, 40, 50, 60, 70, 80):
        waits.took(seconds)
    assert waits.handling_s == pytest.approx(45)
    waits.took(125)
    assert waits.handling_s == pytest.approx(55)


def seen(*events: Event) -> Paces:
    paces = Paces()
    for event in events:
        paces.see(event)
    return paces


def at(seconds: int, event: Event) -> Event:
    return event.stamped(1, seconds * SECOND)


def ann(state: str, status: str = "available") -> AgentChanged:
    return AgentChanged("ann", status, state, "", "phone1")


def left(outcome: Outcome) -> QueueLeft:
    return QueueLeft("a", "sales", outcome)


ANSWERED = (
    at(0, ann("idle")),
    at(5, QueueEntered("a", "sales")),
    at(10, ann("ringing")),
    at(12, CallAnswered("a", "phone1", "lift")),
    at(12, left("answered")),
    at(12, ann("talking")),
)


def test_a_call_is_handled_from_the_answer_to_the_end_of_its_wrap_up() -> None:
    sales = seen(*ANSWERED, at(72, ann("wrapup")), at(87, ann("idle"))).of("sales")
    assert (sales.handled, sales.handling_s, sales.gave_up, sales.waited) == (1, 75, 0, 7 * SECOND)


def test_whoever_signs_out_in_a_call_says_nothing_about_its_length() -> None:
    sales = seen(*ANSWERED, at(30, ann("talking", "off")), at(40, ann("idle", "off"))).of("sales")
    assert sales.handled == 0


def test_a_station_where_nobody_is_signed_in_tells_no_handling_time() -> None:
    sales = seen(*ANSWERED[1:2], *ANSWERED[3:5], at(900, ann("idle"))).of("sales")
    assert (sales.handled, sales.waited) == (0, 7 * SECOND)


@pytest.mark.parametrize(
    ("outcome", "gave_up"), [("abandoned", 1), ("short_abandon", 1), ("overflow", 0), ("callback", 0)]
)
def test_who_hangs_up_gave_up_and_who_is_led_on_did_not(outcome: Outcome, gave_up: int) -> None:
    sales = seen(at(5, QueueEntered("a", "sales")), at(65, left(outcome))).of("sales")
    assert (sales.gave_up, sales.waited, sales.waiting) == (gave_up, 60 * SECOND, {})


def test_the_pace_is_known_again_after_a_restart() -> None:
    before = seen(*ANSWERED, at(72, ann("wrapup")), at(87, ann("idle")), at(90, QueueEntered("b", "sales")))
    after = Paces()
    after.restore(json.loads(json.dumps(before.standing())))
    assert after.of("sales") == Pace(handled=1, handling_s=75, waited=7 * SECOND)
    for event in (at(0, QueueLeft("b", "sales", "withdrawn")), at(1, ann("idle"))):
        after.see(event)
    assert after.of("sales") == Pace(handled=1, handling_s=75, waited=7 * SECOND)


def test_what_a_newer_box_knew_is_dropped() -> None:
    paces = Paces()
    paces.restore({"sales": {"handled": 4, "mood": "good"}})
    assert paces.of("sales") == Pace(handled=4)


def test_bands_are_rounded_up() -> None:
    said = [Promise().renew(seconds, 1, 0) for seconds in (1, 120, 121, 300, 301, 600, 601)]
    assert said == [TWO, TWO, FIVE, FIVE, TEN, TEN, MORE]


def test_no_word_amounts_to_more_than_the_last_one_less_the_time_since() -> None:
    promise = Promise()
    assert promise.renew(280, 2, 0) is FIVE
    assert promise.renew(200, 2, 45 * SECOND) is None  # five minutes again would be 45 s more
    assert promise.renew(400, 2, 90 * SECOND) is None
    assert promise.renew(110, 2, 180 * SECOND) is TWO
    assert promise.renew(10, 2, 190 * SECOND) is None


def test_more_than_ten_minutes_promises_nothing_that_could_be_broken() -> None:
    promise = Promise()
    assert [promise.renew(900, 1, n * 45 * SECOND) for n in range(3)] == [MORE] * 3
    assert promise.renew(500, 1, 180 * SECOND) is TEN


def test_when_somebody_left_the_truth_is_said_again() -> None:
    promise = Promise()
    assert promise.renew(100, 3, 0) is TWO
    assert promise.renew(250, 3, 45 * SECOND) is None
    assert promise.renew(250, 2, 90 * SECOND) is FIVE
    assert promise.renew(250, 2, 135 * SECOND) is None


def told(seconds: float | None, call: str = "a", queue: str = "sales") -> WaitTold:
    return WaitTold(call, queue, 1, seconds)


def answered(call: str = "a") -> CallAnswered:
    return CallAnswered(call, "phone1", "lift")


def judged(*events: Event) -> tuple[Promises, list[bool | None]]:
    promises = Promises()
    return promises, [promises.see(event) for event in events]


def test_whoever_is_answered_within_every_wait_he_was_told_was_told_the_truth() -> None:
    promises, verdicts = judged(at(8, told(300)), at(98, told(120)), at(218, answered()))
    assert verdicts == [None, None, True]
    promises, verdicts = judged(at(8, told(300)), at(98, told(120)), at(219, answered()))
    assert verdicts == [None, None, False]
    assert promises.share() == promises.share("sales") == 0


def test_a_longer_wait_told_later_does_not_mend_the_first_one() -> None:
    assert judged(at(8, told(120)), at(100, told(300)), at(200, answered()))[1][-1] is False


def test_a_caller_led_on_to_another_queue_still_counts_for_the_one_that_told_him() -> None:
    led_on = at(60, QueueLeft("a", "sales", "overflow")), at(60, QueueEntered("a", "support"))
    promises, _ = judged(at(8, told(120)), *led_on, at(150, answered()))
    assert (promises.share("sales"), promises.share("support")) == (0, None)


@pytest.mark.parametrize(
    "event",
    [
        QueueLeft("a", "sales", "callback"),
        QueueLeft("a", "sales", "exit_key"),
        CallEnded("a", "line", "loop_break", 30),
    ],
)
def test_who_gives_up_or_chooses_something_else_is_left_out(event: Event) -> None:
    promises, verdicts = judged(at(8, told(120)), at(30, event), at(500, answered()))
    assert verdicts == [None, None, None]
    assert promises.share() is None


def test_who_was_told_only_a_place_or_no_upper_end_is_left_out() -> None:
    assert judged(at(8, told(None)), at(500, answered()))[0].share() is None


def test_the_public_figure_is_of_all_callers() -> None:
    promises = Promises()
    for n, seconds in enumerate((50, 130, 60, 70)):
        promises.see(at(0, told(120, str(n), "sales" if n < 3 else "support")))
        promises.see(at(seconds, answered(str(n))))
    assert promises.share() == 75
    assert promises.share("sales") == pytest.approx(66.667, abs=0.001)


@pytest.mark.parametrize(("people", "days"), [(2, 2), (5, 1)])
def test_through_simulated_days_the_truth_is_told_and_no_later_word_is_more(people: int, days: int) -> None:
    """The whole box; what it told is held against what became of it. The long run is a bench."""
    office = Days(people, STAFFINGS[people], days)
    assert (office.wrong_places, office.turned_away) == (0, 0)
    assert office.promises.judged.total() > 30
    assert (office.promises.share() or 0) >= 70
    assert not any(chain(*(caller.grown(peer=False) for caller in office.callers)))
    assert median(office.errors) <= 0.25
