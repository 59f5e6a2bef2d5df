"""What keyed digits mean, after each key."""

import pytest

from firmware.base.numbers import emergency_numbers
from firmware.calls.dialling import HABIT_PAUSE, PAUSE, Decision, decide

DANISH = emergency_numbers("DK")
INSIDE = {"101": "phone1", "201": "phone1", "204": "phone4"}


@pytest.mark.parametrize(
    ("keys", "kind", "number", "wait"),
    [
        ("112", "emergency", "112", 0.0),
        ("0112", "emergency", "112", 0.0),
        ("9112", "emergency", "112", HABIT_PAUSE),
        ("91123456", "number", "91123456", 0.0),
        ("33120001", "number", "33120001", 0.0),
        ("3312", "number", "3312", PAUSE),
        ("3312#", "number", "3312", 0.0),
        ("204", "number", "204", PAUSE),  # 20 4x xx xx is a national number too
        ("101", "number", "101", PAUSE),
        ("11", "number", "11", PAUSE),
        ("*2", "number", "*2", PAUSE),
        ("0045", "number", "0045", PAUSE),
    ],
)
def test_each_key_decides(keys: str, kind: str, number: str, wait: float) -> None:
    assert decide(keys, "DK", DANISH, INSIDE) == Decision(kind, number, wait)  # type: ignore[arg-type]


def test_no_number_of_the_plan_is_cut_short_before_it_is_complete() -> None:
    for number in ("33120001", "70102030", "20123456", "99887766"):
        for length in range(1, len(number)):
            decision = decide(number[:length], "DK", DANISH, INSIDE)
            assert (decision.kind, decision.wait) == ("number", PAUSE), number[:length]
