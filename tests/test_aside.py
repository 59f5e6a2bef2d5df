"""A journal that cannot be read costs what was in it and nothing else: the box starts, and help is called."""

import resource
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from firmware.base import Refused
from firmware.base.events import CallDialled, EmergencyDialled, EventsLost, LineChanged
from firmware.rim.aside import sound_journal
from firmware.rim.books import LedgerBook
from firmware.rim.journal import Journal, Writer
from hostsim.office import Office

Damage = Callable[[bytes], bytes]


def noise(count: int) -> bytes:
    return Random(1).randbytes(count)


def garbage(file: bytes) -> bytes:
    return noise(len(file))


def cut_off(file: bytes) -> bytes:
    return file[:5_000]


def no_header(file: bytes) -> bytes:
    return b"x" * 16 + file[16:]


def torn(file: bytes) -> bytes:
    return file[:4_096] + noise(len(file) - 4_096)


def no_json(file: bytes) -> bytes:
    return file.replace(b'{"line":', b'}"line":')


damages = pytest.mark.parametrize("damage", [garbage, cut_off, no_header, torn, no_json])


def written(path: Path, damage: Damage) -> Path:
    """A journal of 400 events, then spoilt."""
    journal = Journal(path)
    for n in range(1, 401):
        journal.put(LineChanged("line1", "idle", "x" * 40, seq=n, at=n * 20_000))
    journal.close()
    path.write_bytes(damage(path.read_bytes()))
    return path


@damages
def test_it_is_put_aside_whole_and_a_new_one_goes_on_behind_its_numbers(
    damage: Damage, tmp_path: Path
) -> None:
    path = written(tmp_path / "journal.db", damage)
    spoilt = path.read_bytes()
    journal = Writer(sound_journal(path))
    assert journal.last[0] >= (400 if damage is not cut_off else 1)
    assert (tmp_path / "damaged-1.db").read_bytes() == spoilt
    assert "kept as damaged-1.db" in journal.notice
    assert list(journal.events()) == [EventsLost(1, journal.last[0], seq=journal.last[0], at=0)]
    journal.close()
    again = sound_journal(path)
    assert (again.notice, again.last) == ("", journal.last)
    again.close()


def test_whoever_has_read_on_from_a_number_reads_on_from_there(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.db", cut_off)
    ledger = LedgerBook(tmp_path / "ledger.db")
    ledger.keep((), 9_000, None)
    ledger.close()
    journal = sound_journal(path)
    assert journal.last[0] == 9_000
    journal.close()


def test_what_is_not_damaged_is_never_put_aside(tmp_path: Path) -> None:
    path = written(tmp_path / "journal.db", bytes)
    other = Journal(path)
    with pytest.raises(Refused, match="Another Bellwire"):
        sound_journal(path)
    other.close()
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version=99")
    with pytest.raises(Refused, match="newer Bellwire"):
        sound_journal(path)
    assert not list(tmp_path.glob("damaged*"))


@damages
def test_help_is_called_from_a_box_that_found_it_so(damage: Damage, tmp_path: Path) -> None:
    """J-04."""
    written(tmp_path / "journal.db", damage)
    with Office(fidelity="signal", state=tmp_path) as office:
        calls_help(office)


def test_help_is_called_and_told_of_later_while_the_disk_takes_nothing(tmp_path: Path) -> None:
    """J-04."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Office(fidelity="signal", state=tmp_path) as office:
        office.wait(2)
        size = max(each.stat().st_size for each in tmp_path.glob("journal.db*") if each.suffix != ".db-shm")
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            calls_help(office)
            assert office.journal.durable < office.box.told
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        office.wait(0.1)
        assert office.journal.durable == office.box.told
        assert any("EmergencyDialled" in line for line in office.journal.dump())


def calls_help(office: Office) -> None:
    office.wait(2)
    phone = office.phone("phone1")
    phone.lift()
    office.wait(1)
    phone.press("112")
    office.wait_until(lambda: office.saw(EmergencyDialled), 2)
    office.wait_until(lambda: office.saw(CallDialled), 1)
    office.wait_until(lambda: phone.hears() == "speech", 8)
