"""A machine that keys without end fills neither journal nor memory, and turns no queues round (H-04)."""

from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
from stories import ann_talks
from test_story_ivr import rings

from firmware.base.events import DigitHeard, Event, Failed
from hostsim.office import Office

RATE = 20  # keys a second
AT_ONCE = 100  # keys of one call that are heard at once, and one more each second
LINES = {f"line{n}": {"to": "first"} for n in range(1, 5)}
ROUND: dict[str, Any] = {"queues": {"sales": {"keys": {"9": "support"}}, "support": {"keys": {"9": "sales"}}}}
LONG: dict[str, Any] = {"do": "collect", "name": "it", "prompts": ["collect.number"], "most": 30}
PROVES: dict[str, Any] = {"do": "pin", "next": "sales", "else": "first"}


def waits(office: Office) -> Any:
    caller = rings(office)
    caller.press("1")
    return caller


def held(office: Office) -> Any:
    caller, ann = ann_talks(office)
    ann.hold()
    return caller


def keys_on(office: Office, caller: Any, keys: str, seconds: float) -> None:
    """He does so, while somebody hears him."""
    for n, key in zip(range(round(seconds * RATE)), cycle(keys), strict=False):
        if (line := caller.far_end) is not None:
            line.key_heard(key)
        office.wait(0.04 if n % 2 else 0.06)


CASES: dict[str, tuple[dict[str, Any], Callable[[Office], Any], str]] = {
    "a menu": ({}, rings, "789*#"),
    "two queues that lead to each other": (ROUND, waits, "9"),
    "on hold": ({"lines": {"line1": {"to": "ann"}}}, held, "1*#"),
    "digits": ({"lines": LINES, "steps": {"first": {**LONG, "next": "first"}}}, rings, "4711#"),
    "a PIN": ({"lines": LINES, "steps": {"first": PROVES}}, rings, "471147#"),
    "a mailbox": ({"lines": {"line1": {"to": "mailbox:ann"}}}, rings, "12*"),
}


def flooded(case: str, seconds: float) -> None:
    settings, begins, keys = CASES[case]
    with Office(settings, fidelity="signal") as office:
        caller = begins(office)
        before = len(office.saw(Event))
        keys_on(office, caller, keys, seconds)
        assert len(office.saw(DigitHeard)) <= AT_ONCE + seconds + 1
        assert len(office.saw(Event)) - before <= 8 * (AT_ONCE + seconds)
        assert office.saw(Failed) == []


@pytest.mark.parametrize("case", CASES)
def test_keys_without_end_leave_little_behind(case: str) -> None:
    flooded(case, 30)


@pytest.mark.gate
@pytest.mark.parametrize("case", CASES)
def test_an_hour_of_keys_leaves_little_behind(case: str) -> None:
    flooded(case, 3_600)


def test_who_keys_as_fast_as_a_person_is_heard_to_the_last_key() -> None:
    with Office({"lines": LINES, "steps": {"first": {**LONG, "next": "first"}}}, fidelity="signal") as office:
        caller = rings(office)
        caller.press("471123#" * 14)
        office.wait(20)
        assert len(office.saw(DigitHeard)) == 98
