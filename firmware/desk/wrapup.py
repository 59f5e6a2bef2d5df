"""The work that a queue's call leaves behind: how long nobody rings, what ends it, the reason to be given.

A wrap-up lasts as long as its queue says (`wrap_s`), no shorter than `wrap_min_s`, and where it is extended
or a reason is still owed no longer than `wrap_max_s`. It runs on while its person lifts to key a code.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any

from firmware.base import Refused
from firmware.base.clock import SECOND, Clock, Timer
from firmware.tables import Queue


class Owes(Enum):
    """What keeps somebody in wrap-up."""

    TIME = "time"
    REASON = "reason"


class WrapUp:
    """Of one call. `over(why)` is called once, if it was begun and is not stopped."""

    def __init__(
        self, call: str, queue: Queue, reasons: tuple[str, ...], clock: Clock, over: Callable[[str], None]
    ) -> None:
        self.call, self.reasons, self.reason = call, reasons, ""
        self.running = False
        self._queue, self._clock, self._over = queue, clock, over
        self._must = queue.reason_must and bool(reasons)
        self._most = max(queue.wrap_s, queue.wrap_max_s)
        self._length = queue.wrap_s
        self._began: int | None = None
        self._timer: Timer | None = None

    @property
    def due(self) -> bool:
        """Was it never begun, and is there anything to do?"""
        return self._began is None and (self._length > 0 or self._owes_reason)

    def begin(self) -> None:
        """The call is over."""
        self._began, self.running = self._clock.now, True
        self._wait(self._length)

    def stop(self) -> None:
        """There is nothing more to do, or nobody to do it."""
        self.running, self._length = False, 0.0
        self._stop_timer()

    def told(self) -> dict[str, Any]:
        """What its person's page is shown; `until` in µs, None while it does not run."""
        until = self._timer.due if self.running and self._timer is not None else None
        longer = self.running and min(2 * self._queue.wrap_s, self._most) > self._length
        told = {"call": self.call, "running": self.running, "until": until, "longer": longer}
        return {**told, "reasons": list(self.reasons), "reason": self.reason, "must": self._must}

    # What its person says

    def owes(self) -> Owes | None:
        """What is missing before he may take calls again."""
        if not self.running:
            return None
        if self._lasted < self._queue.wrap_min_s:
            return Owes.TIME
        return Owes.REASON if self._owes_reason else None

    def end(self) -> None:
        """He is done. Refused: he is not yet."""
        owes = self.owes()
        if owes is Owes.TIME:
            least = self._queue.wrap_min_s
            raise Refused(
                f"wrap-up takes at least {least:g} s here: ready again in {least - self._lasted:.0f} s"
            )
        if owes is Owes.REASON:
            raise Refused(f"the call needs a reason first: choose one of {', '.join(self.reasons)}")
        if self.running:
            self._end("ready")

    def extend(self) -> None:
        """Once, by as much again. Refused: that was done, or it has reached its longest."""
        longer = min(2 * self._queue.wrap_s, self._most)
        if not self.running:
            raise Refused("there is no wrap-up to extend")
        if longer <= self._length:
            raise Refused(f"wrap-up is extended once, to {longer:g} s here: that is done")
        self._length = longer
        self._wait(longer)

    def check(self, reason: str) -> None:
        """Refused: there is no such reason."""
        if not self.reasons:
            raise Refused("calls of this queue have no reasons; the owner sets them with the queue")
        if reason not in self.reasons:
            raise Refused(f'"{reason[:30]}" is no reason here: choose one of {", ".join(self.reasons)}')

    def give(self, reason: str) -> None:
        """What the call came to, as checked."""
        self.reason = reason
        if self.running and self._time_is_over:
            self._end("reason given")

    # The machine

    @property
    def _owes_reason(self) -> bool:
        return self._must and not self.reason

    @property
    def _time_is_over(self) -> bool:
        """Is its own time over, and only a reason waited for?"""
        return self._lasted >= self._length

    @property
    def _lasted(self) -> float:
        return (self._clock.now - (self._began or 0)) / SECOND

    def _wait(self, seconds: float) -> None:
        """Until so many seconds after its begin."""
        self._stop_timer()
        self._timer = self._clock.after(seconds - self._lasted, self._time_over)

    def _time_over(self) -> None:
        if self._owes_reason and self._lasted < self._most:
            self._wait(self._most)
        else:
            self._end("wrap-up over")

    def _end(self, why: str) -> None:
        self.stop()
        self._over(why)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
