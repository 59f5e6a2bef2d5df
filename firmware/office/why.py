"""Why did this call go there? One sentence for any call, from events alone.

`Story` reads what was told of the call, oldest event first, into clauses: the way to a queue or person,
the offers that came to nothing, and the choice that was made at last, with the reasons that CallOffered
told at that instant. The clauses' words are in `why_texts`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from firmware.base.clock import SECOND
from firmware.base.events import (
    AgentChanged,
    BoxStarted,
    CallAnswered,
    CallArrived,
    CallbackAsked,
    CallDialled,
    CallEnded,
    CallHeld,
    CallLed,
    CallMoved,
    CallOffered,
    CallResumed,
    ClockSet,
    DigitHeard,
    Event,
    OfferEnded,
    QueueEntered,
    QueueLeft,
)
from firmware.office.words import Words

GOODBYE = "goodbye"
LED_ON = ("overflow", "exit_key")  # outcomes behind which another place follows
TOGETHER = ("ring_down", "nobody", "direct")  # rules under which several telephones ring


def why(events: Iterable[Event], call: str, zero: datetime | None = None, language: str = "en") -> str:
    """The sentence for the call of that id. `events`, oldest first, may tell of other calls as well, and
    should begin with the call's first one. `zero` is the wall time of the box's zero, where they do not
    tell it (BoxStarted does); without it no time of day is named."""
    story = Story(call, zero, Words(language))
    for event in events:
        story.see(event)
    return story.sentence()


class Story:
    """What the events tell of one call."""

    def __init__(self, call: str, zero: datetime | None, words: Words) -> None:
        self._call, self._zero, self._words = call, zero, words
        self._caller: str | None = None
        self._began: Event | None = None
        self._line = ""
        self._key: str | None = None
        self._led = False
        self._people: dict[str, str] = {}  # station -> who is signed in there
        self._clauses: list[str] = []
        self._entered: QueueEntered | None = None
        self._open: list[CallOffered] = []  # offers that ring
        self._chosen: CallOffered | None = None
        self._answered: CallAnswered | None = None
        self._ended: CallEnded | None = None
        self._callback = self._left = self._been = self._lost = False  # `_been` in a queue
        self._going: tuple[str, str, str] | None = None  # how, from which queue, after what time

    # Reading

    def see(self, event: Event) -> None:
        """Take the next event, of whichever call."""
        match event:
            case BoxStarted(started_at=str(wall)) | ClockSet(started_at=str(wall)) if wall:
                self._zero = datetime.fromisoformat(wall)
            case AgentChanged() if self._answered is None:
                self._follow(event)
            case CallOffered(call=other, station=station) if other != self._call:
                self._open = [each for each in self._open if each.station != station]  # it was given up
            case CallbackAsked(callback=self._call):
                self._callback, self._caller = True, event.name or event.number
            case _ if getattr(event, "call", None) == self._call:
                self._began = self._began or event
                if (read := _READ.get(type(event))) is not None:
                    read(self, event)

    def _follow(self, event: AgentChanged) -> None:
        for station in [each for each, name in self._people.items() if name == event.agent]:
            del self._people[station]
        if event.status != "off" and event.station is not None:
            self._people[event.station] = event.agent

    def _arrived(self, event: CallArrived) -> None:
        self._caller, self._line = event.name or event.number, event.line

    def _digit(self, event: DigitHeard) -> None:
        self._key = event.key

    def _was_led(self, event: CallLed) -> None:
        self._went_on()
        if event.to == GOODBYE:
            kind = f"bye.{event.by}" if event.by in ("key", "closed", "blocked") else "bye"
            self._say(kind)
            return
        kind = "some_key" if event.by == "key" and not self._key else event.by
        to, line = self._words.place(event.to), self._words.station(self._line)
        self._say(f"led.{kind}", to=to, key=self._key, line=line)
        self._led = True

    def _queued(self, event: QueueEntered) -> None:
        self._went_on(event.queue)
        if not self._been and event.waited >= 1 and not self._callback:
            self._say("resumed", time=self._words.time(event.waited))
        self._entered, self._been, self._left = event, True, False

    def _offered(self, event: CallOffered) -> None:
        self._went_on(self._words.station(event.station))
        if event.rule not in TOGETHER:
            for each in [each for each in self._open if each.rule not in TOGETHER]:
                self._unmet(each, "no_answer", event.at)  # one after another: it has rung there in vain
            self._open = []
        self._open = [*(each for each in self._open if each.station != event.station), event]

    def _ended_offer(self, event: OfferEnded) -> None:
        for each in [each for each in self._open if each.station == event.station]:
            self._open.remove(each)
            self._unmet(each, event.reason, event.at)

    def _unmet(self, offer: CallOffered, reason: str, at: int) -> None:
        time = self._words.time((at - offer.at) / SECOND)
        self._say(f"unmet.{reason}", who=self._who(offer.station, offer.agent), time=time)

    def _left_queue(self, event: QueueLeft) -> None:
        if event.outcome in ("answered", "abandoned", "short_abandon") or self._answered is not None:
            return
        since = self._entered.at if self._entered is not None else event.at
        time = self._words.time((event.at - since) / SECOND)
        self._going = event.outcome, event.queue, time
        self._open, self._left, self._entered = [], True, None
        if event.outcome not in LED_ON:
            self._went_on()

    def _went_on(self, to: str = "") -> None:
        """He left a queue for another place, if it is known by now."""
        if self._going is not None:
            (outcome, queue, time), self._going = self._going, None
            self._say(f"left.{outcome}.to" if to else f"left.{outcome}", queue=queue, time=time, to=to)

    def _was_answered(self, event: CallAnswered) -> None:
        if self._answered is None:
            self._answered = event
            self._chosen = next((each for each in self._open if each.station == event.station), None)
            self._explain()

    def _moved(self, event: CallMoved) -> None:
        by, to = self._words.place(event.by), self._words.place(event.to)
        if self._lost and self._answered is not None:
            self._say("vanished", who=self._taker(), to=to)
        else:
            self._say("moved", by=by, to=to)
        self._lost = False

    def _held(self, event: CallHeld) -> None:
        self._lost = event.by == "box"  # for a station that has vanished

    def _resumed(self, event: CallResumed) -> None:
        self._lost = False

    def _end(self, event: CallEnded) -> None:
        self._ended = event

    # The choice

    def _explain(self) -> None:
        offer = self._chosen
        if offer is None:
            if self._open:
                self._say("picked", who=self._taker())
            return
        waited = offer.at - (self._entered.at if self._entered is not None else offer.at)
        if waited >= SECOND:
            self._say("waited", time=self._words.time(waited / SECOND))
        self._say_turn(offer)
        if offer.rule in TOGETHER or offer.rule in ("last_agent", "nobody_hunt"):
            self._say_rule(offer)
        else:
            self._say_rank(offer)

    def _say_turn(self, offer: CallOffered) -> None:
        """Why he, and not somebody else who waits."""
        if offer.passed:
            self._say("passed", offer.passed, passed=offer.passed)
        elif offer.place > 1:
            self._say("place", offer.place - 1, ahead=offer.place - 1)

    def _say_rule(self, offer: CallOffered) -> None:
        who, phones = self._taker(), self._names([each.station for each in self._open])
        if offer.rule == "last_agent":
            self._say("last_agent", who=who, days=self._words.days(offer.days))
        elif offer.rule == "ring_down":
            names = self._names([each.agent or each.station for each in self._open])
            self._say("ring_down", len(self._open), names=names, who=who)
        elif offer.rule == "direct":
            self._say("direct", phones=phones)
        else:
            rule = "nobody.first" if len(self._open) > 1 else "nobody"
            self._say(rule, queue=offer.queue, phones=phones, who=who)

    def _say_rank(self, offer: CallOffered) -> None:
        who = self._words.person(offer.agent or offer.station)
        if offer.skill is not None:
            self._say("needed" if offer.grade else "anybody", skill=offer.skill, grade=offer.grade)
        if offer.able == 1:
            self._say("only", who=who)
            return
        names = self._names(offer.free) + (", …" if offer.able > len(offer.free) else "")
        of = self._words.text("of", able=offer.able, names=names)
        self._clauses.append(f"{of} {self._best(offer, who)}")
        if others := [each for each in offer.missed if each != offer.agent]:
            self._say("missed", names=self._names(others))

    def _best(self, offer: CallOffered, who: str) -> str:
        figure, rule = offer.figures[0], offer.rule
        since = ""
        if rule == "longest_idle":
            since = self._clock(round(figure))
            rule = rule if since else "longest_idle.some"
        elif rule == "hunt" and offer.after is not None:
            rule = "hunt.after"
        after = self._words.person(offer.after or "")
        return self._words.text(rule, who=who, figure=figure, since=since, after=after, skill=offer.skill)

    # The sentence

    def sentence(self) -> str:
        told = self._words
        self._went_on()
        if isinstance(self._began, CallDialled) and not self._callback and self._chosen is None:
            return told.whole(told.text("dialled", who=told.station(self._began.phone)), [])
        if self._began is None:
            return told.whole(told.text("unknown"), [])
        caller = told.text("callback" if self._callback else "call", caller=told.caller(self._caller))
        if self._answered is not None:
            return told.whole(told.text("went", call=caller, who=self._taker()), self._clauses)
        if self._ended is None and not self._left:
            return told.whole(told.text("waits", call=caller), self._clauses)
        return told.whole(told.text("lost", call=caller), [*self._clauses, *self._ending()])

    def _ending(self) -> list[str]:
        """Why nobody took it, where no clause says that yet."""
        ended = self._ended
        if self._left or ended is None or (self._clauses and not self._led):
            return []
        if ended.side == "box":
            return [self._words.text("gone.box")] if self._led else []
        if self._open:
            names = self._names([each.agent or each.station for each in self._open])
            return [self._words.text("gone.ringing", names=names)]
        if self._led:
            return [self._words.text("gone.waiting")]
        return [self._words.text("gone.early" if ended.reason == "abandoned" else "gone.menu")]

    def _say(self, clause: str, many: int = 1, /, **told: Any) -> None:
        self._clauses.append(self._words.text(clause, many, **told))

    def _taker(self) -> str:
        assert self._answered is not None
        return self._who(self._answered.station, self._chosen.agent if self._chosen is not None else None)

    def _who(self, station: str, agent: str | None) -> str:
        return self._words.person(agent or self._people.get(station, station))

    def _names(self, names: Iterable[str]) -> str:
        return self._words.listed([self._words.person(name) for name in names])

    def _clock(self, at: int) -> str:
        """The time of day on the office's wall."""
        return f"{self._zero + timedelta(microseconds=at):%H:%M}" if self._zero is not None else ""


_READ: dict[type[Event], Callable[[Story, Any], None]] = {
    CallArrived: Story._arrived,
    DigitHeard: Story._digit,
    CallLed: Story._was_led,
    QueueEntered: Story._queued,
    CallOffered: Story._offered,
    OfferEnded: Story._ended_offer,
    QueueLeft: Story._left_queue,
    CallAnswered: Story._was_answered,
    CallMoved: Story._moved,
    CallHeld: Story._held,
    CallResumed: Story._resumed,
    CallEnded: Story._end,
}
