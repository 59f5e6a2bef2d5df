"""The one clock: integer microseconds of the box's own time, and the timers that hang on it.

Time moves only by `advance()`. A live box advances it once a tick, a story as fast as it can
compute; nothing below the rim can tell the difference.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count

SECOND = 1_000_000
TICK = 20_000  # µs: 160 samples at 8 kHz, the only beat of the box


class Timer:
    """A call to be made at an instant; `stop()` takes it back, at any time and more than once."""

    __slots__ = ("call", "due")

    def __init__(self, due: int, call: Callable[[], None]) -> None:
        self.due = due
        self.call: Callable[[], None] | None = call

    def stop(self) -> None:
        self.call = None

    @property
    def running(self) -> bool:
        return self.call is not None


class Clock:
    """Microseconds since the box's zero, and what is to happen when.

    `started_at` is the wall time of zero. It shows dates; it never measures a duration.
    """

    def __init__(self, started_at: datetime | None = None, now: int = 0) -> None:
        self.now = now
        self.started_at = started_at or datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
        self._order = count()  # timers of one instant ring in the order in which they were set
        self._timers: list[tuple[int, int, Timer]] = []

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Make `call` in `seconds`; at once, in the next `advance`, where that is zero or less."""
        return self.at(self.now + max(0, round(seconds * SECOND)), call)

    def at(self, due: int, call: Callable[[], None]) -> Timer:
        """Make `call` at `due` µs."""
        timer = Timer(due, call)
        heappush(self._timers, (due, next(self._order), timer))
        return timer

    def advance(self, us: int) -> None:
        """Move time on by `us`; each timer that falls due is called at its own instant."""
        self.advance_to(self.now + us)

    def advance_to(self, end: int) -> None:
        while (due := self.next_due()) is not None and due <= end:
            timer = heappop(self._timers)[2]
            call, timer.call = timer.call, None
            self.now = max(self.now, due)
            if call is not None:
                call()
        self.now = max(self.now, end)

    def next_due(self) -> int | None:
        """The instant of the next running timer, or None."""
        while self._timers and self._timers[0][2].call is None:
            heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    @property
    def seconds(self) -> float:
        return self.now / SECOND

    def wall(self) -> datetime:
        """The wall time to show for this instant, in the zone of `started_at`, be it summer or winter."""
        return (self.started_at.astimezone(UTC) + timedelta(microseconds=self.now)).astimezone(
            self.started_at.tzinfo
        )

    def set_wall(self, wall: datetime) -> None:
        """The date of this instant is `wall`, whatever was shown before; nothing else changes."""
        zero = wall.astimezone(UTC) - timedelta(microseconds=self.now)
        self.started_at = zero.astimezone(wall.tzinfo)
