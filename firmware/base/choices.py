"""Why a call went where it went: the facts of each choice, told at the instant of choosing."""

from dataclasses import dataclass
from typing import Literal

from firmware.base.event import Event

Leading = Literal["key", "silence", "wrong_keys", "line", "closed", "flow", "blocked"]
Unmet = Literal["no_answer", "rejected", "signed_out", "break", "dnd", "withdrawn", "out_of_reach"]


@dataclass(frozen=True)
class CallLed(Event):
    """A caller was led to a queue, a person, a telephone or the operator, as `by` says: by the key that
    he pressed last, by silence, past the last try, straight from his line or call type, from a closed
    office or queue, or by a step that asked him nothing. `goodbye`: he was told so, and hung up on."""

    call: str
    to: str
    by: Leading


@dataclass(frozen=True)
class CallOffered(Event):
    """The desk chose a telephone for a caller; its PhoneRang follows. Why, as it stood at that instant.

    `rule` is the queue's strategy; `last_agent`: whoever talked with him last; `nobody`, `nobody_hunt`: the
    queue's rule while nobody of it is available, together or one after another; `direct`: he asked for that
    one. `free` are the first of the `able` who could have been rung, best first (people; under the three
    last rules stations), `figures` what ranked them: longest idle: the µs since when; fewest calls: calls;
    share: calls behind; skills: the grade; hunting: the place in the list, or behind `after`, who answered
    last. Who is in `missed` stood behind the others for a call that he had missed. `grade` of `skill` was
    needed, 0: anybody would do.

    The caller was the `place`-th of the `waiting` in his queue; `passed` of all waiting callers waited
    longer, and came behind him for their lower priority. `last` talked with him `days` ago.
    """

    call: str
    station: str
    agent: str | None
    queue: str | None
    rule: str
    free: tuple[str, ...] = ()
    figures: tuple[float, ...] = ()
    able: int = 0
    missed: tuple[str, ...] = ()
    after: str | None = None
    skill: str | None = None
    grade: int = 0
    place: int = 1
    waiting: int = 1
    priority: int = 0
    waited: float = 0.0
    passed: int = 0
    last: str | None = None
    days: int | None = None


@dataclass(frozen=True)
class OfferEnded(Event):
    """Whoever was chosen for a call has not taken it: he did not answer, said no, went away, or it was
    withdrawn for a colleague who became free: from who had missed one before, or (`agent` None) from where
    only the rule for nobody rang."""

    call: str
    station: str
    agent: str | None
    reason: Unmet


@dataclass(frozen=True)
class CallerKnown(Event):
    """All that the box knows of a number from here on. `agent` talked with it last, at the wall time
    `talked_at`."""

    number: str | None
    name: str | None = None
    language: str | None = None
    choice: str | None = None  # the menu and the key in it that he chose last, like main:2
    priority: int = 0
    agent: str | None = None
    talked_at: str | None = None
