"""The beat keeps its deadlines, makes up for small delays and lets go of large ones."""

import pytest

from firmware.rim.ticker import MINUTE, Ticker

MS = 1_000_000  # ns


class Machine:
    """Time that moves when somebody sleeps, and when a tick takes long."""

    def __init__(self) -> None:
        self.now = 7 * MS
        self.work = 0  # ns that a tick takes
        self.began: list[float] = []  # ms since the first tick was due, each time a tick began
        self.said: list[str] = []
        self.delays: dict[int, int] = {}  # ns that a tick takes, by its number
        self.ticker = Ticker(self.tick, self.said.append, lambda: self.now, self.sleep)

    def tick(self) -> None:
        self.began.append((self.now - 7 * MS) / MS)
        self.now += self.delays.get(len(self.began), self.work)

    def sleep(self, seconds: float) -> None:
        self.now += round(seconds * 1e9)

    def run(self, ticks: int) -> list[float]:
        self.ticker.run(until=lambda: len(self.began) == ticks)
        return self.began


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_a_tick_begins_every_20_ms_however_long_it_takes(machine: Machine) -> None:
    machine.work = 3 * MS
    assert machine.run(5) == [0, 20, 40, 60, 80]
    assert machine.ticker.figures() == {
        "ticks": 5,
        "late_ticks": 0,
        "skipped_ticks": 0,
        "lateness_ms": {"1": 5, "2": 0, "5": 0, "10": 0, "20": 0, "50": 0, "more": 0},
    }


def test_a_delay_is_made_up_and_no_later_tick_moves(machine: Machine) -> None:
    machine.work = 1 * MS
    machine.delays = {2: 50 * MS}
    assert machine.run(7) == [0, 20, 70, 71, 80, 100, 120]
    assert machine.ticker.late_ticks == 2
    assert machine.ticker.figures()["lateness_ms"] == {
        "1": 5, "2": 0, "5": 0, "10": 0, "20": 1, "50": 1, "more": 0
    }  # fmt: skip
    assert machine.said == []


def test_after_a_long_sleep_time_is_let_go_and_it_is_said(machine: Machine) -> None:
    machine.delays = {2: 3_600_000 * MS}
    assert machine.run(5) == [0, 20, 3_600_020, 3_600_040, 3_600_060]
    assert machine.ticker.skipped_ticks == 179_999
    assert machine.said == ["This computer stood still for 3599.98 s: calls lost that time."]


def test_a_burst_makes_up_for_100_ms_at_most(machine: Machine) -> None:
    machine.delays = {1: 119 * MS}
    assert machine.run(8) == [0, 119, 119, 119, 119, 119, 120, 140]
    machine = Machine()
    machine.delays = {1: 121 * MS}
    assert machine.run(4) == [0, 121, 140, 160]
    assert machine.ticker.skipped_ticks == 5


def test_the_histogram_forgets_what_is_older_than_a_minute(machine: Machine) -> None:
    machine.delays = {1: 60 * MS}
    machine.run(MINUTE)
    figures = machine.ticker.figures()["lateness_ms"]
    assert figures["50"] == 1 and sum(figures.values()) == MINUTE
    machine.run(MINUTE + 10)
    figures = machine.ticker.figures()["lateness_ms"]
    assert figures["1"] == MINUTE and sum(figures.values()) == MINUTE
    assert machine.ticker.late_ticks == 2
