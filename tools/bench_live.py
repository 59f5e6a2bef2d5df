"""The figures of a call that need the clock: start, lateness beside a bare loop, a slow disk."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from firmware.base.events import DigitHeard, LineChanged
from firmware.rim.control import Client
from firmware.rim.journal import AnyJournal, Journal, Writer
from firmware.rim.ticker import BEAT, LATE, Ticker, prefer, settle
from hostsim.office import Office
from tools.bench import Figure, figure

SLOW_DISK = 0.1  # s an fsync takes
MINUTES = float(os.environ.get("BENCH_MINUTES", "5"))
ASKS = 50  # pages a second


def figures() -> Iterator[Figure]:
    yield from start()
    yield from ringing_at_start()
    yield from key_to_ring()
    yield from lateness()


# Start


def start(runs: int = 3) -> Iterator[Figure]:
    """From the start of the process to all eight ports in service, seen from outside."""
    seconds = [_start() for _ in range(runs)]
    note = f"python -m hostsim, interpreter and imports included; median of {runs}"
    yield figure("process start to all 8 ports in service", median(seconds), "s", "<= 2.5", note)


def _start() -> float:
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        with running(Path(folder)):
            while not _all_in_service(Path(folder)):
                time.sleep(0.005)
            return time.monotonic() - began


def _all_in_service(folder: Path) -> bool:
    """By the journal's file: what is durable is what counts."""
    if not (folder / "journal.db").exists():
        return False
    try:
        with sqlite3.connect(f"file:{folder}/journal.db?mode=ro", uri=True) as book:
            query = "SELECT count(*) FROM journal WHERE type IN ('LineChanged', 'PhoneChanged')"
            return bool(book.execute(query).fetchone()[0] >= 8)
    except sqlite3.Error:
        return False


def ringing_at_start() -> Iterator[Figure]:
    """A burst of ringing begins as the engine starts; the box's own time."""
    with tempfile.TemporaryDirectory() as folder, Office(state=folder) as office:
        office.wait(3)
        office.line(1).exchange(caller_id="none")
        office.caller("+4533120001").dial(line=1)
        pair = office.town.lines["line1"]
        office.wait_until(lambda: pair.ringing(office.town.clock.now), 10)
        since = office.town.clock.now
        office.restart()
        office.wait_until(lambda: _told(office, "ringing", since), 10)
        late = (_told(office, "ringing", since)[0] - _told(office, "idle", since)[0]) / 1e6
    yield figure("a line already ringing at start is journalled after it is in service", late, "s", "<= 0.5")


def _told(office: Office, state: str, since: int) -> list[int]:
    """When line1 was told to be in `state`, after `since`; µs."""
    return [
        event.at
        for event in office.saw(LineChanged)
        if event.at >= since and (event.line, event.state) == ("line1", state)
    ]


# A slow disk


class SlowDisk(Journal):
    """A journal on a disk whose fsync takes its time."""

    def commit(self) -> None:
        if self.waiting:
            threading.Event().wait(SLOW_DISK)
        super().commit()


class SlowOffice(Office):
    """An office whose journal is written by a thread, on a slow disk, as on a box."""

    def _open_journal(self) -> AnyJournal:
        assert self._state is not None
        return Writer(SlowDisk(self._state / "journal.db"))


def key_to_ring(calls: int = 20) -> Iterator[Figure]:
    """In real time: from the tick in which the key is certain to current in the telephone's bell."""
    with tempfile.TemporaryDirectory() as folder, SlowOffice(state=folder) as office:
        watch = KeyWatch(office)
        Ticker(watch.tick).run(lambda: len(watch.ms) >= calls)
    note = f"median {median(watch.ms):.1f} ms of {calls} calls; every fsync takes {SLOW_DISK * 1000:.0f} ms"
    yield figure(
        "key certain to first phone rings, live, slow disk, worst", max(watch.ms), "ms", "<= 40", note
    )


class KeyWatch:
    """Calls one after another; how long from the box's key to the bell, each time."""

    def __init__(self, office: Office) -> None:
        self.ms: list[float] = []
        self._office = office
        self._heard: float | None = None
        self._until = 0.0
        self._script = self._calls()
        office.box.observers.append(self._told)

    def _told(self, event: Any) -> None:
        if isinstance(event, DigitHeard):
            self._heard = time.perf_counter()

    def tick(self) -> None:
        if self._office.now >= self._until:
            self._until = self._office.now + next(self._script)
        self._office.tick()
        bells = self._office.town.telephones.values()
        if self._heard is not None and any(bell.ringing for bell in bells):
            self.ms.append(1000 * (time.perf_counter() - self._heard))
            self._heard = None

    def _calls(self) -> Iterator[float]:
        yield 2.0
        for n in count():
            caller = self._office.caller(f"+45331200{n % 100:02}")
            caller.dial(line=n % 4 + 1)
            yield 6.0
            caller.press("1")
            yield 1.0
            caller.hang_up()
            yield 12.0


# Lateness


@contextmanager
def running(folder: Path, *more: str) -> Iterator[int]:
    """`python -m hostsim` in a process of its own; its port."""
    command = [sys.executable, "-m", "hostsim", "--http", "0", "--state", str(folder), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r":(\d+)/", process.stdout.readline())
            assert found is not None, "it did not start"
            yield int(found.group(1))
        finally:
            process.terminate()
            process.wait(10)


def lateness() -> Iterator[Figure]:
    """Four calls go on while a page is asked 50 times a second, beside a bare deadline loop."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as port:
        _make_calls(Path(folder))
        before, ended = health(port), threading.Event()
        asker = threading.Thread(target=_ask, args=(port, ended))
        bare = subprocess.Popen([sys.executable, "-m", "tools.bench_live"], stdout=subprocess.PIPE, text=True)
        asker.start()
        shares = json.loads(bare.communicate()[0])
        ended.set()
        asker.join()
        after = health(port)
    ticks = (after["uptime_s"] - before["uptime_s"]) * 50
    box = 100 * (after["late_ticks"] - before["late_ticks"]) / ticks
    note = f"{MINUTES:g} minutes: the box {box:.3f} %, the bare loop {shares:.3f} % of its beats"
    name = "ticks > 5 ms late, live, page asked 50 times a second, beyond a bare loop"
    yield figure(name, max(0.0, box - shares), "%", "<= 0.1", note)


def _make_calls(folder: Path) -> None:
    client = Client(folder / "control.sock")
    for n in range(1, 5):
        client.order("town.call", line=n, number=f"+453312000{n}", name="")
    time.sleep(10)
    for n in range(1, 5):
        client.order("town.press", who=f"+453312000{n}", keys="1" if n < 3 else "2")
    time.sleep(1)
    for n in range(1, 5):
        client.order("town.lift", phone=f"phone{n}")
        time.sleep(1)


def health(port: int) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=5) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _ask(port: int, ended: threading.Event) -> None:
    due = time.monotonic()
    while not ended.is_set():
        with urllib.request.urlopen(f"http://localhost:{port}/api/state", timeout=5) as answer:
            answer.read()
        due = max(due + 1 / ASKS, time.monotonic() - 1)
        ended.wait(max(0.0, due - time.monotonic()))


def bare_loop() -> float:
    """The share (%) of late beats of a loop that does nothing else, as privileged as the box."""
    prefer()
    settle()
    late, due, beats = 0, time.monotonic_ns(), round(MINUTES * 3000)
    for _ in range(beats):
        due += BEAT
        time.sleep(max(0, due - time.monotonic_ns()) / 1e9)
        late += time.monotonic_ns() - due > LATE
    return 100 * late / beats


if __name__ == "__main__":
    print(bare_loop())
