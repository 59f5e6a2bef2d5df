"""What a caller hears who waits for people that are there: music, his place, and how long it may take.

Music takes the place of ringback as long as somebody of his queue is available, and stays while a
telephone rings for him; with nobody there, and for whoever waits for one person or the operator,
it is ringback. The music is one and runs on: it is only made softer under a sentence. Nothing is
begun while a telephone rings for him, and whoever answers cuts off what is being said.
"""

from dataclasses import dataclass, field

from firmware.base.clock import SECOND, Timer
from firmware.base.events import Event, WaitTold
from firmware.base.ports import Sound
from firmware.calls.call import Tell
from firmware.desk.agents import Agent, State, Status
from firmware.desk.queue import Desk, Waiting
from firmware.desk.routing import eligible
from firmware.desk.wait import Band, Paces, Promise
from firmware.tables import Queue

FIRST, EVERY = 8 * SECOND, 45 * SECOND  # µs from entering, and from one to the next (FEATURES row 18)
GAP = 20 * SECOND  # µs from one to the next that a better place brings forward
COUNTED = 10  # places that are told by their number
MUSIC, DUCKED = "music", 0.2  # its gain under a sentence: -14 dB


@dataclass(eq=False)
class Listener:
    """A caller and what he was told; `due` is when he is told more, in µs."""

    waiting: Waiting
    row: str
    due: int
    on: bool = False  # he hears music, not ringback
    spoken: int | None = None
    place: int | None = None  # told last
    promise: Promise = field(default_factory=Promise)
    next: Timer | None = None
    louder: Timer | None = None  # when the sentence is over, while one is spoken

    def stop(self) -> None:
        for timer in (self.next, self.louder):
            if timer is not None:
                timer.stop()
        self.next = self.louder = None


class Announcer:
    """Plays to all who wait. `look` after every change of who waits, who is there and what rings."""

    def __init__(self, desk: Desk, tell: Tell) -> None:
        self._desk, self._clock, self._tell = desk, desk.clock, tell
        self._sound: Sound = desk.exchange.sound
        self._paces = Paces()
        self._listeners: dict[Waiting, Listener] = {}
        self._known: set[Waiting] = set()  # who waited at the last look
        self._there: dict[str, bool] = {}  # queue -> was somebody available then
        self._late: list[Listener] = []  # to whom something is due while a telephone rings for them
        self._places: dict[Waiting, int] = {}  # as of the last look, once somebody asked

    def see(self, event: Event) -> None:
        """Learn from an event how fast the queues are served."""
        self._paces.see(event)

    def look(self) -> None:
        """Follow who came, who left, and whose people came or left; nobody else is looked at."""
        self._places.clear()
        waiting = self._desk.waiting
        now = set(waiting.values())
        if gone := self._known - now:
            for each in [each for each in self._listeners if each in gone]:
                self._gone(self._listeners.pop(each))
        news = now - self._known
        there = {queue: self._desk.there(queue) for queue in self._desk.settings.queues}
        if news or there != self._there:
            for each in [each for each in waiting.values() if each in news or self._turned(each, there)]:
                self._follow(each, there.get(each.queue or "", False))
        self._known, self._there = now, there
        self._say_late()

    def _turned(self, waiting: Waiting, there: dict[str, bool]) -> bool:
        queue = waiting.queue or ""
        return there.get(queue, False) != self._there.get(queue, False)

    def _follow(self, waiting: Waiting, there: bool) -> None:
        """Music while somebody is there, else ringback."""
        listener = self._listeners.get(waiting)
        if listener is None:
            if not there or waiting.call.line is None:
                return
            row, first = waiting.call.line.name, waiting.since + FIRST
            listener = self._listeners[waiting] = Listener(waiting, row, first)
        if there and not listener.on:
            self._begin(listener)
        elif listener.on and not there:
            self._end(listener)
            self._sound.tone(listener.row, "ringback")

    def _say_late(self) -> None:
        """What was due while a telephone rang."""
        late, self._late = self._late, []
        for listener in late:
            if listener.on and listener.due <= self._clock.now:
                self._turn(listener)

    def _begin(self, listener: Listener) -> None:
        listener.on = True
        self._sound.hush(listener.row)  # ringback
        self._sound.hear(listener.row, MUSIC)
        self._at(listener, listener.due)

    def _end(self, listener: Listener) -> None:
        if listener.louder is not None:
            self._sound.hush(listener.row)
        self._sound.hear(listener.row, MUSIC, 0.0)
        listener.on = False
        listener.stop()

    def _gone(self, listener: Listener) -> None:
        """He waits no more, or for somebody else: whoever is behind him may be told so."""
        self._end(listener)
        if listener.waiting.call in self._desk.waiting:
            self._sound.tone(listener.row, "ringback")
        for other in self._listeners.values():
            if other.spoken is None or other.due <= other.spoken + GAP or not other.on:
                continue
            if other.place != 1 and other.waiting.queue == listener.waiting.queue:
                self._at(other, other.spoken + GAP)

    # Announcements

    def _at(self, listener: Listener, due: int) -> None:
        if listener.next is not None:
            listener.next.stop()
        listener.due = due
        listener.next = self._clock.at(due, lambda: self._turn(listener))

    def _turn(self, listener: Listener) -> None:
        """An announcement is due; while a telephone rings for him it stays so, until a look finds none."""
        if self._desk.waiting.get(listener.waiting.call) is not listener.waiting:
            return  # he left in this very tick: the look at its end finds that
        if listener.waiting.call.rung:
            self._late.append(listener)
            return
        now, place = self._clock.now, self._place(listener.waiting)
        better = listener.place is None or place < listener.place
        if listener.spoken is not None and now < listener.spoken + EVERY and not better:
            self._at(listener, listener.spoken + EVERY)
            return
        prompts, band = self._say_place(listener, place), self._band(listener, place)
        told = place if prompts else None
        listener.spoken = now
        self._at(listener, now + EVERY)
        if band is not None:
            prompts.append(band.prompt)
        if prompts:
            self._speak(listener, prompts)
            self._tell(self._told(listener.waiting, told, band))

    def _told(self, waiting: Waiting, place: int | None, band: Band | None) -> WaitTold:
        return WaitTold(waiting.call.id, waiting.queue or "", place, band.seconds if band else None)

    def _speak(self, listener: Listener, prompts: list[str]) -> None:
        seconds = self._sound.say(listener.row, *prompts)
        self._sound.hear(listener.row, MUSIC, DUCKED)
        listener.louder = self._clock.after(seconds, lambda: self._spoken(listener))

    def _spoken(self, listener: Listener) -> None:
        listener.louder = None
        self._sound.hear(listener.row, MUSIC)

    def _say_place(self, listener: Listener, place: int) -> list[str]:
        """Nothing where somebody of more priority has pushed him back: a place told never gets worse."""
        if listener.place is not None and place > listener.place:
            return []
        listener.place = place
        if place == 1:
            return ["queue.next"]
        return [f"queue.number.{place if place <= COUNTED else 'more'}"]

    def _band(self, listener: Listener, place: int) -> Band | None:
        waiting = listener.waiting
        seconds, people = self._foretold(waiting, place)
        if seconds is None:
            return None
        return listener.promise.renew(seconds, people, self._clock.now)

    def expected(self, waiting: Waiting) -> float | None:
        """Seconds that he will probably still wait; None: that is not known."""
        place, queue = self._place(waiting), self._desk.staffed(waiting)
        if queue is not None and sum(each.free for each in self._people(waiting, queue)) >= place:
            return 0.0
        return self._foretold(waiting, place)[0]

    def _foretold(self, waiting: Waiting, place: int) -> tuple[float | None, int]:
        """That, and how many people are there for him."""
        queue = self._desk.staffed(waiting)
        people = len(self._people(waiting, queue)) if queue is not None else 0
        return self._paces.of(waiting.queue or "").wait(place, people, self._clock.now), people

    def _people(self, waiting: Waiting, queue: Queue) -> list[Agent]:
        """Who is there and can take him, now or after the calls they are on."""
        waited, view = self._desk.waited(waiting), self._desk.view(waiting, queue)
        members = (self._desk.agents.all[name] for name in queue.members)
        return [
            agent
            for agent in members
            if agent.status is Status.AVAILABLE
            and agent.state is not State.OFFLINE
            and eligible(agent, view, waited)
        ]

    def _place(self, waiting: Waiting) -> int:
        """1: he is next in his queue."""
        if waiting not in self._places:
            ahead: dict[str | None, int] = {}
            for each in sorted(self._desk.waiting.values(), key=lambda each: each.rank):
                self._places[each] = ahead[each.queue] = ahead.get(each.queue, 0) + 1
        return self._places[waiting]
