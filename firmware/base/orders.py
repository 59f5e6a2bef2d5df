"""What is ordered from outside, and what becomes of it: the face that the box shows its front doors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

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
