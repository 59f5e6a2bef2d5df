"""The brake of dear calls: what looks like a thief's makes no more of that class until the owner says so.

International and premium calls are counted by the settings' `brake`: few while the office is closed or nobody
is signed in, many else, and never more than a few at once to one country. The call that would be one too many
is refused and pulls the brake; minutes that run out end what still talks. Emergency, local and national calls
are never looked at. Nothing here is forgotten over a restart (RELIABILITY H-08).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firmware.base import Refused
from firmware.base.clock import SECOND, Clock, Timer
from firmware.base.events import BrakeLifted, CallDialled, CallEnded, DialsBraked, EmergencyDialled, Event
from firmware.base.numbers import class_of, land_of
from firmware.base.orders import Handler
from firmware.base.rulings import Dear, Pulled
from firmware.calls.call import Tell

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

DEAR: tuple[Dear, ...] = ("international", "premium")
MINUTE, HOUR = 60 * SECOND, 3_600 * SECOND


@dataclass
class Made:
    """A dear call. Times are µs."""

    kind: str
    land: str
    alone: bool  # while the office was closed, or nobody was signed in
    began: int
    ended: int | None = None

    def took(self, now: int) -> int:
        return (now if self.ended is None else self.ended) - self.began


class Brake:
    """Of one box; the keeper of what was dialled, and of what nobody may dial now (firmware.standing)."""

    private = False

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._exchange, self._clock, self._tell = exchange, clock, tell
        self._made: dict[str, Made] = {}  # by call
        self._help: set[str] = set()  # emergency calls
        self._timer: Timer | None = None
        self.pulled: dict[str, Pulled] = {}  # class -> why
        self.orders = {"brake.lift": Handler(self.lift, promise=True)}

    # Before a call

    def refuses(self, number: str) -> str | None:
        """Why nobody may dial that now; None: it may be dialled. One too many pulls the brake."""
        kind = self._kind(number)
        if kind is None:
            return None
        if kind not in self.pulled and (why := self._one_more(kind, self._land(number))) is not None:
            self._pull(kind, why)
        return self.stopped(number)

    def stopped(self, number: str) -> str | None:
        """The same, but only asked."""
        kind = self._kind(number)
        if kind not in self.pulled:
            return None
        return f"{kind} calls are stopped: too many in a short time; the owner may allow them again"

    def lift(self, kind: Dear, by: str = "owner") -> None:
        """Calls of that class are allowed again, and counted from nothing."""
        if kind not in self.pulled:
            raise Refused(f"{kind} calls are not stopped")
        self._lifted(kind)
        self._tell(BrakeLifted(kind=kind, by=by[:30]))

    def _lifted(self, kind: str) -> None:
        self.pulled.pop(kind, None)
        self._made = {call: made for call, made in self._made.items() if made.kind != kind}

    def _one_more(self, kind: Dear, land: str) -> Pulled | None:
        """What would be too much with one more of them."""
        rule, alone = self._exchange.settings.office.brake, self._alone()
        made = list(self._in_window(kind))
        if 0 < rule.at_once <= sum(each.ended is None and each.land == land for each in made):
            return "country"
        if alone and 0 < rule.calls <= sum(each.alone for each in made):
            return "calls"
        if 0 < rule.open_calls <= len(made):
            return "calls"
        return "minutes" if self._left(kind, alone) <= 0 else None

    def _in_window(self, kind: str, alone: bool = False) -> Iterator[Made]:
        since = self._clock.now - round(self._exchange.settings.office.brake.window_h * HOUR)
        for made in self._made.values():
            recent = made.ended is None or made.ended >= since
            if made.kind == kind and recent and (made.alone or not alone):
                yield made

    def _left(self, kind: str, alone: bool) -> float:
        """µs that may still be talked."""
        rule, now = self._exchange.settings.office.brake, self._clock.now
        left = [float("inf")]
        if rule.minutes and alone:
            left.append(rule.minutes * MINUTE - sum(each.took(now) for each in self._in_window(kind, True)))
        if rule.open_minutes:
            left.append(rule.open_minutes * MINUTE - sum(each.took(now) for each in self._in_window(kind)))
        return min(left)

    def _alone(self) -> bool:
        """Is the office closed, or nobody signed in?"""
        exchange, settings = self._exchange, self._exchange.settings
        rows = [
            row.hours or (identity.hours if (identity := settings.identity_of(line)) else None)
            for line, row in settings.lines.items()
        ]
        closed = not any(exchange.calendar.is_open(row) for row in rows)
        return closed or not any(exchange.desk.who_at(phone) for phone in exchange.phones)

    def _kind(self, number: str) -> Dear | None:
        kind = class_of(number, self._exchange.settings.country)
        return next((each for each in DEAR if each == kind), None)

    def _land(self, number: str) -> str:
        return land_of(number, self._exchange.settings.country)

    def _pull(self, kind: Dear, why: Pulled) -> None:
        self.pulled[kind] = why
        made = list(self._in_window(kind))
        minutes = round(sum(each.took(self._clock.now) for each in made) / MINUTE, 1)
        self._tell(DialsBraked(kind=kind, why=why, calls=len(made), minutes=minutes))

    # While they go on

    def see(self, event: Event) -> None:
        """Take an event that was told."""
        self._follow(event, self._alone)
        if isinstance(event, CallDialled | CallEnded):
            self._watch()

    def _follow(self, event: Event, alone: Callable[[], bool]) -> None:
        match event:
            case EmergencyDialled():
                self._help.add(event.call)
            case CallDialled(line=str()) if event.call not in self._help | self._made.keys():
                if (kind := self._kind(event.number)) is not None:
                    self._forget_old()
                    self._made[event.call] = Made(kind, self._land(event.number), alone(), event.at)
            case CallEnded():
                self._help.discard(event.call)
                if (made := self._made.get(event.call)) is not None:
                    made.ended = event.at
            case DialsBraked():
                self.pulled[event.kind] = event.why
            case BrakeLifted():
                self._lifted(event.kind)

    def _forget_old(self) -> None:
        recent = {id(made) for kind in DEAR for made in self._in_window(kind)}
        self._made = {call: made for call, made in self._made.items() if id(made) in recent}

    def _watch(self) -> None:
        """Look again when the minutes run out, as things stand."""
        if self._timer is not None:
            self._timer.stop()
        due = [
            self._left(kind, self._alone()) / running
            for kind in DEAR
            if (running := sum(made.ended is None for made in self._in_window(kind)))
        ]
        if due and min(due) != float("inf"):
            self._timer = self._clock.at(self._clock.now + max(1, round(min(due))), self._look)

    def _look(self) -> None:
        for kind in DEAR:
            if self._left(kind, self._alone()) <= 0:
                if kind not in self.pulled:
                    self._pull(kind, "minutes")
                self._end_all(kind)
        self._watch()

    def _end_all(self, kind: str) -> None:
        for name, made in list(self._made.items()):
            call = self._exchange.calls.get(name)
            if made.kind == kind and made.ended is None and call is not None:
                self._exchange.end(call, "box", "hang_up")

    # Over a restart

    def standing(self) -> dict[str, Any]:
        now = self._clock.now
        made = {
            call: [each.kind, each.land, each.alone, now - each.began, each.ended and now - each.ended]
            for call, each in self._made.items()
        }
        return {"pulled": dict(self.pulled), "made": made}

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        """Whether the office was closed then is not known any more: it counts as closed. All calls ended."""
        self.pulled = dict(standing.get("pulled", {}))
        for call, (kind, land, alone, ago, over) in standing.get("made", {}).items():
            self._made[call] = Made(kind, land, alone, at - ago, None if over is None else at - over)
        for event in since:
            self._follow(event, lambda: True)
        for made in self._made.values():
            made.ended = self._clock.now if made.ended is None else made.ended
