"""The journal: every event of the box, numbered, on the disk; the truth of the past.

The tick thread puts events (`put` never blocks); whoever owns the file commits all that is queued
with one fsync: the `Writer` thread in a live box, the office itself in a story. An event counts
only when `durable` has reached its number. Numbers, names and keyed digits lie in a side table,
so that erasure can empty them without touching the facts.
"""

import json
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import msgspec

from firmware.base import Impossible
from firmware.base.events import EVENTS, Event, EventsLost, event_of, private
from firmware.rim.books import Hold, open_book, read_book, transaction
from firmware.rim.journal_tables import JOURNAL, note_callers

WAITING = 20_000  # events that wait in memory for a dead disk: 10,000 are promised, 1 kB each is bearable
STALL = 0.5  # s without a durable commit: the box is degraded (DESIGN 1.3)
RETRY = 0.2  # s between two tries to write to a disk that refuses
PAGE = 1_000  # rows that a reader takes at once: its transaction ends long before 1 s
Told = tuple[int, int, str, dict[str, Any]]  # seq, at, type, fields


class AnyJournal(Protocol):
    """What the box knows of a journal, on a disk or not."""

    durable: int  # the last event that no power cut can take
    last: tuple[int, int]  # (seq, at) of the last event found at the start; (0, 0) in a new journal

    @property
    def path(self) -> Path | None: ...  # of its file
    @property
    def stalled(self) -> bool: ...
    def put(self, event: Event) -> None: ...
    def commit(self) -> None: ...
    def drop(self) -> None: ...
    def events(self, since: int = 0) -> Iterator[Event]: ...
    def dump(self) -> Iterator[str]: ...
    def close(self) -> None: ...


class MemoryJournal:
    """A journal that no disk holds, for stories: the same face, durable with each commit."""

    path = None
    stalled = False

    def __init__(self) -> None:
        self.durable = 0
        self.last = (0, 0)
        self._events: list[Event] = []

    def put(self, event: Event) -> None:
        check_next(len(self._events), event)
        self._events.append(event)

    def commit(self) -> None:
        self.durable = len(self._events)

    def drop(self) -> None:
        del self._events[self.durable :]

    def events(self, since: int = 0) -> Iterator[Event]:
        return iter(self._events[since : self.durable])

    def dump(self) -> Iterator[str]:
        return (line_of(each.seq, each.at, each.type, each.fields()) for each in self.events())

    def close(self) -> None:
        self.commit()


class Journal:
    """The journal in a SQLite file. `put` in one thread, `commit` in one other or the same."""

    stalled = False  # a story commits in the tick: only a Writer can fall behind

    def __init__(self, path: Path) -> None:
        """Open or make `path`. Refused: another engine has its folder, or a newer Bellwire wrote it."""
        self.path = path
        self.notice = ""  # what the owner should know of its file
        self._hold = Hold(path.parent)
        try:
            self._file = open_book(path, JOURNAL)
            self.last = self._found()
        except BaseException:
            self._hold.release()
            raise
        self.durable = self._put = self.last[0]
        self._waiting: deque[Event] = deque()  # put, and not yet taken by a commit
        self._taken: list[Event] = []  # in a commit, or in one that failed and is tried again
        self._again = False

    def _found(self) -> tuple[int, int]:
        row = self._file.execute("SELECT seq, at FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
        return (row[0], row[1]) if row else (0, 0)

    @property
    def waiting(self) -> int:
        """How many events are put and not yet durable."""
        return self._put - self.durable

    def put(self, event: Event) -> None:
        """Queue `event`. Where `WAITING` are queued already the oldest of them leaves memory; the next
        commit that succeeds writes an `EventsLost` in its place."""
        check_next(self._put, event)
        self._put = event.seq
        self._waiting.append(event)
        if len(self._waiting) > WAITING:
            self._waiting.popleft()

    def commit(self) -> None:
        """Write all that is queued, with one fsync. sqlite3.Error: nothing was kept, nothing is lost;
        call it again."""
        room = WAITING - len(self._taken)
        self._taken += [self._waiting.popleft() for _ in range(min(room, len(self._waiting)))]
        if not self._taken:
            return
        try:
            self._write(list(with_losses(self.durable, self._taken)))
        except sqlite3.Error:
            self._again = True
            raise
        self._again = False
        self.durable = self._taken[-1].seq
        self._taken = []

    def _write(self, events: list[Event]) -> None:
        """A commit that failed is written anew on the same connection, page by page: after a failed
        fsync the kernel holds pages for clean that never reached the disk, and whether the rows were
        seen or not, REPLACE makes every page dirty again."""
        insert = "INSERT OR REPLACE INTO" if self._again else "INSERT INTO"
        rows, apart = [], []
        for event in events:
            told = event.fields()
            for name in private(event.type, told):
                if told[name] is not None:
                    apart.append((event.seq, name, told[name]))
                    told[name] = None  # keeps its place among the fields
            rows.append((event.seq, event.at, event.type, msgspec.json.encode(told).decode()))
        with transaction(self._file):
            self._file.executemany(f"{insert} journal VALUES (?, ?, ?, ?)", rows)
            self._file.executemany(f"{insert} private VALUES (?, ?, ?)", apart)
            note_callers(self._file, events)

    def drop(self) -> None:
        """Forget all that is not durable, as a power cut does."""
        self._waiting.clear()
        self._taken = []
        self._put = self.durable

    def events(self, since: int = 0) -> Iterator[Event]:
        """What is durable, after the event numbered `since`. Types that this version does not know are
        left out. May be read in any thread."""
        return (event_of(kind, seq, at, told) for seq, at, kind, told in self._told(since) if kind in EVENTS)

    def dump(self) -> Iterator[str]:
        """Each durable event as one line of JSON: seq, at in µs, type, fields."""
        return (line_of(*told) for told in self._told(0))

    def _told(self, since: int) -> Iterator[Told]:
        end = self.durable
        with closing(read_book(self.path)) as reader:
            while since < end:
                page = reader.execute(
                    "SELECT * FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?",
                    (since, end, PAGE),
                ).fetchall()
                if not page:
                    return
                told = {seq: (seq, at, kind, json.loads(fields)) for seq, at, kind, fields in page}
                for seq, name, value in reader.execute(
                    "SELECT seq, field, value FROM private WHERE seq > ? AND seq <= ?", (since, page[-1][0])
                ):
                    told[seq][3][name] = value
                yield from told.values()
                since = page[-1][0]

    def close(self) -> None:
        """Keep what is queued, and let the folder go. sqlite3.Error: it could not be kept."""
        try:
            self.commit()
        finally:
            self._file.close()
            self._hold.release()


class Writer:
    """The thread that owns a journal's file in a live box; the same face as the journal.

    It commits whatever is queued as soon as the commit before has ended. When a commit fails,
    `trouble` says why, nothing is acknowledged, and the same events are tried again until the disk
    takes them. `committed` is called in the writer's thread after each commit.
    """

    def __init__(
        self,
        journal: Journal,
        committed: Callable[[], object] = lambda: None,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.trouble, self.notice = "", journal.notice
        self.path, self.durable, self.last = journal.path, journal.durable, journal.last
        self._now = now
        self._journal = journal
        self._committed = committed
        self._since = now()  # the last commit, or when an event began to wait for one
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._dropped = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    @property
    def stalled(self) -> bool:
        """Events wait, and for 0.5 s nothing became durable: nobody may be promised anything."""
        return self._journal.waiting > 0 and self._now() - self._since > STALL

    def put(self, event: Event) -> None:
        if not self._journal.waiting:
            self._since = self._now()
        self._journal.put(event)
        self._wake.set()

    def commit(self) -> None:
        """Nothing to do: the thread commits by itself."""

    def drop(self) -> None:
        """The power goes: what is under way to the disk may arrive, all else is forgotten for good."""
        self._dropped = True
        self._end()
        self._journal.drop()

    def events(self, since: int = 0) -> Iterator[Event]:
        return self._journal.events(since)

    def dump(self) -> Iterator[str]:
        return self._journal.dump()

    def close(self) -> None:
        """Keep what is queued and end. sqlite3.Error: it could not be kept."""
        self._end()
        self._journal.close()

    def _end(self) -> None:
        self._closing.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._wake.wait()
            self._wake.clear()
            while self._journal.waiting and not self._dropped and not self._commits():
                if self._closing.wait(RETRY):
                    return

    def _commits(self) -> bool:
        """Whether the disk took what was queued. The thread outlives whatever the disk does."""
        try:
            self._journal.commit()
        except sqlite3.Error as error:
            self.trouble = (
                f"The disk takes no records ({error}): calls go on, promises wait. Free or replace it."
            )
            return False
        self.trouble = ""
        self._since = self._now()
        self.durable = self._journal.durable
        self._committed()
        return True


def check_next(put: int, event: Event) -> None:
    """Impossible: a number told twice, or left out."""
    if event.seq != put + 1:
        raise Impossible(f"event {event.seq} ({event.type}) was told after event {put}")


def with_losses(durable: int, events: Iterable[Event]) -> Iterator[Event]:
    """Fill each gap in the numbers after `durable` with the one event that owns up to it."""
    for event in events:
        if event.seq > durable + 1:
            yield EventsLost(durable + 1, event.seq - 1, seq=event.seq - 1, at=event.at)
        yield event
        durable = event.seq


def line_of(seq: int, at: int, kind: str, fields: dict[str, Any]) -> str:
    return msgspec.json.encode({"seq": seq, "at": at, "type": kind, "fields": fields}).decode()
