"""The beat of a live box: a tick every 20 ms by absolute deadlines, and how well they were kept.

A late tick moves no later one: what was missed is made up at once, but never more than a few ticks
in a burst. Beyond that time is let go, and it is said how much: after a laptop's sleep nobody
wants an hour of ticks at once.
"""

import gc
import os
import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from firmware.base.clock import TICK

BEAT = TICK * 1_000  # ns
LATE = 5_000_000  # ns after its deadline from which a tick counts as late (DESIGN 6.4)
BURST = 5  # ticks that are made up one after another
MINUTE = 3_000  # ticks
STEPS_MS = (1, 2, 5, 10, 20, 50)  # of the histogram; the last column is everything beyond
NICE = -11  # where sound servers run, before everything of the desktop
SWITCH = 0.0005  # s after which a thread that computes gives way; Python's own 5 ms would be a late tick


class Ticker:
    """Calls `tick` every 20 ms. `now` (ns) and `sleep` (s) are the system's where not given; `told`
    hears a sentence when time was let go."""

    def __init__(
        self,
        tick: Callable[[], object],
        told: Callable[[str], object] = lambda sentence: None,
        now: Callable[[], int] = time.monotonic_ns,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.ticks = self.late_ticks = self.skipped_ticks = 0
        self._tick, self._told, self._now, self._sleep = tick, told, now, sleep
        self._due = now()
        self._columns: deque[int] = deque(maxlen=MINUTE)  # of the histogram, one for each tick
        self._histogram = [0] * (len(STEPS_MS) + 1)

    def run(self, until: Callable[[], bool]) -> None:
        """Tick until `until()`, which is asked before each tick; the first one is due now."""
        self.start()
        while not until():
            self.beat()

    def start(self) -> None:
        """The next tick is due now, whatever took so long before."""
        self._due = self._now()

    def beat(self) -> None:
        """Wait until a tick is due, then tick."""
        self._wait()
        self._tick()

    def _wait(self) -> None:
        if (ahead := self._due - self._now()) > 0:
            self._sleep(ahead / 1e9)
        lateness = max(0, self._now() - self._due)
        self._count(lateness)
        self._due += BEAT
        if lateness > BURST * BEAT:
            self._let_go(lateness // BEAT)

    def _count(self, lateness: int) -> None:
        self.ticks += 1
        self.late_ticks += lateness > LATE
        if len(self._columns) == MINUTE:
            self._histogram[self._columns[0]] -= 1
        column = sum(lateness > step * 1_000_000 for step in STEPS_MS)
        self._columns.append(column)
        self._histogram[column] += 1

    def _let_go(self, ticks: int) -> None:
        self.skipped_ticks += ticks
        self._due += ticks * BEAT
        self._told(f"This computer stood still for {ticks * BEAT / 1e9:.2f} s: calls lost that time.")

    def figures(self) -> dict[str, Any]:
        """Ticks since the start, and the last minute's by lateness: ms (upper end) -> ticks."""
        names = [*(f"{step}" for step in STEPS_MS), "more"]
        return {
            "ticks": self.ticks,
            "late_ticks": self.late_ticks,
            "skipped_ticks": self.skipped_ticks,
            "lateness_ms": dict(zip(names, self._histogram, strict=True)),
        }


def prefer() -> None:
    """Run this process before those of the desktop, if the system allows; threads started later inherit
    it. Whichever of them holds the interpreter must not be kept waiting by others: the tick waits too."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)


def settle() -> None:
    """Make this thread's ticks punctual, once everything is built: threads give way sooner, what stays for
    good is no longer looked at by the garbage collector, and this thread runs at once when its time comes,
    if the system allows (beside four busy processes: 0.2 % of ticks more than 1 ms late, not 30 %)."""
    sys.setswitchinterval(SWITCH)
    gc.collect()
    gc.freeze()
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))
