"""What is said on the control socket: lines of JSON, one schema with a version.

A client says `hello`, then orders what it likes, asks for the state, watches events. The orders
`town.*` work the simulated town; no box carries them out, `hostsim` alone does.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from firmware.base import Refused
from firmware.base.events import EVENTS, Event, event_of
from firmware.base.orders import Reply

VERSION = 1
LINE = 256 * 1024  # bytes of one line to the engine: whole settings fit, nonsense does not
Id = Annotated[int, Meta(ge=0, le=1 << 53)]
Name = Annotated[str, Meta(pattern=r"^[a-z_]{1,30}(\.[a-z_]{1,30})?$")]


class Said(Struct, tag_field="say", frozen=True, forbid_unknown_fields=True):
    """One line of either end."""


class Hello(Said, frozen=True, tag="hello"):
    """The client's first line."""

    version: int


class Order(Said, frozen=True, tag="order"):
    """Do something. The answer carries the same `id`."""

    id: Id
    name: Name
    args: Annotated[dict[Annotated[str, Meta(max_length=60)], Any], Meta(max_length=32)] = {}


class Ask(Said, frozen=True, tag="state"):
    """Tell the state of everything: the reply's `result`, and in `seq` the last event that is in it."""

    id: Id


class Watch(Said, frozen=True, tag="watch"):
    """Tell every event after the one numbered `since`; from now on where it is None. With `lasting`
    only events that are on the disk."""

    since: Annotated[int, Meta(ge=0, le=1 << 53)] | None = None
    lasting: bool = False


class Welcome(Said, frozen=True, tag="welcome"):
    """The answer to `hello`."""

    version: int


class Answered(Said, frozen=True, tag="answer"):
    """What became of an order; `id` is 0 where the engine could not tell what was asked."""

    id: int
    reply: Reply


class Happened(Said, frozen=True, tag="event"):
    """An event; `at` in µs of the box's clock. It is sent once, at once; `durable` says whether the disk
    has it."""

    seq: int
    at: int
    type: str
    fields: dict[str, Any]
    durable: bool

    @classmethod
    def of(cls, event: Event, durable: bool) -> "Happened":
        return cls(event.seq, event.at, event.type, event.fields(), durable)

    @property
    def event(self) -> Event | None:
        """The event itself; None for a type that this version does not know."""
        return event_of(self.type, self.seq, self.at, self.fields) if self.type in EVENTS else None


Heard = Hello | Order | Ask | Watch
Told = Welcome | Answered | Happened


Number = Annotated[str, Meta(pattern=r"^\+?[0-9]{2,15}$")]
Phone = Annotated[str, Meta(pattern=r"^((phone|usb)([1-9]|1[0-6])|browser)$")]
Who = Annotated[str, Meta(pattern=r"^((phone|usb)([1-9]|1[0-6])|browser|\+?[0-9]{2,15})$")]
ALLOWED = {
    "line": "a line, 1 to 16",
    "number": "a telephone number, 2 to 15 digits",
    "name": "a name, at most 40 letters",
    "phone": "phone1 to phone16, usb1 to usb16, or browser",
    "who": "the number of somebody in town, phone1 to phone16, usb1 to usb16, or browser",
    "keys": "1 to 40 of the keys 0 to 9, * and #",
    "digits": "1 to 20 of the keys 0 to 9, * and #",
    "text": "a sentence, 1 to 300 letters",
}


class TownOrder(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that happens in the simulated town."""


class TownCall(TownOrder, frozen=True, tag="town.call"):
    """Somebody in town calls the office on a line."""

    line: Annotated[int, Meta(ge=1, le=16)]
    number: Number
    name: Annotated[str, Meta(max_length=40)] = ""


class TownPress(TownOrder, frozen=True, tag="town.press"):
    """Press keys on a telephone that is off its hook."""

    who: Who
    keys: Annotated[str, Meta(pattern=r"^[0-9*#]{1,40}$")]


class TownSay(TownOrder, frozen=True, tag="town.say"):
    """Speak a sentence into a telephone."""

    who: Who
    text: Annotated[str, Meta(min_length=1, max_length=300)]


class TownLift(TownOrder, frozen=True, tag="town.lift"):
    """Lift an office phone."""

    phone: Phone


class TownDial(TownOrder, frozen=True, tag="town.dial"):
    """Dial on an office phone; it is lifted first where it lies on its hook."""

    phone: Phone
    digits: Annotated[str, Meta(pattern=r"^[0-9*#]{1,20}$")]


class TownAnswer(TownOrder, frozen=True, tag="town.answer"):
    """Answer a telephone that rings, in town or in the office."""

    who: Who


class TownHangUp(TownOrder, frozen=True, tag="town.hang_up"):
    """Put a telephone back on its hook."""

    who: Who


TOWN: dict[str, type[TownOrder]] = {
    str(kind.__struct_config__.tag): kind
    for kind in (TownCall, TownPress, TownSay, TownLift, TownDial, TownAnswer, TownHangUp)
}


def town_order(name: str, args: dict[str, Any]) -> TownOrder:
    """The order that was sent. Refused: there is none of that name, or a field is not what it may be."""
    if name not in TOWN:
        raise Refused(f'there is no order "{name}"; the town knows {", ".join(TOWN)}')
    kind = TOWN[name]
    unknown = [each for each in args if each not in kind.__struct_fields__]
    if unknown:
        raise Refused(f'{name} has no field "{unknown[0]}"; it has {", ".join(kind.__struct_fields__)}')
    missing = [each.name for each in msgspec.structs.fields(kind) if each.required and each.name not in args]
    if missing:
        raise Refused(f"{name}: {missing[0]} is missing; it must be {ALLOWED[missing[0]]}")
    try:
        return msgspec.convert(args, kind)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].rstrip("`")
        raise Refused(f"{name}: {field} must be {ALLOWED[field]}, not {str(args[field])[:40]!r}") from None
