"""The answering rule, burst by burst."""

from firmware.base.clock import Clock
from firmware.base.ports import CallerHeard
from firmware.calls.answering import RING_MARGIN, SAME_RING, Answering

DANISH, BRITISH = (1.0, 4.0), (0.4, 0.2, 0.4, 2.0)
HANSEN = CallerHeard(at=0, number="33120001", name=None, reason=None)


class Line:
    """A line that notes when the rule says "answer" and when its caller gave up."""

    def __init__(self, cadence: tuple[float, ...]) -> None:
        self.clock = Clock()
        self.due: list[float] = []
        self.gave_up: list[float] = []
        self.rule = Answering(
            self.clock,
            cadence,
            lambda: self.due.append(self.clock.seconds),
            lambda: self.gave_up.append(self.clock.seconds),
        )

    def wait(self, seconds: float) -> None:
        self.clock.advance(round(seconds * 1_000_000))


def test_with_the_caller_known_it_is_answered_when_the_first_ring_ends() -> None:
    line = Line(DANISH)
    line.rule.caller_heard(HANSEN, ringing=False)
    line.wait(0.5)
    line.rule.first_ring()
    line.wait(1.0)
    line.rule.ring_ended()
    assert line.due == [1.5]


def test_a_caller_known_after_the_first_ring_is_answered_then() -> None:
    line = Line(DANISH)
    line.rule.first_ring()
    line.wait(1.0)
    line.rule.ring_ended()
    line.wait(1.25)
    line.rule.caller_heard(HANSEN, ringing=True)
    assert line.due == [2.25]


def test_without_caller_id_the_second_ring_is_answered_as_it_begins() -> None:
    line = Line(DANISH)
    line.rule.first_ring()
    line.wait(1.0)
    line.rule.ring_ended()
    line.wait(4.0)
    line.rule.next_ring()
    assert line.due == [5.0]
    assert line.gave_up == []


def test_a_double_ring_counts_as_one() -> None:
    line = Line(BRITISH)
    line.rule.caller_heard(HANSEN, ringing=False)
    line.rule.first_ring()
    line.wait(0.4)
    line.rule.ring_ended()
    line.wait(0.2)
    line.rule.next_ring()
    line.wait(0.4)
    line.rule.ring_ended()
    assert line.due == []
    line.wait(SAME_RING)
    assert line.due == [1.0 + SAME_RING]


def test_a_ring_that_stays_away_is_a_caller_who_gave_up_within_six_seconds() -> None:
    line = Line(DANISH)
    line.rule.first_ring()
    line.wait(1.0)
    line.rule.ring_ended()
    line.wait(10.0)
    assert line.gave_up == [1.0 + 4.0 + RING_MARGIN]
    assert line.gave_up[0] - 1.0 <= 6.0


def test_a_caller_id_whose_ring_never_came_is_forgotten() -> None:
    line = Line(DANISH)
    line.rule.caller_heard(HANSEN, ringing=False)
    line.wait(20.0)
    assert line.rule.caller is None
