"""A journal that cannot be read is put aside, whole, and a new one begins behind its numbers.

A damaged record must not cost a call, least of all one for help (RELIABILITY B-06, J-04). Only damage is put
aside: what another engine has, what may not be written or is of tomorrow is refused as ever. The new one
begins with the one event that owns up to what is missing, so that whoever reads on from a number reads on.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from firmware.base import Refused
from firmware.base.events import EventsLost
from firmware.rim.before import before
from firmware.rim.books import Hold, open_book, read_book
from firmware.rim.journal import Journal
from firmware.rim.journal_tables import JOURNAL

LEAST = 16  # bytes of an event on the disk: what cannot be counted has been fewer than that
CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def sound_journal(path: Path) -> Journal:
    """The journal at `path`, and in its `notice` what had to be put aside for it. Refused: as `Journal`."""
    try:
        return _read(path)
    except (Refused, sqlite3.Error, ValueError) as error:
        if not _is_damage(error):
            raise
        kept = _begin_anew(path)
    journal = Journal(path)
    journal.notice = (
        f"The journal could not be read: it is kept as {kept.name}, and a new one began. What was in it is "
        "missing in the record: restore a backup, or send it to whoever looks after this box."
    )
    return journal


def _read(path: Path) -> Journal:
    """Open it, and read what a start must know."""
    journal = Journal(path)
    try:
        before(journal)
    except BaseException:
        journal.close()
        raise
    return journal


def _is_damage(error: Exception) -> bool:
    fault = error.__cause__ if isinstance(error, Refused) else error
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    return code in CODES or isinstance(fault, ValueError)


def _begin_anew(path: Path) -> Path:
    """Put the damaged one aside; where that is."""
    hold = Hold(path.parent)
    try:
        last = max(_last_number(path), _read_so_far(path.parent))
        kept = next(each for n in range(1, 1_000) if not (each := path.with_name(f"damaged-{n}.db")).exists())
        for tail in ("", "-wal", "-shm"):
            if (part := path.with_name(path.name + tail)).exists():
                part.replace(kept.with_name(kept.name + tail))
        lost = EventsLost(1, last, seq=last, at=0)
        with closing(open_book(path, JOURNAL)) as file:
            row = (lost.seq, lost.at, lost.type, f'{{"first":1,"last":{last}}}')
            file.execute("INSERT INTO journal VALUES (?, ?, ?, ?)", row)
    finally:
        hold.release()
    return kept


def _last_number(path: Path) -> int:
    """Of its events; where that cannot be read either, one that is not too small."""
    try:
        with closing(read_book(path)) as file:
            return int(file.execute("SELECT max(seq) FROM journal").fetchone()[0] or 0)
    except (sqlite3.Error, TypeError):
        beside = path.with_name(f"{path.name}-wal")
        return (path.stat().st_size + (beside.stat().st_size if beside.exists() else 0)) // LEAST + 1


def _read_so_far(folder: Path) -> int:
    """How far the ledger has read a journal that may have been longer than what is left of it."""
    try:
        with closing(read_book(folder / "ledger.db")) as file:
            return int(file.execute("SELECT resume FROM cursor").fetchone()[0])
    except (sqlite3.Error, TypeError):
        return 0
