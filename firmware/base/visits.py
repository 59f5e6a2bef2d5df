"""Facts of a caller's way through menus and steps: what he gave, and what was told him."""

from dataclasses import dataclass

from firmware.base.event import Event


@dataclass(frozen=True)
class CaseData(Event):
    """What was learned of a call on its way: keyed, looked up or set. Secrets are never told."""

    call: str
    key: str
    value: str


@dataclass(frozen=True)
class InfoPlayed(Event):
    """Stored information was said to a caller."""

    call: str
    topic: str


@dataclass(frozen=True)
class FlowStopped(Event):
    """A caller went round so long in menus and steps that he was led to the operator; `place` is where."""

    call: str
    place: str


@dataclass(frozen=True)
class AccountChecked(Event):
    """A PIN was keyed for a caller's account; `strikes` is how many guesses the box counts by now."""

    call: str
    account: str | None
    right: bool
    strikes: int
