"""Who forgets to sign out is signed out: when his queues close, and after so many hours.

Whoever is in a call or in wrap-up is signed out behind it, and nobody leaves callers behind who still
wait for him.
"""

from firmware.base.clock import SECOND, Clock, Timer
from firmware.base.events import AgentChanged, Event, QueueLeft, SettingsChanged
from firmware.desk.agents import Agent, Status
from firmware.desk.queue import Desk

HOUR = 3600 * SECOND
CLOSING = "closing time"


class SignOut:
    """Of one desk; `see` is told every event."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk, self._clock = desk, clock
        self._open: dict[str, bool] = {}  # rows of hours, as told last
        self._due: dict[str, str] = {}  # who is to be signed out, and why
        self._timers: dict[str, Timer] = {}  # until somebody has been here for so long
        self._looks = False
        desk.exchange.calendar.watch(self._turned)

    def see(self, event: Event) -> None:
        """Take an event that was told."""
        match event:
            case AgentChanged(agent=name):
                self._changed(name, event.status == Status.OFF.value)
                self._soon()
            case QueueLeft():
                self._soon()
            case SettingsChanged():
                for name in list(self._timers):
                    self._forget(name)
                    self._arm(name)

    def _changed(self, name: str, off: bool) -> None:
        if off:
            self._due.pop(name, None)
            self._forget(name)
        elif name not in self._timers:
            self._arm(name)

    # After so many hours

    def _arm(self, name: str) -> None:
        hours, agent = self._desk.settings.office.sign_out_after_h, self._desk.agents.all.get(name)
        if agent is not None and hours:
            due = agent.signed_in + round(hours * HOUR)
            self._timers[name] = self._clock.at(
                due, lambda: self._must_go(name, f"signed in for {hours:g} h")
            )

    def _forget(self, name: str) -> None:
        if (timer := self._timers.pop(name, None)) is not None:
            timer.stop()

    # At closing

    def _turned(self, row: str, open_: bool) -> None:
        closes = self._open.get(row, False) and not open_  # not where a start finds it closed
        self._open[row] = open_
        if closes:
            for agent in [each for each in self._desk.agents.signed_in() if self._goes(each, row)]:
                self._must_go(agent.name, CLOSING)

    def _goes(self, agent: Agent, row: str) -> bool:
        """Is it his closing time: that of the row that the owner named, or else of the last of his queues?"""
        rule = self._desk.settings.office.sign_out_at_closing
        if isinstance(rule, str):
            return rule == row
        hours = {queue.hours for queue in self._desk.settings.queues.values() if agent.name in queue.members}
        return rule and row in hours and not any(self._desk.exchange.calendar.is_open(each) for each in hours)

    # What becomes of him

    def _must_go(self, name: str, why: str) -> None:
        self._due[name] = why
        self._soon()

    def _soon(self) -> None:
        """Look once, when all of this instant has been told."""
        if self._due and not self._looks:
            self._looks = True
            self._clock.after(0, self._look)

    def _look(self) -> None:
        self._looks = False
        for name, why in list(self._due.items()):
            agent = self._desk.agents.all.get(name)  # None: the owner took him away meanwhile
            if agent is not None and not self._busy(agent):
                self._desk.orders.sign_off(name, why)

    def _busy(self, agent: Agent) -> bool:
        phone = self._desk.agents.phone(agent)
        if phone is not None and self._desk.exchange.lost.at(phone):
            return True
        if agent.in_call or (agent.wrap is not None and agent.wrap.running):
            return True
        queues = self._desk.settings.queues
        waited_for = {each.queue for each in self._desk.waiting.values()}
        return agent.there and any(
            agent.name in queue.members for name, queue in queues.items() if name in waited_for
        )
