"""How everything stands: what a start must know, told as an event every few minutes."""

from dataclasses import dataclass, field
from typing import Any

from firmware.base.choices import CallerKnown
from firmware.base.event import Event


@dataclass(frozen=True)
class Standing(Event):
    """By keeper (firmware.standing), plain JSON. `private` is the same of those who keep numbers or names,
    as one text."""

    state: dict[str, Any]
    private: str | None = None


@dataclass(frozen=True)
class Before:
    """What the box must know of the time before its start: the last `Standing`, by keeper, with its instant
    in µs, and what was told since. Instants are those of the new box's clock, as if it had gone on."""

    standing: dict[str, Any] = field(default_factory=dict)
    at: int = 0
    since: tuple[Event, ...] = ()
    callers: tuple[CallerKnown, ...] = ()  # all that are known
