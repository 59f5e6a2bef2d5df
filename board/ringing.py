"""When a phone sounds: cadences, and a place in the burst for everybody.

The ring voltage of all phones comes from one supply: at most four ring in the same burst, whoever
comes later rings in a pause of the others.
"""

from firmware.base import Impossible
from firmware.base.clock import SECOND
from firmware.base.ports import Cadence

AHEAD = 60 * SECOND  # how far bursts of unlike cadences are laid beside each other


class Bell:
    """One phone's cadence, laid down in time from `start` µs on."""

    def __init__(self, cadence: Cadence, start: int) -> None:
        """A cadence of odd length rings on into its own beginning. `Impossible` for one without time."""
        if not cadence or min(cadence) < 0 or sum(cadence) <= 0:
            raise Impossible(f"a phone cannot ring {cadence}")
        self.start = start
        self._ends: list[int] = []  # µs from the cycle's begin at which each segment ends
        for seconds in cadence:
            self._ends.append((self._ends[-1] if self._ends else 0) + round(seconds * SECOND))
        self.cycle = self._ends[-1]

    def sounds(self, at: int) -> bool:
        if at < self.start:
            return False
        within = (at - self.start) % self.cycle
        return next(index for index, end in enumerate(self._ends) if within < end) % 2 == 0

    def next_change(self, at: int) -> int:
        """The next instant after `at` at which a segment begins."""
        if at < self.start:
            return self.start
        within = (at - self.start) % self.cycle
        return at - within + next(end for end in self._ends if within < end)

    def starts(self, since: int, until: int) -> list[int]:
        """The instants in [since, until) at which bursts begin."""
        found, at = [], max(since, self.start) - 1
        while (at := self.next_change(at)) < until:
            if self.sounds(at):
                found.append(at)
        return found


class Bells:
    """All phones that ring now."""

    def __init__(self, at_most: int = 4) -> None:
        self._at_most = at_most
        self._bells: dict[str, Bell] = {}

    def place(self, name: str, cadence: Cadence, now: int) -> Bell | None:
        """Where this phone may ring, from now on or a little later; None: no room, ask again."""
        self.stop(name)
        others = list(self._bells.values())
        for start in sorted({now, *(each for bell in others for each in self._gaps(bell, now))}):
            bell = Bell(cadence, start)
            if self._fits(bell, others):
                self._bells[name] = bell
                return bell
        return None

    def stop(self, name: str) -> None:
        self._bells.pop(name, None)

    def _gaps(self, bell: Bell, now: int) -> list[int]:
        """The ends of this bell's bursts within its next cycle."""
        ends, at = [], now
        while (at := bell.next_change(at)) <= now + bell.cycle:
            if not bell.sounds(at):
                ends.append(at)
        return ends

    def _fits(self, new: Bell, others: list[Bell]) -> bool:
        if len(others) < self._at_most:
            return True
        everybody = [new, *others]
        moments = {at for bell in everybody for at in bell.starts(new.start, new.start + AHEAD)}
        return all(sum(bell.sounds(at) for bell in everybody) <= self._at_most for at in moments)
