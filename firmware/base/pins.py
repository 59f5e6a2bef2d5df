"""PINs: how they are kept, and whose is right.

Kept is a keyed hash, BLAKE2b (RFC 7693) with the box's secret as its key: nobody without it can try the few
PINs that there are. Each has a salt of its own, so that two of the same do not show it.
There are three tries, then a quarter of an hour without any: one counter, whoever asks. A verdict is a
promise: it is given when its event is durable, so that no power cut gives a try back.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from hmac import compare_digest
from typing import Any, NamedTuple

from firmware.base.clock import SECOND, Clock
from firmware.base.errors import Refused
from firmware.base.events import Event, PinChecked
from firmware.base.orders import Handler
from firmware.tables import Person

SECRET = 32  # bytes
SALT = blake2b.SALT_SIZE
PIN = re.compile(r"[0-9]{6,12}")
KIND = "blake2b"
TRIES = 3
LOCKED = 900.0  # s


def sealed(pin: str, secret: bytes, salt: bytes) -> str:
    """What is kept of `pin`."""
    return f"{KIND}:{salt.hex()}:{_digest(pin, secret, salt)}"


def fits(pin: str, kept: str, secret: bytes) -> bool:
    """Is it that PIN? Takes the same time whatever differs."""
    salt, _, digest = kept.removeprefix(f"{KIND}:").partition(":")
    try:
        return compare_digest(_digest(pin, secret, bytes.fromhex(salt)), digest)
    except ValueError:  # a plain one was kept, or none
        return False


def _digest(pin: str, secret: bytes, salt: bytes) -> str:
    return blake2b(pin.encode(), key=secret, salt=salt, person=b"bellwire pin", digest_size=32).hexdigest()


def without_plain(data: Mapping[str, Any], secret: bytes, salt: Callable[[], bytes]) -> dict[str, Any]:
    """The settings `data` with every plain PIN of people and accounts sealed; what is none stays."""
    tables = {table: rows for table in ("people", "accounts") if isinstance(rows := data.get(table), Mapping)}
    return {**data, **{table: _rows(rows, secret, salt) for table, rows in tables.items()}}


def _rows(rows: Mapping[str, Any], secret: bytes, salt: Callable[[], bytes]) -> dict[str, Any]:
    return {name: _row(row, secret, salt) for name, row in rows.items()}


def _row(row: Any, secret: bytes, salt: Callable[[], bytes]) -> Any:
    pin = row.get("pin") if isinstance(row, Mapping) else None
    if not (isinstance(pin, str) and PIN.fullmatch(pin)):
        return row
    return {**row, "pin": sealed(pin, secret, salt())}


class Verdict(NamedTuple):
    """`seq` is the event's that must be durable before anybody hears of it."""

    right: bool
    locked_s: float
    seq: int


class Pins:
    """The PINs of all people; the keeper of their counters (firmware.standing)."""

    private = False

    def __init__(
        self,
        people: Callable[[], Mapping[str, Person]],
        secret: bytes,
        clock: Clock,
        tell: Callable[[Event], Event],
    ) -> None:
        self._people, self._secret, self._clock, self._tell = people, secret, clock, tell
        self._wrong: dict[str, int] = {}  # person -> in a row
        self._until: dict[str, int] = {}  # µs until which none is looked at

    def locked(self, who: str) -> float:
        """Seconds that no PIN of his is looked at; 0: he may try."""
        return max(0, self._until.get(who, 0) - self._clock.now) / SECOND

    def judge(self, who: str, pin: str) -> Verdict:
        """Is that his PIN? Refused: there is nobody of that name, he has none, or he is locked out."""
        person = self._people().get(who)
        if person is None:
            raise Refused(f'there is nobody called "{who[:30]}"')
        if person.pin is None:
            raise Refused(f"{who} has no PIN yet: the owner gives him one")
        if (seconds := self.locked(who)) > 0:
            raise Refused(f"{who}: too many wrong PINs; try again in {seconds / 60:.0f} min")
        right = PIN.fullmatch(pin) is not None and fits(pin, person.pin, self._secret)
        wrong = 0 if right else self._wrong.get(who, 0) + 1
        locked_s = LOCKED if wrong >= TRIES else 0.0
        told = self._tell(PinChecked(agent=who, right=right, wrong=wrong, locked_s=locked_s))
        self._count(who, wrong, locked_s, told.at)
        return Verdict(right, locked_s, told.seq)

    @property
    def orders(self) -> dict[str, Handler]:
        return {"pin.check": Handler(self.check, promise=True)}

    def check(self, who: str, pin: str) -> dict[str, Any]:
        """The verdict, as a page is told it."""
        verdict = self.judge(who, pin)
        return {"right": verdict.right, "locked_s": verdict.locked_s}

    def _count(self, who: str, wrong: int, locked_s: float, at: int) -> None:
        """After a lock the tries begin anew."""
        self._wrong[who] = 0 if locked_s else wrong
        self._until[who] = at + round(locked_s * SECOND)

    # Over a restart

    def standing(self) -> dict[str, Any]:
        now = self._clock.now
        return {
            who: {"wrong": wrong, "left": max(0, self._until[who] - now)}
            for who, wrong in self._wrong.items()
            if wrong or self._until[who] > now
        }

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        for who, known in standing.items():
            self._wrong[who], self._until[who] = known["wrong"], at + known["left"]
        for event in since:
            if isinstance(event, PinChecked):
                self._count(event.agent, event.wrong, event.locked_s, event.at)
