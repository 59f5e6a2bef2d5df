"""How a caller asks to be called back: his number is read back, confirmed, and kept before it is promised.

While the box speaks with him he waits on: whoever is free is offered him, and whoever lifts is joined
with him. Only ordinary numbers of the country are called back (RELIABILITY H-09, H-11).
"""

import json
from collections.abc import Generator
from typing import TYPE_CHECKING

from firmware.base.events import CallbackAsked, CallbackDone
from firmware.base.numbers import e164, to_dial
from firmware.calls.call import Call
from firmware.calls.dialogue import Kept, Keys, Say, Script, Step

if TYPE_CHECKING:
    from firmware.desk.callback import Callbacks
    from firmware.desk.queue import Waiting

LONGEST = 15  # digits of a number
ROUNDS = 3  # numbers that a caller may look at before he waits on
NUMBER_S = 10.0  # s for the first digit of another number
OFFER_S = 5.0  # s for a key after the offer
CONFIRM, ANOTHER, STAY = "1", "2", "*"
Answer = Generator[Step, str, str | None]


class Asking:
    """One caller, and what he is asked."""

    def __init__(self, callbacks: "Callbacks", waiting: "Waiting") -> None:
        self._callbacks, self._waiting = callbacks, waiting
        self._book, self._desk = callbacks.book, callbacks.desk
        self.kept = False  # it is promised: he may hang up
        self.key = ""  # what he chose instead

    @property
    def _country(self) -> str:
        return self._desk.settings.country

    def offered(self) -> Script:
        """He did not ask: will he?"""
        self.key = yield Keys(("callback.offer",), first_s=OFFER_S)
        if self.key == CONFIRM:
            self.key = ""
            yield from self.asked()

    def asked(self) -> Script:
        """He pressed the key for it."""
        shown = self._waiting.call.number
        number = yield from self._number(shown if shown and self._callbacks.may_dial(shown) else None)
        if number is None:
            return
        if (refusal := self._refusal(number)) is not None:
            yield Say(refusal)
            return
        yield from self._promise(number)
        yield Say(*(("callback.thanks", "goodbye") if self.kept else ("callback.not_kept",)))

    def _number(self, number: str | None) -> Answer:
        """The one that he confirms, that he calls from or another; None: he goes on waiting."""
        for _ in range(ROUNDS):
            number = number or (yield from self._typed())
            if number is None:
                return None
            digits = [f"digit.{digit}" for digit in to_dial(number, self._country)]
            key = yield Keys(("callback.on", *digits, "callback.confirm"))
            if key != ANOTHER:
                return number if key == CONFIRM else None
            number = None
        return None

    def _typed(self) -> Answer:
        """A number of his own; one that may not be called is asked for once more."""
        for prompt in ("callback.enter", "callback.refused"):
            typed = yield Keys((prompt,), most=LONGEST, first_s=NUMBER_S)
            if not typed or STAY in typed:
                return None
            number = e164(typed, self._country)
            if number is not None and self._callbacks.may_dial(number):
                return number
        yield Say("callback.never")
        return None

    def _refusal(self, number: str) -> str | None:
        if self._callbacks.same(number, self._waiting.queue or "") is not None:
            return None
        caller = self._waiting.call.number
        return self._book.refusal(number, None if self._callbacks.shared(caller) else caller)

    def _promise(self, number: str) -> Script:
        """Who is answered before the disk has it needs no call-back; who hangs up does."""
        call = self._waiting.call
        same = self._callbacks.same(number, self._waiting.queue or "")
        entry = self._desk.exchange.promised(number) if same is None else None
        name = entry.id if entry is not None else same.id if same is not None else ""
        self._tell_asked(name, number)
        self._callbacks.confirmed.add(call)
        try:
            self.kept = (yield Kept(self._book.seq)) == "kept"
        finally:
            self._callbacks.confirmed.discard(call)
            if self.kept or call.over:
                self._callbacks.take(self._waiting, name, entry)
            elif entry is not None:
                self._unsay(name, entry)

    def _tell_asked(self, name: str, number: str) -> None:
        call, queue = self._waiting.call, self._waiting.queue or ""
        waited = round(self._desk.waited(self._waiting), 3)
        caller = None if self._callbacks.shared(call.number) else call.number
        data = json.dumps(call.data) if call.data else None
        about = call.name, call.type, call.identity, call.language, data
        self._callbacks.tell(CallbackAsked(name, call.id, queue, number, waited, caller, *about))

    def _unsay(self, name: str, entry: Call) -> None:
        self._callbacks.tell(CallbackDone(name, "cancelled"))
        self._desk.exchange.end(entry, "box", "failed")
