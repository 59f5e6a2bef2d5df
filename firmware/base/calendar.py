"""The office's hours as they stand: what is open now, and who is told when something opens or closes.

Nothing polls: a timer waits for the next change, and everything is looked at anew when the owner changes
his hours or the computer's date turns out to be another. What is asked (`is_open`, `opens`) is always
read off the clock on the wall, never off what was told last.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from firmware.base.clock import Clock, Timer
from firmware.base.events import ClockSet, Event, HoursChanged
from firmware.base.hours import Closed, Open, is_open, public_holidays, state
from firmware.tables import Settings

AT_LEAST = timedelta(days=1)  # what lay beyond the days looked at comes nearer
MICROSECOND = timedelta(microseconds=1)
WRONG = timedelta(seconds=2)  # beyond which the computer's date is followed
Watcher = Callable[[str, bool], object]


class Calendar:
    """Told of the settings in force by `begin` and `change`, of the computer's date by `follow`."""

    def __init__(self, settings: Settings, clock: Clock, tell: Callable[[Event], object]) -> None:
        self._settings, self._clock, self._tell = settings, clock, tell
        self._watchers: list[Watcher] = []
        self._told: dict[str, bool] = {}
        self._timer: Timer | None = None

    # What is asked

    def now(self) -> datetime:
        """The office's wall time."""
        return self._clock.wall()

    def is_open(self, name: str | None) -> bool:
        """Is that row of hours open now? None, for who has no hours, is always open."""
        row = self._settings.hours.get(name) if name else None
        return row is None or is_open(row, self._settings.country, self.now())

    def opens(self, name: str | None) -> datetime | None:
        """When a closed row opens, in the office's zone. None: it is open, or stays closed for a year."""
        row = self._settings.hours.get(name) if name else None
        stands = state(row, self._settings.country, self.now()) if row is not None else None
        return stands.opens if isinstance(stands, Closed) else None

    def watch(self, watcher: Watcher) -> None:
        """`watcher(name, open)` is called when a row of hours opens or closes, is new, and at the start."""
        self._watchers.append(watcher)

    # What is told

    def begin(self) -> None:
        """The box has started: say how everything stands."""
        self.change(self._settings)

    def change(self, settings: Settings) -> None:
        """These settings are in force now."""
        self._settings = settings
        self._clock.set_wall(self.now().astimezone(settings.zone))
        self._look()

    def follow(self, wall: datetime) -> None:
        """The computer's clock shows `wall`: where ours is far from it, ours is wrong."""
        moved = wall.astimezone(UTC) - self.now().astimezone(UTC)
        if abs(moved) > WRONG:
            self._clock.set_wall(wall.astimezone(self._settings.zone))
            zero = self._clock.started_at.isoformat(timespec="microseconds")
            self._tell(ClockSet(started_at=zero, moved_s=round(moved.total_seconds(), 3)))
            self._look()

    def _look(self) -> None:
        """Wait for the next change, and tell what has changed since the last look."""
        if self._timer is not None:
            self._timer.stop()
        self._have_holidays()
        wall, country = self.now(), self._settings.country
        stand = {name: state(row, country, wall) for name, row in self._settings.hours.items()}
        if stand:
            now = wall.astimezone(UTC)  # times of one zone are told apart by their faces: not over a jump
            due = min(_change(each, now) for each in stand.values())
            self._timer = self._clock.at(self._clock.now + (due - now) // MICROSECOND, self._look)
        before, self._told = self._told, {name: isinstance(each, Open) for name, each in stand.items()}
        for name, open_ in self._told.items():
            if before.get(name) is not open_:
                self._tell(HoursChanged(hours=name, open=open_))
                for watcher in self._watchers:
                    watcher(name, open_)

    def _have_holidays(self) -> None:
        """Of this year and the next: a tick that asks for them finds them."""
        for row in self._settings.hours.values():
            for year in (self.now().year, self.now().year + 1):
                if row.holidays:
                    public_holidays(self._settings.country, row.region, year)


def _change(stands: Open | Closed, now: datetime) -> datetime:
    change = stands.until if isinstance(stands, Open) else stands.opens
    return min(now + AT_LEAST, change.astimezone(UTC) if change else now + AT_LEAST)
