"""Sessions: who is signed in at which browser. The browser holds 256 random bits, the box a digest of them.

They end by sign-out, by any change of what the user may do, after `LONGEST` seconds of this computer's
monotonic clock, and with its next start; a new start of the pages alone ends none. Whoever looks on
(an event stream) is told at once.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from secrets import token_urlsafe
from time import monotonic
from typing import Any

from firmware.rim.books import transaction
from web.shapes import User
from web.users import Users

BITS = 256
LONGEST = 14 * 3600.0  # s: longer than a shift
MOST = 20  # of one user; with one more the oldest ends
BOOT = Path("/proc/sys/kernel/random/boot_id")  # the monotonic clock counts from there


@dataclass(frozen=True)
class Session:
    """`csrf` is what the user's own pages know and a page of another site does not."""

    digest: bytes
    name: str
    person: str | None
    role: str
    language: str | None
    csrf: str
    until: float
    locked: bool = False
    lock_min: int = 0  # minutes without a click


class Sessions:
    """All of them, for all threads; `ended` is called when one is over or locked."""

    def __init__(self, users: Users, now: Callable[[], float] = monotonic, boot: str | None = None) -> None:
        self.ended: list[Callable[[], object]] = []
        self._users, self._now = users, now
        self._boot = boot if boot is not None else boot_id()
        self._lock = threading.Lock()
        self._touched: dict[bytes, float] = {}  # when somebody clicked last
        self._open = {each.digest: each for each in self._kept()}
        users.changed.append(self.end_all)

    def begin(self, user: User) -> str:
        """Sign somebody in: what his browser must show from now on."""
        token = token_urlsafe(BITS // 8)
        until = self._now() + LONGEST
        rights = user.name, user.person, user.role, user.language
        session = Session(_digest(token), *rights, _csrf(token), until, lock_min=user.lock_min)
        with self._lock:
            own = sorted(self._of(user.name), key=lambda each: each.until)
            self._forget([each.digest for each in own[: len(own) - MOST + 1]])
            self._keep(session)
        return token

    def find(self, token: str) -> Session | None:
        """Whose it is; None: nobody's any more."""
        digest = _digest(token)
        session = self._open.get(digest)
        if session is None or session.until <= self._now():
            return None
        if self._left_alone(session):
            self.lock(session, True)
            session = replace(session, locked=True)
        return replace(session, csrf=_csrf(token))

    def touch(self, session: Session) -> None:
        """Somebody is there."""
        self._touched[session.digest] = self._now()

    def _left_alone(self, session: Session) -> bool:
        now = self._now()
        idle = now - self._touched.setdefault(session.digest, now)
        return not session.locked and 0 < session.lock_min * 60 <= idle

    def lives(self, session: Session) -> bool:
        """Is it still what it was? One that is locked is not."""
        now = self._open.get(session.digest)
        if now is None or now.locked or now.until <= self._now():
            return False
        return not self._left_alone(now)

    def end(self, session: Session) -> None:
        with self._lock:
            self._forget([session.digest])
        self._tell()

    def end_all(self, name: str) -> None:
        """His rights have changed: he signs in anew."""
        with self._lock:
            self._forget([each.digest for each in self._of(name)])
        self._tell()

    def lock(self, session: Session, locked: bool) -> None:
        """Whoever shares the computer sees nothing until the PIN is given."""
        with self._lock:
            self.touch(session)
            if session.digest in self._open:
                self._keep(replace(self._open[session.digest], locked=locked))
        self._tell()

    def _of(self, name: str) -> list[Session]:
        return [each for each in self._open.values() if each.name == name]

    def _tell(self) -> None:
        for ended in self.ended:
            ended()

    # The file

    def _kept(self) -> list[Session]:
        with self._users.lock, transaction(self._users.file):
            sql = "DELETE FROM session WHERE boot <> ? OR until <= ?"
            self._users.file.execute(sql, (self._boot, self._now()))
            rows = self._users.file.execute(
                "SELECT digest, name, person, role, language, until, locked, lock_min FROM session"
            ).fetchall()
        return [_session(*row) for row in rows]

    def _keep(self, each: Session) -> None:
        values: tuple[Any, ...] = (each.digest, each.name, each.person, each.role, each.language)
        values += (self._boot, each.until, each.locked, each.lock_min)
        with self._users.lock, transaction(self._users.file):
            self._users.file.execute(
                "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values
            )
        self._open[each.digest] = each

    def _forget(self, digests: list[bytes]) -> None:
        for digest in digests:
            self._open.pop(digest, None)
            self._touched.pop(digest, None)
        with self._users.lock, transaction(self._users.file):
            self._users.file.executemany(
                "DELETE FROM session WHERE digest = ?", [(each,) for each in digests]
            )


def _session(digest: bytes, *row: Any) -> Session:
    name, person, role, language, until, locked, lock_min = row
    return Session(digest, name, person, role, language, "", until, bool(locked), lock_min)


def _digest(token: str) -> bytes:
    return blake2b(token.encode(), digest_size=32, person=b"session").digest()


def _csrf(token: str) -> str:
    return blake2b(token.encode(), digest_size=32, person=b"csrf").hexdigest()


def boot_id() -> str:
    """Of this start of the computer."""
    return BOOT.read_text("ascii").strip()
