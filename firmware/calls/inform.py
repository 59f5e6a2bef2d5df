"""What the box does with a caller in the middle of a call: it lets him hear stored information, or
puts him through to another office. Then, or where nobody is there, he has who talked with him back."""

from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.calls.call import Call
from firmware.calls.handset import Handset, State
from firmware.calls.steps import info, office
from firmware.calls.visit import Part, Visit
from firmware.rows import THERE
from firmware.steps import InfoStep, OfficeStep

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange


class Inform:
    """Of one exchange. While he listens the caller is on hold; whoever takes him back ends what is said."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange

    def play(self, phone: Handset, topic: str) -> None:
        """`topic`: that of a step that gives information. Refused: there is none, or nobody to hear it."""
        step = self._step(topic)
        hands = self._exchange.hands
        call = hands.talking(phone)
        if call.line is None:
            raise Refused("only a caller from outside is given information")
        hands.hold(phone)
        incoming = self._exchange.incoming
        script = info(incoming.visitor(call), step)
        incoming.converse(call, call.line, script, lambda: self._told(call, phone), settle=0.0)

    # Another office

    def put_through(self, phone: Handset, name: str) -> None:
        """Whoever is talked with, or on hold there, is put through to that office of the owner's list;
        whoever answers hears first what the list says of him. Refused: there is none, or no line for it."""
        hands, incoming = self._exchange.hands, self._exchange.incoming
        call = hands.leavable(phone) if phone.call is not None else hands.waiting(phone)
        line, visit = call.line, incoming.visitor(call)
        if line is None:
            raise Refused("only a caller from outside is put through to another office")
        incoming.offices.must_reach(name, visit.settings.offices)
        self._exchange.transfers.let_go(call, phone)
        self._exchange.transfers.ring_out(call)
        call.step("greet")
        went: list[str] = []
        script = self._led(visit, name, went)
        incoming.converse(call, line, script, lambda: self._back(call, phone, went), settle=0.0)
        hands.done(phone)

    def _led(self, visit: Visit, name: str, went: list[str]) -> Part:
        tells = visit.settings.offices[name].tells
        went.append((yield from office(visit, OfficeStep(do="office", to=name, tells=tells))))
        return went[0]

    def _back(self, call: Call, phone: Handset, went: list[str]) -> None:
        """Nobody is there: he rings where he came from."""
        if went != [THERE]:
            self._exchange.transfers.lead_back(call, phone)

    # Information

    def _step(self, topic: str) -> InfoStep:
        steps = [each for each in self._exchange.settings.steps.values() if isinstance(each, InfoStep)]
        if (found := next((each for each in steps if each.topic == topic), None)) is not None:
            return found
        known = ", ".join(each.topic for each in steps) or "none: add a step that gives information"
        raise Refused(f'there is no information "{topic[:30]}"; there is {known}')

    def _told(self, call: Call, phone: Handset) -> None:
        """Back to whoever sent him there, unless he does something else: then the caller hears music."""
        hands = self._exchange.hands
        if call not in hands.at(phone):
            return
        waits = phone.off_hook and phone.call is None and phone.state is not State.SERVED
        if waits and not phone.keys:
            hands.take_back(call, phone)
        else:
            hands.entertain(call, phone)
