"""An event: what all facts that the box remembers have in common."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Event:
    """`seq` counts from 1 without a gap; `at` is the box's own time in µs; 0 and 0 before it is told."""

    seq: int = field(default=0, kw_only=True)
    at: int = field(default=0, kw_only=True)

    def stamped(self, seq: int, at: int) -> "Event":
        return replace(self, seq=seq, at=at)

    @property
    def type(self) -> str:
        return type(self).__name__

    def fields(self) -> dict[str, Any]:
        """What happened, without number and time."""
        told = asdict(self)
        del told["seq"], told["at"]
        return told
