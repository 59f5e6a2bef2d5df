"""The places in browsers: who has which, and one that is free for somebody who has opened his page."""

from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.stations import BROWSERS
from firmware.desk.states import Status

if TYPE_CHECKING:
    from firmware.desk.queue import Desk


class Seats:
    """Of one desk."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk

    def taken(self) -> dict[str, str | None]:
        """Each browser place of this office, and who is signed in there or has it for his own."""
        stations = [each for each in BROWSERS if each in self._desk.exchange.phones]
        people = self._desk.settings.people
        own = {person.station: name for name, person in people.items() if person.station}
        here = {each: self._desk.agents.at(each) for each in stations}
        return {each: agent.name if agent else own.get(each) for each, agent in here.items()}

    def page(self, who: str) -> str:
        """Where his page is a telephone: the place that he has, his own, or one that nobody has.

        Refused: all are taken."""
        agent, taken = self._desk.agents.named(who), self.taken()
        if agent.status is not Status.OFF and agent.station in taken:
            return agent.station
        mine = [place for place, name in taken.items() if name == who]
        free = [place for place, name in taken.items() if name is None]
        if not mine and not free:
            raise Refused(
                f"no browser place is free for {who}: the owner can have more ({len(taken)} now, browsers)"
            )
        return (mine or free)[0]
