"""Callers who ring again and again: from the same number more often than a person would in a minute.

The exchange leaves no way to say "busy" to one of them. His calls are answered when any other would be, he is
told so in one sentence where another line is free, and the line is given back. Nobody else waits longer for
it: he reaches no menu, no queue and no telephone (RELIABILITY H-14). Whoever withholds his number cannot be
told from others and is not counted, nor is a number that many people share.

Keys, too: of one call no more are heard than a person presses, 100 at once and one a second beside, so that a
machine that keys for hours turns no queues round and fills no disk (H-04).
"""

from collections import deque
from typing import TYPE_CHECKING

from firmware.base.clock import SECOND
from firmware.base.events import CallArrived, Event
from firmware.base.ports import Fact, KeyHeard
from firmware.calls.call import KEYS, Call

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

WINDOW = 60 * SECOND  # µs
MOST_NUMBERS = 5_000  # that are kept in mind
TOO_OFTEN = "too often"  # the rule of CallBlocked


def bearable(call: Call, fact: Fact) -> bool:
    """False: it is a key more than a person presses."""
    if not isinstance(fact, KeyHeard):
        return True
    left = min(KEYS, call.keys_left + (fact.at - call.keyed_at) / SECOND)
    call.keyed_at, call.keys_left = fact.at, left - (left >= 1)
    return left >= 1


class Flood:
    """How often each number has rung in the last minute."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange
        self._rang: dict[str, deque[int]] = {}  # µs

    def see(self, event: Event) -> None:
        """Take an event that was told."""
        if isinstance(event, CallArrived) and event.number is not None:
            rang = self._rang.pop(event.number, None) or deque(maxlen=1_001)
            rang.append(event.at)
            self._rang[event.number] = rang
            self._forget(event.at - WINDOW)

    def _forget(self, before: int) -> None:
        """Those who rang last long ago; they are the first."""
        while self._rang:
            number = next(iter(self._rang))
            if len(self._rang) <= MOST_NUMBERS and self._rang[number][-1] >= before:
                return
            del self._rang[number]

    def too_often(self, number: str, now: int) -> bool:
        office = self._exchange.settings.office
        if not office.flood_calls or number in office.shared_numbers:
            return False
        recent = sum(at > now - WINDOW for at in self._rang.get(number, ()))
        return recent > office.flood_calls
