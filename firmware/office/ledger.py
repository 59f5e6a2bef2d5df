"""The call record, computed from the journal's events alone: calls, their legs, their waits in queues.

`Ledger.tell(event)` gives the rows that the event made or changed; whoever stores them replaces
rows of the same key. Deleting what is stored loses nothing: tell all events again. Only live calls
stay in memory. To go on after a restart, tell the events after `resume` (seq) again, with `zero`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from firmware.base.events import (
    BoxStarted,
    CallAnswered,
    CallArrived,
    CallDialled,
    CallEnded,
    CallMoved,
    ClockSet,
    DigitHeard,
    Event,
    PhoneRang,
    QueueEntered,
    QueueLeft,
)

Direction = Literal["in", "out", "internal"]
Result = Literal["answered", "missed", "unanswered"]  # missed: somebody called us; unanswered: we called


@dataclass(frozen=True)
class Call:
    """One call. `key` is the number of its first event, unique for ever; `call` is its id in the events.

    Times are µs of the box's clock; `date` is the wall time of `arrived_at` (ISO 8601), None where the
    journal does not say when its box was started. `seconds`, `side`, `reason` and `result` are None
    while the call lives; a call that its engine did not outlive ends with the reason `restart`.
    """

    key: int
    call: str
    direction: Direction
    line: str | None
    phone: str | None
    number: str | None
    name: str | None
    arrived_at: int
    date: str | None
    answered_by: str | None = None
    answered_how: str | None = None
    answered_at: int | None = None
    ended_at: int | None = None
    side: str | None = None
    reason: str | None = None
    seconds: float | None = None
    result: Result | None = None
    digits: int = 0


@dataclass(frozen=True)
class Leg:
    """One ringing of one station for one call, and the talk that came of it. `nr` counts from 1."""

    key: int
    nr: int
    station: str
    rang_at: int
    answered_at: int | None = None
    ended_at: int | None = None


@dataclass(frozen=True)
class QueueEntry:
    """One wait of one call in one queue. `nr` counts from 1."""

    key: int
    nr: int
    queue: str
    entered_at: int
    left_at: int | None = None
    outcome: str | None = None


Row = Call | Leg | QueueEntry


class _Live:
    """A call that has not ended, with its legs and waits by number."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.legs: list[Leg] = []
        self.waits: list[QueueEntry] = []

    def change(self, **fields: object) -> Row:
        self.call = replace(self.call, **fields)  # type: ignore[arg-type]
        return self.call

    def ring(self, station: str, at: int) -> Iterator[Row]:
        yield from self.end_legs(at, [leg for leg in self.legs if leg.station == station])
        self.legs.append(Leg(self.call.key, len(self.legs) + 1, station, at))
        yield self.legs[-1]

    def answer(self, station: str, at: int) -> Iterator[Row]:
        """The station's leg is answered, all others end. A far end that answers our call has none."""
        yield from self.end_legs(at, [leg for leg in self.legs if leg.station != station])
        for leg in self.legs:
            if leg.station == station and leg.ended_at is None:
                yield self._put_leg(replace(leg, answered_at=at))

    def end_legs(self, at: int, legs: list[Leg]) -> Iterator[Row]:
        for leg in legs:
            if leg.ended_at is None:
                yield self._put_leg(replace(leg, ended_at=at))

    def _put_leg(self, leg: Leg) -> Leg:
        self.legs[leg.nr - 1] = leg
        return leg

    def enter(self, queue: str, at: int) -> Row:
        self.waits.append(QueueEntry(self.call.key, len(self.waits) + 1, queue, at))
        return self.waits[-1]

    def leave(self, queue: str | None, outcome: str, at: int) -> Iterator[Row]:
        """Leave `queue`, or whichever it waits in."""
        for wait in self.waits:
            if wait.left_at is None and queue in (None, wait.queue):
                self.waits[wait.nr - 1] = replace(wait, left_at=at, outcome=outcome)
                yield self.waits[wait.nr - 1]


class Ledger:
    """Turns events into rows; one for each reader of a journal."""

    def __init__(self, zero: datetime | None = None, resume: int = 0) -> None:
        """`zero` is the wall time of the box's zero, for events that are not told from a `BoxStarted` on;
        `resume` the number of the event before the first one told."""
        self.zero = zero
        self._last, self._last_at = resume, 0
        self._live: dict[str, _Live] = {}

    @property
    def resume(self) -> int:
        """The events after this one tell every live call from its beginning."""
        return min((live.call.key - 1 for live in self._live.values()), default=self._last)

    def tell(self, event: Event) -> list[Row]:
        """The rows that `event` made or changed. What it says of an unknown call is left alone: the
        call began before the first event told here, or ended."""
        handle = _HANDLERS.get(type(event))
        rows = list(handle(self, event)) if handle else []
        self._last, self._last_at = event.seq, event.at
        return rows

    def _started(self, event: BoxStarted) -> Iterator[Row]:
        """What lived ended no later than this, on a clock that may have begun anew: the last thing that
        its engine told is the last that is known."""
        for live in list(self._live.values()):
            yield from self._end(live, self._last_at, side="box", reason="restart", seconds=None)
            yield from live.leave(None, "withdrawn", self._last_at)
        self._live.clear()
        if event.started_at:
            self.zero = datetime.fromisoformat(event.started_at)

    def _dated(self, event: ClockSet) -> Iterator[Row]:
        """From here on the box's zero has another date; what was recorded keeps the one it had."""
        self.zero = datetime.fromisoformat(event.started_at)
        yield from ()

    def _arrived(self, event: CallArrived) -> Iterator[Row]:
        yield self._begin(event, "in", event.line, None, event.number, event.name)

    def _dialled(self, event: CallDialled) -> Iterator[Row]:
        """Told again for the next line, when the first one did not take the call."""
        live = self._live.get(event.call)
        if live:
            yield live.change(line=event.line, number=event.number)
        else:
            direction: Direction = "out" if event.line else "internal"
            yield self._begin(event, direction, event.line, event.phone, event.number, None)

    def _begin(
        self,
        event: CallArrived | CallDialled,
        direction: Direction,
        line: str | None,
        phone: str | None,
        number: str | None,
        name: str | None,
    ) -> Row:
        date = (self.zero + timedelta(microseconds=event.at)).isoformat() if self.zero else None
        call = Call(event.seq, event.call, direction, line, phone, number, name, event.at, date)
        self._live[event.call] = _Live(call)
        return call

    def _rang(self, event: PhoneRang) -> Iterator[Row]:
        if live := self._live.get(event.call):
            yield from live.ring(event.station, event.at)

    def _answered(self, event: CallAnswered) -> Iterator[Row]:
        """The record keeps who answered first; later answers are legs."""
        if live := self._live.get(event.call):
            if live.call.answered_at is None:
                yield live.change(
                    answered_by=event.station, answered_how=event.how, answered_at=event.at, result="answered"
                )
            yield from live.answer(event.station, event.at)

    def _moved(self, event: CallMoved) -> Iterator[Row]:
        if live := self._live.get(event.call):
            yield from live.end_legs(event.at, live.legs)

    def _ended(self, event: CallEnded) -> Iterator[Row]:
        if live := self._live.get(event.call):
            yield from self._end(live, event.at, event.side, event.reason, event.seconds)

    def _end(self, live: _Live, at: int, side: str, reason: str, seconds: float | None) -> Iterator[Row]:
        yield from live.end_legs(at, live.legs)
        unmet: Result = "missed" if live.call.direction == "in" else "unanswered"
        yield live.change(
            ended_at=at, side=side, reason=reason, seconds=seconds, result=live.call.result or unmet
        )
        self._forget(live)

    def _forget(self, live: _Live) -> None:
        """A call is forgotten when it has ended and waits nowhere: both are told in either order."""
        if live.call.ended_at is not None and all(wait.left_at is not None for wait in live.waits):
            self._live.pop(live.call.call, None)

    def _digit(self, event: DigitHeard) -> Iterator[Row]:
        if live := self._live.get(event.call):
            yield live.change(digits=live.call.digits + 1)

    def _entered(self, event: QueueEntered) -> Iterator[Row]:
        if live := self._live.get(event.call):
            yield live.enter(event.queue, event.at)

    def _left(self, event: QueueLeft) -> Iterator[Row]:
        if live := self._live.get(event.call):
            yield from live.leave(event.queue, event.outcome, event.at)
            self._forget(live)


_HANDLERS: dict[type[Event], Callable[[Ledger, Any], Iterator[Row]]] = {
    BoxStarted: Ledger._started,
    ClockSet: Ledger._dated,
    CallArrived: Ledger._arrived,
    CallDialled: Ledger._dialled,
    PhoneRang: Ledger._rang,
    CallAnswered: Ledger._answered,
    CallMoved: Ledger._moved,
    CallEnded: Ledger._ended,
    DigitHeard: Ledger._digit,
    QueueEntered: Ledger._entered,
    QueueLeft: Ledger._left,
}
