"""What a caller who waits was told, in a plain model: no later word may make it worse."""

from collections.abc import Callable
from dataclasses import dataclass, field

from firmware.base.clock import SECOND
from firmware.base.events import AgentChanged, BoxStarted, Event, QueueEntered, SettingsChanged, WaitTold


@dataclass
class Told:
    """One caller in one queue."""

    place: int | None = None
    until: float | None = None  # µs: he will not wait longer, as he was told last
    seq: int = 0  # of that word


@dataclass
class ToldRules:
    """`see` every event; `hold(fact, sentence)` fails the test where it does not hold."""

    hold: Callable[[object, str], None]
    words: int = 0  # told in all
    _told: dict[tuple[str, str], Told] = field(default_factory=dict)
    _there: set[str] = field(default_factory=set)  # agents who take calls, and are in reach
    _left: int = 0  # the event in which one of them left last, or the owner changed his rules

    def see(self, event: Event) -> None:
        match event:
            case BoxStarted():
                self._told.clear()
                self._there.clear()
            case SettingsChanged():
                self._left = event.seq
            case AgentChanged():
                self._agent(event)
            case QueueEntered():
                self._told[event.call, event.queue] = Told()
            case WaitTold():
                self._word(event, self._told[event.call, event.queue])

    def _agent(self, event: AgentChanged) -> None:
        if event.status == "available" and event.state != "offline" and not event.dnd:
            self._there.add(event.agent)
        elif event.agent in self._there:
            self._there.discard(event.agent)
            self._left = event.seq

    def _word(self, event: WaitTold, before: Told) -> None:
        self.words += 1
        if event.place is not None:
            worse = before.place is not None and event.place > before.place
            self.hold(not worse, f"{event.call} was told place {before.place}, and now {event.place}")
            before.place = event.place
        if event.seconds is not None:
            until = event.at + event.seconds * SECOND
            longer = before.until is not None and until > before.until and self._left < before.seq
            self.hold(not longer, f"{event.call} was told until {before.until}, and now until {until}")
            before.until, before.seq = until, event.seq
