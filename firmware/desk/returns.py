"""Callers whose agent's station has vanished, and does not come back: they are told, and first in line again.

Nobody has waited in vain: he enters his queue with the time of his first entry, before all others, however
full it is. Who had asked for one person goes to the operator. Whose station it was is not offered any call
until he says that he is back; one that only rang there goes to the next at once, and he has missed nothing.
"""

from typing import TYPE_CHECKING

from firmware.base.clock import SECOND
from firmware.base.event import Event
from firmware.base.events import CallEnded, CallMoved, OfferEnded, QueueEntered
from firmware.calls.call import Call, Tell
from firmware.calls.dialogue import Say, Script
from firmware.calls.handset import Handset, State
from firmware.desk.states import LOST, Status
from firmware.tables import OPERATOR

if TYPE_CHECKING:
    from firmware.desk.queue import Desk, Waiting

FIRST, ELSEWHERE = "lost.queue", "lost.operator"
HEAD = 1_000  # steps of priority: before all who have waited as long


class Returns:
    """Of one desk; `see` every event."""

    def __init__(self, desk: "Desk", tell: Tell) -> None:
        self._desk, self._tell = desk, tell
        self._came: dict[str, tuple[str, int]] = {}  # call -> its last queue, and since when it waited (µs)

    def see(self, event: Event) -> None:
        match event:
            case QueueEntered(call=call, queue=queue, waited=waited):
                self._came[call] = queue, event.at - round(waited * SECOND)
            case CallEnded(call=call):
                self._came.pop(call, None)

    # While it rang

    def unrung(self, call: Call, phone: Handset) -> bool:
        """A telephone that rang for a call is out of service. True: somebody waits, and is offered anew."""
        desk, waiting = self._desk, self._desk.waiting.get(call)
        if waiting is None:
            return False
        agent = desk.agents.at(phone.name)
        self._tell(OfferEnded(call.id, phone.name, agent.name if agent else None, "out_of_reach"))
        if not call.rung:
            waiting.stop()
            waiting.offered = None
        desk.stir()
        if waiting.queue is None:
            after = desk.settings.office.return_s
            desk.clock.after(after, lambda: self._still_out(waiting, phone))
        return True

    def _still_out(self, waiting: "Waiting", phone: Handset) -> None:
        """He asked for somebody who is not back."""
        call, desk = waiting.call, self._desk
        if desk.waiting.get(call) is waiting and phone.state is State.OUT and not call.rung:
            desk.lead(call, self._somebody(), waiting.since)

    # In a call

    def away(self, phone: Handset) -> None:
        """Whose station has vanished in a call takes none until he says so."""
        if (agent := self._desk.agents.at(phone.name)) is not None:
            if agent.wrap is not None:
                agent.wrap.stop()
                agent.wrap = None  # the call goes on, with somebody else
            if agent.status is Status.AVAILABLE:
                agent.code = LOST
                self._desk.agents.say(agent, Status.BREAK, LOST)

    def give_back(self, call: Call, phone: Handset) -> None:
        """A caller who waited for that station is sought somebody else."""
        exchange, line = self._desk.exchange, call.line
        name, since = self._came.get(call.id, ("", 0))
        queued = name in self._desk.settings.queues
        to = name if queued else self._somebody()
        exchange.transfers.let_go(call, phone)
        self._tell(CallMoved(call=call.id, to=to, by="box"))
        exchange.transfers.ring_out(call)
        if queued:
            self._enter(call, name, since)
        else:
            self._desk.send(call, to)
        if line is not None and call in self._desk.waiting:
            exchange.talks.begin(line.name, _said(FIRST if queued else ELSEWHERE))

    def _enter(self, call: Call, name: str, since: int) -> None:
        """At the head of his queue."""
        queue, waited = self._desk.settings.queues[name], (self._desk.clock.now - since) / SECOND
        self._tell(QueueEntered(call=call.id, queue=name, waited=round(waited, 3)))
        waiting = self._desk.in_queue(call, name, queue, since)
        waiting.priority += HEAD
        self._desk.enter(waiting)
        self._desk.limits.entered(waiting, queue, again=True)

    def _somebody(self) -> str:
        """The operator, or where his telephone is out of service a queue in which somebody is there."""
        operator = self._desk.exchange.phones.get(self._desk.settings.office.operator)
        if operator is not None and operator.state is not State.OUT:
            return OPERATOR
        return next((name for name in self._desk.settings.queues if self._desk.there(name)), OPERATOR)


def _said(prompt: str) -> Script:
    yield Say(prompt)
