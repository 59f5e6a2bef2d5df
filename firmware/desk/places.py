"""Where somebody is reached: the station that rings for a name or an inside number, and who must not be rung.

Who said "do not disturb" is called by nobody. A caller from outside who asked for him is led to the operator
(who rings in any case: somebody must) or, where he sits there himself, to his mailbox; a colleague hears that
he is busy. For half an hour after an emergency call nobody is left in peace: help may call back (FEATURES
row 36).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from firmware.base.clock import SECOND, Clock
from firmware.base.events import EmergencyDialled, Event
from firmware.calls.exchange import Exchange
from firmware.desk.agents import Agents
from firmware.tables import MAILBOX, OPERATOR

HELP = 1800 * SECOND  # µs after an emergency call in which help may call back


class Places:
    """Of one desk; the keeper of how long help may call back (firmware.standing)."""

    private = False

    def __init__(self, exchange: Exchange, agents: Agents, clock: Clock) -> None:
        self._exchange, self._agents, self._clock = exchange, agents, clock
        self._help_until = clock.now
        exchange.incoming.blocking.excused = lambda: clock.now < self._help_until

    def see(self, event: Event) -> None:
        """Take an event that was told."""
        if isinstance(event, EmergencyDialled):
            self._help_until = event.at + HELP

    def station(self, to: str) -> str:
        """What rings for a caller from outside who asked for a person, a telephone or the operator."""
        settings = self._exchange.settings
        if to == OPERATOR:
            return settings.office.operator
        if to in settings.people:
            station = self._agents.all[to].station
        else:
            station = to if to in self._exchange.phones else settings.extensions().get(to)
        # A place that was taken away meanwhile, and one that is left in peace: a person answers.
        return station if station and not self._quiet(station) else settings.office.operator

    def calm(self, to: str) -> str:
        """Where a caller from outside is led who asked for somebody. Who sits at the operator's own telephone
        and is left in peace would be rung all the same: his mailbox takes the caller."""
        settings = self._exchange.settings
        numbers = {each.number: name for name, each in settings.people.items()}
        agent = self._agents.all.get(numbers.get(to, to))
        if agent is None or agent.name not in settings.mailboxes or agent.station != self.station(OPERATOR):
            return to
        return f"{MAILBOX}{agent.name}" if self._quiet(agent.station) else to

    def knows(self, to: str) -> bool:
        """May callers be led there?"""
        settings, stations = self._exchange.settings, self._exchange.phones
        tables = (settings.queues, settings.people, settings.types, settings.extensions(), stations)
        boxes = {f"{MAILBOX}{name}" for name in settings.mailboxes}
        flow = (settings.menus, settings.steps, boxes)
        return to == OPERATOR or any(to in table for table in (*tables, *flow))

    def inside(self, number: str) -> str | None:
        """What rings for a colleague who dialled an office number or names somebody: where he sits now."""
        settings = self._exchange.settings
        named = (name for name, each in settings.people.items() if number in (name, each.number))
        if number == OPERATOR:
            station: str | None = settings.office.operator
        elif (who := next(named, None)) is not None:
            station = self._agents.all[who].station
        else:
            station = number if number in self._exchange.phones else settings.extensions().get(number)
        return None if station and self._quiet(station) else station

    def _quiet(self, station: str) -> bool:
        agent = self._agents.of(station)
        return agent is not None and agent.dnd and self._clock.now >= self._help_until

    # Over a restart

    def standing(self) -> dict[str, Any]:
        return {"left": max(0, self._help_until - self._clock.now)}

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        self._help_until = at + standing.get("left", 0)
        for event in since:
            self.see(event)
