"""Facts of the people who answer: what each says of himself, what the box sees of him, what he gives."""

from dataclasses import dataclass

from firmware.base.event import Event


@dataclass(frozen=True)
class AgentChanged(Event):
    """What a person says of himself, what the box sees of him, and why it changed. On a break the
    code is `code`; with `dnd` he is offered nothing, and called by nobody."""

    agent: str
    status: str
    state: str
    reason: str
    station: str | None = None
    code: str = ""
    dnd: bool = False


@dataclass(frozen=True)
class ReasonGiven(Event):
    """What a call of a queue came to, in the owner's words; the last one counts."""

    call: str
    agent: str
    reason: str


@dataclass(frozen=True)
class CallNoted(Event):
    """What somebody wrote of a call; the last text counts."""

    call: str
    by: str
    text: str


@dataclass(frozen=True)
class ClaimChecked(Event):
    """Somebody has shown a claim code, to become the owner. With `locked_s` none is looked at for so many
    seconds from here on."""

    right: bool
    locked_s: float = 0.0


@dataclass(frozen=True)
class PinChecked(Event):
    """Somebody's PIN was keyed, `wrong` times in a row by now. With `locked_s` none is looked at for so
    many seconds from here on."""

    agent: str
    right: bool
    wrong: int = 0
    locked_s: float = 0.0
