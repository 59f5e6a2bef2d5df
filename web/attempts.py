"""Against guessing: whoever gave a wrong password waits before the next is looked at, longer each time.

Counted for each account and for each address. Nobody is ever locked out: the wait ends, and what comes from
this computer itself has counters of its own, so that a stranger's guesses never keep the owner from its
keyboard. Names that nobody has are counted like all others: nothing tells them apart.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic

FREE = 3  # wrong ones before anybody waits
LONGEST = 60.0  # s: 60 tries in an hour, and a few before
FORGOTTEN = 3600.0  # s after the last wrong one
KEPT = 10_000  # accounts and addresses


class Attempts:
    """Counts for all threads."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._wrong: OrderedDict[Hashable, tuple[int, float]] = OrderedDict()  # (how many, when the last)

    def begin(self, *keys: Hashable) -> float:
        """Seconds to wait for the next try; 0: it is counted as a wrong one from now on, until `right`."""
        with self._lock:
            now = self._now()
            wait = max(self._wait(key, now) for key in keys)
            if wait <= 0:
                for key in keys:
                    self._count(key, now)
            return max(0.0, wait)

    def unheard(self, *keys: Hashable) -> None:
        """The last one was not looked at: it does not count."""
        with self._lock:
            for key in keys:
                count, last = self._wrong.get(key, (0, 0.0))
                if count > 1:
                    self._wrong[key] = (count - 1, last)
                else:
                    self._wrong.pop(key, None)

    def right(self, *keys: Hashable) -> None:
        """The last one was right: nothing is held against whoever gave it."""
        with self._lock:
            for key in keys:
                self._wrong.pop(key, None)

    def _wait(self, key: Hashable, now: float) -> float:
        count, last = self._wrong.get(key, (0, now))
        return last + pause(count) - now

    def _count(self, key: Hashable, now: float) -> None:
        count, last = self._wrong.pop(key, (0, now))
        self._wrong[key] = (count + 1 if now - last < FORGOTTEN else 1, now)
        if len(self._wrong) > KEPT:
            self._wrong.popitem(last=False)


def pause(wrong: int) -> float:
    """Seconds after that many wrong ones."""
    return 0.0 if wrong < FREE else min(LONGEST, 2.0 ** min(wrong - FREE, 10))
