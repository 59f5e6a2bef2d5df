"""The tables of the journal's file, and what of an event is written beside its row.

`caller` holds one row for each number that the box knows, as the last CallerKnown told it. It is
written in the commit of that event, and read whole at a start. Erasure empties it like `private`.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from firmware.base.events import CallerKnown, Event
from firmware.rim.books import Book, read_book

JOURNAL = Book(
    "journal",
    (
        (
            "CREATE TABLE journal(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, "
            "type TEXT NOT NULL, fields TEXT NOT NULL) STRICT",
            "CREATE TABLE private(seq INTEGER NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, "
            "PRIMARY KEY (seq, field)) STRICT, WITHOUT ROWID",
        ),
        (
            "CREATE TABLE caller(number TEXT PRIMARY KEY, name TEXT, language TEXT, choice TEXT, "
            "priority INTEGER NOT NULL, agent TEXT, talked_at TEXT) STRICT, WITHOUT ROWID",
        ),
    ),
)


def note_callers(file: sqlite3.Connection, events: Iterable[Event]) -> None:
    """Put what they tell of numbers into `file`, in the transaction that is open."""
    rows = [
        (each.number, each.name, each.language, each.choice, each.priority, each.agent, each.talked_at)
        for each in events
        if isinstance(each, CallerKnown) and each.number
    ]
    file.executemany("INSERT OR REPLACE INTO caller VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def callers_in(path: Path | None) -> tuple[CallerKnown, ...]:
    """Every number that is known in that file; no file knows none."""
    if path is None:
        return ()
    with closing(read_book(path)) as file:
        return tuple(CallerKnown(*row) for row in file.execute("SELECT * FROM caller"))
