"""Facts of sound that is kept: messages in mailboxes, and recordings of calls.

`message` and `file` name the sound file: firmware/base/tapes.py. `date` is the wall time, to the second.
"""

from dataclasses import dataclass
from typing import Literal

from firmware.base.event import Event

Kept = Literal["call_ended", "disk", "cut"]  # the disk took no more; the box stopped


@dataclass(frozen=True)
class MessageBegan(Event):
    """The tone was heard: somebody may speak to a mailbox."""

    mailbox: str
    message: str
    call: str
    number: str | None
    date: str


@dataclass(frozen=True)
class MessageLeft(Event):
    """It is on the disk. `cut`: not by who spoke, but because the box stopped."""

    mailbox: str
    message: str
    call: str
    seconds: float
    number: str | None
    date: str
    cut: bool = False


@dataclass(frozen=True)
class MessageDropped(Event):
    """Nothing was said, or too little, or the disk took nothing."""

    mailbox: str
    message: str
    call: str


@dataclass(frozen=True)
class MessageHeard(Event):
    mailbox: str
    message: str
    by: str


@dataclass(frozen=True)
class MessageDone(Event):
    """It was deleted."""

    mailbox: str
    message: str
    by: str


@dataclass(frozen=True)
class MessageClaimed(Event):
    """Somebody takes care of it, so nobody else does."""

    mailbox: str
    message: str
    by: str


@dataclass(frozen=True)
class MessagePutBack(Event):
    """It is everybody's again who has that mailbox."""

    mailbox: str
    message: str
    by: str


@dataclass(frozen=True)
class GreetingKept(Event):
    """Callers of a mailbox hear what somebody has spoken for it."""

    mailbox: str
    file: str
    by: str


@dataclass(frozen=True)
class GreetingLeft(Event):
    """They hear the box's own words again."""

    mailbox: str
    by: str


@dataclass(frozen=True)
class RecordingAsked(Event):
    """Whoever is to be recorded was told so, and did not object (`agreed`), or did."""

    call: str
    agreed: bool


@dataclass(frozen=True)
class RecordingBegan(Event):
    call: str
    file: str
    by: str


@dataclass(frozen=True)
class RecordingPaused(Event):
    """From this second of the file on there is silence, until it is resumed. `by` is who ordered it, or
    "secret" while one is keyed, "alone" while nobody speaks with him."""

    call: str
    file: str
    seconds: float
    by: str


@dataclass(frozen=True)
class RecordingResumed(Event):
    call: str
    file: str
    seconds: float
    by: str


@dataclass(frozen=True)
class RecordingEnded(Event):
    """So many seconds of it are on the disk; 0: nothing is."""

    call: str
    file: str
    seconds: float
    reason: Kept
