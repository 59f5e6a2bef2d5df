"""The call record: the ledger's file, filled from the journal's events with a cursor of its own."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from firmware.base import Broken, Refused
from firmware.base.events import CallEnded, Event
from firmware.office.ledger import Ledger, Row
from firmware.office.why import why
from firmware.rim.books import LedgerBook
from firmware.rim.control_schema import Happened
from web.engine import Engine

QUIET = 0.2  # s without an event, then what was read is written: one commit for a burst
BURST = 500  # events in one commit at most
MOST_READ = 50_000  # events of one call's time, to say why it went where it went
ASKED_BEFORE = 2_000  # events before its first dialling, in which a call-back was asked for and given out
AGAIN = 0.5  # s before an engine that went away, or a disk that is full, is tried again


class Records:
    """One thread that follows the engine; anybody may read."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        """Refused: the ledger's file cannot be used."""
        self._book = LedgerBook(folder / "ledger.db")
        self._lock = threading.Lock()  # the file serves one thread at a time
        self._engine = engine
        self._zero = self._book.cursor()[1]
        self._kept: Callable[[int], object] = bool
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="records", daemon=True)

    def follow(self, kept: Callable[[int], object]) -> None:
        """Begin to fill the file; `kept` is told the number of the last event that is in it."""
        self._kept = kept
        self._thread.start()

    def calls(self, limit: int, before: int | None) -> list[dict[str, Any]]:
        """The latest calls, newest first; `before` a key for the page after."""
        with self._lock:
            return [asdict(call) for call in self._book.calls(limit, before)]

    def at(self, station: str | None, limit: int, before: int | None) -> list[dict[str, Any]]:
        """The same of one station, and whatever nobody took."""
        with self._lock:
            return [asdict(call) for call in self._book.calls_at(station, limit, before)]

    def call(self, key: int) -> dict[str, Any]:
        """Whom a call rang and where it waited."""
        with self._lock:
            legs, waits = self._book.legs(key), self._book.waits(key)
        return {"legs": [asdict(leg) for leg in legs], "waits": [asdict(wait) for wait in waits]}

    def why(self, key: int) -> str | None:
        """Why the call went where it went, in one sentence; None: there is no such call. Broken: no engine,
        whose journal tells it."""
        with self._lock:
            found = next((call for call in self._book.calls(1, key + 1) if call.key == key), None)
        if found is None:
            return None
        date = datetime.fromisoformat(found.date) if found.date else None
        zero = date - timedelta(microseconds=found.arrived_at) if date else None
        since = max(0, key - (1 if found.direction == "in" else ASKED_BEFORE))
        return why(self._told(since, found.call), found.call, zero)

    def _told(self, since: int, call: str) -> Iterator[Event]:
        """The events behind `since`, to the end of that call or of the journal."""
        with closing(self._engine.watch(since, idle=QUIET)) as events:
            for happened in islice(events, MOST_READ):
                event = happened.event if happened is not None else None
                if event is not None:
                    yield event
                if happened is None or (isinstance(event, CallEnded) and event.call == call):
                    return

    def date(self, at: int) -> str | None:
        """The wall time (ISO 8601) of `at` µs of the box's clock; None before the journal told it."""
        return (self._zero + timedelta(microseconds=at)).isoformat() if self._zero else None

    def close(self) -> None:
        """Keep what was read, and close the file."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        self._book.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            with suppress(Broken, Refused, sqlite3.Error):  # the cursor stands where the file does
                self._follow()
            self._closing.wait(AGAIN)

    def _follow(self) -> None:
        """Read from where the file stands. Only what is on the engine's disk: a record must not know of
        a call that a power cut takes from the journal."""
        with self._lock:
            resume, zero = self._book.cursor()
        ledger = Ledger(zero)
        rows: list[Row] = []
        told, last = 0, resume
        with closing(self._engine.watch(resume, lasting=True, idle=QUIET)) as events:
            for happened in events:
                rows += _rows(ledger, happened)
                last = happened.seq if happened else last
                told += happened is not None
                if told and (happened is None or told >= BURST):
                    self._keep(rows, ledger)
                    self._kept(last)
                    rows, told = [], 0
                if self._closing.is_set():
                    return

    def _keep(self, rows: Iterable[Row], ledger: Ledger) -> None:
        with self._lock:
            self._book.keep(rows, ledger.resume, ledger.zero)
        self._zero = ledger.zero


def _rows(ledger: Ledger, happened: Happened | None) -> list[Row]:
    event = happened and happened.event
    return ledger.tell(event) if event else []
