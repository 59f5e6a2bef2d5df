"""Whose account it is: PINs of callers, three tries an account, and a box that gets slower with every guess.

Three wrong ones in a row lock an account for a quarter of an hour, and each further lock lasts twice as long,
up to a day. Beside that the whole box counts: from the fourth guess on it waits a second, then twice as
long each time, up to an hour; an hour without one takes a guess off. So all lines together come to one guess
an hour, of a million (RELIABILITY H-05). What is counted is on the disk before anybody hears the verdict.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from firmware.base.clock import SECOND, Clock
from firmware.base.events import AccountChecked, Event
from firmware.base.pins import PIN, Verdict, fits, sealed

TRIES, LOCKED, LONGEST = 3, 900.0, 86_400.0  # s
FREE, LONGEST_WAIT, FORGETS = 3, 3_600.0, 3_600 * SECOND
MOST = 1_000  # accounts that are counted; the ones that were tried longest ago are forgotten
NOBODY = sealed("000000", b"", bytes(16))  # of an account that there is not: it is refused as slowly


@dataclass
class Tried:
    """An account that was tried in vain."""

    wrong: int = 0  # in a row
    locks: int = 0
    until: int = 0  # µs until which no PIN of it is looked at


class Accounts:
    """All that were tried, and the box's own count; a keeper (firmware.standing)."""

    private = True

    def __init__(self, secret: bytes, clock: Clock, tell: Callable[[Event], Event]) -> None:
        self._secret, self._clock, self._tell = secret, clock, tell
        self._tried: dict[str, Tried] = {}
        self._guesses, self._last = 0, 0  # of the box, and when the last one was (µs)

    def wait(self, account: str) -> float:
        """Seconds that no PIN of it is looked at; 0: he may try."""
        tried, guesses = self._tried.get(account), self._strikes(self._clock.now)
        waits = min(LONGEST_WAIT, 2.0 ** min(guesses - FREE - 1, 12)) if guesses > FREE else 0.0
        box = self._last + round(waits * SECOND)
        return max(0, (tried.until if tried else 0) - self._clock.now, box - self._clock.now) / SECOND

    def judge(self, call: str, account: str, pin: str, kept: str | None) -> Verdict:
        """Is that the PIN that is `kept` of it? None: there is no such account."""
        right = (
            PIN.fullmatch(pin) is not None and fits(pin, kept or NOBODY, self._secret) and kept is not None
        )
        strikes = self._strikes(self._clock.now) + (not right)
        told = self._tell(AccountChecked(call=call, account=account, right=right, strikes=strikes))
        self._count(account, right, strikes, told.at)
        return Verdict(right, self.wait(account), told.seq)

    def _strikes(self, now: int) -> int:
        """Guesses of the whole box, those that were long ago forgotten."""
        return max(0, self._guesses - (now - self._last) // FORGETS) if self._guesses else 0

    def _count(self, account: str, right: bool, strikes: int, at: int) -> None:
        tried = self._tried.pop(account, None) or Tried()
        if right:
            return
        self._guesses, self._last = strikes, at
        tried.wrong += 1
        if tried.wrong >= TRIES:
            tried.until = at + round(min(LONGEST, LOCKED * 2**tried.locks) * SECOND)
            tried.wrong, tried.locks = 0, tried.locks + 1
        self._tried[account] = tried
        if len(self._tried) > MOST:
            del self._tried[next(iter(self._tried))]

    # Over a restart

    def standing(self) -> dict[str, Any]:
        now = self._clock.now
        tried = {
            account: [each.wrong, each.locks, max(0, each.until - now)]
            for account, each in self._tried.items()
        }
        return {"tried": tried, "guesses": self._guesses, "ago": now - self._last}

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        for account, (wrong, locks, left) in standing.get("tried", {}).items():
            self._tried[account] = Tried(wrong, locks, at + left)
        self._guesses, self._last = standing.get("guesses", 0), at - standing.get("ago", 0)
        for event in since:
            if isinstance(event, AccountChecked):
                self._count(event.account or "", event.right, event.strikes, event.at)
