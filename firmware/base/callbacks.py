"""What became of whom we have promised to call back: asked, tried, missed, done."""

from dataclasses import dataclass
from typing import Literal

from firmware.base.event import Event

Missing = Literal[
    "busy",
    "no_answer",
    "hung_up",  # he answered, and pressed no key
    "no_key",  # whoever answered pressed none: a machine
    "agent_left",  # while it rang there
    "declined",  # before it was dialled: no try
    "no_line",  # it could not be dialled: no try
    "not_kept",  # the disk did not answer: no try
    "unknown",  # the box stopped meanwhile: nobody knows whether he was reached, it is not tried again
]
Closing = Literal["reached", "gave_up", "expired", "cancelled", "merged"]


@dataclass(frozen=True)
class CallbackAsked(Event):
    """The caller of `call` asked to be called back at `number` and keeps his place in `queue`, where he has
    waited so many seconds. `callback` is its name from here on. Told again for the same one: somebody
    asked anew, or the office wants it tried all the same. `caller` is the number that he called from."""

    callback: str
    call: str
    queue: str
    number: str
    waited: float
    caller: str | None = None
    name: str | None = None
    kind: str | None = None
    identity: str | None = None
    language: str | None = None
    data: str | None = None  # what he had keyed, and what was found of it, as JSON


@dataclass(frozen=True)
class CallbackTried(Event):
    """Its number is about to be dialled, for the `attempt`-th time, as `call`: kept before the first digit
    goes out. Without a CallbackMissed or CallbackDone behind it nobody knows how that ended."""

    callback: str
    call: str
    attempt: int


@dataclass(frozen=True)
class CallbackMissed(Event):
    """The try was none, or did not reach him; the next one may come in `next_s`, None: there is none."""

    callback: str
    call: str
    reason: Missing
    next_s: float | None


@dataclass(frozen=True)
class CallbackDone(Event):
    """It is over: he is on the telephone, cannot be reached, the office has closed, somebody called it off,
    or he rang himself and has his place."""

    callback: str
    outcome: Closing
