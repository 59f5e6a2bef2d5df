"""The hook of a telephone: every change of it is planned to the microsecond, and can be looked up."""

from bisect import bisect_right
from collections.abc import Callable

from numpy.random import Generator

from firmware.base.clock import Clock, Timer

BOUNCE = 8_000  # µs in which the contact's springs come to rest
KEPT = 256  # changes that are remembered


class Hook:
    """On (False) or off its hook (True); `moved` is told of each change at its instant, if anybody asks."""

    def __init__(self, clock: Clock, random: Generator) -> None:
        self._clock = clock
        self._random = random
        self._changes: list[tuple[int, bool]] = [(-1, False)]
        self._timers: list[Timer] = []
        self.moved: Callable[[bool], None] | None = None

    def at(self, now: int) -> bool:
        """Off at that instant?"""
        return self._changes[self._place(now)][1]

    def between(self, since: int, now: int) -> list[tuple[int, bool]]:
        """Every change in (since, now], oldest first."""
        return self._changes[self._place(since) + 1 : self._place(now) + 1]

    def next(self, now: int) -> int | None:
        """The next change after `now` that is planned."""
        place = self._place(now) + 1
        return self._changes[place][0] if place < len(self._changes) else None

    @property
    def settled(self) -> bool:
        """As it will lie when all that is planned has happened."""
        return self._changes[-1][1]

    def move(self, off: bool, after: int = 0, bounce: bool = True) -> int:
        """Change it `after` µs behind now or behind what is planned, whichever is later; when."""
        begin = max(self._clock.now, self._changes[-1][0]) + after
        if off == self.settled:
            return begin
        self._change(begin, off)
        if bounce:
            self._bounce(begin, off)
        return begin

    def drop(self) -> None:
        """Forget what is planned: the hand does something else now."""
        del self._changes[self._place(self._clock.now) + 1 :]
        for timer in self._timers:
            timer.stop()
        self._timers.clear()

    def _bounce(self, begin: int, off: bool) -> None:
        count = int(self._random.integers(0, 4))
        instants = sorted(self._random.choice(BOUNCE, 2 * count, replace=False) + 1)
        for place, instant in enumerate(instants):
            self._change(begin + int(instant), off if place % 2 else not off)

    def _change(self, instant: int, off: bool) -> None:
        self._changes.append((instant, off))
        del self._changes[:-KEPT]
        if self.moved is not None:
            self._timers = [each for each in self._timers if each.running]
            self._timers.append(self._clock.at(instant, lambda: self._tell(off)))

    def _tell(self, off: bool) -> None:
        if self.moved is not None:
            self.moved(off)

    def _place(self, now: int) -> int:
        return max(0, bisect_right(self._changes, (now, True)) - 1)
