"""Who waits for somebody, and how he gets to the desk: a queue, one person, or the operator.

While somebody of the queue is available, its strategy says who is offered the caller; while nobody
is, its rule for that. The offers themselves are made in `offers`, once a tick and only when
something changed: nothing here polls.
"""

from collections.abc import Callable
from dataclasses import dataclass

from firmware.base.clock import SECOND, Clock, Timer
from firmware.base.events import OfferEnded, Outcome, QueueEntered, QueueLeft
from firmware.calls.call import Call, Tell
from firmware.calls.dialogue import Script
from firmware.calls.exchange import Exchange
from firmware.calls.handset import Handset
from firmware.desk.agents import Agent, Agents
from firmware.desk.callback import Callbacks
from firmware.desk.callers import Callers
from firmware.desk.forward import Forwards
from firmware.desk.limits import GaveUp, Limits
from firmware.desk.orders import Orders
from firmware.desk.places import Places
from firmware.desk.returns import Returns
from firmware.desk.routing import Shares, View
from firmware.desk.whisper import greet, whisper
from firmware.tables import CALLBACK, Nobody, Queue, Settings

SHORT = 5 * SECOND  # µs: who leaves sooner is a short abandon (FEATURES 2.1)
ALONE = 15.0  # s that one after another is rung where no queue says how long
PRIORITY = 60 * SECOND  # µs of waiting that one step of a queue's priority counts as


@dataclass(eq=False, slots=True)
class Waiting:
    """A caller who waits; `queue` is None where he asked for one person or the operator."""

    call: Call
    queue: str | None
    stations: tuple[str, ...]  # rung while nobody of the queue is available
    hunt: bool  # those stations one after another, or together
    ring_s: float
    since: int
    entered: int  # µs; `since` may be earlier: he waited elsewhere, or rang before
    priority: int = 0
    skill: str | None = None  # that whoever is offered him must have
    turn: int = 0  # where in the circle of stations the next ring goes
    offered: Agent | None = None  # whose answer is waited for, where a strategy chose one
    timer: Timer | None = None
    widens: int = 0  # µs: when more people will do for him, once that is waited for
    kept: int | None = None  # µs: until when he is kept for who talked with him last
    late: Timer | None = None  # until he has waited too long for his queue's rules

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.stop()
            self.timer = None

    def gone(self) -> None:
        self.stop()
        if self.late is not None:
            self.late.stop()

    @property
    def rank(self) -> tuple[int, int]:
        """Who is served first: age, and so much more for each step of priority."""
        return (self.since - self.priority * PRIORITY, self.since)

    @property
    def taken(self) -> bool:
        """Somebody lifted for him, and hears what the call is, or he is being called back: nobody else is
        offered him."""
        call = self.call
        lifted = call.phone is not None and call.direction != "inside"  # inside it is he who waits
        return lifted or (call.promise is not None and call.line is not None)


class Desk:
    """All who wait, and whom the exchange tells what became of them."""

    def __init__(self, exchange: Exchange, clock: Clock, tell: Tell) -> None:
        self.exchange, self.clock, self._tell = exchange, clock, tell
        self.agents = Agents(exchange, clock, tell, self.stir)
        self.places = Places(exchange, self.agents, clock)
        self.forwards = Forwards(self, tell)
        self.orders = Orders(self, tell)
        self.last: dict[str, str] = {}  # queue -> who answered last: a person, or a station under "nobody"
        self.callers = Callers(lambda: self.settings, clock, tell, self.agents.at)
        self.shares = Shares()
        self.waiting: dict[Call, Waiting] = {}
        self.callbacks = Callbacks(self, tell)
        self.stirred = False  # something changed since the last match
        self.limits, self.returns = Limits(self), Returns(self, tell)
        self.expected: Callable[[Waiting], float | None] = lambda waiting: None  # s: the honest wait
        self._gave_up = GaveUp(clock)

    @property
    def settings(self) -> Settings:
        return self.exchange.settings

    def stir(self) -> None:
        """Somebody may be able to take a call now: match at the end of this tick."""
        self.stirred = True

    # What the exchange tells

    def send(self, call: Call, to: str) -> None:
        """Lead a caller to a queue, a person, a station or the operator."""
        self.lead(call, to, self.clock.now)

    def lead(self, call: Call, to: str, since: int) -> None:
        """The same for who has waited since an earlier instant (µs), which counts."""
        if (before := self.waiting.get(call)) is not None:
            self.leave(before, "withdrawn")
        to = self.places.calm(self.forwards.leads(call, self.exchange.incoming.typed(call, to)))
        if any(takes(call, to) for takes in self.exchange.takers):
            return
        queue = self.settings.queues.get(to)
        if queue is None:
            self.enter(Waiting(call, None, (self.places.station(to),), False, ALONE, since, self.clock.now))
            self.forwards.rings(call, to)
            self.exchange.knocking.direct(call, self.places.station(to))
        elif self.exchange.calendar.is_open(queue.hours):
            since -= self._gave_up.waited(to, call, queue, self.settings)
            since = self.callbacks.claimed(call, to, since)
            waited = (self.clock.now - since) / SECOND
            self._tell(QueueEntered(call=call.id, queue=to, waited=round(waited, 3)))
            self.enter(waiting := self.in_queue(call, to, queue, since))
            self.limits.entered(waiting, queue)
        else:
            self.turn_away(call, to)

    def turn_away(self, call: Call, name: str) -> None:
        """The queue is closed: he hears when it opens, and is led on; the second time to nobody."""
        queue = self.settings.queues[name]
        to = None if queue.closed in call.been else queue.closed
        call.been.add(name)
        self.exchange.incoming.turn_away(call, queue.hours, to)

    def answered(self, call: Call, phone: Handset) -> None:
        """Whoever lifted has him now; the circle begins after him next time."""
        waiting = self.waiting.get(call)
        agent = self.agents.at(phone.name)
        if waiting is not None and waiting.queue is not None:
            self.last[waiting.queue] = agent.name if agent else phone.name
            if agent is not None:
                queue = self.settings.queues.get(waiting.queue)  # None: the owner took it away meanwhile
                self.shares.took(waiting.queue, agent, self.agents.all, self.settings, self.clock.wall())
                self.agents.took(agent, call, queue)
        self._leave(call, "answered")
        greet(self.exchange, call, phone.name, agent)

    def over(self, call: Call) -> None:
        self.forwards.over(call)
        waiting = self.waiting.get(call)
        if self.callbacks.leaves(call):
            self._leave(call, "callback")
        elif waiting is not None:
            short = self.clock.now - waiting.entered <= SHORT
            self._gave_up.add(waiting)
            self.agents.spare(call.phone)
            self._leave(call, "short_abandon" if short else "abandoned")

    def changed(self, station: str) -> None:
        self.agents.seen(station)
        self.stir()

    def number_at(self, station: str) -> str | None:
        return self.agents.number_at(station)

    def reached(self, number: str) -> str | None:
        return self.places.inside(number)

    def led_elsewhere(self, call: Call, number: str) -> bool:
        return self.forwards.inside(call, number)

    def who_at(self, station: str) -> str | None:
        agent = self.agents.at(station)
        return agent.name if agent is not None else None

    def queue_of(self, call: Call) -> str | None:
        waiting = self.waiting.get(call)
        return waiting.queue if waiting is not None else None

    def knows(self, to: str) -> bool:
        return self.places.knows(to)

    def keyed(self, call: Call, key: str) -> None:
        """A caller who waits pressed a key: he may choose something else than waiting."""
        waiting = self.waiting.get(call)
        queue = self.settings.queues.get(waiting.queue or "") if waiting is not None else None
        to = queue.keys.get(key) if queue is not None else None
        if waiting is None or to is None or waiting.taken:
            return
        if to == CALLBACK:
            self.callbacks.ask(waiting)
        else:
            self.leave(waiting, "exit_key")
            self.send(call, to)

    def intro(self, call: Call, phone: Handset) -> Script | None:
        """What whoever lifted hears before he is joined with the caller, if anything."""
        if (waiting := self.waiting.get(call)) is None:
            return None
        waiting.stop()  # he has not missed it
        who, waited = self.agents.at(phone.name), self.waited(waiting)
        return whisper(self.settings, call, waiting.queue, waited, who, phone.name)

    def unanswered(self, call: Call, phone: Handset) -> bool:
        """Nobody took it at a station outside: as if it had rung in vain, without waiting for that."""
        waiting, agent = self.waiting.get(call), self.agents.at(phone.name)
        if agent is not None:
            self._tell(OfferEnded(call.id, phone.name, agent.name, "no_answer"))
            if waiting is not None and waiting.offered is agent:
                self.withdraw(waiting)
            self.agents.missed(agent)
        return agent is not None or self.forwards.outward.unanswered(call)

    def declined(self, call: Call, phone: Handset) -> bool:
        """He hung up. True: before he was joined; the caller is offered anew, and to others first."""
        waiting, agent = self.waiting.get(call), self.agents.at(phone.name)
        if waiting is None or not waiting.taken:
            return False
        if agent is not None and phone.free:  # else it failed: he declined nothing
            self.agents.pause(agent)
        self.stir()
        return True

    # Entering and leaving

    def in_queue(self, call: Call, name: str, queue: Queue, since: int) -> Waiting:
        rule = queue.nobody
        stations, hunt = (
            (rule.ring or rule.hunt, bool(rule.hunt)) if isinstance(rule, Nobody) else ((), False)
        )
        waiting = Waiting(call, name, stations, hunt, queue.ring_s, since, self.clock.now)
        about = self.settings.types.get(call.type or "")
        waiting.priority = queue.priority + (about.priority if about else 0)
        waiting.skill = (about.skill if about else None) or queue.skill
        last = self.last.get(name)
        waiting.turn = stations.index(last) + 1 if last in stations else 0
        return waiting

    def follow(self, waiting: Waiting, before: Queue | None, queue: Queue) -> None:
        """The owner changed his queue: it is as if he came now, but for his place."""
        new = self.in_queue(waiting.call, waiting.queue or "", queue, waiting.since)
        waiting.stations, waiting.hunt, waiting.ring_s = new.stations, new.hunt, new.ring_s
        waiting.turn, waiting.priority, waiting.skill = new.turn, new.priority, new.skill
        who = [self.agents.at(phone.name) for phone in waiting.call.rung]
        others = any(agent is not None and agent.name not in queue.members for agent in who)
        same = before is not None and (before.strategy, before.nobody) == (queue.strategy, queue.nobody)
        if others or not same:
            self.withdraw(waiting)

    def enter(self, waiting: Waiting) -> None:
        self.waiting[waiting.call] = waiting
        self.stir()

    def leave(self, waiting: Waiting, outcome: Outcome) -> None:
        """He goes elsewhere: no telephone rings for him any more. What sends him on is done with him."""
        self.withdraw(waiting)
        if waiting.queue is not None and outcome == "overflow":
            waiting.call.been.add(waiting.queue)
        self._leave(waiting.call, outcome)

    def _leave(self, call: Call, outcome: Outcome) -> None:
        waiting = self.waiting.pop(call, None)
        if waiting is None:
            return
        waiting.gone()
        if waiting.queue is not None:
            self._tell(QueueLeft(call=call.id, queue=waiting.queue, outcome=outcome))
        self.stir()

    def withdraw(self, waiting: Waiting) -> None:
        """Stop every telephone that rings for him; he keeps his place."""
        waiting.stop()
        waiting.offered = None
        for phone in list(waiting.call.rung):
            self.exchange.stop_ring(waiting.call, phone)
        self.stir()

    # What the offers ask

    def staffed(self, waiting: Waiting) -> Queue | None:
        """His queue, while somebody of it says that he is available."""
        name = waiting.queue or ""
        return self.settings.queues[name] if self.there(name) else None

    def there(self, name: str) -> bool:
        """Does somebody of that queue say that he is available?"""
        queue, everybody = self.settings.queues.get(name), self.agents.all
        return queue is not None and any(everybody[each].there for each in queue.members)

    def view(self, waiting: Waiting, queue: Queue) -> View:
        name = waiting.queue or ""
        return View(queue, self.settings.people, self.last.get(name), self.shares.of(name), waiting.skill)

    def waited(self, waiting: Waiting) -> float:
        return (self.clock.now - waiting.since) / SECOND
