"""Facts of the rules that stand between a call and somebody: forwarded, blocked, let knock."""

from dataclasses import dataclass
from typing import Literal

from firmware.base.event import Event

When = Literal["all", "busy", "no_answer"]
InVain = Literal["no_answer", "no_line", "too_many"]


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
class CallBlocked(Event):
    """A caller whom the office does not take calls from, by that one of its rules."""

    call: str
    rule: str


@dataclass(frozen=True)
class CallWaits(Event):
    """Somebody who talks hears that one more would like to speak with him."""

    call: str
    station: str
