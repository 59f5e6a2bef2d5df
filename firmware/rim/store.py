"""The settings on the disk: tables in TinyDB, every version kept, no moment without a good file.

`AtomicStorage` writes a new file, syncs it, keeps the old one as `.previous`, renames and syncs the
folder (TinyDB's own storage overwrites in place: unreadable after 14 of 100 kills). The whole text
is in memory; a check sum in front of it tells a good file from a broken one.

The version in force is stored in tables that can be queried (lines, phones, people …); the versions
before it as what each change took away, so that any of them can be put together again.
"""

import json
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

from tinydb import TinyDB
from tinydb.storages import Storage

from firmware.base import Refused
from firmware.rim.books import sync_folder

FORMAT = 1
PLAIN, VERSIONS = "settings", "versions"  # our own tables; all others are the owner's
Tables = dict[str, dict[str, Any]]
Settings = dict[str, Any]
Change = dict[str, Any]  # {"path": [key, …], "was": value, "now": value}; no "was": new; no "now": gone


class AtomicStorage(Storage):
    """TinyDB's storage in one file, whole at every instant. `notice` says what was found broken."""

    def __init__(self, path: Path) -> None:
        """Refused: the file is of a newer Bellwire; it is left as it is."""
        self.notice = ""
        self._path = path
        self._new, self._previous = path.with_suffix(".new"), path.with_suffix(".previous")
        self._text = self._found()
        self._together = False

    def _found(self) -> str:
        """The text of the file, or of the one before it, or none. A broken file is set aside."""
        if (text := _text_of(self._path)) is not None:
            return text
        previous = _text_of(self._previous)
        if self._path.exists():
            broken = self._path.with_suffix(".broken")
            self._path.replace(broken)
            then = "the version before it is in force" if previous else "Bellwire starts with its own"
            self.notice = f"The settings in {self._path} cannot be read: {then}. The broken file is {broken}."
        return previous or ""

    def read(self) -> Tables | None:
        return cast(Tables, json.loads(self._text)) if self._text else None

    def write(self, data: Tables) -> None:
        self._text, before = json.dumps(data, ensure_ascii=False, indent=1), self._text
        if not self._together:
            self._keep(before)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written inside comes to the disk as one file, or not at all."""
        before = self._text
        self._together = True
        try:
            yield
        except BaseException:
            self._text = before
            raise
        finally:
            self._together = False
        self._keep(before)

    def _keep(self, before: str) -> None:
        try:
            deque(self.put_on_disk(), maxlen=0)
        except BaseException:
            self._text = before
            raise

    def put_on_disk(self) -> Iterator[None]:
        """Stops between any two steps: whatever happens there, the disk holds a good file, the old one,
        its copy or the new one."""
        with open(self._new, "w", encoding="utf-8", opener=_private) as file:
            file.write(f"{FORMAT} {check_sum(str(FORMAT), self._text)}\n{self._text}")
            file.flush()
            yield
            os.fsync(file.fileno())
        yield
        if self._path.exists():
            self._previous.unlink(missing_ok=True)
            yield
            os.link(self._path, self._previous)
        yield
        self._new.replace(self._path)
        yield
        sync_folder(self._path.parent)


def _private(path: str, flags: int) -> int:
    """Settings hold PINs: nobody else reads the file."""
    return os.open(path, flags, 0o600)


def _text_of(path: Path) -> str | None:
    """The text in `path`; None where there is none, or not all of it. Refused: it is from tomorrow."""
    try:
        head, _, text = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    version, _, check = head.partition(" ")
    if check != check_sum(version, text):
        return None
    if version != str(FORMAT):
        raise Refused(
            f"{path} was written by a newer Bellwire (settings format {version}, this one knows {FORMAT}): "
            "update Bellwire, or start it on another folder with --state FOLDER."
        )
    return text


def check_sum(version: str, text: str) -> str:
    """The second word of the file; the first is the format's version, all after the first line the text."""
    return blake2b(f"{version}\n{text}".encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Version:
    """One version of the settings: when it came into force (wall time, ISO 8601), by whom, what changed."""

    version: int
    at: str
    by: str
    note: str
    changes: tuple[Change, ...]


def utc_now() -> datetime:
    return datetime.now(UTC)


class SettingsStore:
    """The settings of one state folder, and all the versions that they went through. Any thread."""

    def __init__(self, folder: Path, wall: Callable[[], datetime] = utc_now) -> None:
        """Open or make `folder`/settings.json. Refused: it is of a newer Bellwire."""
        self._wall = wall
        self._lock = threading.RLock()
        self._db = TinyDB(folder / "settings.json", storage=AtomicStorage)
        self._storage = cast(AtomicStorage, self._db.storage)

    @property
    def notice(self) -> str:
        """A sentence for the owner where the file was broken; empty where all is well."""
        return self._storage.notice

    def load(self) -> tuple[int, Settings] | None:
        """The version in force and its settings; None where nothing was ever saved."""
        with self._lock:
            return (self._newest, self._current()) if self._newest else None

    def save(self, settings: Settings, by: str, note: str) -> int:
        """Keep `settings` (plain JSON) as the next version; its number. OSError: nothing was kept."""
        with self._lock, self._storage.together():
            row = Version(
                self._newest + 1,
                self._wall().isoformat(),
                by,
                note,
                tuple(changes(self._current(), settings)),
            )
            self._replace(settings)
            self._db.table(VERSIONS).insert(asdict(row))
            return row.version

    def versions(self) -> list[Version]:
        """All of them, the newest first."""
        with self._lock:
            rows = [Version(**{**row, "changes": tuple(row["changes"])}) for row in self._db.table(VERSIONS)]
        return rows[::-1]

    def version(self, number: int) -> Settings:
        """The settings of an earlier version. Refused: there is none of that number."""
        with self._lock:
            newest_first, settings = self.versions(), self._current()
        if not 1 <= number <= len(newest_first):
            raise Refused(f"There is no version {number} of the settings; the newest is {len(newest_first)}.")
        for each in newest_first[: len(newest_first) - number]:
            undo(settings, each.changes)
        return settings

    def table(self, name: str) -> list[dict[str, Any]]:
        """The rows of one table, each `{"name": …, "value": …}`, in the owner's order."""
        return [dict(row) for row in self._db.table(name)]

    @property
    def _newest(self) -> int:
        return len(self._db.table(VERSIONS))

    def _current(self) -> Settings:
        return {
            row["name"]: {each["name"]: each["value"] for each in self.table(row["name"])}
            if row["is_table"]
            else row["value"]
            for row in self.table(PLAIN)
        }

    def _replace(self, settings: Settings) -> None:
        for name in self._db.tables() - {VERSIONS}:
            self._db.drop_table(name)
        plain = self._db.table(PLAIN)
        for name, value in settings.items():
            is_table = isinstance(value, dict) and name not in (PLAIN, VERSIONS)
            plain.insert({"name": name, "is_table": is_table, "value": None if is_table else value})
            if is_table:
                rows = [{"name": key, "value": each} for key, each in value.items()]
                self._db.table(name).insert_multiple(rows)


def changes(was: Settings, now: Settings, path: tuple[str, ...] = ()) -> Iterator[Change]:
    """What differs between two settings, field by field; lists count as one value."""
    for key in was | now:
        here: Change = {"path": [*path, key]}
        if isinstance(was.get(key), dict) and isinstance(now.get(key), dict):
            yield from changes(was[key], now[key], (*path, key))
        elif key not in now:
            yield here | {"was": was[key]}
        elif key not in was:
            yield here | {"now": now[key]}
        elif json.dumps(was[key]) != json.dumps(now[key]):  # 1 and true and 1.0 are not the same here
            yield here | {"was": was[key], "now": now[key]}


def undo(settings: Settings, made: Iterable[Change]) -> None:
    """Take changes back, in place."""
    for change in made:
        *path, key = change["path"]
        table = settings
        for name in path:
            table = table[name]
        if "was" in change:
            table[key] = change["was"]
        else:
            del table[key]
