"""A-01: an engine that is killed at any instant has kept what it said it kept, and starts again."""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.base import Broken
from firmware.base.events import BoxStarted, CallArrived, Event, LineChanged
from firmware.rim.control import Client
from firmware.rim.journal import Journal

ROOT = Path(__file__).parent.parent
WRITERS = 4  # clients that order at the same time


class Kills:
    """Starts an engine on one folder again and again, has it work, kills it, and keeps what it swore to."""

    def __init__(self, folder: Path, module: str, *args: str) -> None:
        self.folder = folder
        self.acknowledged: dict[str, int] = {}  # text -> number of its event
        self.seen: dict[int, Event | None] = {}  # what was told as durable, by number
        self.starts = 0
        self._command = [sys.executable, "-m", module, *args]

    def round(self, seconds: float, work: Callable[[Client, int], None]) -> None:
        """One life: `work(client, n)` again and again by each writer, until the engine is killed after
        `seconds`."""
        env = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        with subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env) as engine:
            assert engine.stdout is not None
            assert "ready" in engine.stdout.readline()
            self.starts += 1
            threading.Timer(seconds, engine.kill).start()
            writers = [threading.Thread(target=self._write, args=(work, n)) for n in range(WRITERS)]
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join()

    def _write(self, work: Callable[[Client, int], None], writer: int) -> None:
        client = Client(self.folder / "control.sock")
        try:
            while True:
                work(client, writer)
        except Broken:
            client.close()

    def note(self, client: Client, writer: int) -> None:
        text = f"{self.starts}-{writer}-{len(self.acknowledged)}-{random.getrandbits(40)}"
        reply = client.order("note", text=text)
        assert reply.kind == "done"
        self.acknowledged[text] = reply.seq

    def telephone(self, client: Client, writer: int) -> None:
        """One calls the office on all lines; the others watch, from the beginning and from now on."""
        if writer:
            for event in client.watch(since=0 if writer == 1 else None):
                assert event is not None
                if event.durable:
                    self.seen[event.seq] = event.event
        else:
            for line in range(1, 5):
                client.order("town.call", line=line, number=f"+453312000{line}")
            next(client.watch())


def kept_in(folder: Path) -> list[Event]:
    journal = Journal(folder / "journal.db")
    events = list(journal.events())
    journal.close()
    return events


def kill_the_notary(folder: Path, times: int) -> None:
    kills = Kills(folder, "tests.notary", str(folder))
    chance = random.Random(times)
    for _ in range(times):
        kills.round(chance.uniform(0.005, 0.6), kills.note)
    events = kept_in(folder)
    kept = {event.reason: event.seq for event in events if isinstance(event, LineChanged)}
    assert kills.starts == times
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len(kept) == len(events), "an event is there twice"
    assert {text: kept.get(text) for text in kills.acknowledged} == kills.acknowledged
    assert len(kills.acknowledged) > 10 * times


def test_nothing_acknowledged_is_lost_or_doubled_in_30_kills(tmp_path: Path) -> None:
    kill_the_notary(tmp_path, 30)


@pytest.mark.gate
def test_nothing_acknowledged_is_lost_or_doubled_in_1000_kills(tmp_path: Path) -> None:
    kill_the_notary(tmp_path, 1_000)


@pytest.mark.gate
def test_a_whole_box_killed_60_times_in_its_calls_has_kept_what_it_told(tmp_path: Path) -> None:
    kills = Kills(tmp_path, "hostsim", "--http", "0", "--state", str(tmp_path))
    chance = random.Random(60)
    for _ in range(60):
        kills.round(chance.uniform(0.005, 6.0), kills.telephone)
    events = {event.seq: event for event in kept_in(tmp_path)}
    assert sum(isinstance(event, BoxStarted) for event in events.values()) == kills.starts == 60
    assert sum(isinstance(event, CallArrived) for event in events.values()) > 60
    assert list(events) == list(range(1, len(events) + 1))
    assert {seq: events.get(seq) for seq in kills.seen} == kills.seen
