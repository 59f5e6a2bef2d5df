"""Who talked, held and asked for how long: read from the events alone, and walked through the gain matrix.

Both must agree at every step, and add up to the tick when all is over. Whoever only listens to a colleague
talks with nobody; neither does whoever still hears how his call goes on.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from firmware.base.events import (
    AgentChanged,
    CallAnswered,
    CallbackTried,
    CallDialled,
    CallEnded,
    CallHeld,
    CallMoved,
    CallResumed,
    Event,
    PhoneChanged,
)
from firmware.calls import handset as handsets
from firmware.calls.call import Stage
from firmware.calls.handset import Handset
from hostsim.office import Office

KINDS = ("talk", "hold", "consult")  # a consultation is talk while somebody is on hold
OFF_HOOK = (handsets.State.DIAL_TONE, handsets.State.CONGESTION, *handsets.CONNECTED)
IN_CALL = ("talking", "held", "consulting")
ON_HOLD = ("music", *(f"prompt:{each}" for each in ("beep", "one_moment", "lost.emergency")))


@dataclass
class Told:
    """What the events say of one call."""

    seats: set[str] = field(default_factory=set)  # stations on it
    talks: bool = False
    holder: str | None = None
    to: str | None = None  # with whom it is talked on, if somebody took it up at once


@dataclass
class Watch:
    """µs of each kind for each of them, from what is so at the moment."""

    spent: Counter[tuple[str, str]] = field(default_factory=Counter)
    now: set[tuple[str, str]] = field(default_factory=set)
    at: int = 0

    def turn(self, at: int, now: set[tuple[str, str]]) -> None:
        """From `at` µs on it is so."""
        for each in self.now:
            self.spent[each] += at - self.at
        self.now, self.at = now, at


class TalkTimes:
    """Listens to a box from its start; `step` after each step, `hold(fact, sentence)` fails the test."""

    def __init__(self, office: Office, hold: Callable[[object, str], None]) -> None:
        self._office, self._hold = office, hold
        self._exchange, self._sound = office.box.exchange, office.box.sound
        self._rows = {*self._exchange.lines, *(name for name in self._exchange.phones if name[0] != "+")}
        self._told: dict[str, Told] = defaultdict(Told)
        self._seat: dict[str, str] = {}  # person -> his station
        self._states: dict[str, str] = {}  # person -> what he is seen to do
        self._out: set[str] = set()  # stations that have vanished
        self._tried: set[str] = set()  # calls that call somebody back
        self._events, self._walked = Watch(), Watch()
        office.box.observers.append(self._notice)

    # By the events

    def _notice(self, event: Event) -> None:
        match event:
            case AgentChanged():
                if event.station is not None:
                    self._seat[event.agent] = event.station
                self._states[event.agent] = event.state
            case CallbackTried():
                self._tried.add(event.call)
            case CallDialled():
                self._told[event.call] = Told(seats={event.phone} & self._exchange.phones.keys())
            case PhoneChanged():
                (self._out.add if event.state == "out" else self._out.discard)(event.station)
            case CallEnded():
                self._told.pop(event.call, None)
            case CallAnswered() | CallHeld() | CallResumed() | CallMoved():
                self._went_on(self._told[event.call], event)
            case _:
                return
        # What is done a moment later has the time of its reason, and is seen with the tick of its own.
        self._events.turn(self._office.rig.now, self._by_events())

    def _went_on(self, told: Told, event: CallAnswered | CallHeld | CallResumed | CallMoved) -> None:
        match event:
            case CallAnswered():
                if event.call in self._tried:  # perhaps another than who lifted first
                    told.seats.clear()
                told.seats.add(event.station)
                told.talks, told.to = True, None
            case CallHeld():
                told.talks, told.holder = False, event.station or self._station(event.by)
            case CallResumed():
                self._resumed(told)
            case CallMoved():
                self._moved(told, event)

    def _station(self, who: str) -> str:
        return self._seat.get(who, who)

    def _resumed(self, told: Told) -> None:
        if told.to is not None and told.to not in self._exchange.lines:
            told.seats.add(self._station(told.to))
        told.talks, told.holder, told.to = True, None, None

    def _moved(self, told: Told, event: CallMoved) -> None:
        """Whoever had it has nothing to do with it any more."""
        left = told.holder if event.by == "box" else self._station(event.by)
        told.seats.discard(left or "")
        told.talks, told.holder, told.to = False, None, event.to

    def _by_events(self) -> set[tuple[str, str]]:
        live = self._told.values()
        talk = {seat for told in live if told.talks for seat in told.seats} - self._out
        held = {told.holder for told in live if told.holder is not None}
        states = {(who, state) for who, state in self._states.items() if state in IN_CALL}
        return kinds(talk, held) | states

    # By the matrix

    def step(self) -> None:
        """So it is from now on."""
        self._walked.turn(self._office.box.clock.now, self._by_gains())
        told, is_so = self._events.now, self._walked.now
        self._hold(told == is_so, f"told and not so: {told - is_so}; so and not told: {is_so - told}")

    def _by_gains(self) -> set[tuple[str, str]]:
        phones = self._exchange.phones.values()
        talk = {phone.name for phone in phones if self._talks(phone)}
        held = {phone.name for phone in phones if self._holds(phone)}
        return kinds(talk, held) | {each for who in self._states for each in self._seen(who)}

    def _talks(self, phone: Handset) -> bool:
        """Does his row hear anybody, or anybody hear it?"""
        exchange, row = self._exchange, self._exchange.sound.row(phone.name)
        if phone.call is None or phone.call.stage is not Stage.TALKING or row is None:
            return False
        phones = exchange.phones.values()
        listeners = {exchange.sound.row(each.name) for each in phones if exchange.monitor.at(each)}
        if row in listeners:
            return False
        rows = self._rows - listeners - {row}
        linked = any(row in self._sound.voices(each) for each in rows) or self._sound.voices(row) & rows
        return bool(linked) or self._muted(phone)

    def _muted(self, phone: Handset) -> bool:
        """Two who both are muted, and are together all the same."""
        call = phone.call
        return call is not None and not self._exchange.hands.muted.isdisjoint({call.phone, call.called})

    def _holds(self, phone: Handset) -> bool:
        held = self._exchange.hands.at(phone)
        for call in held:
            party = self._exchange.hands.far(call, phone)
            far = self._exchange.sound.row(party.name)
            hears = self._sound.hears(far, lambda other: False) if far is not None else "music"
            # For a station that has vanished, or at one.
            waits = hears == "silence" and (call.emergency or party.state is handsets.State.OUT)
            self._hold(waits or hears in ON_HOLD, f"{call.id} is on hold and hears {hears}")
        return bool(held)

    def _seen(self, who: str) -> list[tuple[str, str]]:
        """What he does, by his telephone."""
        phone: Any = self._exchange.phones.get(self._seat.get(who, ""))
        if phone is None or phone.state not in OFF_HOOK:
            return []
        held, call = self._exchange.hands.at(phone), phone.call
        return [(who, "talking" if not held else "held" if call is None else "consulting")]

    # At the end

    def check_drained(self) -> None:
        """To the tick, for everybody."""
        told, walked = self._events.spent, self._walked.spent
        self._hold(told == walked, f"told {dict(told - walked)} more, {dict(walked - told)} less")


def kinds(talk: set[str], held: set[str]) -> set[tuple[str, str]]:
    by_kind = zip(KINDS, (talk, held, talk & held), strict=True)
    return {(name, kind) for kind, names in by_kind for name in names}
