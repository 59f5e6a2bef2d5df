"""The pages' process under load: many pages that look on, and clients that hold it up as well as they can.

The engine is a stand-in at the real control socket, so that what is measured is the web process alone: it
tells events of a busy office at 20 a second, and its snapshot is the demo office's and changes with each.
"""

import http.client
import json
import os
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from firmware.base.events import DigitHeard, Event
from firmware.base.orders import Reply
from firmware.rim.control_server import ControlServer
from firmware.rim.journal import MemoryJournal
from hostsim.office import Office
from tools.bench import Figure, figure

ROOT = Path(__file__).parent.parent
PAGES, RATE, SECONDS = 50, 20, 20.0
HALF_OPEN, NEVER_READING = 50, 12
SEQ = re.compile(rb"\nid: (\d+)\n|^id: (\d+)\n", re.MULTILINE)
TICKS = os.sysconf("SC_CLK_TCK")


class BusyOffice:
    """An Engine (firmware.base.orders) whose calls are keyed to all the time."""

    def __init__(self, folder: Path) -> None:
        with Office(fidelity="signal") as office:
            caller = office.caller("+4533120001", name="Hansen A/S")
            caller.dial(line=1)
            office.wait(6)
            self._state = {**office.box.snapshot(), "version": "bench", "late_ticks": 0, "town": {}}
        self.watchers: list[Callable[[Event, bool], None]] = []
        self.told_at: dict[int, float] = {}
        self._journal = MemoryJournal()
        self.server = ControlServer(folder / "control.sock", self, self._journal)
        self._seq = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def post(self, name: str, args: dict[str, Any], reply: Callable[[Reply], None]) -> None:
        reply(Reply("done"))

    def snapshot(self) -> dict[str, Any]:
        return {**self._state, "impossible": self._seq}  # no two are the same

    def _run(self) -> None:
        beat, due = 0, time.monotonic()
        while not self._over.wait(max(0.0, due - time.monotonic())):
            due += 0.02
            beat += 1
            if beat * RATE // 50 > self._seq:
                self._tell()
            self.server.beat()

    def _tell(self) -> None:
        self._seq += 1
        event = DigitHeard("c1", "5").stamped(self._seq, self._seq * 50_000)
        self._journal.put(event)
        self._journal.commit()
        self.told_at[self._seq] = time.monotonic()
        for watcher in self.watchers:
            watcher(event, True)

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self.server.close()


@contextmanager
def busy() -> Iterator[tuple[BusyOffice, int, int]]:
    """The office, the port of its pages, and their process."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        office = BusyOffice(folder)
        stack.callback(office.close)
        command = [sys.executable, "-m", "web", "--state", str(folder), "--http", "0"]
        child = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT))
        stack.callback(child.terminate)
        assert child.stdout is not None
        port = int(child.stdout.readline().rstrip().rstrip("/").rpartition(":")[2])
        while ask(port) > 1.0:
            pass
        yield office, port, child.pid


def watched() -> Iterator[Figure]:
    """50 pages open, 20 events a second."""
    with busy() as (office, port, process):
        pages = [stream(port) for _ in range(PAGES)]
        heard: list[float] = []
        listen(pages, office.told_at, 3.0, [])
        before = cpu(process)
        listen(pages, office.told_at, SECONDS, heard)
        used = (cpu(process) - before) / SECONDS
        for page in pages:
            page.close()
    note = f"{PAGES} pages, {RATE} events/s, {len(heard)} heard"
    late = statistics.quantiles(heard, n=100)[98] * 1000
    yield figure("50 pages open: events p99", late, "ms", "<= 50", note, "browser")
    yield figure("50 pages open: CPU of web", used * 100, "% of core", "<= 15", note, "browser")


def held_up() -> Iterator[Figure]:
    """Clients that send half a request, and pages that take nothing."""
    with busy() as (_, port, _):
        began = time.monotonic()
        mute = [half_open(port) for _ in range(HALF_OPEN)] + [
            stream(port, 4096) for _ in range(NEVER_READING)
        ]
        times = []
        cut: dict[socket.socket, float] = {}
        while len(cut) < len(mute) and time.monotonic() - began < 30:
            times.append(ask(port))
            now = time.monotonic() - began
            cut |= {each: now for each in mute if each not in cut and is_cut(each)}
            time.sleep(0.05)
        for each in mute:
            each.close()
    late = statistics.quantiles(times, n=100)[98] * 1000
    last = max(cut.values()) if len(cut) == len(mute) else 999.0
    note = f"{HALF_OPEN} half-open, {NEVER_READING} never reading, {len(times)} asked meanwhile"
    yield figure("clients that hold up: p99 of the others", late, "ms", "<= 100", note, "browser")
    yield figure("clients that hold up: cut after", last, "s", "<= 15", note, "browser")


def ask(port: int) -> float:
    """Seconds that the state takes, as a page asks for it; 9 where it is not answered."""
    began = time.monotonic()
    with (
        suppress(OSError, http.client.HTTPException),
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as line,
    ):
        line.request("GET", "/api/me")
        if json.loads(line.getresponse().read())["simulator"]:
            return time.monotonic() - began
    return 9.0


def stream(port: int, buffer: int = 0) -> socket.socket:
    page = socket.socket()
    if buffer:
        page.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    page.connect(("127.0.0.1", port))
    page.sendall(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return page


def half_open(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
    return client


def is_cut(client: socket.socket) -> bool:
    """Has the other end hung up? Without reading: TCP's state says so."""
    state: int = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
    return state != 1  # TCP_ESTABLISHED


def listen(pages: list[socket.socket], told_at: dict[int, float], seconds: float, heard: list[float]) -> None:
    """Read all pages for so long; how late each event was goes to `heard`."""
    with selectors.DefaultSelector() as selector:
        for page in pages:
            page.setblocking(False)
            selector.register(page, selectors.EVENT_READ)
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            for key, _ in selector.select(end - now):
                more = key.fileobj.recv(1 << 18)  # type: ignore[union-attr]
                came = time.monotonic()
                numbers = (int(first or second) for first, second in SEQ.findall(more))
                heard += [
                    came - told_at[each] for each in numbers if each in told_at and came - told_at[each] < 2
                ]


def cpu(process: int) -> float:
    """Seconds of processor that it has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


PARTS = (watched, held_up)

if __name__ == "__main__":
    for part in PARTS:
        for found in part():
            print(found)
