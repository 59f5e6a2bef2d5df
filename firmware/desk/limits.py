"""Where a caller is led who should not go on waiting in his queue: it is full, slow, closed, or left by all.

The rules are the owner's, in plain words: if so many wait, if the wait is expected to be so long, if he
has waited so long, if nobody is there, at closing time. Staffing is looked at after every change, time by
timers. Nobody is taken away from somebody whose telephone rings for him, but from the stations that ring
because nobody is there. No queue gets a caller back that sent him on: he then stays where he is. Whoever
waits while the owner changes the rules waits by the new ones; without his queue he is the operator's.
"""

from typing import TYPE_CHECKING

from firmware.base.clock import SECOND, Clock
from firmware.calls.call import Call
from firmware.tables import OPERATOR, Nobody, Queue, Settings

if TYPE_CHECKING:
    from firmware.desk.queue import Desk, Waiting

REMEMBERED = 1_000  # callers who gave up


class Limits:
    """The rules of all queues of a desk. `entered` with each caller, `look` after every change."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._due: list[Waiting] = []  # who should have gone while a telephone rang for him
        self._staff: dict[str, int] = {}  # of the queues that have rules for it, at the last look
        self._settings = desk.settings  # at the last look
        desk.exchange.calendar.watch(self._turned)

    def entered(self, waiting: "Waiting", queue: Queue, again: bool = False) -> None:
        """He has just come: he may have to go on at once, or after a time. For who has to wait `again`
        no queue is too full."""
        full = None if again else self._full(waiting, queue)
        if (to := full or self._unstaffed(waiting, queue)) is not None:
            self._lead_on(waiting, to)
        else:
            self._wait_at_most(waiting, queue)

    def _wait_at_most(self, waiting: "Waiting", queue: Queue) -> None:
        if waiting.late is not None:
            waiting.late.stop()
        clock, waiting.late = self._desk.clock, None
        if queue.late is not None:
            due = waiting.entered + round(queue.late_s * SECOND)
            waiting.late = clock.at(max(due, clock.now), lambda: self._late(waiting))

    def look(self) -> None:
        """Somebody came, left, or lifted: do the rules ask for anything now?"""
        if self._desk.settings is not self._settings:
            self._follow(self._settings, self._desk.settings)
        due, self._due = self._due, []
        for waiting in due:
            self._late(waiting)
        staff = {name: self._people(queue) for name, queue in self._with_rules(self._desk.settings)}
        if staff == self._staff:
            return
        changed = {name for name in staff if staff[name] != self._staff.get(name)}
        self._staff = staff
        for waiting in [each for each in self._desk.waiting.values() if each.queue in changed]:
            if (to := self._unstaffed(waiting, self._desk.settings.queues[waiting.queue or ""])) is not None:
                self._move(waiting, to)

    def _follow(self, before: Settings, now: Settings) -> None:
        """The owner changed something."""
        self._settings = now
        for waiting in [each for each in self._desk.waiting.values() if each.queue and not each.taken]:
            old, queue = before.queues.get(waiting.queue or ""), now.queues.get(waiting.queue or "")
            if queue is None and waiting.call.promise is None:
                self._desk.leave(waiting, "withdrawn")
                self._desk.lead(waiting.call, OPERATOR, waiting.since)
            elif queue is not None and queue != old:
                self._desk.follow(waiting, old, queue)
                self._wait_at_most(waiting, queue)

    # The rules

    def _with_rules(self, settings: Settings) -> list[tuple[str, Queue]]:
        return [
            (name, queue)
            for name, queue in settings.queues.items()
            if queue.expected or (isinstance(queue.nobody, Nobody) and queue.nobody.to)
        ]

    def _people(self, queue: Queue) -> int:
        everybody = self._desk.agents.all
        return sum(everybody[name].there for name in queue.members)

    def _full(self, waiting: "Waiting", queue: Queue) -> str | None:
        if queue.full is None:
            return None
        most = queue.most or max(1, len(self._desk.settings.lines) - 1)
        others = [
            each
            for each in self._desk.waiting.values()
            if each.queue == waiting.queue and each is not waiting and each.call.line is not None
        ]
        return queue.full if len(others) >= most else None

    def _unstaffed(self, waiting: "Waiting", queue: Queue) -> str | None:
        """Nobody is there, or too few for so many."""
        if not self._people(queue):
            return queue.nobody.to if isinstance(queue.nobody, Nobody) else None
        if queue.expected is None:
            return None
        expected = self._desk.expected(waiting)
        return queue.expected if expected is not None and expected > queue.expected_s else None

    def _late(self, waiting: "Waiting") -> None:
        queue = self._desk.settings.queues.get(waiting.queue or "")
        if queue is not None and self._desk.waiting.get(waiting.call) is waiting:
            if not self._desk.exchange.calendar.is_open(queue.hours) and queue.closing == "move":
                self._close(waiting)
            elif queue.late is not None:
                self._move(waiting, queue.late)

    def _turned(self, hours: str, open_: bool) -> None:
        """A row of hours opens or closes."""
        closing = {
            name
            for name, queue in self._desk.settings.queues.items()
            if queue.hours == hours and queue.closing == "move" and not open_
        }
        for waiting in [each for each in self._desk.waiting.values() if each.queue in closing]:
            self._close(waiting)

    # What becomes of him

    def _kept(self, waiting: "Waiting") -> bool:
        """Is somebody about to take him?"""
        return waiting.taken or bool(waiting.call.rung and self._desk.there(waiting.queue or ""))

    def _close(self, waiting: "Waiting") -> None:
        """He is told when the queue opens, and led to where its callers go meanwhile."""
        if self._kept(waiting):
            self._due.append(waiting)
        elif waiting.call.line is not None:
            self._desk.leave(waiting, "overflow")
            self._desk.turn_away(waiting.call, waiting.queue or "")

    def _move(self, waiting: "Waiting", to: str) -> None:
        if self._kept(waiting):
            self._due.append(waiting)
        else:
            self._lead_on(waiting, to)

    def _lead_on(self, waiting: "Waiting", to: str) -> None:
        """A caller goes on; a call-back stays, and so does who would be led in a circle."""
        if waiting.call.line is not None and to not in waiting.call.been:
            self._desk.leave(waiting, "overflow")
            self._desk.lead(waiting.call, to, waiting.since)


class GaveUp:
    """Who hung up while he waited: ringing again he keeps what he has waited."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[int, int]] = {}  # queue, number -> waited, when; µs

    def add(self, waiting: "Waiting") -> None:
        if waiting.queue is not None and waiting.call.number:
            while len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
            now = self._clock.now
            self._known[waiting.queue, waiting.call.number] = now - waiting.since, now

    def waited(self, name: str, call: Call, queue: Queue, settings: Settings) -> int:
        """µs that a caller who is back has waited before; never of a number that many share."""
        waited, at = self._known.pop((name, call.number or ""), (0, 0))
        shared = call.number in settings.office.shared_numbers
        return 0 if shared or self._clock.now - at > queue.resume_s * SECOND else waited
