"""The live box on the hat's ports: a state folder, real drivers, the beat of the sound."""

import subprocess
import sys
from itertools import count

from hat_bench import HatBench

from firmware.base.events import LineChanged
from firmware.rim.engine import run
from firmware.rim.journal import Journal


class MovingHat:
    """A hat whose time goes on by a frame at each `frames_in`, as the real one's clock does."""

    def __init__(self, bench):
        self.hat, self.sim = bench.hat, bench.sim
        self.has_sound, self.hybrids, self.ports = True, True, bench.hat.ports

    def frames_in(self):
        for _ in range(2):
            self.sim.now += 10_000
            self.hat.poll(self.sim.now)
        self.hat.frames_in()

    def frames_out(self):
        self.hat.frames_out()

    def close(self):
        self.hat.close()


def test_a_box_with_nothing_stored_brings_all_its_ports_into_service(tmp_path):
    plugged, ticks = [], count()

    def plug(lines, phones, stack):
        plugged.append((lines, phones))
        return MovingHat(HatBench(lines, phones))

    run(tmp_path, plug, lambda: next(ticks) >= 100, built=lambda: None)
    lines, phones = plugged[0]
    assert lines == dict.fromkeys(["line1", "line2", "line3", "line4"], "DK")
    assert list(phones) == ["phone1", "phone2", "phone3", "phone4"]
    journal = Journal(tmp_path / "journal.db")
    told = [event for event in journal.events() if isinstance(event, LineChanged)]
    assert sorted(event.line for event in told if event.state == "idle") == list(lines)
    journal.close()
    assert not (tmp_path / "control.sock").exists()


def test_without_a_hat_one_sentence_says_so_and_what_to_run_instead():
    done = subprocess.run([sys.executable, "-m", "board"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout == ""
    [sentence] = done.stderr.splitlines()
    assert sentence.startswith("No hat here: ")
    assert "`make run` (python -m hostsim)" in sentence
