"""The facts that the box remembers: frozen, numbered, in the past tense.

A room tells an event without number and time; the box stamps both (`stamped`) in the same tick. Fields that
hold a number, a name or keyed digits are in `PRIVATE`: the journal keeps them apart, for erasure to empty.
"""

from dataclasses import dataclass, fields
from typing import Any, Literal, Protocol

from firmware.base.callbacks import CallbackAsked, CallbackDone, CallbackMissed, CallbackTried
from firmware.base.choices import CallerKnown, CallLed, CallOffered, OfferEnded
from firmware.base.event import Event
from firmware.base.kept import (
    GreetingKept,
    GreetingLeft,
    MessageBegan,
    MessageClaimed,
    MessageDone,
    MessageDropped,
    MessageHeard,
    MessageLeft,
    MessagePutBack,
    RecordingAsked,
    RecordingBegan,
    RecordingEnded,
    RecordingPaused,
    RecordingResumed,
)
from firmware.base.people import AgentChanged, CallNoted, ClaimChecked, PinChecked, ReasonGiven
from firmware.base.private import PRIVATE, private
from firmware.base.rulings import (
    BrakeLifted,
    CallBlocked,
    CallForwarded,
    CallWaits,
    DialsBraked,
    EmergencySeen,
    ForwardChanged,
    ForwardInVain,
)
from firmware.base.standing import Before, Standing
from firmware.base.visits import AccountChecked, CaseData, FlowStopped, InfoPlayed

Side = Literal["line", "called", "caller", "box"]
Ending = Literal[
    "hang_up", "loop_break", "reversal", "busy_tone", "dial_tone", "silence", "abandoned", "failed"
]
Answering = Literal["lift", "reversal", "voice", "assumed"]
Outcome = Literal["answered", "abandoned", "short_abandon", "overflow", "exit_key", "callback", "withdrawn"]


@dataclass(frozen=True)
class CallArrived(Event):
    """Told once, when caller ID is complete or given up. `reason` says why there is no number."""

    call: str
    line: str
    number: str | None
    name: str | None
    reason: Literal["withheld", "unavailable"] | None
    identity: str | None = None  # whom he has reached, where several companies are served


@dataclass(frozen=True)
class CallDialled(Event):
    """Told at seizure; `line` is None for a call between phones; `number` is the number sent."""

    call: str
    line: str | None
    phone: str
    number: str


@dataclass(frozen=True)
class CallTyped(Event):
    """What a call is about (`kind`: a row of the settings' types), and how that is known."""

    call: str
    kind: str
    by: Literal["line", "number", "key"]


@dataclass(frozen=True)
class DigitHeard(Event):
    call: str
    key: str


@dataclass(frozen=True)
class PhoneRang(Event):
    call: str
    station: str


@dataclass(frozen=True)
class CallAnswered(Event):
    """A person answered, never the box. `how` says how that was known."""

    call: str
    station: str
    how: Answering


@dataclass(frozen=True)
class CallHeld(Event):
    """`by` the box it is kept for a `station` that has vanished."""

    call: str
    by: str
    station: str | None = None


@dataclass(frozen=True)
class CallResumed(Event):
    call: str
    by: str


@dataclass(frozen=True)
class CallListened(Event):
    """Somebody listens to a call, speaks to his colleague alone, or has joined."""

    call: str
    by: str
    how: Literal["listen", "whisper", "join"]


@dataclass(frozen=True)
class CallMoved(Event):
    call: str
    to: str
    by: str


@dataclass(frozen=True)
class CallEnded(Event):
    """`seconds` counts from CallArrived or CallDialled."""

    call: str
    side: Side
    reason: Ending
    seconds: float


@dataclass(frozen=True)
class LineChanged(Event):
    line: str
    state: str
    reason: str


@dataclass(frozen=True)
class PhoneChanged(Event):
    """An office phone went out of service or came back, or was left off its hook."""

    station: str
    state: str
    reason: str


@dataclass(frozen=True)
class QueueEntered(Event):
    """`waited`: seconds that count although he waited them before: elsewhere, or until he hung up."""

    call: str
    queue: str
    waited: float = 0.0


@dataclass(frozen=True)
class QueueLeft(Event):
    call: str
    queue: str
    outcome: Outcome


@dataclass(frozen=True)
class WaitTold(Event):
    """What a waiting caller was told: his place, and at most how long he will wait from now, if that."""

    call: str
    queue: str
    place: int | None
    seconds: float | None


@dataclass(frozen=True)
class Stray(Event):
    """A fact from outside that came too late or out of turn: a race, counted and ignored."""

    port: str
    fact: str


@dataclass(frozen=True)
class Failed(Event):
    """A bug of ours was met and survived: what kind, where in the program (no data of a call), and at
    which port. Its place in the journal is where a replay begins."""

    error: str
    where: str
    port: str | None


@dataclass(frozen=True)
class SettingsChanged(Event):
    """`version` is the version that came into force; `by` who asked for it."""

    version: int
    by: str


@dataclass(frozen=True)
class HoursChanged(Event):
    """A row of the office's hours opened or closed; told of every row when the box starts."""

    hours: str
    open: bool


@dataclass(frozen=True)
class ClockSet(Event):
    """The computer's date turned out to be another, by `moved_s`. `started_at` is the wall time of the
    box's zero from here on, as in BoxStarted."""

    started_at: str
    moved_s: float


@dataclass(frozen=True)
class BoxStarted(Event):
    """A new engine took over; `version` is the program's, `lines` and `phones` what it found.

    `started_at` is the wall time of the box's zero (ISO 8601, with its zone): it gives the `at` of
    this event and of all that follow a date.
    """

    version: str
    lines: int
    phones: int
    started_at: str = ""


@dataclass(frozen=True)
class EmergencyDialled(Event):
    """Somebody's keys dialled an emergency number: who must know, knows from this."""

    call: str
    phone: str
    number: str
    line: str | None


@dataclass(frozen=True)
class EventsLost(Event):
    """The disk kept nothing for so long that waiting events, `first` to `last`, had to leave memory.

    Its own number is `last`: one row stands in the journal for all of them.
    """

    first: int
    last: int


class Journal(Protocol):
    """Where events go. `put` never blocks; `durable` is the last one that a power cut cannot take."""

    durable: int
    last: tuple[int, int]  # (seq, at) of the newest event found at start

    def put(self, event: Event) -> None: ...


EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}


def event_of(type_name: str, seq: int, at: int, told: dict[str, Any]) -> Event:
    """The event that the journal wrote down. Fields that this version does not know are dropped."""
    kind = EVENTS[type_name]
    known = {each.name for each in fields(kind)}
    kept = {name: _frozen(value) for name, value in told.items() if name in known}
    return kind(**kept, seq=seq, at=at)


def _frozen(value: Any) -> Any:
    """JSON knows no tuples; events hold nothing else that is a list there."""
    return tuple(value) if isinstance(value, list) else value


__all__ = [*EVENTS, "EVENTS", "PRIVATE", "Answering", "Before", "Ending", "Event", "Outcome", "Side"]
__all__ += ["AgentChanged", "CallLed", "CallOffered", "CallerKnown", "Journal", "OfferEnded", "PinChecked"]
__all__ += ["AccountChecked", "CaseData", "FlowStopped", "ReasonGiven", "Standing", "event_of", "private"]
__all__ += ["CallbackAsked", "CallbackDone", "CallbackMissed", "CallbackTried", "InfoPlayed", "MessageBegan"]
__all__ += ["MessageDone", "MessageDropped", "MessageHeard", "MessageLeft", "RecordingAsked"]
__all__ += ["CallBlocked", "RecordingBegan", "RecordingEnded", "RecordingPaused", "RecordingResumed"]
__all__ += ["CallForwarded", "CallWaits", "ForwardChanged", "ForwardInVain"]
__all__ += ["GreetingKept", "GreetingLeft", "MessageClaimed", "MessagePutBack"]
__all__ += ["BrakeLifted", "CallNoted", "ClaimChecked", "DialsBraked", "EmergencySeen"]
