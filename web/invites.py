"""Invitations: a code that lets one user choose a password, once, within a day."""

from collections.abc import Callable
from hashlib import blake2b
from secrets import token_urlsafe
from time import monotonic

from firmware.rim.books import transaction
from web.sessions import boot_id
from web.users import Users

BITS = 192
DAY = 86_400.0  # s, of this computer's monotonic clock: its next start ends them all


class Invites:
    """At most one for each user."""

    def __init__(self, users: Users, now: Callable[[], float] = monotonic) -> None:
        self._users, self._now, self._boot = users, now, boot_id()

    def make(self, name: str) -> str:
        """A new one; the one before counts no more."""
        code = token_urlsafe(BITS // 8)
        row = (name, _digest(code), self._boot, self._now() + DAY)
        with self._users.lock, transaction(self._users.file):
            self._users.file.execute("INSERT OR REPLACE INTO invite VALUES (?, ?, ?, ?)", row)
        return code

    def find(self, code: str) -> str | None:
        """Whose it is."""
        sql = "SELECT name FROM invite WHERE digest = ? AND boot = ? AND until > ?"
        with self._users.lock:
            row = self._users.file.execute(sql, (_digest(code), self._boot, self._now())).fetchone()
        return str(row[0]) if row else None

    def forget(self, name: str) -> None:
        with self._users.lock, transaction(self._users.file):
            self._users.file.execute("DELETE FROM invite WHERE name = ?", (name,))


def _digest(code: str) -> bytes:
    return blake2b(code.encode(), digest_size=32, person=b"invite").digest()
