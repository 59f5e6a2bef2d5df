"""An office that calls back, asked for anything next: what holds at the desk, and what call-backs promise."""

from collections.abc import Callable
from random import Random
from typing import Any

from asking import QUESTION
from desk_walk import KEYS, LINES, PAUSES, DeskWalk, stroll

from firmware.base.events import CallbackAsked, CallbackDone, CallbackTried, CallDialled, CallEnded, Event
from firmware.desk.callback_call import Step
from firmware.desk.queue import Waiting
from hostsim.office import Office

QUEUES = ("sales", "support")
RULES: tuple[dict[str, Any], ...] = (
    {"first": "agent", "at_closing": "keep"},
    {"first": "customer", "at_closing": "keep"},
)
DRAINED = 300.0  # s
FLASH = 1.2  # s: who lifts sooner again has only tapped it


class CallbackWalk(DeskWalk):
    """The desk's walk, with callers who ask to be called back, answer or do not, and press keys or do not."""

    def __init__(self, office: Office | None = None) -> None:
        self._dialled: set[str] = set()
        self._open: set[str] = set()
        super().__init__(office)
        self.call_back("sales", RULES[0])
        self.call_back("support", RULES[1])
        self.wait(0.1)

    def call_back(self, queue: str, rule: dict[str, Any]) -> None:
        """The owner says how call-backs are carried out."""
        self._note(f"{queue} calls back: {rule}")
        row = {"enabled": True, "preview_s": 2, "gaps": [60], "tries": 1, **rule}
        self.office.settings({"queues": {queue: {"keys": {"9": "callback"}, "callback": row}}})

    def ask_back(self, line: int, key: str, stays: bool) -> None:
        """He asks for a queue, and if he has to wait to be called back; he may not hang up, though."""
        self.ask(line, key)
        self.wait(2.0)
        self.key(line, "9")
        self.wait(1.0)
        self.key(line, "1")
        self.wait(1.0)
        if not stays:
            self.leave(line)

    def hand(self, phone: str, verb: str) -> None:
        """Nobody taps his hook here: whom that holds is not the call-backs' affair."""
        if verb == "lift":
            self.wait(FLASH)
        if verb != "flash":
            super().hand(phone, verb)

    def live(self, random: Random) -> None:
        """Whoever is left by the box hangs up, some who are rung answer, and some of those press 1."""
        for line, caller in self._callers.items():
            if caller.state in ("dropped", "busy") and random.random() < 0.7:
                self.leave(line)
            elif caller.ringing and random.random() < 0.5:
                self._note(f"caller{line} answers")
                caller.answer()
            elif caller.hears() == QUESTION and random.random() < 0.5:
                self.key(line, "1")

    # What must hold

    def _hear(self, event: Event) -> None:
        super()._hear(event)
        match event:
            case CallbackAsked(callback=callback):
                self._open.add(callback)
            case CallbackDone(callback=callback):
                self._hold(callback in self._open, f"{callback} was over: {event}")
                self._open.discard(callback)
            case CallbackTried(callback=callback):
                self._hold(callback in self._open, f"{callback} was over: {event}")
            case CallDialled(call=call):
                self._dialled.add(call)

    def _notice(self, event: Event) -> None:
        if not event.type.startswith("Callback"):
            super()._notice(event)

    def check(self) -> None:
        super().check()
        callbacks = self.office.box.desk.callbacks
        self._hold(callbacks._open.keys() == self._open, f"{callbacks._open.keys()} are not {self._open}")
        kept = {each.reserved for each in callbacks._open.values()} - {None}
        self._hold(kept == callbacks.reserved, f"{callbacks.reserved} are kept for {kept}")
        for promised in callbacks._open.values():
            waits = promised.step not in (Step.LATER, Step.OVER)
            self._hold(waits == (promised.waiting is not None), f"{promised.step} and {promised.waiting}")
            if promised.waiting is not None:
                known = self.office.box.desk.waiting.get(promised.call)
                self._hold(known is promised.waiting, f"{promised.call.id} is {promised.step}")

    def _check_waiting(self, waiting: Waiting) -> None:
        """An entry has rules of its own."""
        if waiting.call.promise is None:
            super()._check_waiting(waiting)

    def _neglected(self, waiting: Waiting) -> tuple[str, str] | None:
        """So has a caller while people are kept for others."""
        own = waiting.call.promise is not None or self.office.box.desk.callbacks.reserved
        return None if own else super()._neglected(waiting)

    def drain(self) -> None:
        """Who is not reached by then is called off."""
        for line in LINES:
            self.leave(line)
        self.wait(DRAINED)
        for callback in list(self._open):
            self.office.order("callback.cancel", callback=callback)
        self.wait(1)
        for call in [call for call, told in self._told.items() if call not in self._dialled]:
            if not self._told[call][CallEnded] and call not in self.office.box.exchange.calls:
                del self._told[call]  # an entry of a call-back that was never dialled
        super().drain()
        self._hold(not self._open, f"{self._open} are forgotten")


def wander(walk: CallbackWalk, random: Random, steps: int) -> None:
    """Some steps of the desk's own walk, and some of call-backs, in turn."""
    one: Callable[[Any], Any] = random.choice
    acts = (
        *([lambda: walk.ask_back(one(walk.idle_lines or LINES), one("12"), one((True, False)))] * 4),
        lambda: walk.key(one(LINES), one(("1", "#", "*"))),
        lambda: walk.call_back(one(QUEUES), one(RULES)),
        lambda: walk.ask(one(walk.idle_lines or LINES), one(KEYS)),
    )
    for _ in range(steps // 4):
        stroll(walk, random, 2)
        one(acts)()
        for _ in range(3):
            walk.wait(one(PAUSES))
            walk.live(random)
