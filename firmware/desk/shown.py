"""What the page of somebody's desk is shown beside the bare states: since when, who is on hold where, notes.

Instants are seconds of the box's own clock, as its `uptime_s` counts them: the page counts on by itself.
"""

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from firmware.base import Refused
from firmware.base.clock import SECOND, Clock
from firmware.base.event import Event
from firmware.base.events import (
    AgentChanged,
    CallAnswered,
    CallEnded,
    CallHeld,
    CallMoved,
    CallResumed,
    QueueEntered,
    QueueLeft,
)
from firmware.base.orders import Handler
from firmware.base.people import CallNoted
from firmware.calls.call import Call, Tell
from firmware.calls.handset import Handset
from firmware.desk.states import Agent
from firmware.desk.wrapup import WrapUp

if TYPE_CHECKING:
    from firmware.desk.queue import Desk

Text = Annotated[str, Meta(max_length=4_000)]
KEPT = 200  # notes at hand; the journal has all


class Shown:
    """`see` every event; the rest is read by `firmware.picture`."""

    def __init__(self, desk: "Desk", clock: Clock, tell: Tell) -> None:
        self._desk, self._clock, self._tell, self._began = desk, clock, tell, clock.now
        self._agents: dict[str, tuple[tuple[str, str, str], int]] = {}  # name -> what he did, since (µs)
        self._calls: dict[str, int] = {}  # call -> since when it is as it is (µs)
        self._talks: dict[str, int] = {}  # call -> since when somebody talks with him (µs), holds included
        self._came: dict[str, tuple[str, int]] = {}  # call -> its last queue, and since when it waits (µs)
        self._waited: dict[str, float] = {}  # call -> how long it did, in seconds
        self._notes: dict[str, str] = {}
        self.orders = {"agent.note": Handler(self.note, promise=True)}

    def see(self, event: Event) -> None:
        match event:
            case AgentChanged(agent=name, status=status, state=state, code=code):
                self._does(name, (status, state, code), event.at)
            case CallAnswered(call=call):
                self._calls[call] = self._talks[call] = event.at
            case CallHeld() | CallMoved() | CallResumed():
                self._calls[event.call] = event.at
            case QueueEntered(call=call, queue=queue, waited=waited):
                self._came[call] = queue, event.at - round(waited * SECOND)
            case QueueLeft(call=call) if call in self._came:
                self._waited[call] = (event.at - self._came[call][1]) / SECOND
            case CallEnded(call=call):
                for known in (self._calls, self._talks, self._came, self._waited):
                    known.pop(call, None)

    def _does(self, name: str, what: tuple[str, str, str], at: int) -> None:
        if self._agents.get(name, (None,))[0] != what:
            self._agents[name] = what, at

    # What is kept with a call

    def note(self, who: str, call: str, text: Text) -> None:
        """What somebody writes of a call of his; the last text counts. Refused: it is none of his."""
        agent = self._desk.agents.must_be_here(who)
        if call not in self._of(agent):
            raise Refused(f"{who} notes nothing on a call that is not his: take it first")
        if self._notes.get(call, "") == text:
            return
        self._notes.pop(call, None)
        self._notes[call] = text
        while len(self._notes) > KEPT:
            del self._notes[next(iter(self._notes))]
        self._tell(CallNoted(call=call, by=who, text=text))

    def _of(self, agent: Agent) -> set[str]:
        """The calls that somebody has before him: at his telephone, or just over."""
        phone = self._desk.agents.phone(agent)
        last = {agent.wrap.call} if agent.wrap is not None else set()
        return last | ({each.id for each in self._at(phone)} if phone is not None else set())

    def _at(self, phone: Handset) -> list[Call]:
        exchange = self._desk.exchange
        here = [phone.call] if phone.call is not None else []
        return [*here, *exchange.hands.at(phone), *exchange.conferences.of(phone)]

    # The picture

    def agent(self, agent: Agent) -> dict[str, Any]:
        since = self._agents.get(agent.name, (None, self._began))[1]
        wrap = agent.wrap
        return {
            "since_s": self._s(since),
            "handled": agent.handled,
            "wrap": self._wrap(wrap) if wrap else None,
        }

    def _wrap(self, wrap: WrapUp) -> dict[str, Any]:
        told = wrap.told()
        until = told.pop("until")
        return {**told, "until_s": self._s(until), "note": self._notes.get(wrap.call, "")}

    def phone(self, phone: Handset) -> dict[str, Any]:
        hands, conferences = self._desk.exchange.hands, self._desk.exchange.conferences
        knocks = self._desk.exchange.knocking.at(phone)
        return {
            "knocks": knocks.id if knocks is not None else None,
            "held": [call.id for call in hands.at(phone)],
            "muted": phone in hands.muted,
            "together": [call.id for call in conferences.calls(phone)],
        }

    def call(self, call: Call) -> dict[str, Any]:
        """`waited_s` is told once the wait is over."""
        waited = self._waited.get(call.id)
        return {
            "for": self._came.get(call.id, (None,))[0],
            "waited_s": None if waited is None else round(waited, 1),
            "since_s": self._s(self._calls.get(call.id, call.began)),
            "talks_s": self._s(self._talks.get(call.id)),
            "from": call.phone.name if call.phone else None,
            "to": call.called.name if call.called else None,
            "note": self._notes.get(call.id, ""),
        }

    @property
    def parked(self) -> dict[str, str]:
        return {place: call.id for place, call in self._desk.exchange.parking.there.items()}

    def _s(self, at: int | None) -> float | None:
        return None if at is None else round((at - self._began) / SECOND, 3)
