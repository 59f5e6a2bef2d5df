"""The journal keeps what it says it keeps, on a good disk, a bad one and after a cut."""

import json
import resource
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from firmware.base import Impossible, Refused, events
from firmware.base.events import CallArrived, CallEnded, DigitHeard, Event, EventsLost, LineChanged, PhoneRang
from firmware.rim import journal as room
from firmware.rim.journal import Journal, MemoryJournal, Writer

CALL: tuple[Event, ...] = (
    CallArrived("c1", "line1", "+4533120001", "Hansen A/S", None, seq=1, at=20_000),
    DigitHeard("c1", "1", seq=2, at=40_000),
    PhoneRang("c1", "phone1", seq=3, at=40_000),
    CallArrived("c2", "line2", None, None, "withheld", seq=4, at=60_000),
    CallEnded("c1", "caller", "hang_up", 0.06, seq=5, at=80_000),
)


def changes(first: int, last: int) -> Iterator[Event]:
    return (LineChanged("line1", "idle", "x" * 40, seq=n, at=n * 20_000) for n in range(first, last + 1))


def put_all(journal: Journal | MemoryJournal | Writer, events: Iterable[Event]) -> None:
    for event in events:
        journal.put(event)


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """No file may grow beyond what the journal's files have now: every write to the log fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = max(each.stat().st_size for each in folder.glob("journal.db*") if not each.name.endswith("-shm"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def test_events_are_durable_when_they_are_committed_and_are_there_after_a_restart(path: Path) -> None:
    journal = Journal(path)
    assert (journal.last, journal.durable) == ((0, 0), 0)
    put_all(journal, CALL)
    assert journal.durable == 0
    journal.commit()
    assert journal.durable == 5
    journal.close()
    journal = Journal(path)
    assert (journal.last, journal.durable) == ((5, 80_000), 5)
    assert tuple(journal.events()) == CALL
    assert tuple(journal.events(since=3)) == CALL[3:]
    journal.close()


def test_memory_and_disk_dump_the_same_bytes(path: Path) -> None:
    memory, disk = MemoryJournal(), Journal(path)
    for journal in (memory, disk):
        put_all(journal, CALL)
        journal.commit()
    lines = list(disk.dump())
    assert lines == list(memory.dump())
    assert json.loads(lines[0]) == {
        "seq": 1,
        "at": 20_000,
        "type": "CallArrived",
        "fields": {
            "call": "c1", "line": "line1", "number": "+4533120001", "name": "Hansen A/S", "reason": None,
            "identity": None
        },
    }  # fmt: skip
    disk.close()


def test_a_power_cut_takes_what_was_not_committed_and_nothing_else(path: Path) -> None:
    for journal in (MemoryJournal(), Journal(path)):
        put_all(journal, CALL[:3])
        journal.commit()
        put_all(journal, CALL[3:])
        journal.drop()
        journal.commit()
        assert tuple(journal.events()) == CALL[:3]
        put_all(journal, CALL[3:])
        journal.close()
        assert journal.durable == 5


def test_numbers_names_and_keys_lie_in_the_side_table_alone(path: Path) -> None:
    journal = Journal(path)
    put_all(journal, CALL)
    journal.close()
    file = sqlite3.connect(path)
    facts = " ".join(fields for (fields,) in file.execute("SELECT fields FROM journal"))
    assert "33120001" not in facts and "Hansen" not in facts and '"key":null' in facts
    private = file.execute("SELECT * FROM private ORDER BY seq, field").fetchall()
    assert private == [(1, "name", "Hansen A/S"), (1, "number", "+4533120001"), (2, "key", "1")]
    file.execute("DELETE FROM private")
    file.commit()
    file.close()
    journal = Journal(path)
    erased = next(journal.events())
    assert isinstance(erased, CallArrived) and (erased.call, erased.number, erased.name) == ("c1", None, None)
    journal.close()


def test_a_station_that_is_somebodys_own_number_is_told_apart_as_well(path: Path) -> None:
    journal = Journal(path)
    rang = PhoneRang(call="c1", station="+4520123456", seq=1)
    put_all(journal, (rang, PhoneRang(call="c1", station="phone1", seq=2)))
    journal.close()
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT * FROM private").fetchall() == [(1, "station", "+4520123456")]
    journal = Journal(path)
    assert next(journal.events()) == rang
    journal.close()


def test_a_number_told_twice_or_left_out_is_our_bug(path: Path) -> None:
    journal = Journal(path)
    put_all(journal, CALL[:2])
    for wrong in (CALL[1], CALL[3]):
        with pytest.raises(Impossible):
            journal.put(wrong)
    journal.close()


def test_one_engine_at_a_time_has_a_folder(path: Path) -> None:
    journal = Journal(path)
    with pytest.raises(Refused, match="Another Bellwire is running"):
        Journal(path)
    journal.close()
    Journal(path).close()


def test_a_journal_from_tomorrow_is_refused_and_left_as_it_is(path: Path) -> None:
    file = sqlite3.connect(path)
    file.execute("CREATE TABLE journal(of, tomorrow)")
    file.execute("PRAGMA user_version=99")
    file.close()
    before = path.read_bytes()
    with pytest.raises(Refused, match=r"newer Bellwire \(journal version 99, this one knows 2\)"):
        Journal(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_journal_is_refused_and_left_as_it_is(path: Path) -> None:
    path.write_text("this is no database, it is a shopping list")
    with pytest.raises(Refused, match="cannot be opened as a journal"):
        Journal(path)
    assert path.read_text().startswith("this is no database")


def test_a_disk_that_refuses_keeps_nothing_from_being_kept_later(path: Path) -> None:
    journal = Journal(path)
    put_all(journal, changes(1, 10))
    journal.commit()
    with full_disk(path.parent):
        for last in (3_000, 4_000):
            put_all(journal, changes(journal.durable + journal.waiting + 1, last))
            with pytest.raises(sqlite3.Error):
                journal.commit()
            assert journal.durable == 10
    journal.commit()
    assert journal.durable == 4_000
    assert [each.seq for each in journal.events()] == list(range(1, 4_001))
    journal.close()


def test_what_a_dead_disk_costs_is_owned_up_to(path: Path) -> None:
    journal = Journal(path)
    put_all(journal, changes(1, room.WAITING + 700))
    assert journal.waiting >= 10_000
    journal.commit()
    first, second = list(journal.events())[:2]
    assert first == EventsLost(1, 700, seq=700, at=701 * 20_000)
    assert second.seq == 701
    assert journal.durable == room.WAITING + 700
    journal.close()


def test_the_writer_commits_by_itself_and_all_that_is_queued_at_once(path: Path) -> None:
    def committed() -> None:
        if writer.durable == 500:
            done.set()

    done = threading.Event()
    writer = Writer(Journal(path), committed)
    put_all(writer, changes(1, 500))
    assert done.wait(10)
    assert not writer.stalled and not writer.trouble
    writer.close()
    journal = Journal(path)
    assert journal.last == (500, 500 * 20_000)
    journal.close()


def test_the_writer_says_what_is_wrong_with_the_disk_and_heals(path: Path) -> None:
    class Disk(Journal):
        """Fails as a failing fsync does: the rows were written, and are not to be trusted."""

        failures = 2

        def _write(self, events: Iterable[Event]) -> None:
            super()._write(events)
            if self.failures:
                self.failures -= 1
                troubles.append(writer.trouble)
                raise sqlite3.OperationalError("disk I/O error")

    troubles: list[str] = []
    done = threading.Event()
    writer = Writer(Disk(path), committed=done.set)
    writer.put(next(changes(1, 1)))
    assert done.wait(10)
    assert troubles[0] == "" and "disk I/O error" in troubles[1]
    assert writer.trouble == "" and writer.durable == 1
    writer.close()
    journal = Journal(path)
    assert [each.seq for each in journal.events()] == [1]
    journal.close()


def test_half_a_second_without_a_commit_is_a_stall_until_the_disk_comes_back(path: Path) -> None:
    class Disk(Journal):
        """A disk whose fsync does not come back."""

        def _write(self, events: Iterable[Event]) -> None:
            hang.wait(10)
            super()._write(events)

    hang, done = threading.Event(), threading.Event()
    seconds = iter([100.0, 100.0, 100.4, 100.6, 100.6])
    writer = Writer(Disk(path), committed=done.set, now=lambda: next(seconds))
    writer.put(next(changes(1, 1)))
    assert not writer.stalled
    assert writer.stalled
    hang.set()
    assert done.wait(10)
    assert not writer.stalled
    writer.close()


def test_a_power_cut_in_a_commit_keeps_that_and_forgets_what_came_behind(path: Path) -> None:
    class Disk(Journal):
        """A disk that takes its time."""

        def _write(self, events: Iterable[Event]) -> None:
            began.set()
            slow.wait(10)
            super()._write(events)

    began, slow = threading.Event(), threading.Event()
    writer = Writer(Disk(path))
    put_all(writer, changes(1, 1))
    assert began.wait(10)
    put_all(writer, changes(2, 9))
    threading.Timer(0.05, slow.set).start()
    writer.drop()
    assert writer.durable == 1
    writer.close()
    journal = Journal(path)
    assert journal.last[0] == 1
    journal.close()


def test_every_kind_of_event_is_in_the_room_that_names_them() -> None:
    assert [name for name in events.__all__ if not hasattr(events, name)] == []
