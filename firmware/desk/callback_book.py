"""The call-backs that are open, as the events tell them, and who may ask for another.

One request for each number that is called back and for each number that asks, three a day, a hundred in
all (RELIABILITY H-11). A retry keeps its place in the queue once; a later one begins anew (FEATURES 21).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from firmware.base.callbacks import Missing
from firmware.base.clock import SECOND, Clock
from firmware.base.events import (
    CallbackAsked,
    CallbackDone,
    CallbackMissed,
    CallbackTried,
    Event,
)

if TYPE_CHECKING:
    from firmware.calls.call import Call

MOST, MOST_UNKNOWN = 100, 10  # open in all, and asked for by callers without a number
A_DAY = 3  # for each number
NO_TRY: tuple[Missing, ...] = ("declined", "no_line", "not_kept")
UNKNOWN: Missing = "unknown"
YESTERDAY = 48 * 3600 * SECOND  # µs after which nothing asked is of today


@dataclass(eq=False)
class Request:
    """Somebody is to be called back. Instants are µs; `since` may lie before the box's own start."""

    id: str
    queue: str
    number: str
    since: int  # his place in the queue
    caller: str | None = None  # who asked, if that was shown
    name: str | None = None
    kind: str | None = None
    identity: str | None = None
    language: str | None = None
    data: str | None = None
    due: int = 0  # not before
    tries: int = 0
    trying: bool = False  # told as tried, and nothing yet of how that ended
    flagged: bool = False  # nobody knows how the last try ended: a person decides

    def lend(self, call: "Call") -> None:
        """What was known of the call that asked is known of the one that calls back."""
        call.name, call.type, call.identity = self.name, self.kind, self.identity
        call.language, call.data = self.language, json.loads(self.data or "{}")


@dataclass(frozen=True)
class Asked:
    """Somebody asked, whatever became of it."""

    at: int
    number: str
    caller: str | None


class Book:
    """Follows events by `see`; everything else asks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.open: dict[str, Request] = {}
        self._asked: list[Asked] = []
        self.seq = 0  # of the last event seen

    def see(self, event: Event) -> None:
        match event:
            case CallbackAsked():
                self._ask(event)
            case CallbackTried() if (request := self.open.get(event.callback)) is not None:
                request.trying, request.tries = True, event.attempt
            case CallbackMissed() if (request := self.open.get(event.callback)) is not None:
                _miss(request, event)
            case CallbackDone():
                self.open.pop(event.callback, None)
            case _:
                return
        self.seq = event.seq

    def _ask(self, event: CallbackAsked) -> None:
        since = event.at - round(event.waited * SECOND)
        self._asked = [each for each in self._asked if each.at > event.at - YESTERDAY]
        if event.call:  # else it was the office
            self._asked.append(Asked(event.at, event.number, event.caller))
        known = self.open.get(event.callback)
        if known is not None:
            known.since, known.due, known.flagged = min(known.since, since), event.at, False
            return
        self.open[event.callback] = Request(
            event.callback,
            event.queue,
            event.number,
            since,
            event.caller,
            event.name,
            event.kind,
            event.identity,
            event.language,
            event.data,
        )

    # What is asked

    def of(self, number: str | None, queue: str) -> Request | None:
        """The open request of that number in that queue."""
        fits = (each for each in self.open.values() if each.number == number and each.queue == queue)
        return next(fits, None)

    def refusal(self, number: str, caller: str | None) -> str | None:
        """Why no further request may be made, as the prompt that says so; None: it may."""
        if len(self.open) >= MOST or (caller is None and self._unknown() >= MOST_UNKNOWN):
            return "callback.full"
        ours = {number, caller} - {None}
        if any(ours & {each.number, each.caller} for each in self.open.values()):
            return "callback.already"
        if any(self._today(each) >= A_DAY for each in ours):
            return "callback.often"
        return None

    def _unknown(self) -> int:
        return sum(each.caller is None for each in self.open.values())

    def _today(self, number: str | None) -> int:
        now, wall = self._clock.now, self._clock.wall()
        times = (each.at for each in self._asked if number in (each.number, each.caller))
        return sum((wall - timedelta(microseconds=now - at)).date() == wall.date() for at in times)

    # Over a restart

    def standing(self) -> dict[str, Any]:
        """Plain JSON; instants as µs from now."""
        now = self._clock.now
        asked = [(each.at - now, each.number, each.caller) for each in self._asked]
        shift = {"since": -now, "due": -now}
        return {"open": [_moved(asdict(each), shift) for each in self.open.values()], "asked": asked}

    def restore(self, standing: Mapping[str, Any], at: int, since: Iterable[Event]) -> None:
        """What stood at `at` µs, and what was told since then."""
        for told in standing.get("open", ()):
            request = Request(**_moved(told, {"since": at, "due": at}))
            self.open[request.id] = request
        self._asked = [Asked(at + ago, *whose) for ago, *whose in standing.get("asked", ())]
        for event in since:
            self.see(event)


def _miss(request: Request, event: CallbackMissed) -> None:
    request.trying = False
    request.flagged = event.reason == UNKNOWN
    request.due = event.at + round((event.next_s or 0) * SECOND)
    if event.reason in NO_TRY:
        request.tries -= 1
    elif request.tries > 1:
        request.since = request.due


def _moved(told: Mapping[str, Any], by: Mapping[str, int]) -> dict[str, Any]:
    return {name: value + by[name] if name in by else value for name, value in told.items()}
