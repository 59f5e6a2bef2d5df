"""Passwords: Argon2id (RFC 9106), never kept in any other form, and few are looked at at a time.

32 MiB and two passes take about 50 ms of one core here. At most `AT_ONCE` are computed together and
`WAITING` wait; with more, whoever asks is told to come back, and every other page stays as quick as it was.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from firmware.base import Refused

AT_ONCE = 1  # on the four cores of a Pi, whose telephones come first
WAITING = 8
PATIENCE = 5.0  # s
SHORTEST, LONGEST = 8, 200  # letters

_HASHER = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)


class Busy(Exception):  # as the three of the design
    """Too many passwords are being looked at: later."""


class Passwords:
    """Makes and checks them, for all threads."""

    def __init__(self) -> None:
        self._places = threading.Semaphore(AT_ONCE + WAITING)
        self._working = threading.Semaphore(AT_ONCE)
        self._nobodys = _HASHER.hash("nobody has this one")

    def made(self, password: str) -> str:
        """What is kept of it. Refused: it is too short or too long."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise Refused(
                f"A password has {SHORTEST} to {LONGEST} letters: choose a longer one, four words say."
            )
        with self._turn():
            return _HASHER.hash(password)

    def fits(self, password: str, kept: str | None) -> bool:
        """Is it that one? Without one that is kept it takes as long. Busy: nobody knows yet."""
        with self._turn():
            try:
                return _HASHER.verify(kept or self._nobodys, password[:LONGEST]) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            if not self._working.acquire(timeout=PATIENCE):
                raise Busy
            try:
                yield
            finally:
                self._working.release()
        finally:
            self._places.release()
