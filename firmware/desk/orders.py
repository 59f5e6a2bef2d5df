"""What people order of themselves at the desk; it counts at once, for a call that rings for them too."""

from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.choices import Unmet
from firmware.base.events import OfferEnded
from firmware.base.orders import Handler
from firmware.base.stations import BROWSERS, PAGE
from firmware.calls.call import Tell
from firmware.desk.seats import Seats
from firmware.desk.states import Agent, State, Status
from firmware.desk.verbs import Verbs

if TYPE_CHECKING:
    from firmware.desk.queue import Desk


class Orders:
    """Of one desk, by name. Refused: the sentence says why, and nothing has happened."""

    def __init__(self, desk: "Desk", tell: Tell) -> None:
        self._desk, self._agents, self._tell = desk, desk.agents, tell
        self.seats = Seats(desk)

    @property
    def table(self) -> dict[str, Handler]:
        return {
            "agent.sign_in": Handler(self.sit_down),
            "agent.sign_out": Handler(self.sign_out),
            "agent.break": Handler(self.take_break),
            "agent.ready": Handler(self._agents.ready),
            "agent.reject": Handler(self.reject),
            "agent.dnd": Handler(self.dnd),
            "agent.extend": Handler(self._agents.extend),
            "agent.reason": Handler(self._agents.reason),
            **Verbs(self._desk).table,
            **self._desk.forwards.orders,
        }

    def sit_down(self, who: str, station: str | None = None) -> str:
        """`sign_in` from a page, which may be anywhere. Refused: a colleague's call, or his browser."""
        if station != PAGE:
            place = self._agents.place(who, station)
            other = self._agents.at(place)
            near = place in BROWSERS and other is not None and other.state is not State.OFFLINE
            if other is not None and other.name != who and (near or other.in_call):
                raise Refused(f"{other.name} is at {place}: choose another, or ask him to sign out")
        return self.sign_in(who, station)

    def sign_in(self, who: str, station: str | None = None) -> str:
        """A call that rings for him elsewhere, or here for somebody else, goes to the next at once. Where he
        sits is answered; `page`: at a browser place that is free."""
        place = self.seats.page(who) if station == PAGE else self._agents.place(who, station)
        at = self._agents.all[who]
        if at.in_call and at.status is not Status.OFF and at.station != place:
            raise Refused(f"{who} is in a call at {at.station}: finish it there, then sign in at {place}")
        for agent in self._agents.signed_in():
            if (agent.name == who) != (agent.station == place):  # he elsewhere, somebody else here
                self._unring(agent.name, "signed_out")
                self._give_up(agent)
        self._agents.sign_in(who, place)
        return place

    def sign_out(self, who: str) -> None:
        """No calls any more; one that rings goes to the next at once."""
        self.sign_off(who, "signed out")

    def sign_off(self, who: str, why: str) -> None:
        """The same, for whoever does not say so himself."""
        agent = self._agents.must_be_here(who)
        self._unring(who, "signed_out")
        self._give_up(agent)
        self._agents.sign_out(who, why)

    def take_break(self, who: str, code: str) -> None:
        self._agents.take_break(who, code)
        self._unring(who, "break")

    def dnd(self, who: str, on: bool) -> None:
        self._agents.disturb_not(who, on)
        if on:
            self._unring(who, "dnd")

    def reject(self, who: str) -> None:
        """He does not take this one: no miss, and the next is asked at once."""
        self._agents.ringing(who)
        self._unring(who, "rejected")
        self._agents.pause(self._agents.all[who])

    def _give_up(self, agent: Agent) -> None:
        """He leaves a station that has vanished in a call: nobody waits there for him any longer."""
        if (phone := self._agents.phone(agent)) is not None:
            self._desk.exchange.lost.give_up(phone)

    def _unring(self, who: str, reason: Unmet) -> None:
        agent = self._agents.all.get(who)
        phone = self._agents.phone(agent) if agent is not None else None
        for waiting in self._desk.waiting.values():
            if phone is not None and phone in waiting.call.rung:
                waiting.stop()
                self._tell(OfferEnded(waiting.call.id, phone.name, who, reason))
                self._desk.exchange.stop_ring(waiting.call, phone)
