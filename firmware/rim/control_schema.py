"""What is said on the control socket: lines of JSON, one schema with a version.

A client says `hello`, then orders what it likes, asks for the state, watches events. The orders
`town.*` (`town_schema`) work the simulated town; no box carries them out, `hostsim` alone does.
"""

from contextlib import suppress
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from firmware.base.events import EVENTS, Event, event_of
from firmware.base.orders import Reply
from firmware.rim.town_schema import TOWN, TownOrder, town_order

__all__ = ["TOWN", "TownOrder", "town_order"]  # of the town, beside all that is told here

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


class _Numbered(Struct):
    """What can be read of a message that cannot be read."""

    id: Id = 0


_HEARD: msgspec.json.Decoder[Heard] = msgspec.json.Decoder(Heard)
_NUMBERED = msgspec.json.Decoder(_Numbered)
_TO_JSON = msgspec.json.Encoder(enc_hook=str)  # whatever a room put into an answer can be shown


def read(line: bytes) -> Heard:
    """What a client says. msgspec.MsgspecError, RecursionError: it is no message."""
    return _HEARD.decode(line)


def number_in(line: bytes) -> int:
    """The `id` of a message that cannot be read; 0 where that cannot be read either."""
    with suppress(msgspec.MsgspecError, RecursionError):
        return _NUMBERED.decode(line).id
    return 0


def written(told: Told) -> bytes:
    """What the engine says, without the end of the line."""
    return _TO_JSON.encode(told)
