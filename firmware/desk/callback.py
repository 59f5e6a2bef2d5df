"""Call-backs that keep the place: a caller hangs up, and an entry waits in the queue instead of him.

He asks by key, or is offered it where the wait is expected to be long. Never more are being dialled than
there are people for them, nor than free lines less one: callers and emergencies still get through. They
are carried out while their queue is open; at closing time they are kept for the morning, or dropped, as
the owner says (FEATURES row 21).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from firmware.base import Refused
from firmware.base.callbacks import Closing
from firmware.base.clock import SECOND
from firmware.base.events import (
    CallbackAsked,
    CallbackDone,
    CallbackMissed,
    Event,
    LineChanged,
)
from firmware.base.numbers import is_national
from firmware.base.orders import Handler
from firmware.calls.call import Call, Tell
from firmware.calls.dialogue import Script
from firmware.calls.outgoing import to_spare
from firmware.desk.callback_ask import Asking
from firmware.desk.callback_book import UNKNOWN, Book, Request
from firmware.desk.callback_call import Promised, Step

if TYPE_CHECKING:
    from firmware.desk.queue import Desk, Waiting

AT_REST = (Step.LATER, Step.QUEUED)


class Callbacks:
    """All call-backs of a desk, and what is kept of them over a restart."""

    private = True

    def __init__(self, desk: "Desk", tell: Tell) -> None:
        self.desk, self.tell, self.exchange = desk, tell, desk.exchange
        self.book = Book(desk.clock)
        self.reserved: set[str] = set()  # stations kept free for a customer who is being dialled
        self.confirmed: set[Call] = set()  # who asked, and waits for the disk
        self._open: dict[str, Promised] = {}
        desk.exchange.calendar.watch(self._turned)

    def see(self, event: Event) -> None:
        """Learn from our own events, and that a line may be free."""
        self.book.see(event)
        if isinstance(event, LineChanged) and self._open:
            self.desk.stir()

    # A caller asks

    def ask(self, waiting: "Waiting") -> None:
        """He pressed the key for it."""
        if self._allowed(waiting):
            asking = Asking(self, waiting)
            self._speak(waiting, asking, asking.asked())

    def offer(self, waiting: "Waiting", expected: float | None) -> None:
        """He has heard his place for the first time: it is offered where he will wait for long."""
        queue = self.desk.settings.queues.get(waiting.queue or "")
        long = queue is not None and expected is not None and expected > queue.callback.offer_after_s
        if long and self._allowed(waiting):
            asking = Asking(self, waiting)
            self._speak(waiting, asking, asking.offered())

    def _allowed(self, waiting: "Waiting") -> bool:
        queue, line = self.desk.settings.queues.get(waiting.queue or ""), waiting.call.line
        return line is not None and queue is not None and queue.callback.enabled

    def _speak(self, waiting: "Waiting", asking: Asking, script: Script) -> None:
        assert waiting.call.line is not None
        self.exchange.talks.begin(waiting.call.line.name, script, lambda: self._spoken(waiting.call, asking))

    def _spoken(self, call: Call, asking: Asking) -> None:
        """All was said: the box hangs up, or he waits on, or has chosen something else."""
        if asking.kept:
            self.exchange.end(call, "box", "hang_up")
        elif asking.key:
            self.desk.keyed(call, asking.key)

    def may_dial(self, number: str) -> bool:
        """An ordinary number of the country, and not our own."""
        settings = self.desk.settings
        ours = {line.number for line in settings.lines.values()}
        return is_national(number, settings.country) and number not in ours

    def shared(self, number: str | None) -> bool:
        """Do many people call from it? Then it tells nobody's name."""
        return number in self.desk.settings.office.shared_numbers

    def same(self, number: str | None, queue: str) -> Request | None:
        """The open request of that number in that queue."""
        return None if number is None or self.shared(number) else self.book.of(number, queue)

    def take(self, waiting: "Waiting", name: str, entry: Call | None) -> None:
        """The entry takes his place; none where there is one already."""
        if self.desk.waiting.get(waiting.call) is waiting:
            self.desk.leave(waiting, "callback")
        if entry is not None:
            self._new(self.book.open[name]).enter(entry)
        elif (same := self._open.get(name)) is not None and same.waiting is not None:
            same.waiting.since = min(same.waiting.since, waiting.since)

    def _new(self, request: Request) -> Promised:
        promised = self._open[request.id] = Promised(self, request)
        return promised

    def leaves(self, call: Call) -> bool:
        """Does whoever leaves his queue now leave it to be called back, once more or for the first time?"""
        return call.promise is not None or call in self.confirmed

    def claimed(self, call: Call, queue: str, since: int) -> int:
        """Since when a caller waits who has just come: whom we had promised to call back has that place."""
        request = self.same(call.number, queue)
        if request is None or request.id not in self._open:  # asked for, and not promised yet
            return since
        self.close(request.id, "merged")
        return min(since, request.since)

    # What the offers ask

    def held(self) -> set["Waiting"]:
        """For whom no telephone may ring now: there is no line for them, or they are on their way."""
        queues = self.desk.settings.queues
        for gone in [each for each in self._open.values() if each.request.queue not in queues]:
            if gone.step in AT_REST:  # the owner took the queue away
                self.close(gone.request.id, "cancelled")
        if not self._open:
            return set()
        ready = self._next()
        held = {each.waiting for each in self._open.values() if each.waiting and each not in ready}
        for waiting in held:
            if waiting.call.rung:
                self.desk.withdraw(waiting)
        return held

    def first(self, waiting: "Waiting") -> bool:
        """Is it the customer who is to be on the telephone first?"""
        promised = self._of(waiting)
        return promised is not None and promised.rule.first == "customer"

    def reserve(self, waiting: "Waiting", station: str) -> bool:
        """Keep whoever is at `station` free for him, and dial. False: somebody is kept for him already."""
        promised = self._of(waiting)
        if promised is None or promised.step is not Step.QUEUED:
            return False
        promised.reserve(station)
        return True

    def _of(self, waiting: "Waiting") -> Promised | None:
        if waiting.call.promise is None:
            return None
        return next((each for each in self._open.values() if each.waiting is waiting), None)

    def _next(self) -> list[Promised]:
        """Those for which there is a line, one being left alone: who rings already, then by place."""
        everybody = list(self._open.values())
        queued = [each for each in everybody if each.step is Step.QUEUED and self._is_open(each.request)]
        taken = sum(each.step in (Step.PREVIEW, Step.KEEPING) for each in everybody)
        queued.sort(key=lambda each: (not each.call.rung, each.entry.rank))
        return queued[: max(0, self.spare - taken)]

    def _is_open(self, request: Request) -> bool:
        queue = self.desk.settings.queues.get(request.queue)
        return queue is not None and self.exchange.calendar.is_open(queue.hours)

    @property
    def spare(self) -> int:
        """Lines that may be dialled on now."""
        return to_spare(self.exchange.lines.values())

    # What becomes of one

    def go_on(self, promised: Promised) -> None:
        """Its try is over: it waits for the next, or that was the last."""
        if promised.exhausted:
            self.close(promised.request.id, "gave_up")
        elif self._dropped(promised):
            self.close(promised.request.id, "expired")
        else:
            promised.wait()

    def fetched(self, waiting: "Waiting") -> None:
        """He is on the telephone before anybody of the office: he waits like a caller, the first of all."""
        call = waiting.call
        assert call.line is not None
        self.desk.waiting[call] = replace(waiting)
        self.exchange.sound.tone(call.line.name, "ringback")
        self.desk.stir()

    def close(self, name: str, outcome: Closing) -> None:
        """No more of it; whoever is rung, dialled or spoken with for it is let go."""
        promised = self._open[name]
        waiting = promised.waiting
        self.finish(promised, outcome)
        if waiting is not None:
            self.desk.leave(waiting, "withdrawn")
            self.exchange.end(waiting.call, "box", "hang_up")

    def finish(self, promised: Promised, outcome: Closing) -> None:
        del self._open[promised.request.id]
        promised.stop()
        self.tell(CallbackDone(promised.request.id, outcome))

    def _turned(self, hours: str, open_: bool) -> None:
        """A row of hours opened or closed."""
        self.desk.stir()
        for promised in [each for each in self._open.values() if each.step in AT_REST]:
            if self._dropped(promised):
                self.close(promised.request.id, "expired")

    def _dropped(self, promised: Promised) -> bool:
        return promised.rule.at_closing == "drop" and not self._is_open(promised.request)

    # What people order, and see

    @property
    def orders(self) -> dict[str, Handler]:
        return {
            "callback.cancel": Handler(self.cancel, promise=True),
            "callback.again": Handler(self.again, promise=True),
        }

    def cancel(self, callback: str) -> None:
        """It is not wanted any more."""
        self._must_be(callback)
        self.close(callback, "cancelled")

    def again(self, callback: str) -> None:
        """One of which nobody knows how its last try ended is tried once more."""
        promised = self._must_be(callback)
        request = promised.request
        if not request.flagged:
            raise Refused(f"{callback} waits for its turn already: there is nothing to decide")
        waited = (self.desk.clock.now - request.since) / SECOND
        self.tell(CallbackAsked(callback, "", request.queue, request.number, round(waited, 3)))
        promised.wait()

    def _must_be(self, callback: str) -> Promised:
        if callback not in self._open:
            raise Refused(f'there is no call-back "{callback[:40]}": it is done, or was called off')
        return self._open[callback]

    def picture(self) -> list[dict[str, Any]]:
        """All that are open, for a page: the oldest first."""
        now = self.desk.clock.now
        return [
            {
                "callback": request.id,
                "queue": request.queue,
                "number": request.number,
                "name": request.name,
                "state": "unknown" if request.flagged else promised.step.value,
                "tries": request.tries,
                "waited_s": round((now - request.since) / SECOND, 1),
                "next_s": max(0.0, round((request.due - now) / SECOND, 1)),
            }
            for promised in self._open.values()
            for request in (promised.request,)
        ]

    # Over a restart

    def standing(self) -> dict[str, Any]:
        return self.book.standing()

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        """Whoever was being dialled when the box stopped is not dialled again before a person says so."""
        self.book.restore(standing, at, since)
        for request in list(self.book.open.values()):
            promised = self._new(request)
            if request.trying:
                self.tell(CallbackMissed(request.id, "", UNKNOWN, None))
            elif not request.flagged:
                promised.wait()
