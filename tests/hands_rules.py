"""Who may hear whom, worked out plainly from the calls, and what else must hold whatever hands did."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from firmware.base.clock import SECOND
from firmware.base.events import (
    CallAnswered,
    CallArrived,
    CallDialled,
    CallEnded,
    CallHeld,
    CallMoved,
    CallResumed,
    Event,
)
from firmware.calls import handset as handsets
from firmware.calls import line as lines
from firmware.calls.call import Call, Stage
from firmware.calls.hands import Party
from firmware.calls.handset import Handset
from hostsim.office import Office

SILENT = 2 * SECOND  # µs for which nobody may hear nothing at all
AFTER: dict[type[Event], str] = {
    CallArrived: "rings",
    CallDialled: "rings",
    CallAnswered: "talks",
    CallHeld: "held",
    CallResumed: "talks",
    CallMoved: "rings",  # or is parked; until somebody answers him, or he is talked with again
}
TOLD = {Stage.TALKING: "talks", Stage.HELD: "held"}
# What a telephone may be silent in: its person keys, or nobody is there.
MAY_BE_SILENT = (
    handsets.State.DIALLING,
    handsets.State.PARKED,
    handsets.State.OUT,
    handsets.State.IDLE,
    handsets.State.RINGING,
)


class HandsRules:
    """Listens to a box from its start; `hold(fact, sentence)` fails the test where it does not hold."""

    def __init__(self, office: Office, hold: Callable[[object, str], None]) -> None:
        self._office, self._hold = office, hold
        self.exchange, self._desk = office.box.exchange, office.box.desk
        self._told: dict[str, str] = {}  # call -> what its events say
        self._silent: dict[str, int] = {}
        self.rows = [*self.exchange.lines, *(name for name in self.exchange.phones if name[0] != "+")]
        office.box.observers.append(self._notice)

    def _notice(self, event: Event) -> None:
        call = event.fields().get("call")
        if call is None or not (type(event) in AFTER or isinstance(event, CallEnded)):
            return
        self._hold(self._told.get(call) != "ended", f"{call} had ended: {event}")
        self._told[call] = "ended" if isinstance(event, CallEnded) else AFTER[type(event)]

    # After every step

    def check(self) -> None:
        live: list[Call] = list(self.exchange.calls.values())
        for call in live:
            self._check_place(call)
            self._check_told(call)
            self._check_emergency(call)
        for phone in self.exchange.phones.values():
            self._check_phone(phone, live)
        for line in self.exchange.lines.values():
            self._hold(line.call is None or line.call in live, f"{line.name} has a call that is over")
            self._hold(line.call is None or line.call.line is line, f"{line.name}'s call is elsewhere")
        self._check_gains(live)
        self._check_silence()

    def _check_place(self, call: Call) -> None:
        """A call is held, parked, talked on or rung for in exactly the place that its stage says."""
        hands, parking = self.exchange.hands, self.exchange.parking
        held = [
            phone.name for phone in self.exchange.phones.values() for each in hands.at(phone) if each is call
        ]
        parked = [place for place, each in parking.there.items() if each is call]
        self._hold(len(held) == (call.stage is Stage.HELD), f"{call.id} is {call.stage}, held by {held}")
        self._hold(len(parked) == (call.stage is Stage.PARKED), f"{call.id} is {call.stage}, at {parked}")
        if call.stage is Stage.RINGING:
            taken = call.phone is not None and call.phone.name in self.exchange.talks
            sought = call in self._desk.waiting or call in self.exchange.attempts
            knocks = self.exchange.knocking.knocks(call)
            told = call.line is not None and call.line.name in self.exchange.talks
            lifted = self.exchange.working.lifting  # a click that picks it up, until the next tick
            found = sought or call.rung or taken or told or knocks or lifted
            self._hold(found, f"{call.id} rings nowhere")
        for phone in call.rung:
            self._hold(phone.call is call, f"{phone.name} rings for {call.id}, and is in {phone.call}")
        self._hold(call.line is None or call.line.call is call, f"{call.id} has lost its line")

    def _check_told(self, call: Call) -> None:
        if not call.told:
            return
        told = self._told.get(call.id)
        if call.leg is not None:  # whoever answered is asked first, and is nobody's partner yet
            self._hold(told == "rings", f"{call.id} is dialled by the box, its events say {told}")
            return
        self._hold(told == TOLD.get(call.stage, "rings"), f"{call.id} is {call.stage}, its events say {told}")

    def _check_emergency(self, call: Call) -> None:
        if call.emergency:
            lost = any(call in self.exchange.lost.at(phone) for phone in self.exchange.phones.values())
            stages = (Stage.DIALLING, Stage.RINGING, Stage.HELD if lost else Stage.TALKING)
            alone = call.bridged is None and not any(call in group for group in self._conferences())
            self._hold(call.stage in stages and alone, f"the emergency call {call.id} is {call.stage}")

    def _check_phone(self, phone: Handset, live: list[Call]) -> None:
        beside = [*self.exchange.hands.at(phone), *self.exchange.conferences.of(phone)]
        mine = [each for each in live if phone in (each.phone, each.called, *each.rung)]
        self._hold(all(each in mine for each in beside), f"{phone.name} has what is not his: {beside}")
        at = [each for each in mine if each not in beside]
        wants = (handsets.State.RINGING, handsets.State.CALLING, handsets.State.TALKING)
        self._hold(len(at) <= 1, f"{phone.name} is in {at}")
        if lost := self.exchange.lost.at(phone):  # kept for it: it has vanished
            self._hold(
                {*mine} == {*lost} and not phone.call, f"{phone.name} is lost in {lost}, and in {mine}"
            )
            return
        self._hold(at == [phone.call] or not (at or phone.call), f"{phone.name} has {phone.call}, is in {at}")
        self._hold((phone.state in wants) == bool(at), f"{phone.name} is {phone.state} in {at}")
        on_hook = phone.state in (handsets.State.IDLE, handsets.State.OUT)
        self._hold(not (on_hook and beside), f"{phone.name} is {phone.state} and holds {beside}")

    # Who hears whom

    def _conferences(self) -> list[list[Call]]:
        everybody = (self.exchange.conferences.calls(phone) for phone in self.exchange.phones.values())
        return [calls for calls in everybody if calls]

    def _sought(self, call: Call) -> bool:
        """Dialled, and nobody has answered yet; later somebody here may be sought for it."""
        ringing = call.stage is Stage.RINGING and call in self.exchange.attempts
        return ringing and (call.leg is not None or call not in self._desk.waiting)

    def _rows(self, call: Call) -> set[str]:
        """Who is on a call, by the call alone."""
        if call.bridged is not None:
            return {call.line.name, call.bridged.line.name}
        there = [each for each in (call.line, call.phone, call.called) if each is not None]
        return {self._row(each) for each in there if not self._out(each)} - {""}

    def _out(self, party: Party) -> bool:
        return party.state is handsets.State.OUT

    def _row(self, party: Party) -> str:
        """Whoever is outside has the row of his line, as long as he has one."""
        return self.exchange.sound.row(party.name) or ""

    def _groups(self, live: Iterable[Call]) -> list[set[str]]:
        """Everybody in a group hears everybody else of it."""
        conferences = self._conferences()
        groups = [set().union(*(self._rows(call) for call in calls)) for calls in conferences]
        inside = [call for calls in conferences for call in calls]
        for call in live:
            sent = self._sought(call)  # he hears how it goes on
            if (call.stage is Stage.TALKING or sent) and call not in inside and call.leg is None:
                groups.append(self._rows(call))
        return groups

    def _check_gains(self, live: list[Call]) -> None:
        may: dict[str, set[str]] = defaultdict(set)
        groups = self._groups(live)
        muted = {self._row(phone) for phone in self.exchange.hands.muted}
        for group in groups:
            for row in group:
                may[row] |= group - {row} - muted
        for call in self.exchange.attempts:
            if call.leg is not None and call.stage is Stage.RINGING and call.phone is not None:
                may[self._row(call.phone)] |= {call.line.name}  # he hears how it goes on, and is not heard
        for phone in self.exchange.phones.values():
            listening = self.exchange.monitor.at(phone)
            if listening is not None:
                self._listens(self._row(phone), listening, groups, may)
        for row in self.rows:
            hears = self._office.box.sound.voices(row)
            still = self.exchange.monitor._stirred  # who listens to an order's call hears it in the next tick
            self._hold(
                hears == may[row] or (still and hears < may[row]),
                f"{row} hears {hears}, and should {may[row]}",
            )

    def _listens(self, row: str, listening: Any, groups: list[set[str]], may: dict[str, set[str]]) -> None:
        colleague = self._row(listening.colleague)
        talking = listening.colleague.state is handsets.State.TALKING and listening.colleague.call is not None
        heard: set[str] = next((each for each in groups if colleague in each), set()) if talking else set()
        if listening.colleague.call is not None and listening.colleague.call.stage is not Stage.TALKING:
            heard = set()
        may[row] |= heard
        alone = listening.colleague.call is not None and listening.colleague.call.emergency
        mode = "listen" if alone else listening.mode
        for each in heard if mode == "join" else heard & {colleague}:
            if mode != "listen":
                may[each] |= {row}

    def _check_silence(self) -> None:
        now = self._office.box.clock.now
        for row in self.rows:
            if not self._in_silence(row):
                self._silent.pop(row, None)
                continue
            since = self._silent.setdefault(row, now)
            self._hold(now - since <= SILENT, f"{row} has heard nothing since {since / SECOND:.2f}")

    def _in_silence(self, row: str) -> bool:
        sound = self._office.box.sound
        if (
            self._listens_to_muted(row)
            or sound.voices(row)
            or sound.hears(row, lambda other: False) != "silence"
        ):
            return False
        if (phone := self.exchange.phones.get(row)) is not None:
            dials = phone.call is not None and phone.call.stage is Stage.DIALLING
            return phone.state not in MAY_BE_SILENT and not dials and row not in self.exchange.talks
        line = self.exchange.lines[row]
        if line.call is not None and line.call.reaches is not None:
            return self._outside_in_silence(line.call.reaches)
        waits = line.call is None or line.call.stage in (Stage.DIALLING, Stage.GREETED, Stage.ARRIVING)
        unanswered = line.call is not None and self._sought(line.call)
        # Help is being called for a station that has not been lifted again: a word every ten seconds.
        helped = line.call is not None and line.call.emergency and line.call.stage is Stage.RINGING
        spoken = waits or unanswered or helped or row in self.exchange.talks
        return line.state in lines.HELD and not spoken

    def _outside_in_silence(self, phone: Handset) -> bool:
        """Nothing is to be heard while his telephone is dialled, or he dials, or he looks at his page."""
        dials = phone.call is not None and phone.call.stage is Stage.DIALLING
        looks = phone.state in (*MAY_BE_SILENT, handsets.State.DIAL_TONE)
        told = any(each in self.exchange.talks for each in (phone.name, self._row(phone)))
        return not (dials or looks or told)

    def _listens_to_muted(self, row: str) -> bool:
        """A talking partner's own silence."""
        live = self.exchange.calls.values()
        muted = {self._row(phone) for phone in self.exchange.hands.muted}
        return any(row in group and group & muted for group in self._groups(live))

    # At the end

    def check_drained(self) -> None:
        self._hold(not self.exchange.calls, f"calls are left: {list(self.exchange.calls.values())}")
        self._hold(not any(self.exchange.hands.held.values()), "somebody is held")
        self._hold(not self.exchange.parking.there and not self._desk.waiting, "somebody is parked, or waits")
        for each in (*self.exchange.lines.values(), *self.exchange.phones.values()):
            self._hold(each.state.value == "idle", f"{each.name} is {each.state}")
        for call, told in self._told.items():
            self._hold(told == "ended", f"{call} has not ended: {told}")
