"""An engine to be killed: real journal, writer, ticker and control socket around the smallest of boxes.

`python -m tests.notary FOLDER`: the order `note {text}` is told as an event, and answered `done` when
that event is durable. Its clock runs twenty times as fast: a tick each millisecond.
"""

import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from firmware.base.events import Event, LineChanged
from firmware.base.orders import Reply
from firmware.rim.control_server import ControlServer
from firmware.rim.journal import Journal, Writer
from firmware.rim.ticker import Ticker

FASTER = 20


class Notary:
    """Writes down what it is told, and swears to it when it is written."""

    def __init__(self, writer: Writer) -> None:
        self.watchers: list[Callable[[Event, bool], None]] = []
        self._writer = writer
        self._seq, self._at = writer.last
        self._mail: SimpleQueue[tuple[str, Callable[[Reply], None]]] = SimpleQueue()
        self._promises: deque[tuple[Event, Callable[[Reply], None]]] = deque()

    def post(self, name: str, args: dict[str, Any], reply: Callable[[Reply], None]) -> None:
        self._mail.put((args["text"], reply))

    def snapshot(self) -> dict[str, Any]:
        return {"written": self._writer.durable}

    def tick(self) -> None:
        self._at += 20_000
        for _ in range(self._mail.qsize()):
            text, reply = self._mail.get_nowait()
            self._seq += 1
            event = LineChanged("line1", "idle", text, seq=self._seq, at=self._at)
            self._writer.put(event)
            self._promises.append((event, reply))
        while self._promises and self._promises[0][0].seq <= self._writer.durable:
            event, reply = self._promises.popleft()
            for watcher in self.watchers:
                watcher(event, True)
            reply(Reply("done", seq=event.seq))


def main() -> None:
    folder = Path(sys.argv[1])
    writer = Writer(Journal(folder / "journal.db"))
    notary = Notary(writer)
    server = ControlServer(folder / "control.sock", notary, writer)

    def tick() -> None:
        notary.tick()
        server.beat()

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    fast = Ticker(
        tick,
        now=lambda: time.monotonic_ns() * FASTER,
        sleep=lambda seconds: time.sleep(seconds / FASTER),
    )
    fast.run(until=lambda: False)


if __name__ == "__main__":
    main()
