"""Five ways in which a far end disappears; the first that fires wins."""

import pytest

from firmware.base.clock import Clock
from firmware.base.ports import Fact, LoopBroken, Reversed, ToneHeard
from firmware.calls.supervision import Supervision

ALL = ("loop_break", "reversal", "busy_tone", "dial_tone", "silence")


class Watched:
    """A seized line; `said` is when somebody of the office spoke last."""

    def __init__(self, allowed: tuple[str, ...] = ALL, tones: bool = True) -> None:
        self.clock = Clock()
        self.left: list[tuple[float, str]] = []
        self.said = -1000.0
        self.supervision = Supervision(
            self.clock,
            lambda reason: self.left.append((self.clock.seconds, reason)),
            allowed,
            60.0,
            lambda seconds: self.clock.seconds - self.said >= seconds,
        )
        self.supervision.start(tones)

    def at(self, seconds: float, fact: Fact | None = None) -> None:
        self.clock.advance_to(round(seconds * 1_000_000))
        if fact is not None:
            self.supervision.fact(fact)


def tone(name: str, on: bool = True) -> ToneHeard:
    return ToneHeard(at=0, name=name, on=on)


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (LoopBroken(at=0), "loop_break"),
        (Reversed(at=0), "reversal"),
        (tone("busy"), "busy_tone"),
        (tone("congestion"), "busy_tone"),
    ],
)
def test_what_is_certain_ends_the_call_at_once_and_once(fact: Fact, reason: str) -> None:
    watched = Watched()
    watched.at(5.0, fact)
    watched.at(6.0, LoopBroken(at=0))
    assert watched.left == [(5.0, reason)]


def test_a_reversal_right_after_the_answer_belongs_to_the_answer() -> None:
    watched = Watched()
    watched.at(0.3, Reversed(at=0))
    assert watched.left == []


def test_a_dial_tone_must_last_a_second() -> None:
    watched = Watched()
    watched.at(5.0, tone("dial"))
    watched.at(5.5, tone("dial", on=False))
    watched.at(10.0, tone("dial"))
    watched.at(20.0)
    assert watched.left == [(11.0, "dial_tone")]


def test_silence_ends_the_call_after_a_minute_but_not_under_a_long_explanation() -> None:
    watched = Watched()
    watched.at(10.0, tone("silence"))
    watched.said = 50.0
    watched.at(200.0)
    assert watched.left == [(110.0, "silence")]


def test_what_the_owner_switched_off_for_a_line_does_not_end_its_calls() -> None:
    watched = Watched(allowed=("loop_break",))
    for fact in (Reversed(at=0), tone("busy"), tone("dial"), tone("silence")):
        watched.at(5.0, fact)
    watched.at(500.0)
    assert watched.left == []


def test_an_emergency_call_is_ended_by_no_tone_and_no_silence() -> None:
    watched = Watched(tones=False)
    for name in ("busy", "dial", "silence"):
        watched.at(5.0, tone(name))
    watched.at(500.0)
    assert watched.left == []


def test_a_silence_of_waiting_says_nothing_once_somebody_has_answered() -> None:
    watched = Watched()
    watched.at(0.0, tone("silence"))
    watched.at(59.0)
    watched.supervision.joined()
    watched.at(200.0)
    assert watched.left == [(119.0, "silence")]


def test_a_silence_that_began_before_anybody_watched_counts_from_then_on() -> None:
    watched = Watched()
    watched.supervision.stop()
    watched.at(5.0, tone("silence"))
    watched.at(10.0)
    watched.supervision.start()
    watched.at(69.0)
    assert watched.left == []
    watched.at(71.0)
    assert watched.left == [(70.0, "silence")]


def test_what_was_heard_on_the_last_call_is_forgotten() -> None:
    watched = Watched()
    watched.at(5.0, tone("silence"))
    watched.supervision.stop()
    watched.supervision.start()
    watched.at(200.0)
    assert watched.left == []
