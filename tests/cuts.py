"""An office whose power fails at a chosen event of its journal, and who was rung by it in town."""

from pathlib import Path
from random import Random
from typing import Any

from asking import QUESTION, asked_for, busy_ann
from stories import HANSEN, menu_heard

from firmware.base.events import CallbackAsked, CallbackMissed, Event
from firmware.rim.journal import MemoryJournal
from hostsim.call import Call
from hostsim.office import Office
from hostsim.person import Person

EVERY = 1.0  # s between two looks of whoever has something to answer
LATER = 400.0  # s after a start in which whatever is still to be dialled is dialled


class PowerCut(Exception):
    """Event `until` is on the disk, and the tick in which the next ones were told is over."""


class Disk(MemoryJournal):
    """It keeps the events up to one number, and what it has kept is there at the next start."""

    def __init__(self, kept: list[Event], until: int | None) -> None:
        super().__init__()
        self._events, self.until = list(kept), until
        self.durable = len(kept)
        self.last = (kept[-1].seq, kept[-1].at) if kept else (0, 0)

    @property
    def full(self) -> bool:
        return self.until is not None and len(self._events) > self.until

    def commit(self) -> None:
        self.durable = len(self._events) if self.until is None else min(len(self._events), self.until)

    def close(self) -> None:
        """What is not on the disk by now never will be."""


class Customer(Person):
    """Counts how often his telephone rang."""

    rang = 0

    def offered(self, call: Call) -> str:
        self.rang += 1
        return super().offered(call)


class DarkOffice(Office):
    """Its power fails once `until` events are on the disk."""

    def __init__(self, folder: Path, until: int | None, **callback: Any) -> None:
        self._until = until
        super().__init__(asked_for(**callback), fidelity="signal", state=folder)
        self.customer = self.town._parties[HANSEN] = Customer(self.town, HANSEN)

    def _open_journal(self) -> Disk:
        before = getattr(self, "journal", None)
        kept = list(before.events()) if before is not None else []
        return Disk(kept, self._until)

    def tick(self) -> None:
        super().tick()
        self._look()

    def _step(self, end: int) -> None:
        super()._step(end)
        self._look()

    def _look(self) -> None:
        if self.journal.full:  # type: ignore[union-attr]
            raise PowerCut

    def dark(self, until: int | None = None) -> None:
        """The power fails now, and comes back after five seconds; the next time it fails at `until`."""
        self._acts.clear()
        self._until = self.journal.until = None  # type: ignore[union-attr]
        self.rig.cut_power()
        for who in (self.caller(HANSEN), self.phone("phone1"), self.phone("phone2")):
            who.hang_up()
        self.wait(5)
        self._until = until
        self._restart()

    @property
    def flagged(self) -> bool:
        return any(event.reason == "unknown" for event in self.saw(CallbackMissed))


def asks_and_leaves(office: DarkOffice) -> Any:
    """Up to the promise."""
    phone = busy_ann(office)
    caller = menu_heard(office, number=HANSEN)
    caller.press("2")
    office.wait(2)
    caller.press("1")
    office.wait(1)
    caller.press("1")
    office.wait_until(lambda: office.saw(CallbackAsked), 2)
    office.wait(1)
    caller.hang_up()
    phone.hang_up()
    return caller


def all_answer(office: DarkOffice, seconds: float) -> None:
    """ann takes whatever rings and wants no preview; the customer answers, presses 1, and talks a little."""
    phone, caller = office.phone("phone1"), office.caller(HANSEN)
    end = office.now + seconds
    while office.now < end:
        office.wait(EVERY)
        if phone.ringing:
            phone.lift()
            office.wait(0.5)
            phone.press("#")
        if caller.ringing:
            caller.answer()
        elif caller.hears() == QUESTION:
            caller.press("1")
        if phone.hears() in ("congestion", "busy", "howler"):
            phone.hang_up()
        if caller.state == "dropped":
            caller.hang_up()


def cut_at(folder: Path, until: int, again: int | None = None, **callback: Any) -> DarkOffice:
    """One request whose carrying out the power cut at event `until`, and then at `again`; hours later."""
    with DarkOffice(folder, until, **callback) as office:
        for next_cut in (again, None, None):
            try:
                if not office.saw(CallbackAsked):
                    asks_and_leaves(office)
                all_answer(office, LATER)
                break
            except PowerCut:
                office.dark(next_cut)
        return office


def somewhere(random: Random, first: int, last: int) -> dict[str, Any]:
    """One of all cuts, or two of them, of one of the ways to call back."""
    until = random.randint(first, last)
    again = until + random.randint(3, 12) if random.random() < 0.5 else None
    return {"until": until, "again": again, "first": random.choice(("agent", "customer"))}
