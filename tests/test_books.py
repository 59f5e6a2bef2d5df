"""Our SQLite files move forward and never back; the ledger's keeps what the ledger tells."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware.base import Refused
from firmware.office.ledger import Call, Leg, QueueEntry
from firmware.rim.books import Book, LedgerBook, open_book, read_book

FIRST = ("CREATE TABLE person(name)", "INSERT INTO person VALUES ('ann')")
SECOND = ("ALTER TABLE person ADD COLUMN number", "UPDATE person SET number = '101'")
CALL = Call(7, "c1", "in", "line1", None, "+4533120001", "Hansen A/S", 20_000, None)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = read_book(path)
    found = connection.execute(sql).fetchall()
    connection.close()
    return found


def test_a_file_moves_forward_step_by_step_and_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    open_book(path, Book("people", (FIRST,))).close()
    open_book(path, Book("people", (FIRST, SECOND))).close()
    open_book(path, Book("people", (FIRST, SECOND))).close()
    assert rows(path, "SELECT * FROM person") == [("ann", "101")]


def test_a_step_that_fails_leaves_the_file_before_it(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    broken = (SECOND[0], "this is no statement")
    with pytest.raises(sqlite3.Error):
        open_book(path, Book("people", (FIRST, broken)))
    assert rows(path, "PRAGMA user_version") == [(1,)]
    assert rows(path, "SELECT * FROM person") == [("ann",)]


def test_a_newer_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    open_book(path, Book("people", (FIRST, SECOND))).close()
    with pytest.raises(Refused, match=r"newer Bellwire \(people version 2, this one knows 1\): update"):
        open_book(path, Book("people", (FIRST,)))


def test_commits_reach_the_disk(tmp_path: Path) -> None:
    connection = open_book(tmp_path / "people.db", Book("people", (FIRST,)))
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_the_ledger_keeps_rows_by_their_keys_and_how_far_it_read(tmp_path: Path) -> None:
    book = LedgerBook(tmp_path / "ledger.db")
    assert book.cursor() == (0, None)
    nine = datetime(2026, 1, 5, 9, tzinfo=UTC)
    legs = [Leg(7, 1, "phone1", 40_000), Leg(7, 2, "phone2", 40_000, 60_000)]
    book.keep([CALL, *legs, QueueEntry(7, 1, "sales", 30_000)], 6, nine)
    book.keep([Leg(7, 1, "phone1", 40_000, None, 60_000)], 9, nine)
    book.close()
    book = LedgerBook(tmp_path / "ledger.db")
    assert book.cursor() == (9, nine)
    assert book.calls() == [CALL]
    assert book.legs(7) == [Leg(7, 1, "phone1", 40_000, None, 60_000), legs[1]]
    assert book.waits(7) == [QueueEntry(7, 1, "sales", 30_000)]
    book.close()


def test_calls_come_page_by_page_the_newest_first(tmp_path: Path) -> None:
    book = LedgerBook(tmp_path / "ledger.db")
    calls = [Call(key, f"c{key}", "in", "line1", None, None, None, key, None) for key in range(1, 8)]
    book.keep(calls, 7, None)
    assert [call.key for call in book.calls(limit=3)] == [7, 6, 5]
    assert [call.key for call in book.calls(limit=3, before=5)] == [4, 3, 2]
    book.close()
