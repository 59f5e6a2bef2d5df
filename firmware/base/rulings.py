"""Facts of the rules that stand between a call and somebody: forwarded, blocked, let knock."""

from dataclasses import dataclass
from typing import Literal

from firmware.base.event import Event

When = Literal["all", "busy", "no_answer"]
InVain = Literal["no_answer", "no_line", "too_many", "stopped"]
Dear = Literal["international", "premium"]  # classes of calls
Pulled = Literal["calls", "minutes", "country"]  # what was too much


@dataclass(frozen=True)
class ForwardChanged(Event):
    """From now on somebody's calls are led to `to`, in that case; "": no more. The settings have no say in it
    until he changes it again."""

    agent: str
    when: When
    to: str


@dataclass(frozen=True)
class CallForwarded(Event):
    """A call that was for somebody is led to `to` instead, as he wanted."""

    call: str
    agent: str
    when: When
    to: str


@dataclass(frozen=True)
class ForwardInVain(Event):
    """Nobody took a call at the outside number to which somebody had it led, or it could not be called: no
    line is to spare, or as many are connected with the outside as may be. It is led on."""

    call: str
    agent: str
    to: str
    why: InVain


@dataclass(frozen=True)
class DialsBraked(Event):
    """So many dear calls, or so many minutes of them, or so many at once to one country, look like a thief's:
    nobody dials that class any more until the owner says so."""

    kind: Dear
    why: Pulled
    calls: int
    minutes: float


@dataclass(frozen=True)
class BrakeLifted(Event):
    """That class may be dialled again."""

    kind: Dear
    by: str


@dataclass(frozen=True)
class EmergencySeen(Event):
    """Somebody has read the notice of that emergency call."""

    call: str
    by: str


@dataclass(frozen=True)
class CallBlocked(Event):
    """A caller whom the office does not take calls from, by that one of its rules."""

    call: str
    rule: str


@dataclass(frozen=True)
class CallWaits(Event):
    """Somebody who talks hears that one more would like to speak with him."""

    call: str
    station: str
