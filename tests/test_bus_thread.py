"""The bus thread of the real box: when it polls, and what it survives."""

from threading import Event

from board.thread import BusThread, next_beat, wake
from firmware.base import Impossible


class Fragile:
    """A hat whose every second poll fails by a bug of ours."""

    due = 0

    def __init__(self):
        self.polls, self.enough = [], Event()

    def poll(self, now):
        self.polls.append(now)
        if len(self.polls) == 6:
            self.enough.set()
        if len(self.polls) % 2:
            raise Impossible("no")


def test_the_bus_thread_polls_on_whatever_happens_and_stops_when_told():
    hat, times = Fragile(), iter(range(0, 10**9, 7_000))
    thread = BusThread(hat, lambda: next(times))
    thread.start()
    assert hat.enough.wait(5)
    thread.stop()
    count = len(hat.polls)
    assert hat.polls == sorted(hat.polls) and count == len(hat.polls)


def test_the_bus_turns_every_10_ms_and_sooner_where_a_sequence_goes_on():
    assert next_beat(20_000, 20_300) == 30_000
    assert next_beat(20_000, 15_000) == 20_000, "an early turn moves no beat"
    assert next_beat(20_000, 95_000) == 105_000, "missed turns are not made up"
    assert wake(30_000, 20_300, 1 << 62) == 30_000
    assert wake(30_000, 20_300, 25_000) == 25_000
    assert wake(30_000, 20_300, 0) == 21_300
