"""Callers whom somebody's forward leads to an outside number: rung over a line of ours, and taken by a key.

The number is a station outside for as long as that takes, supervised like every other. Two at once and half
an hour at most, never the last line (RELIABILITY H-07), and no call that may be one of ours come back. Where
nobody takes it, the caller may speak to the mailbox of whom he asked for; without one the operator is rung.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware.base.events import CallAnswered, Event, ForwardInVain
from firmware.base.rulings import InVain
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.offices import LONGEST, MOST
from firmware.calls.outside import REACH
from firmware.tables import MAILBOX, OPERATOR

if TYPE_CHECKING:
    from firmware.desk.queue import Desk

RINGS = 30.0  # s that he is rung there


@dataclass(eq=False)
class Led:
    """Of one call: whose forward it is, the number, and whether it still rings there."""

    who: str
    number: str
    rings: bool = True


class Outward:
    """Of one desk."""

    def __init__(self, desk: "Desk", tell: Tell) -> None:
        self._desk, self._tell = desk, tell
        self._led: dict[Call, Led] = {}
        self._offices = desk.exchange.incoming.offices  # the other ones who join two lines
        desk.exchange.takers.append(self.hinders)

    def lead(self, call: Call, who: str, number: str) -> None:
        """The next place that the call is led to is that number, as somebody wants it."""
        self._led[call] = Led(who, number)

    def may(self, call: Call) -> bool:
        """Not one that was led outside before, nor one that comes from a line of ours, or from a number that
        we are just calling, or for which we do: it would go round."""
        ours = {line.number for line in self._desk.settings.lines.values()}
        busy = {number for each, led in self._led.items() for number in (led.number, each.number)}
        comes_back = call.number is not None and call.number in ours | busy
        return call not in self._led and (call.line is None or not comes_back)

    def hinders(self, call: Call, to: str) -> bool:
        """Was it led to that number, and cannot be rung there? Then it is led on. False: it rings there."""
        led = self._led.get(call)
        if led is None or led.number != to or not led.rings:
            return False
        if (why := self._hindrance(call, led)) is not None:
            self._in_vain(call, led, why)
            return True
        if call.line is not None:
            self._offices.at.add(led)
        self._desk.exchange.rules.led_out(led.who)
        self._desk.clock.after(REACH + RINGS, lambda: self._give_up(call))
        return False

    def _hindrance(self, call: Call, led: Led) -> InVain | None:
        if call.line is not None and len(self._offices.at) >= MOST:
            return "too_many"
        outside, brake = self._desk.exchange.outside, self._desk.exchange.rules.brake
        if brake.refuses(led.number) is not None:
            return "stopped"
        return None if outside.station(led.number).free else "no_line"

    def _give_up(self, call: Call) -> None:
        self.unanswered(call)

    def unanswered(self, call: Call) -> bool:
        """Nobody took it there, or a machine is. True: it is led on."""
        led = self._led.get(call)
        if led is None or not led.rings:
            return False
        self._in_vain(call, led, "no_answer")
        return True

    def _in_vain(self, call: Call, led: Led, why: InVain) -> None:
        led.rings = False
        self._offices.at.discard(led)
        self._tell(ForwardInVain(call=call.id, agent=led.who, to=led.number, why=why))
        box = led.who in self._desk.settings.mailboxes
        to = f"{MAILBOX}{led.who}" if box else OPERATOR
        self._desk.clock.after(0.0, lambda: self._lead_on(call, to))  # who sends it on is done by then

    def _lead_on(self, call: Call, to: str) -> None:
        if call.stage is Stage.RINGING:
            self._desk.exchange.stop_others(call, None)
            self._desk.send(call, to)

    # While they talk

    def see(self, event: Event) -> None:
        """Take an event that was told: he may be there."""
        if isinstance(event, CallAnswered):
            for call, led in self._led.items():
                if led.rings and (call.id, led.number) == (event.call, event.station):
                    self._joined(call, led)

    def _joined(self, call: Call, led: Led) -> None:
        led.rings = False
        if call.line is not None:
            self._desk.clock.after(LONGEST, lambda: self._long(call))

    def _long(self, call: Call) -> None:
        if call in self._led:
            self._desk.exchange.end(call, "box", "hang_up")

    def over(self, call: Call) -> None:
        if (led := self._led.pop(call, None)) is not None:
            self._offices.at.discard(led)
