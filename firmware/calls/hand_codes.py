"""The codes of two hands: what somebody keys after a flash of the hook, or to take a call that is not his.

Each is a script that does one verb of `hands`, `conference`, `parking` or `monitor`, and says so where it
cannot be done. They are keyed at dial tone only: no caller hears them, and no caller's keys come here.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.calls.dialogue import Keys, Say, Script
from firmware.calls.handset import Handset
from firmware.rows import MAILBOX

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

NUMBER = Keys((), most=15)  # what is keyed behind the code
Service = Callable[[Handset], Script]


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
