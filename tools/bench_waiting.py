"""What three hundred waiting callers cost, live: music, keys heard and announcements, all with samples.

Every line says something in every tick: noise of −65 to −50 dBm0 (a third of it loud enough to be
listened to), one in twenty speaks beside the telephone, and everybody keys once a minute. The rows are
no hybrids: three hundred lines come by packets, which have no echo of ours. Counted is the whole
process, with what makes and takes the frames here, at the box's own pace.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, cycle, islice, repeat
from typing import Literal

import numpy as np

from firmware.base.clock import SECOND, TICK
from firmware.base.events import DigitHeard, Event, WaitTold
from firmware.base.ports import FRAME, RATE, Frame
from firmware.rim.ticker import Ticker, prefer, settle
from firmware.sound.dtmf import make_keys
from firmware.sound.frame import Samples, silence
from firmware.sound.plans import line_noise
from firmware.tables import Queue
from tools.bench import Figure, figure
from tools.hall import Hall, Wire, Worker

ROWS = 300
FIRST = 4  # callers before them: three short calls, so that waits are foretold, and one without an end
SPREAD = 45.0  # s in which they come: as long as from one announcement to the next
MEASURED = 24.0  # s
KEY = "5"  # leads nowhere
KEYED = round(ROWS * MEASURED / 60)  # callers who key in that time
SPEAKERS = 20  # one in so many


@dataclass
class Row(Wire):
    """A wire with sound on it."""

    keyed: list[Frame] = field(default_factory=list)
    said: Iterator[Frame] = field(default_factory=lambda: cycle(frames_of(silence(1)[0])))

    def read(self) -> Frame:
        return self.keyed.pop() if self.keyed else next(self.said)

    def press(self, key: str) -> None:
        self.keyed = frames_of(make_keys(key))[::-1]


def frames_of(sound: Samples) -> list[Frame]:
    return list(sound[: sound.size // FRAME * FRAME].reshape(-1, FRAME))


class Sounding(Hall):
    """A hall whose wires carry sound; somebody talks for ever, and three hundred callers wait."""

    has_sound = True

    def __init__(self) -> None:
        self.random = np.random.default_rng(5)
        noises = (line_noise(RATE, level, self.random) for level in np.linspace(-65, -50, 16))
        self.noises = [frames_of(noise) for noise in noises]
        self.keys = self.words = 0
        super().__init__(ROWS + FIRST, [_talker()], Queue(strategy="longest_idle", wrap_s=0.0))
        self._talk(*self.workers, f"line{FIRST}")
        self.watchers.append(self._count)
        self.all_sign_in()
        self._fill()

    def _wire(self, name: str, kind: Literal["line", "phone"]) -> Wire:
        noise, start = self.random.integers(len(self.noises)), self.random.integers(50)
        return Row(name, kind, said=islice(cycle(self.noises[noise]), start, None))

    def _count(self, event: Event) -> None:
        self.keys += isinstance(event, DigitHeard) and event.key == KEY
        self.words += isinstance(event, WaitTold)

    def leap(self) -> None:
        self.step()  # sound leaps nowhere

    def _fill(self) -> None:
        for n in range(FIRST):
            self.arrive(f"line{n + 1}")
            self.wait(4.0)
        for n in range(ROWS):
            self.clock.after(SPREAD * n / ROWS, partial(self.arrive, f"line{FIRST + n + 1}"))
        self.run(lambda: len(self.box.desk.waiting) == ROWS)
        self.wait(10.0)

    def ports_alone(self, ticks: int = 200) -> float:
        """What the stand-ins cost by themselves: % of a core."""
        began = time.process_time()
        for _ in range(ticks):
            for wire in self.wires.values():
                wire.write(wire.read())
                wire.events()
        return 100 * (time.process_time() - began) * SECOND / (ticks * TICK)

    def get_going(self) -> None:
        """Who keys does so in time to be heard before the end."""
        for n in range(ROWS):
            name = f"line{FIRST + n + 1}"
            row = self.wires[name]
            assert isinstance(row, Row)
            if n < KEYED:
                self.clock.after(self.random.uniform(0, MEASURED - 1), partial(row.press, KEY))
            if n % SPEAKERS == 0:
                self._talk(name)

    def _talk(self, *names: str) -> None:
        speech = frames_of(self.prompts.sound("menu.main"))
        for row in (self.wires[name] for name in names):
            assert isinstance(row, Row)
            row.said = cycle(speech)


def _talker() -> Worker:
    """Three short calls, then one without an end."""
    talks = chain(repeat(1.0, FIRST - 1), repeat(1e6))
    return Worker(lambda: 0.1, talks.__next__)


def figures() -> Iterator[Figure]:
    """In a process of its own: it takes the priority of a live box."""
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    child = [sys.executable, "-m", "tools.bench_waiting"]
    found = json.loads(subprocess.run(child, stdout=subprocess.PIPE, text=True, check=True, env=env).stdout)
    note = (
        f"{MEASURED:g} s, {found['keys']} of {KEYED} keys heard, {found['words']} announcements, one in"
        f" {SPEAKERS} speaks; {found['tick_ms']:.2f} ms a tick, {found['late']} of {found['ticks']} late; the"
        f" stand-in lines included ({found['ports']:.1f} %), no hybrids and so no echo; x86"
    )
    title = f"CPU of {ROWS} waiting rows with music, keys and announcements, live, without legs"
    yield figure(title, found["cpu"], "% of a core", "<= 10", note, bench="desk")
    missed = KEYED - found["keys"]
    yield figure(
        "keys of waiting callers that were missed", missed, "keys", "<= 0", "the same run", bench="desk"
    )


def measured() -> dict[str, float]:
    hall = Sounding()
    ports = hall.ports_alone()
    prefer()
    settle()
    hall.get_going()
    hall.keys = hall.words = 0
    ticker, end = Ticker(hall.step), hall.clock.now + round(MEASURED * SECOND)
    cpu, began = time.process_time(), time.perf_counter()
    ticker.run(lambda: hall.clock.now >= end)
    used, took = time.process_time() - cpu, time.perf_counter() - began
    return {
        "cpu": 100 * used / took,
        "ports": ports,
        "tick_ms": 1000 * used / ticker.ticks,
        "ticks": ticker.ticks,
        "late": ticker.late_ticks,
        "keys": hall.keys,
        "words": hall.words,
    }


if __name__ == "__main__":
    print(json.dumps(measured()))
