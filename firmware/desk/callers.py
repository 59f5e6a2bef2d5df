"""What the box knows of a number: who talked with it last and when, its name, language and priority.

All of it is in memory; the journal keeps one row for each number, written with the event that tells it.
Days are counted on the wall, in the office's zone: `talked_at` is the wall time at which somebody of the
office answered, so it holds over restarts, whose clocks begin anew (BoxStarted tells each one's date).
What was dated before a box without a clock heard the right date lies in the wrong year: then the days
come out below zero or too many, and the caller is taken for one who is not known.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, NamedTuple

from msgspec import Meta

from firmware.base import Refused
from firmware.base.clock import Clock
from firmware.base.events import CallAnswered, CallArrived, CallDialled, CallEnded, CallerKnown, Event
from firmware.base.numbers import e164
from firmware.base.orders import Handler
from firmware.calls.call import Tell
from firmware.desk.agents import Agent
from firmware.tables import Settings

Name = Annotated[str, Meta(max_length=60)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}\Z")]
Priority = Annotated[int, Meta(ge=0, le=9)]


class Returning(NamedTuple):
    """Who talked last with somebody who is back, and so many days ago."""

    agent: str
    days: int


class Callers:
    """`see` each event; `returning` says of a live call what was known when it began."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        clock: Clock,
        tell: Tell,
        agent_at: Callable[[str], Agent | None],
    ) -> None:
        """`agent_at(station)`: who is signed in there."""
        self._settings, self._clock, self._tell, self._agent_at = settings, clock, tell, agent_at
        self._known: dict[str, CallerKnown] = {}
        self._live: dict[str, tuple[str, Returning | None]] = {}  # call -> its number, and who was last

    def restore(self, rows: Iterable[CallerKnown]) -> None:
        """What the journal keeps."""
        self._known.update((row.number, row) for row in rows if row.number)

    @property
    def orders(self) -> dict[str, Handler]:
        return {"caller.put": Handler(self.put, promise=True)}

    # What is asked

    def of(self, number: str | None) -> CallerKnown | None:
        """All that is known of a number in E.164. Nobody is known by one that many share."""
        return self._known.get(number or "") if not self._shared(number) else None

    def last_agent(self, number: str | None) -> Returning | None:
        """Who talked with that number last."""
        known = self.of(number)
        if known is None or known.agent is None or known.talked_at is None:
            return None
        days = (self._clock.wall().date() - self._day(known.talked_at)).days
        return Returning(known.agent, days) if days >= 0 else None

    def returning(self, call: str) -> Returning | None:
        """Who had talked with this call's number when it began: whoever takes the call is told."""
        return self._live.get(call, ("", None))[1]

    def _day(self, wall: str) -> date:
        return datetime.fromisoformat(wall).astimezone(self._clock.started_at.tzinfo).date()

    def _shared(self, number: str | None) -> bool:
        return number in self._settings().office.shared_numbers

    # What menus and steps ask (firmware.calls.visit.Memory)

    def language(self, number: str | None) -> str | None:
        known = self.of(number)
        return known.language if known is not None else None

    def choice(self, number: str | None, menu: str) -> str | None:
        """The key that he chose in that menu, if it was the last one that he was in."""
        known = self.of(number)
        place, _, key = ((known.choice if known is not None else None) or "").rpartition(":")
        return key if place == menu else None

    def keep(self, number: str | None, **known: str) -> None:
        """`language`, `choice`: of whoever has a number of his own."""
        if number is not None and not self._shared(number):
            self._keep(replace(self._row(number), **known))  # type: ignore[arg-type]  # all are texts

    # What is told

    def see(self, event: Event) -> None:
        """Learn from an event who talks with whom."""
        match event:
            case CallArrived(call=call, number=str(number)):
                self._begin(call, number)
            case CallDialled(call=call, line=str(line), number=str(number)):
                self._begin(call, e164(number, self._settings().country_of(line)) or number)
            case CallAnswered(call=call, station=station) if call in self._live:
                self._talks(self._live[call][0], self._agent_at(station))
            case CallEnded(call=call):
                self._live.pop(call, None)

    def _begin(self, call: str, number: str) -> None:
        self._live.setdefault(call, (number, self.last_agent(number)))

    def _talks(self, number: str, agent: Agent | None) -> None:
        if agent is not None and not self._shared(number):
            wall = self._clock.wall().isoformat(timespec="seconds")
            self._keep(replace(self._row(number), agent=agent.name, talked_at=wall))

    def put(
        self,
        number: str,
        name: Name | None = None,
        language: Language | None = None,
        priority: Priority = 0,
    ) -> None:
        """What the office's pages know of a number."""
        if not number.startswith("+") or e164(number, self._settings().country) != number:
            raise Refused("caller.put: the number must be whole, with + and the country, like +4533120001")
        self._keep(replace(self._row(number), name=name, language=language, priority=priority))

    def _row(self, number: str) -> CallerKnown:
        return self._known.get(number) or CallerKnown(number)

    def _keep(self, row: CallerKnown) -> None:
        self._known[row.number or ""] = row
        self._tell(row)
