"""What pages are shown of everybody: why somebody is as he is, the way back, who waits in which order.

`shown` has what one person's page is shown of him alone.
"""

from typing import TYPE_CHECKING, Any

from firmware.base.clock import SECOND
from firmware.base.event import Event
from firmware.base.events import AgentChanged
from firmware.calls.call import Call
from firmware.desk.states import AWAY, Agent, Status
from firmware.steps import PROVED

if TYPE_CHECKING:
    from firmware.desk.queue import Desk, Waiting

MOST = 100  # of those who wait, the first
VERIFIED = "verified"  # what a flow notes of a PIN that was right


class Glance:
    """`see` every event; the rest is read by `firmware.picture`."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._why: dict[str, str] = {}  # who -> why he changed last

    def see(self, event: Event) -> None:
        if isinstance(event, AgentChanged):
            self._why[event.agent] = event.reason

    def agent(self, agent: Agent) -> dict[str, Any]:
        person, phone = self._desk.settings.people.get(agent.name), self._desk.agents.phone(agent)
        return {
            "reason": self._why.get(agent.name, ""),
            "number": person.number if person is not None else None,
            "back": self._back(agent),
            "lost": [call.id for call in self._desk.exchange.lost.at(phone)] if phone is not None else [],
        }

    def _back(self, agent: Agent) -> str | None:
        """The order with which he takes calls again, where it was not he who said that he takes none."""
        if agent.status is Status.BREAK and agent.code in AWAY:
            return "agent.ready"
        seen = self._why.get(agent.name, "signed out")
        return "agent.sign_in" if agent.status is Status.OFF and seen != "signed out" else None

    def call(self, call: Call) -> dict[str, Any]:
        phones = dict.fromkeys(each for each in (call.phone, call.called, *call.rung) if each is not None)
        people = [self._desk.who_at(phone.name) for phone in phones]
        settings = self._desk.settings
        listeners = self._desk.exchange.monitor.listeners(call)
        rows = settings.identities.get(call.identity or ""), settings.types.get(call.type or "")
        return {
            "people": [name for name in people if name is not None],
            "verified": call.data[PROVED] == VERIFIED if PROVED in call.data else None,
            "listeners": [{"who": who, "how": how} for who, how in listeners],
            "script": "\n\n".join(row.script for row in rows if row is not None and row.script),
        }

    def office(self) -> dict[str, Any]:
        waiting = sorted(self._desk.waiting.values(), key=lambda each: each.rank)
        return {
            "line_up": self._line_up(waiting),
            "queues": self._queues(waiting),
            "browsers": self._desk.orders.seats.taken(),
        }

    def _line_up(self, waiting: list["Waiting"]) -> list[dict[str, Any]]:
        """Who is served first stands first; the place is that in his queue."""
        ahead: dict[str | None, int] = {}
        told = []
        for each in waiting[:MOST]:
            ahead[each.queue] = ahead.get(each.queue, 0) + 1
            told.append(
                {
                    "call": each.call.id,
                    "queue": each.queue,
                    "place": ahead[each.queue],
                    "waited_s": round(self._desk.waited(each), 1),
                    "rings": [phone.name for phone in each.call.rung],
                    "callback": each.call.promise is not None,
                }
            )
        return told

    def _queues(self, waiting: list["Waiting"]) -> dict[str, Any]:
        here: dict[str | None, list[int]] = {}  # since when each waits, µs
        for each in waiting:
            here.setdefault(each.queue, []).append(each.since)
        return {name: self._queue(name, here.get(name, [])) for name in self._desk.settings.queues}

    def _queue(self, name: str, since: list[int]) -> dict[str, Any]:
        everybody, now = self._desk.agents.all, self._desk.clock.now
        people = [everybody[each] for each in self._desk.settings.queues[name].members]
        return {
            "waiting": len(since),
            "longest_s": round((now - min(since, default=now)) / SECOND, 1),
            "there": sum(each.there for each in people),
            "free": sum(each.free for each in people),
        }
