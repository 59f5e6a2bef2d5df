"""The busy hour: an office of its own that hurries, its figures, and that it never outlives its hour."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from at_the_page import Desk

from firmware.base.events import CallAnswered, CallArrived
from hostsim.busy import DRAIN, HOUR, Hour, main


def within(seconds: float, test: Callable[[], object]) -> None:
    """Wait for another process."""
    for _ in range(round(seconds * 50)):
        if test():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it did not happen")


def played(**wish: float) -> Hour:
    wishes: dict[str, Any] = {"calls": 90, "patience": 90, "talk": 120, "lines": 6, "agents": 3, "seed": 7}
    hour = Hour(**{**wishes, **wish})
    while not hour.over:
        hour.office.wait(60)
    return hour


def test_an_hour_adds_up() -> None:
    hour = played()
    told = hour.picture()
    assert told["arrived"] == told["answered"] + told["abandoned"] == len(hour.office.saw(CallArrived))
    assert told["answered"] == len(hour.office.saw(CallAnswered)) > 50 and told["abandoned"] > 0
    assert set(told["lines"]) == set(told["agents"]) == {"idle"} and told["waiting"] == 0
    assert HOUR <= told["at"] < HOUR + DRAIN and told["longest"] > 60
    assert 0 < told["told"]["held"] <= told["told"]["count"] <= told["answered"]


def test_the_same_seed_is_the_same_hour_and_another_is_not() -> None:
    first, same, other = (played(seed=seed, calls=30).picture() for seed in (1, 1, 2))
    assert first == same != other


def test_who_finds_every_line_in_use_hears_busy() -> None:
    assert played(lines=2, agents=1).picture()["blocked"] > 0


def test_the_program_tells_pictures_until_the_hour_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--calls=5", "--lines=1", "--agents=1", "--speed=10000"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[-1]["over"] and [each["at"] for each in told] == sorted(each["at"] for each in told)


def test_one_hour_at_a_time_runs_beside_the_office_and_is_stopped_from_the_page() -> None:
    desk = Desk()
    assert desk.refusal("town.busy_stop") == "No busy hour runs."
    assert desk.order("town.busy", calls=600, seed=3).kind == "done"
    within(20, lambda: (desk.live.snapshot()["town"]["busy"] or {}).get("arrived"))
    assert desk.refusal("town.busy") == "A busy hour runs already: stop it first."
    assert "town.busy: calls must be calls an hour" in desk.refusal("town.busy", calls=0)
    assert desk.order("town.busy_stop").kind == "done"
    within(5, lambda: desk.live.snapshot()["town"]["busy"]["over"])
    assert desk.live.snapshot()["town"]["busy"]["trouble"] == ""
    desk.live.close()
