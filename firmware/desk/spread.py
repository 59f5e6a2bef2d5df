"""Ring-all: the free telephones, spread over the callers for whom all ring together.

Each caller gets one before anybody gets two, and an earlier caller gives one up for a later caller who
has none. A telephone that has rung for long in vain counts for nobody: its caller gets the next that is
free as well.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from typing import NamedTuple

from firmware.base.clock import SECOND
from firmware.calls.handset import Handset
from firmware.desk.queue import Desk, Waiting


class Group(NamedTuple):
    """The telephones that may ring for a caller: those of his queue's people, or of its rule for nobody."""

    key: Hashable  # a short name for the same
    stations: Collection[str]


class Spread:
    """`ring(waiting, station)` rings a telephone, if `free(station)` finds that it may be rung."""

    def __init__(
        self,
        desk: Desk,
        ring: Callable[[Waiting, str], None],
        free: Callable[[str], Handset | None],
        since: Mapping[str, int],
    ) -> None:
        """`since`: station -> when it began to ring for its caller, µs."""
        self._desk, self._ring, self._free, self._since = desk, ring, free, since
        self._spent: set[Hashable] = set()  # groups that have no free telephone, as of this pass

    def begin(self) -> None:
        """A pass over all who wait begins."""
        self._spent.clear()

    def first(self, waiting: Waiting, group: Group) -> None:
        """A free telephone for a caller who has none, in his turn among those who are served otherwise."""
        if group.key in self._spent or self._served(waiting):
            return
        station = next(filter(self._free, group.stations), None)
        if station is None:
            self._spent.add(group.key)
        else:
            self._ring_for(waiting, station)

    def match(self, callers: list[Waiting], group: Callable[[Waiting], Group], keys: set[Hashable]) -> None:
        """Serve callers in their order; `keys` are those of the groups that may have telephones, if all of
        them have people: once these are spent, nobody else is looked at."""
        spent: set[Hashable] = set()
        for waiting, each in self._turns(callers, group, keys, spent):
            if not self._served(waiting) and not self._ring_one(waiting, each.stations, callers):
                spent.add(each.key)
        # What is free now is of no use to whoever has none: it rings for who is first.
        spent.clear()
        for waiting, each in self._turns(callers, group, keys, spent):
            spent.add(each.key)
            for station in filter(self._free, each.stations):
                self._ring(waiting, station)

    def _turns(
        self,
        callers: list[Waiting],
        group: Callable[[Waiting], Group],
        keys: set[Hashable],
        spent: set[Hashable],
    ) -> Iterator[tuple[Waiting, Group]]:
        """Callers in their order whose telephones are not spent, and an end once all are."""
        for waiting in callers:
            if keys and keys <= spent:
                return
            each = group(waiting)
            if each.key not in spent:
                yield waiting, each

    def _served(self, waiting: Waiting) -> bool:
        return any(self._fresh(waiting, phone) for phone in waiting.call.rung)

    def _fresh(self, waiting: Waiting, phone: Handset) -> bool:
        """May somebody still be on his way to it?"""
        return self._desk.clock.now < self._since.get(phone.name, 0) + round(waiting.ring_s * SECOND)

    def _ring_one(self, waiting: Waiting, stations: Collection[str], callers: list[Waiting]) -> bool:
        """One telephone for a caller who has none: a free one, or one of somebody who has several."""
        station = next(filter(self._free, stations), None) or self._given_up(waiting, stations, callers)
        if station is not None:
            self._ring_for(waiting, station)
        return station is not None

    def _ring_for(self, waiting: Waiting, station: str) -> None:
        self._ring(waiting, station)
        self._desk.clock.after(waiting.ring_s, self._desk.stir)

    def _given_up(self, waiting: Waiting, stations: Collection[str], callers: list[Waiting]) -> str | None:
        phones = self._desk.exchange.phones
        ringing = [phones[each].call for each in stations if each in phones]
        if not any(call is not None and len(call.rung) > 1 for call in ringing):
            return None  # a thousand callers are not asked
        rich = [each for each in callers if len(each.call.rung) > 1 and each is not waiting]
        for other in sorted(rich, key=lambda each: -len(each.call.rung)):
            for phone in reversed(self.spare(other, for_any=not waiting.call.rung)):
                if phone.name in stations:
                    self._desk.exchange.stop_ring(other.call, phone)
                    return phone.name
        return None

    def spare(self, other: Waiting, for_any: bool) -> list[Handset]:
        """What he can give and keep one that counts; what counts for nobody goes to who has none."""
        fresh = [phone for phone in other.call.rung if self._fresh(other, phone)]
        if len(fresh) > 1:
            return fresh
        return [phone for phone in other.call.rung if phone not in fresh] if for_any else []
