"""What is told to other programs: messages kept in a file until they were taken, or given up after a day."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex, token_urlsafe
from time import time
from typing import Any, NamedTuple

import msgspec

from firmware.base import Refused
from firmware.rim.books import Book, open_book, transaction
from firmware.rim.control_schema import Happened
from web.shapes import Hook, OutboxRow

MOST = 20  # hooks
WAITING = 5_000  # messages of one hook; the oldest is given up for one more
SENT = 500  # messages that were sent are shown for so long
FIRST, LONGEST = 10.0, 3600.0  # s before a message is tried again, doubled each time
GIVEN_UP = 86_400.0  # s
PAGE = 50
OUTBOX = Book(
    "outbox of webhooks",
    (
        (
            "CREATE TABLE hook(id TEXT PRIMARY KEY, url TEXT NOT NULL, events TEXT NOT NULL, own INTEGER "
            "NOT NULL, secret TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE message(key INTEGER PRIMARY KEY, hook TEXT NOT NULL, seq INTEGER NOT NULL, "
            "type TEXT NOT NULL, body BLOB NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL, "
            "made REAL NOT NULL, due REAL NOT NULL, trouble TEXT NOT NULL)",
            "CREATE INDEX due ON message(state, due)",
            "CREATE TABLE cursor(resume INTEGER)",
            "INSERT INTO cursor VALUES (NULL)",
        ),
    ),
)


class Message(NamedTuple):
    """One that is due. `own`: its server may be in the office's own network."""

    key: int
    url: str
    secret: str
    own: bool
    kind: str
    body: bytes
    tries: int
    made: float


class Outbox:
    """The file, for all threads. `now` is the wall's time, which a restart does not set to zero."""

    def __init__(self, folder: Path, now: Callable[[], float] = time) -> None:
        """Refused: it cannot be used."""
        self._file = open_book(folder / "webhooks.db", OUTBOX)
        self._lock = threading.Lock()
        self._now = now

    # Hooks

    def add(self, url: str, events: list[str], own: bool) -> tuple[str, str]:
        """`(key, secret)` of a new one. Refused: there are enough."""
        key, secret = token_hex(8), token_urlsafe(32)
        with self._lock, transaction(self._file):
            if self._file.execute("SELECT count(*) FROM hook").fetchone()[0] >= MOST:
                raise Refused(f"{MOST} servers are told already: remove one.")
            row = (key, url, msgspec.json.encode(events).decode(), own, secret)
            self._file.execute("INSERT INTO hook VALUES (?, ?, ?, ?, ?)", row)
        return key, secret

    def remove(self, key: str) -> None:
        """Refused: there is none of that key."""
        with self._lock, transaction(self._file):
            if not self._file.execute("DELETE FROM hook WHERE id = ?", (key,)).rowcount:
                raise Refused("There is no such server: it may have been removed already.")
            self._file.execute("DELETE FROM message WHERE hook = ?", (key,))

    def hooks(self) -> list[Hook]:
        sql = (
            "SELECT id, url, events, own, "
            "(SELECT count(*) FROM message WHERE hook = id AND state = 'waiting'), "
            "coalesce((SELECT trouble FROM message WHERE hook = id ORDER BY key DESC LIMIT 1), '') FROM hook"
        )
        with self._lock:
            rows = self._file.execute(sql).fetchall()
        return [
            Hook(key, url, msgspec.json.decode(events), bool(own), *rest)
            for key, url, events, own, *rest in rows
        ]

    # Messages

    @property
    def resume(self) -> int | None:
        """The last event that was looked at; None: none was yet."""
        with self._lock:
            found: int | None = self._file.execute("SELECT resume FROM cursor").fetchone()[0]
        return found

    def put(self, events: Iterable[tuple[Happened, str | None]], resume: int) -> None:
        """Messages of events, each with its date, for whoever wants them; and how far the journal is read."""
        told = [(each, _body(each, date)) for each, date in events]
        hooks = self.hooks()
        now = self._now()
        with self._lock, transaction(self._file):
            for (event, body), hook in ((each, hook) for each in told for hook in hooks):
                if not hook.events or event.type in hook.events:
                    row = (hook.key, event.seq, event.type, body, now, now)
                    self._file.execute(_INSERT, row)
            self._file.execute("UPDATE cursor SET resume = ?", (resume,))
            for hook in hooks:
                self._file.execute(_TOO_MANY, (hook.key, WAITING))
            self._file.execute(_OLD, (SENT,))

    def due(self) -> tuple[list[Message], float | None]:
        """The oldest of each server, if it may be tried now: they go in order. And the seconds until the
        next one may be."""
        sql = (
            "SELECT message.key, url, secret, own, type, body, tries, made, due FROM message JOIN hook "
            "ON hook = id WHERE message.key IN "
            "(SELECT min(key) FROM message WHERE state = 'waiting' GROUP BY hook)"
        )
        with self._lock:
            rows = self._file.execute(sql).fetchall()
        now = self._now()
        later = [row[-1] - now for row in rows if row[-1] > now]
        return [Message(*row[:-1]) for row in rows if row[-1] <= now], min(later, default=None)

    def done(self, message: Message) -> None:
        self._set(message.key, "sent", message.tries + 1, self._now(), "")

    def failed(self, message: Message, trouble: str) -> None:
        """Again later, longer each time; after a day no more, and the next one's turn has come."""
        now, tries = self._now(), message.tries + 1
        over = now - message.made > GIVEN_UP
        wait = min(LONGEST, FIRST * 2.0 ** min(tries - 1, 20))
        self._set(message.key, "given_up" if over else "waiting", tries, now + wait, trouble[:200])

    def again(self, key: int) -> None:
        """Now. Refused: there is no such message."""
        sql = "UPDATE message SET state = 'waiting', due = ?, made = ? WHERE key = ?"
        with self._lock, transaction(self._file):
            if not self._file.execute(sql, (self._now(), self._now(), key)).rowcount:
                raise Refused("There is no such message any more.")

    def page(self, before: int | None) -> list[OutboxRow]:
        sql = (
            "SELECT key, url, seq, type, state, tries, due, trouble FROM message JOIN hook ON hook = id "
            "WHERE key < ? ORDER BY key DESC LIMIT ?"
        )
        with self._lock:
            rows = self._file.execute(sql, (before or 1 << 62, PAGE)).fetchall()
        return [_row(*row) for row in rows]

    def close(self) -> None:
        self._file.close()

    def _set(self, key: int, state: str, tries: int, due: float, trouble: str) -> None:
        sql = "UPDATE message SET state = ?, tries = ?, due = ?, trouble = ? WHERE key = ?"
        with self._lock, transaction(self._file):
            self._file.execute(sql, (state, tries, due, trouble, key))


_INSERT = (
    "INSERT INTO message(hook, seq, type, body, state, tries, made, due, trouble) "
    "VALUES (?, ?, ?, ?, 'waiting', 0, ?, ?, '')"
)
_TOO_MANY = (
    "UPDATE message SET state = 'given_up', trouble = 'too many waited' WHERE key IN "
    "(SELECT key FROM message WHERE hook = ? AND state = 'waiting' ORDER BY key DESC LIMIT -1 OFFSET ?)"
)
_OLD = "DELETE FROM message WHERE state <> 'waiting' AND key <= (SELECT max(key) FROM message) - ?"


def _body(event: Happened, date: str | None) -> bytes:
    told: dict[str, Any] = {"seq": event.seq, "at": event.at, "date": date, "type": event.type}
    return msgspec.json.encode({**told, "fields": event.fields})


def _row(key: int, url: str, seq: int, kind: str, state: str, *rest: Any) -> OutboxRow:
    tries, due, trouble = rest
    return OutboxRow(key, url, seq, kind, state, tries, _date(due), trouble)


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
