"""Do not disturb ends by itself, where the owner says after how long: whoever forgets it is missed by nobody.

A start of the box begins the time anew (FEATURES row 36).
"""

from firmware.base.clock import SECOND, Clock, Timer
from firmware.base.events import AgentChanged, Event, SettingsChanged
from firmware.desk.queue import Desk

HOUR = 3600 * SECOND


class Peace:
    """Of one desk; `see` is told every event."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk, self._clock = desk, clock
        self._since: dict[str, int] = {}  # who is left in peace, and since when (µs)
        self._timers: dict[str, Timer] = {}

    def see(self, event: Event) -> None:
        """Take an event that was told."""
        if isinstance(event, AgentChanged) and event.dnd is not (event.agent in self._since):
            if event.dnd:
                self._since[event.agent] = event.at
            else:
                del self._since[event.agent]
            self._arm(event.agent)
        elif isinstance(event, SettingsChanged):
            for name in self._since:
                self._arm(name)

    def _arm(self, name: str) -> None:
        if (timer := self._timers.pop(name, None)) is not None:
            timer.stop()
        hours = self._desk.settings.office.dnd_h
        if hours and name in self._since:
            due = max(self._clock.now, self._since[name] + round(hours * HOUR))
            self._timers[name] = self._clock.at(due, lambda: self._over(name))

    def _over(self, name: str) -> None:
        if name in self._desk.agents.all:  # else the owner took him away meanwhile
            self._desk.orders.dnd(name, False)
