"""What is ordered from outside, and what becomes of it: the face that the box shows its front doors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, Literal, Protocol, get_type_hints

import msgspec

from firmware.base.errors import Refused
from firmware.base.events import Event


@dataclass(frozen=True)
class Reply:
    """`done`: carried out, and what it promised to keep is on the disk. `accepted`: carried out, but
    the disk has not said so yet. `refused`: nothing happened; `sentence` says why and what to do.

    `result` is whatever JSON can carry; `seq` the last event that the order told, 0 if none.
    """

    kind: Literal["done", "accepted", "refused"]
    result: Any = None
    sentence: str = ""
    seq: int = 0


class Engine(Protocol):
    """A box at work, as its front doors see it."""

    watchers: list[Callable[[Event, bool], None]]  # called in the tick thread with (event, durable)

    def post(self, name: str, args: dict[str, Any], reply: Callable[[Reply], None]) -> None:
        """Put an order into the mailbox, from any thread. `reply` is called once, in any thread."""

    def snapshot(self) -> dict[str, Any]:
        """The state of everything, for JSON, and the caller's to keep; tick thread."""


@dataclass(frozen=True)
class Handler:
    """How an order is carried out; `promise`: its answer waits for the disk; `own`: the box gives it to
    itself, and no front door passes it on."""

    call: Callable[..., Any]
    promise: bool = False
    own: bool = False

    def checked(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """`args` with the names and types that the order takes. Refused: which are wrong."""
        takes = get_type_hints(self.call)
        takes.pop("return", None)
        try:
            signature(self.call).bind(**args)
            return {name: msgspec.convert(value, takes[name]) for name, value in args.items()}
        except (TypeError, msgspec.ValidationError) as wrong:
            raise Refused(f"this order takes {', '.join(takes)}: {wrong}") from None


@dataclass(frozen=True)
class Mail:
    """An order on its way into the box; `own`: given by the box itself."""

    name: str
    args: Mapping[str, Any]
    reply: Callable[[Reply], None]
    own: bool = False
