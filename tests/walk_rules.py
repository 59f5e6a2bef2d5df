"""What must hold in an office at every moment, whatever anybody did."""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from firmware.base.clock import SECOND
from firmware.base.events import (
    CallAnswered,
    CallArrived,
    CallDialled,
    CallEnded,
    CallHeld,
    CallMoved,
    Event,
    LineChanged,
    PhoneRang,
    QueueEntered,
    QueueLeft,
)
from firmware.calls import handset as handsets
from firmware.calls import line as lines
from firmware.calls.handset import Handset
from hostsim.office import Office
from hostsim.standin import StandIn

SURE_OF_HOOK = SECOND // 5  # µs after which the box must know of a lifted handset
SURE_OF_WIRES = 2 * SECOND  # µs after which it must know of everything else
HELP_WITHIN = 6.0  # s: guard, a clearing, and a round through all lines


class Rules:
    """Listens to a box from its start; `hold(fact, sentence)` is told of each rule, and fails the test."""

    def __init__(self, office: Office, hold: Callable[[object, str], None], signal: bool) -> None:
        self.office, self._hold, self._signal = office, hold, signal
        self.strays: Counter[str] = Counter()
        self._lifted_unseen: set[str] = set()  # shared while out: no port without sound tells of that
        self._told: dict[str, list[Event]] = defaultdict(list)
        self._helpless: dict[Any, float] = {}  # emergency calls without a line, since when one was to be had
        office.box.observers.append(self._notice)

    def _notice(self, event: Event) -> None:
        """At once, as the box tells it."""
        if isinstance(event, PhoneRang):
            self._hold(not self._surely_off(event.station), f"{event.station} rang off its hook")
        call = event.fields().get("call")
        if call is not None:
            ended = any(isinstance(each, CallEnded) for each in self._told[call])
            self._hold(not ended, f"{call} had ended: {event}")
            self._told[call].append(event)
        elif isinstance(event, LineChanged) and event.state == "out" and self._signal:
            self._lifted_unseen.add(event.line)
        elif event.type == "Stray":
            fields = event.fields()
            self.strays[f"{fields['port'][:-1]} {fields['fact']}"] += 1

    def _surely_off(self, station: str) -> bool:
        """Its hook has been off for so long that the box must know."""
        return self._off(station, SURE_OF_HOOK) is True

    def _off(self, station: str, so_long: int) -> bool | None:
        """Off its hook, or on it, for so many µs; None: it moved since."""
        held, now = self.office.town.stations[station], self.office.town.clock.now
        if isinstance(held, StandIn):
            return None if held.moved_at >= now - so_long else held.off
        return None if held.hook.between(now - so_long, now) else bool(held.hook.at(now))

    def check(self) -> None:
        """Whatever was done: every line, telephone and call knows of every other."""
        exchange = self.office.box.exchange
        live = set(exchange.calls.values())
        for line in exchange.lines.values():
            busy = line.state in (*lines.HELD, lines.State.RINGING)
            self._hold(busy == (line.call is not None), f"{line.name} is {line.state} with {line.call}")
            self._hold(line.call is None or line.call in live, f"{line.name} holds a call that is over")
            self._hold(line.call is None or line.call.line is line, f"{line.name}'s call is elsewhere")
            released = self.office.box.clock.now > line.free_at - lines.GUARD * SECOND + SURE_OF_HOOK
            closed = self.office.town.lines[line.name].off and released
            self._hold(
                not closed or line.state in lines.HELD, f"{line.name} is {line.state}, its loop closed"
            )
        for call in live:
            self._check_call(call)
        for phone in exchange.phones.values():
            self._check_phone(phone, live)
            self._check_hook(phone)
        for line in exchange.lines.values():
            self._check_wires(line)
        for waiting in self.office.box.desk.waiting:
            self._hold(waiting in live, f"{waiting.id} waits and is over")
        self._check_help(live)

    def _check_call(self, call: Any) -> None:
        self._hold(not call.over, f"{call.id} is over and kept")
        self._hold(call.line is None or call.line.call is call, f"{call.id}'s line has another call")
        parties = [call.phone, call.called] if call.direction == "inside" else [call.phone]
        for phone in filter(None, parties):
            rings = phone in call.rung
            exchange = self.office.box.exchange
            lost = exchange.lost.at(phone)
            kept = [phone.call, *exchange.hands.at(phone), *exchange.conferences.of(phone), *lost]
            self._hold(call in kept, f"{call.id}: {phone.name} has another call")
            self._hold(rings or phone.off_hook or lost, f"{call.id}: {phone.name} is {phone.state}")
        for phone in call.rung:
            self._hold(
                phone.state is handsets.State.RINGING, f"{phone.name} is {phone.state}, {call.id} rings"
            )

    def _check_phone(self, phone: Handset, live: set[Any]) -> None:
        exchange = self.office.box.exchange
        beside = [*exchange.hands.at(phone), *exchange.conferences.of(phone)]
        mine = [each for each in live if phone in (each.phone, each.called, *each.rung)]
        self._hold(all(each in mine for each in beside), f"{phone.name} holds what is not his: {beside}")
        at = [each.id for each in mine if each not in beside]
        self._hold(len(at) <= 1, f"{phone.name} is in {at}")
        self._hold((phone.call is not None) == bool(at), f"{phone.name} is {phone.state} in {phone.call}")
        wants = (handsets.State.RINGING, handsets.State.CALLING, handsets.State.TALKING)
        self._hold((phone.state in wants) == bool(at), f"{phone.name} is {phone.state} in {at}")

    def _check_hook(self, phone: Handset) -> None:
        off = self._off(phone.name, SURE_OF_WIRES)
        sure = off is None or off == phone.off_hook
        self._hold(sure, f"{phone.name} is {phone.state}, its hook off: {off}")

    def _check_wires(self, line: Any) -> None:
        """What has been so on the wires for a while is what the box says of the line."""
        pair, now = self.office.town.lines[line.name], self.office.town.clock.now
        out, in_use = line.state is lines.State.OUT, line.state is lines.State.IN_USE
        if not (out or pair.shared):
            self._lifted_unseen.discard(line.name)
        if now - pair.changed_at(now) < SURE_OF_WIRES or now < line.free_at or line.state in lines.HELD:
            return
        self._hold(out == (not pair.alive), f"{line.name} is {line.state}, its battery on: {pair.alive}")
        if not out and line.state is not lines.State.RINGING and line.name not in self._lifted_unseen:
            self._hold(in_use == pair.shared, f"{line.name} is {line.state}, shared: {pair.shared}")

    def _check_help(self, live: set[Any]) -> None:
        """An emergency call has a line soon if there is one to be had."""
        exchange = self.office.box.exchange
        to_be_had = [
            line.name
            for line in exchange.lines.values()
            if line.state is lines.State.IDLE or (line.state in lines.HELD and not line.call.emergency)
        ]
        crying = {call for call in live if call.emergency and call.line is None and to_be_had}
        self._helpless = {call: self._helpless.get(call, self.office.now) for call in crying}
        for call, since in self._helpless.items():
            self._hold(self.office.now - since <= HELP_WITHIN, f"{call.id} has no line of {to_be_had}")

    def check_drained(self) -> None:
        exchange = self.office.box.exchange
        self._hold(not exchange.calls, f"calls are left: {list(exchange.calls)}")
        self._hold(not exchange.attempts and not self.office.box.desk.waiting, "attempts or waiters are left")
        for each in (*exchange.lines.values(), *exchange.phones.values()):
            self._hold(each.state.value == "idle", f"{each.name} is {each.state}")
        for agent in self.office.box.desk.agents.all.values():
            rests = agent.state.value not in ("ringing", "talking")
            self._hold(rests or agent.status.value == "off", f"{agent.name} is {agent.state}")
        for call, events in self._told.items():
            self._balance(call, Counter(type(each) for each in events), events)

    def _balance(self, call: str, count: Counter[type[Event]], events: list[Event]) -> None:
        began = count[CallArrived] == 1 or count[CallDialled] >= 1
        self._hold(count[CallEnded] == began, f"{call} ended {count[CallEnded]} times: {events}")
        self._hold(count[CallArrived] + bool(count[CallDialled]) <= 1, f"{call} arrived twice: {events}")
        twice = count[CallAnswered] > 1 and not count[CallHeld] and not count[CallMoved]
        self._hold(not twice, f"{call} was answered twice: {events}")
        self._hold(count[QueueEntered] == count[QueueLeft], f"{call} is still in a queue: {events}")
