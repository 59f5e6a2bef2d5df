"""Who waits for somebody, and whose telephones ring for him.

Nothing here polls: every change of a call or a station makes one new match. Callers are served in
the order in which they came. Ring-down rings every free telephone of a rule together; hunting
rings one after another in a circle, and begins after the one who answered last.
"""

from dataclasses import dataclass, field

from firmware.base.clock import SECOND, Clock, Timer
from firmware.base.events import Outcome, QueueEntered, QueueLeft
from firmware.calls.call import Call, Tell
from firmware.calls.exchange import Exchange
from firmware.calls.handset import Handset
from firmware.settings import OPERATOR, Nobody, Queue, Settings

SHORT = 5 * SECOND  # µs: who leaves sooner is a short abandon (FEATURES 2.1)
ALONE = 15.0  # s that a single station is rung before the circle turns; it turns to itself


@dataclass(eq=False)
class Waiting:
    """A caller who waits; `queue` is None where he asked for one person or the operator."""

    call: Call
    queue: str | None
    stations: tuple[str, ...]
    hunt: bool
    ring_s: float
    since: int
    turn: int = 0  # where in the circle the next ring goes
    timer: Timer | None = field(default=None)

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.stop()


class Desk:
    """All who wait, oldest first."""

    def __init__(self, exchange: Exchange, clock: Clock, tell: Tell) -> None:
        self._exchange, self._clock, self._tell = exchange, clock, tell
        self._last: dict[str, str] = {}  # queue -> the station that answered last
        self.waiting: dict[Call, Waiting] = {}

    # What the exchange tells

    def send(self, call: Call, to: str) -> None:
        """Lead a caller to a queue, a person, a station or the operator."""
        settings = self._exchange.settings
        if (queue := settings.queues.get(to)) is not None:
            self._tell(QueueEntered(call=call.id, queue=to))
            self._enter(self._in_queue(call, to, queue, settings))
        else:
            self._enter(self._for_one(call, self._station(settings, to)))

    def answered(self, call: Call, phone: Handset) -> None:
        """The circle begins after him next time."""
        waiting = self.waiting.get(call)
        if waiting is not None and waiting.queue is not None:
            self._last[waiting.queue] = phone.name
        self._leave(call, "answered")
        self._match()

    def over(self, call: Call) -> None:
        waiting = self.waiting.get(call)
        if waiting is not None:
            short = self._clock.now - waiting.since <= SHORT
            self._leave(call, "short_abandon" if short else "abandoned")

    def changed(self, station: str) -> None:
        """A station may be rung again, or fell out while it rang."""
        self._match()

    # Entering and leaving

    def _in_queue(self, call: Call, name: str, queue: Queue, settings: Settings) -> Waiting:
        rule = queue.nobody
        if not isinstance(rule, Nobody):
            return self._waiting(call, name, (), False, queue.ring_s)
        if rule.to is not None:
            return self._waiting(call, name, self._stations_of(settings, rule.to), False, queue.ring_s)
        stations = rule.ring or rule.hunt
        waiting = self._waiting(call, name, stations, bool(rule.hunt), queue.ring_s)
        last = self._last.get(name)
        waiting.turn = stations.index(last) + 1 if last in stations else 0
        return waiting

    def _for_one(self, call: Call, stations: tuple[str, ...]) -> Waiting:
        return self._waiting(call, None, stations, False, ALONE)

    def _waiting(
        self, call: Call, queue: str | None, stations: tuple[str, ...], hunt: bool, ring_s: float
    ) -> Waiting:
        return Waiting(call, queue, stations, hunt, ring_s, since=self._clock.now)

    def _enter(self, waiting: Waiting) -> None:
        self.waiting[waiting.call] = waiting
        self._match()

    def _leave(self, call: Call, outcome: Outcome) -> None:
        waiting = self.waiting.pop(call, None)
        if waiting is None:
            return
        waiting.stop()
        if waiting.queue is not None:
            self._tell(QueueLeft(call=call.id, queue=waiting.queue, outcome=outcome))

    def _stations_of(self, settings: Settings, to: str) -> tuple[str, ...]:
        queue = settings.queues.get(to)
        if queue is None:
            return self._station(settings, to)
        rule = queue.nobody
        return (rule.ring or rule.hunt) if isinstance(rule, Nobody) else ()

    def _station(self, settings: Settings, to: str) -> tuple[str, ...]:
        if to == OPERATOR:
            return (settings.office.operator,)
        person = settings.people.get(to)
        station = person.station if person else settings.extensions().get(to, to)
        return (station,) if station else (settings.office.operator,)

    # Matching

    def _match(self) -> None:
        for waiting in list(self.waiting.values()):
            if waiting.hunt:
                self._hunt(waiting)
            else:
                self._ring_down(waiting)

    def _ring_down(self, waiting: Waiting) -> None:
        for station in waiting.stations:
            if (phone := self._free(station)) is not None:
                self._exchange.ring(waiting.call, phone)

    def _hunt(self, waiting: Waiting) -> None:
        if waiting.call.rung:
            return
        circle = waiting.stations[waiting.turn :] + waiting.stations[: waiting.turn]
        for station in circle:
            if (phone := self._free(station)) is not None:
                waiting.turn = (waiting.stations.index(station) + 1) % len(waiting.stations)
                self._exchange.ring(waiting.call, phone)
                waiting.stop()
                waiting.timer = self._clock.after(waiting.ring_s, lambda: self._turn(waiting))
                return

    def _turn(self, waiting: Waiting) -> None:
        """He does not answer: the next in the circle, if there is one."""
        others = [each for each in waiting.stations if self._free(each) is not None]
        if not others:
            waiting.timer = self._clock.after(waiting.ring_s, lambda: self._turn(waiting))
            return
        for phone in list(waiting.call.rung):
            self._exchange.stop_ring(waiting.call, phone)
        self._hunt(waiting)
        self._match()

    def _free(self, station: str) -> Handset | None:
        phone = self._exchange.phones.get(station)
        return phone if phone is not None and phone.free else None
