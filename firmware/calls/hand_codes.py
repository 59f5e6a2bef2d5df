"""The codes of two hands: what somebody keys after a flash of the hook, or to take a call not his; and those
of one: to call without being shown, to call back who rang last, to hear himself.

Each is a script that does one verb of `hands`, `conference`, `parking` or `monitor`, and says so where it
cannot be done. They are keyed at dial tone only: no caller hears them, and no caller's keys come here.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.ports import Played
from firmware.calls.call import Call
from firmware.calls.dialling import PAUSE, decide
from firmware.calls.dialogue import Keys, Say, Script
from firmware.calls.handset import Handset
from firmware.calls.outgoing import withholding
from firmware.calls.recording import Recorder
from firmware.rows import MAILBOX

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

NUMBER = Keys((), most=15)  # what is keyed behind the code
Service = Callable[[Handset], Script]
LONGEST = 20  # keys of an outside number, with what is dialled before it
MEANT = 1.0  # s after the 1 that calls back: an emergency number may begin so
OWN_GAIN = 0.5  # of one's own voice: with the telephone's own echo it stays below a howl
LISTENS = 60.0  # s without a key in which somebody hears himself
HELP = 4  # keys of the longest emergency number behind a habitual digit


def hand_services(exchange: "Exchange") -> dict[str, Service]:
    """The scripts, by the names that the codes know them by."""
    hands, parking, monitor = exchange.hands, exchange.parking, exchange.monitor
    return {
        "complete": _at_once(exchange.transfers.complete),
        "conference": _at_once(exchange.conferences.join),
        "swap": _at_once(hands.swap),
        "pickup": _at_once(parking.pickup),
        "park": _at_once(parking.park),
        "transfer": _asking(exchange.transfers.transfer),
        "to_mailbox": _asking(lambda phone, whose: exchange.transfers.transfer(phone, _box(exchange, whose))),
        "pickup_of": _asking(parking.pickup),
        "listen": _asking(monitor.listen),
        "office": _office(exchange),
        "join": _asking(lambda phone, whom: monitor.listen(phone, whom, "join")),
    }


def _box(exchange: "Exchange", number: str) -> str:
    """The mailbox of whoever has that number."""
    people = exchange.settings.people
    return MAILBOX + next((name for name, each in people.items() if each.number == number), number)


def _office(exchange: "Exchange") -> Service:
    """With its place on the owner's list."""

    def script(phone: Handset) -> Script:
        names = list(exchange.settings.offices)
        keyed = yield Keys((), most=len(str(len(names))))
        try:
            place = int(keyed) if keyed.isdigit() else 0
            exchange.incoming.inform.put_through(phone, names[place - 1] if 0 < place <= len(names) else "")
        except Refused:
            yield Say("code.not_now")

    return script


def _at_once(verb: Callable[[Handset], object]) -> Service:
    def script(phone: Handset) -> Script:
        try:
            verb(phone)
        except Refused:
            yield Say("code.not_now")

    return script


def _asking(verb: Callable[[Handset, str], object]) -> Service:
    """With the number that follows the code."""

    def script(phone: Handset) -> Script:
        number = yield NUMBER
        try:
            verb(phone, number)
        except Refused:
            yield Say("code.not_now")

    return script


class OwnCodes:
    """The scripts, by the names that the codes know them by."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange
        self._last: dict[str, str | None] = {}  # telephone -> who rang there last; None: without a number
        self.services: dict[str, Service] = {
            "withhold": self._withhold,
            "call_back": self._call_back,
            "echo": self._echo,
        }

    def rang(self, phone: Handset, call: Call, number: str | None) -> None:
        """A telephone rings for that call, and shows that number."""
        if call.direction != "out":
            self._last[phone.name] = number if number and number.isdigit() else None

    def _withhold(self, phone: Handset) -> Script:
        if not any(withholding(self._exchange, line) is not None for line in self._exchange.lines):
            yield Say("call.not_withheld")
            return
        keyed = yield Keys(("code.withhold",), most=LONGEST, next_s=PAUSE, enough=self._complete)
        if keyed.isdigit():
            self._exchange.keypad.dial(phone, keyed, withheld=True)
        else:
            yield Say("code.nothing" if not keyed else "code.unknown")

    def _complete(self, keys: str) -> bool:
        settings = self._exchange.settings
        return decide(keys, settings.country, settings.emergencies, settings.extensions()).wait == 0

    def _call_back(self, phone: Handset) -> Script:
        number = self._last.get(phone.name, "")
        if not number:
            yield Say("last.nobody" if number == "" else "last.withheld")
            return
        said: list[Played] = ["last.caller", *(f"digit.{digit}" for digit in number), "last.call"]
        if (yield self._asks(*said, next_s=MEANT)) != "1":
            return
        try:  # what a caller shows may be any number, also one of help
            self._exchange.keypad.dial(phone, self._exchange.rules.must_dial(phone, number))
        except Refused:
            yield Say("call.refused")

    def _echo(self, phone: Handset) -> Script:
        """He hears himself until he keys anything."""
        yield Say("code.echo")
        sound = self._exchange.sound
        try:
            sound.hear(phone.name, phone.name, OWN_GAIN)
            yield self._asks(first_s=LISTENS, next_s=MEANT)
        finally:
            sound.hear(phone.name, phone.name, 0.0)

    def _asks(self, *prompts: Played, first_s: float = 8.0, next_s: float) -> Keys:
        """A key, which may also be the first of an emergency number."""
        whole = self._exchange.settings.emergencies
        return Keys(prompts, most=HELP, first_s=first_s, next_s=next_s, whole=whole)


def recording(exchange: "Exchange", recorder: Recorder) -> Service:
    """The call on hold is recorded from now on; once more: no more."""

    def script(phone: Handset) -> Script:
        try:
            call = exchange.hands.waiting(phone).id
            on = not recorder.of(call)
            recorder.record(call, on, exchange.hands.name(phone))
        except Refused:
            yield Say("code.not_now")
        else:
            yield Say("code.recorded" if on else "code.not_recorded")

    return script
