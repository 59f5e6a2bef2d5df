"""What a caller hears who waits for people that are there: music, his place, and how long it may take.

Music takes the place of ringback as long as somebody of his queue is available, and stays while a
telephone rings for him; with nobody there, and for whoever waits for one person or the operator,
it is ringback. The music is one and runs on: it is only made softer under a sentence, and under a
dialogue with the box. Nothing is begun while a telephone rings for him, while whoever lifted hears
what the call is, or in a dialogue; whoever is joined with him cuts off what is being said.
"""

from dataclasses import dataclass, field

from firmware.base import spoken
from firmware.base.clock import SECOND, Timer
from firmware.base.events import Event, WaitTold
from firmware.base.ports import Sound
from firmware.calls.call import Tell
from firmware.calls.visit import language_of
from firmware.desk.agents import Agent
from firmware.desk.queue import Desk, Waiting
from firmware.desk.routing import eligible
from firmware.desk.wait import Band, Paces, Promise
from firmware.tables import CALLBACK, MAILBOX, OPERATOR, Announce, Queue

NO_QUEUE = Queue()
MUSIC, DUCKED = "music", 0.2  # its gain under a sentence: -14 dB


@dataclass(eq=False)
class Listener:
    """A caller and what he was told; `due` is when he is told more, in µs."""

    waiting: Waiting
    row: str
    due: int
    on: bool = False  # he hears music, not ringback
    spoken: int | None = None
    place: int | None = None  # at the last word, if it was no worse than the one before
    messages: int = 0  # times that one was due
    promise: Promise = field(default_factory=Promise)
    offered: bool = False  # to be called back
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
        self._talks = desk.exchange.talks
        self._talks.watch = self._talked
        self.paces = Paces()
        self._listeners: dict[Waiting, Listener] = {}
        self._known: set[Waiting] = set()  # who waited at the last look
        self._there: dict[str, bool] = {}  # queue -> was somebody available then
        self._late: list[Listener] = []  # to whom something is due while a telephone rings for them
        self._places: dict[Waiting, int] = {}  # as of the last look, once somebody asked

    def see(self, event: Event) -> None:
        """Learn from an event how fast the queues are served."""
        self.paces.see(event)

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
        turned = {queue for queue in {*there, *self._there} if there.get(queue) != self._there.get(queue)}
        if news or turned:
            for each in [each for each in waiting.values() if each in news or each.queue in turned]:
                self._follow(each, there.get(each.queue or "", False))
        self._known, self._there = now, there
        self._say_late()

    def _follow(self, waiting: Waiting, there: bool) -> None:
        """Music while somebody is there, else ringback."""
        listener = self._listeners.get(waiting)
        if listener is None:
            if not there or waiting.call.line is None or waiting.call.promise is not None:
                return
            first = waiting.entered + _us(self._rules(waiting).first_s)
            listener = self._listeners[waiting] = Listener(waiting, waiting.call.line.name, first)
        if there and not listener.on:
            listener.on = True
            self._fill(listener)
            self._at(listener, listener.due)
        elif listener.on and not there:
            self._end(listener)
            self._ring(listener.row)

    def _say_late(self) -> None:
        """What was due while something kept it."""
        late, self._late = self._late, []
        for listener in late:
            if listener.on and listener.due <= self._clock.now:
                self._turn(listener)

    def _gone(self, listener: Listener) -> None:
        """He waits no more, or for somebody else: whoever is behind him may be told so."""
        waiting = listener.waiting
        self._end(listener)
        if waiting.call in self._desk.waiting:
            self._ring(listener.row)
        rules = self._rules(waiting)
        if rules.place or rules.wait:
            self._sooner(waiting.queue, _us(rules.gap_s))

    def _sooner(self, queue: str | None, gap: int) -> None:
        """Tell those of a queue anew who are not next in it: `gap` µs after what they were told last."""
        for other in self._listeners.values():
            spoken = other.spoken
            if spoken is None or other.due <= spoken + gap or not other.on:
                continue
            if other.place != 1 and other.waiting.queue == queue:
                self._at(other, spoken + gap)

    def _rules(self, waiting: Waiting) -> Announce:
        return self._queue(waiting).announce

    def _queue(self, waiting: Waiting) -> Queue:
        """His queue; where the owner took it away meanwhile, one like any other."""
        return self._desk.settings.queues.get(waiting.queue or "", NO_QUEUE)

    # Between sentences

    def _fill(self, listener: Listener) -> None:
        """What he hears while nothing is said to him."""
        talks = listener.row in self._talks
        if self._rules(listener.waiting).music == "ringback":
            self._ring(listener.row)
            return
        if not talks:
            self._sound.hush(listener.row)  # ringback
        self._sound.hear(listener.row, MUSIC, DUCKED if talks else 1.0)

    def _ring(self, row: str) -> None:
        if row not in self._talks:
            self._sound.tone(row, "ringback")

    def _end(self, listener: Listener) -> None:
        self._sound.hear(listener.row, MUSIC, 0.0)
        listener.on = False
        listener.stop()

    def _talked(self, row: str) -> None:
        """The box begins or ends to speak with somebody: with one who waits?"""
        line = self._desk.exchange.lines.get(row)
        waiting = self._desk.waiting.get(line.call) if line is not None and line.call is not None else None
        if waiting is None:
            return
        listener = self._listeners.get(waiting)
        if listener is None or not listener.on:
            self._ring(row)
            return
        if listener.louder is not None:
            listener.louder.stop()
            listener.louder = None
        self._fill(listener)
        self._desk.stir()  # what was due may be said now

    # Announcements

    def _at(self, listener: Listener, due: int) -> None:
        if listener.next is not None:
            listener.next.stop()
        listener.due = due
        listener.next = self._clock.at(due, lambda: self._turn(listener))

    def _turn(self, listener: Listener) -> None:
        """An announcement is due; while something keeps it it stays so, until a look finds nothing."""
        waiting, now = listener.waiting, self._clock.now
        if self._desk.waiting.get(waiting.call) is not waiting:
            return  # he left in this very tick: the look at its end finds that
        if waiting.call.rung or waiting.taken or listener.row in self._talks:
            self._late.append(listener)
            return
        if self._desk.stirred:
            self._places.clear()  # somebody came or left just now
        place, every = self._place(waiting), _us(self._rules(waiting).every_s)
        better = listener.place is None or place < listener.place
        if listener.spoken is not None and now < listener.spoken + every and not better:
            self._at(listener, listener.spoken + every)
            return
        listener.spoken = now
        self._at(listener, now + every)
        self._announce(listener, place)

    def _announce(self, listener: Listener, place: int) -> None:
        waiting, rules = listener.waiting, self._rules(listener.waiting)
        worse = listener.place is not None and place > listener.place
        listener.place = listener.place if worse else place
        # Nothing where somebody of more priority has pushed him back: a place told never gets worse.
        told = place if rules.place and not worse else None
        band = self._band(listener, place) if rules.wait else None
        prompts = [
            *(spoken.place(told) if told is not None else ()),
            *((band.prompt,) if band is not None else ()),
            *(self._choices(waiting) if rules.keys else ()),
            *self._message(listener, rules),
        ]
        if prompts:
            self._speak(listener, prompts)
        if told is not None or band is not None:
            seconds = band.seconds if band is not None else None
            self._tell(WaitTold(waiting.call.id, waiting.queue or "", told, seconds))

    def _speak(self, listener: Listener, prompts: list[str]) -> None:
        seconds = self._sound.say(listener.row, *prompts)
        if self._rules(listener.waiting).music == "music":
            self._sound.hear(listener.row, MUSIC, DUCKED)
        listener.louder = self._clock.after(seconds, lambda: self._spoken(listener))

    def _spoken(self, listener: Listener) -> None:
        listener.louder = None
        self._fill(listener)
        waiting = listener.waiting
        if not (listener.offered or waiting.call.rung or waiting.taken):
            listener.offered = True
            self._desk.callbacks.offer(waiting, self.expected(waiting))

    def _choices(self, waiting: Waiting) -> list[str]:
        """Each place that a key leads to, once; those that have no spoken name are all one."""
        keys: dict[str, str] = {}
        for key, to in self._queue(waiting).keys.items():
            row = self._desk.settings.queues.get(to)
            named = to if to in (OPERATOR, CALLBACK) else (row.spoken if row is not None else None)
            named = "message" if to.startswith(MAILBOX) else named
            keys.setdefault(named or "other", key)
        language = language_of(waiting.call, self._desk.settings)
        return [prompt for what, key in keys.items() for prompt in spoken.choice(language, what, key)]

    def _message(self, listener: Listener, rules: Announce) -> tuple[str, ...]:
        listener.messages += 1
        turn, early = divmod(listener.messages, rules.message_every)
        said = rules.rota
        return (said[(turn - 1) % len(said)],) if said and not early else ()

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
        return self.paces.of(waiting.queue or "").wait(place, people, self._clock.now), people

    def _people(self, waiting: Waiting, queue: Queue) -> list[Agent]:
        """Who is there and can take him, now or after the calls they are on."""
        waited, view = self._desk.waited(waiting), self._desk.view(waiting, queue)
        members = (self._desk.agents.all[name] for name in queue.members)
        return [agent for agent in members if agent.there and eligible(agent, view, waited)]

    def _place(self, waiting: Waiting) -> int:
        """1: he is next in his queue."""
        if waiting not in self._places:
            ahead: dict[str | None, int] = {}
            for each in sorted(self._desk.waiting.values(), key=lambda each: each.rank):
                self._places[each] = ahead[each.queue] = ahead.get(each.queue, 0) + 1
        return self._places[waiting]


def _us(seconds: float) -> int:
    return round(seconds * SECOND)
