"""Who may sign in at the pages: a file of the pages' own, of password hashes, roles and sessions.

People, their numbers and their PINs are settings; a user is somebody's way in, under his name. Nothing is
kept here that opens a door: passwords as Argon2 hashes, sessions and tokens as digests of what was given out.
"""

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware.base import Refused
from firmware.rim.books import Book, open_book, transaction
from web.passwords import Passwords
from web.roles import ROLES
from web.shapes import User

NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
USERS = Book(
    "list of users",
    (
        (
            "CREATE TABLE user(name TEXT PRIMARY KEY, password TEXT, role TEXT NOT NULL, person TEXT, "
            "language TEXT, disabled INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",
            "CREATE TABLE session(digest BLOB PRIMARY KEY, name TEXT NOT NULL, person TEXT, "
            "role TEXT NOT NULL, language TEXT, boot TEXT NOT NULL, until REAL NOT NULL, "
            "locked INTEGER NOT NULL) WITHOUT ROWID",
        ),
        (
            "ALTER TABLE user ADD COLUMN lock_min INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE session ADD COLUMN lock_min INTEGER NOT NULL DEFAULT 0",
            "CREATE TABLE token(digest BLOB PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, "
            "role TEXT NOT NULL, made TEXT NOT NULL, used TEXT) WITHOUT ROWID",
            "CREATE TABLE invite(name TEXT PRIMARY KEY, digest BLOB NOT NULL, boot TEXT NOT NULL, "
            "until REAL NOT NULL) WITHOUT ROWID",
        ),
    ),
)


class Users:
    """The list, for all threads. `changed` is told whoever's rights are no longer what they were."""

    def __init__(self, folder: Path) -> None:
        """Refused: its file cannot be used."""
        self.file = open_book(folder / "users.db", USERS)
        self.lock = threading.Lock()  # the file serves one thread at a time
        self.changed: list[Callable[[str], object]] = []
        self._passwords = Passwords()

    def all(self) -> list[User]:
        with self.lock:
            rows = self.file.execute(f"SELECT {_FIELDS} FROM user ORDER BY name").fetchall()
        return [_user(row) for row in rows]

    def find(self, name: str) -> User | None:
        with self.lock:
            row = self.file.execute(f"SELECT {_FIELDS} FROM user WHERE name = ?", (name,)).fetchone()
        return _user(row) if row else None

    @property
    def claimed(self) -> bool:
        """Has the box an owner who can sign in?"""
        sql = "SELECT 1 FROM user WHERE role = 'owner' AND password IS NOT NULL AND NOT disabled"
        with self.lock:
            return self.file.execute(sql).fetchone() is not None

    def check(self, name: str, password: str) -> User | None:
        """Whoever signs in by these, or None; nothing tells which of both is wrong. Busy: later."""
        with self.lock:
            row = self.file.execute("SELECT password, disabled FROM user WHERE name = ?", (name,)).fetchone()
        kept = row[0] if row and not row[1] else None
        return self.find(name) if self._passwords.fits(password, kept) else None

    def add(self, user: User, password: str | None = None) -> None:
        """Refused: the name is taken, or is none. Without a password he cannot sign in yet."""
        if not NAME.fullmatch(user.name):
            raise Refused(
                "A name is one word of small letters, figures and _, and begins with a letter: anna_b."
            )
        kept = self._passwords.made(password) if password is not None else None
        values = (user.name, kept, user.role, user.person, user.language, user.disabled, user.lock_min)
        with self.lock, transaction(self.file):
            if self.file.execute("SELECT 1 FROM user WHERE name = ?", (user.name,)).fetchone():
                raise Refused(f"There is somebody called {user.name} already: choose another name.")
            self.file.execute("INSERT INTO user VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    def change(self, name: str, **fields: Any) -> None:
        """New values of fields of his. Refused: there is no such user, or the box would have no owner."""
        assert set(fields) <= {"role", "person", "language", "disabled", "lock_min"}
        with self.lock, transaction(self.file):
            owned = self._owned()
            for field, value in fields.items():
                self.file.execute(f"UPDATE user SET {field} = ? WHERE name = ?", (value, self._must_be(name)))
            self._must_stay_owned(owned)
        if {"role", "person", "disabled", "lock_min"} & set(fields):
            self._tell(name)

    def remove(self, name: str) -> None:
        """Refused: as `change`."""
        with self.lock, transaction(self.file):
            owned = self._owned()
            self.file.execute("DELETE FROM user WHERE name = ?", (self._must_be(name),))
            self._must_stay_owned(owned)
        self._tell(name)

    def set_password(self, name: str, password: str) -> None:
        """Refused: there is no such user, or it is no good password."""
        kept = self._passwords.made(password)
        with self.lock, transaction(self.file):
            self.file.execute("UPDATE user SET password = ? WHERE name = ?", (kept, self._must_be(name)))
        self._tell(name)

    def close(self) -> None:
        self.file.close()

    def _must_be(self, name: str) -> str:
        if not self.file.execute("SELECT 1 FROM user WHERE name = ?", (name,)).fetchone():
            raise Refused(f"There is no user called {name[:30]}.")
        return name

    def _owned(self) -> bool:
        sql = "SELECT 1 FROM user WHERE role = 'owner' AND NOT disabled"
        return self.file.execute(sql).fetchone() is not None

    def _must_stay_owned(self, before: bool) -> None:
        """The simulator's owner may be somebody who has stepped into his shoes, and no user."""
        if before and not self._owned():
            raise Refused("The box needs an owner: make somebody else one first.")

    def _tell(self, name: str) -> None:
        for changed in self.changed:
            changed(name)


_FIELDS = "name, role, person, language, disabled, lock_min"


def _user(row: tuple[Any, ...]) -> User:
    name, role, person, language, disabled, lock_min = row
    assert role in ROLES
    return User(name, role, person, language, bool(disabled), lock_min)


def folded(name: str) -> str:
    """A name as it is kept: hands on a telephone's keyboard begin it with a capital."""
    return name.strip().casefold()[:60]
