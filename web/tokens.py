"""Tokens for programs: each has a role and a name, is shown once, and kept as a digest."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import blake2b
from secrets import token_hex, token_urlsafe
from time import monotonic

from firmware.base import Refused
from firmware.rim.books import transaction
from web.roles import ROLES, Role
from web.sessions import Session
from web.shapes import Token
from web.users import Users

BITS = 256
PREFIX = "bw_"  # by which a leaked one is found
MOST = 50
USED = 60.0  # s between two notes of when one was used


class Tokens:
    """All of them, for all threads; `ended` is called when one is revoked."""

    def __init__(self, users: Users, today: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.ended: list[Callable[[], object]] = []
        self._users, self._today = users, today
        self._lock = threading.Lock()
        self._noted: dict[bytes, float] = {}
        sql = "SELECT digest, id, name, role FROM token"
        with users.lock:
            self._known = {row[0]: row[1:] for row in users.file.execute(sql)}

    def make(self, name: str, role: str) -> str:
        """A new one, as its program sends it. Refused: there are enough, or there is no such role."""
        if role not in ROLES:
            raise Refused(f"There is no such role; there are {', '.join(ROLES)}.")
        if not name.strip() or len(name) > 60:
            raise Refused("Give the token a name of 1 to 60 letters, that of the program for which it is.")
        token = PREFIX + token_urlsafe(BITS // 8)
        row = (_digest(token), token_hex(8), name.strip(), role)
        with self._lock, self._users.lock, transaction(self._users.file):
            if len(self._known) >= MOST:
                raise Refused(f"There are {MOST} tokens: revoke one that is not used any more.")
            made = self._today().date().isoformat()
            self._users.file.execute("INSERT INTO token VALUES (?, ?, ?, ?, ?, NULL)", (*row, made))
            self._known[row[0]] = row[1:]
        return token

    def find(self, token: str) -> Session | None:
        """Whoever sends it, as somebody signed in; None: it is none, or was revoked."""
        digest = _digest(token)
        known = self._known.get(digest)
        if known is None:
            return None
        self._note(digest)
        return Session(digest, f"token {known[1]}", None, known[2], None, "", float("inf"))

    def lives(self, session: Session) -> bool:
        return session.digest in self._known

    def all(self) -> list[Token]:
        sql = "SELECT id, name, role, made, used FROM token ORDER BY made, name"
        with self._users.lock:
            return [Token(*row) for row in self._users.file.execute(sql)]

    def revoke(self, key: str) -> None:
        """Refused: there is none of that key."""
        with self._lock:
            digest = next((each for each, row in self._known.items() if row[0] == key), None)
            if digest is None:
                raise Refused("There is no such token: it may have been revoked already.")
            with self._users.lock, transaction(self._users.file):
                self._users.file.execute("DELETE FROM token WHERE digest = ?", (digest,))
            del self._known[digest]
        for ended in self.ended:
            ended()

    def _note(self, digest: bytes) -> None:
        """When it was used last, for the owner."""
        now = monotonic()
        if now - self._noted.get(digest, float("-inf")) < USED:
            return
        self._noted[digest] = now
        used = self._today().isoformat(timespec="minutes")
        with self._users.lock, transaction(self._users.file):
            self._users.file.execute("UPDATE token SET used = ? WHERE digest = ?", (used, digest))


def role_of(role: str) -> Role:
    """Refused: there is no such role."""
    for known in ROLES:
        if known == role:
            return known
    raise Refused(f"There is no such role; there are {', '.join(ROLES)}.")


def _digest(token: str) -> bytes:
    return blake2b(token.encode(), digest_size=32, person=b"token").digest()
