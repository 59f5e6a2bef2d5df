"""`python -m hostsim`, started as an owner starts it."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware.rim.control import Client

ROOT = Path(__file__).parent.parent


class Door:
    """A running Bellwire and its one line."""

    def __init__(self, folder: Path, *args: str) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "hostsim", "--state", str(folder), *args]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT)

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code, what else it printed, what it complained about."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err

    def pages(self) -> list[int]:
        """The web processes that it has."""
        found = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        children = [int(each) for path in found for each in path.read_text().split()]
        return [each for each in children if b"\0web\0" in Path(f"/proc/{each}/cmdline").read_bytes()]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    door = Door(tmp_path / "var", "--http", "0")
    yield door
    door.process.kill()
    door.process.communicate()


def health(port: int) -> dict[str, Any] | None:
    """The server ends the connection: its port must be free for the next one all the same."""
    asked = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        asked.request("GET", "/healthz", headers={"Connection": "close"})
        found: dict[str, Any] = json.load(asked.getresponse())
        return found
    except OSError:
        return None


def refused(*args: str) -> str:
    """What a start that is refused says; it ends with code 1."""
    run = subprocess.run([sys.executable, "-m", "hostsim", *args], capture_output=True, text=True, cwd=ROOT)
    assert (run.returncode, run.stdout) == (1, "")
    return run.stderr


def test_one_start_one_line_pages_that_come_back_and_a_clean_end(door: Door) -> None:
    line = door.line()
    assert line.startswith("Bellwire is ready: http://localhost:") and line.endswith("/\n")
    port = int(line.rstrip("/\n").rpartition(":")[2])
    report = health(port)
    assert report is not None and report["status"] in ("ok", "degraded") and len(report["lines"]) == 4

    assert f"Another Bellwire is running on {door.folder}" in refused(
        "--http", "0", "--state", str(door.folder)
    )
    assert f"Port {port} cannot be used" in refused("--http", str(port), "--state", str(door.folder.parent))

    client = Client(door.folder / "control.sock")
    (pages,) = door.pages()
    os.kill(pages, signal.SIGKILL)
    for event in client.watch(since=0, idle=0.05):
        if event is None and health(port) is not None:
            break
    assert door.pages() not in ([], [pages])
    assert client.order("town.lift", phone="phone1").kind == "done"
    client.close()

    (pages,) = door.pages()
    code, told, complaints = door.end()
    assert (code, complaints) == (0, "")
    assert re.fullmatch(r"(To become its owner, .* code \d{8}, .*\n)?", told)
    assert not Path(f"/proc/{pages}").exists()
    assert not (door.folder / "control.sock").exists()
    assert {path.stat().st_mode & 0o077 for path in door.folder.iterdir()} == {0}


def test_a_story_is_played_as_fast_as_it_goes(tmp_path: Path) -> None:
    script = tmp_path / "story.py"
    script.write_text(
        "caller = office.caller('+4533120001')\n"
        "caller.dial(line=1)\n"
        "office.wait_until(lambda: caller.hears() == 'prompt:greeting', 15)\n"
    )
    door = Door(tmp_path / "var", "--script", str(script), "--fast")
    assert door.process.communicate(timeout=60) == ("", "") and door.process.returncode == 0
    assert (tmp_path / "var" / "journal.db").exists()


def test_a_start_that_cannot_be_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "choose another with --state" in refused("--http", "0", "--state", str(tmp_path / "file" / "var"))
    assert "--script wants a Python file" in refused("--fast", "--script", str(tmp_path / "nothing.py"))
