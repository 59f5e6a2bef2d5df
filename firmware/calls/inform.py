"""Stored information in the middle of a call: the caller hears it, and comes back to whom he talked with."""

from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.calls.call import Call
from firmware.calls.handset import Handset, State
from firmware.calls.steps import info
from firmware.steps import InfoStep

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
