"""What a start must know of the time before it: the last `Standing`, and what was told since.

The journal is read from its end, page by page, never as a whole. Every box's clock begins anew; here the
instants of several lives become those of one clock that stood still while the box was dark.
"""

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

import msgspec

from firmware.base.events import Before, BoxStarted, Event, Standing
from firmware.rim.journal import AnyJournal
from firmware.rim.journal_tables import callers_in

PAGE = 1_000  # events
LOOK_BACK = 20_000  # in a journal that knows no Standing


def before(journal: AnyJournal, now: int = 0) -> Before:
    """For a box whose clock begins at `now` µs."""
    told = _on_one_clock(_last_of(journal), now)
    callers = callers_in(journal.path)
    if told and isinstance(told[0], Standing):
        return Before(_state(told[0]), told[0].at, tuple(told[1:]), callers)
    return Before(since=tuple(told), callers=callers)


def _last_of(journal: AnyJournal) -> list[Event]:
    """The last Standing and all behind it; without one the last events that there are."""
    told: list[Event] = []
    end = last = journal.last[0]
    while end > max(0, last - LOOK_BACK):
        begin = max(0, end - PAGE)
        page = list(_between(journal, begin, end))
        for place in reversed(range(len(page))):
            if isinstance(page[place], Standing):
                return page[place:] + told
        told, end = page + told, begin
    return told


def _between(journal: AnyJournal, begin: int, end: int) -> Iterator[Event]:
    return takewhile(lambda event: event.seq <= end, journal.events(begin))


def _on_one_clock(told: list[Event], now: int) -> list[Event]:
    """The last event happened just now, and each life of the box began when the one before it ended."""
    later, at = now, None
    moved: list[Event] = []
    for event in reversed(told):
        later -= 0 if at is None else at - event.at
        moved.append(event.stamped(event.seq, later))
        at = None if isinstance(event, BoxStarted) else event.at
    return moved[::-1]


def _state(standing: Standing) -> dict[str, Any]:
    private: dict[str, Any] = msgspec.json.decode(standing.private) if standing.private else {}
    return {**standing.state, **private}
