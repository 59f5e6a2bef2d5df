"""What the switch plugs into: lines, handsets, and the sound that is played to them.

A port has five verbs (`read write events do close`). It tells *facts* (past tense, time-stamped)
and takes *orders* (imperative). The same facts come from a chip on the hat, from a browser, from
a SIP trunk and from a simulated line without sound, so the logic above cannot tell them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from firmware.base.tapes import Tape as Tape

RATE = 8_000
FRAME = 160  # samples of one tick
BEEP = "beep"  # a prompt that is always there, and no phrase
Frame = NDArray[np.float32]  # (160,), full scale ±1.0
Cadence = tuple[float, ...]  # seconds on, off, on, off …


@dataclass(frozen=True, eq=False)
class Clip:
    """Sound that is played like a prompt, and is none: float32[n] at 8 kHz, not to be written to."""

    name: str
    samples: NDArray[np.float32]


Played = str | Clip  # a prompt by its name, or a sound itself


@dataclass(frozen=True)
class Fact:
    """Something that a port saw; `at` is the box's own time in µs."""

    at: int = field(kw_only=True)


@dataclass(frozen=True)
class RingBegan(Fact):
    """A burst of ringing began: on a line from the exchange, on a phone from us."""


@dataclass(frozen=True)
class RingEnded(Fact):
    """That burst ended."""


@dataclass(frozen=True)
class CallerHeard(Fact):
    """Caller ID is complete. Digits as sent; `reason` where there is no number."""

    number: str | None
    name: str | None
    reason: Literal["withheld", "unavailable"] | None


@dataclass(frozen=True)
class KeyHeard(Fact):
    """One of 0-9*#ABCD, keyed as a tone or dialled as pulses."""

    key: str


@dataclass(frozen=True)
class ToneHeard(Fact):
    """A progress tone (dial busy congestion ringback sit cng silence voice) began or ended."""

    name: str
    on: bool


@dataclass(frozen=True)
class LoopBroken(Fact):
    """The exchange cut the loop current of a seized line for long enough to mean it."""


@dataclass(frozen=True)
class Reversed(Fact):
    """The exchange reversed the polarity of the line, and it stayed so."""


@dataclass(frozen=True)
class InUse(Fact):
    """A telephone in parallel with our line was lifted or put back."""

    on: bool


@dataclass(frozen=True)
class Lifted(Fact):
    """The handset left its hook."""


@dataclass(frozen=True)
class HungUp(Fact):
    """The handset lies on its hook, for longer than any flash."""


@dataclass(frozen=True)
class Flashed(Fact):
    """The hook was tapped."""


@dataclass(frozen=True)
class OutOfService(Fact):
    """The port cannot work; `reason` is a sentence for the owner."""

    reason: str


@dataclass(frozen=True)
class InService(Fact):
    """The port works (again)."""


@dataclass(frozen=True)
class Order:
    """Something that a port is told to do; it is carried out as soon as the bus gets to it."""


@dataclass(frozen=True)
class Seize(Order):
    """Close the loop of a line: answer it, or ask the exchange for dial tone."""


@dataclass(frozen=True)
class Release(Order):
    """Open the loop of a line."""


@dataclass(frozen=True)
class FlashHook(Order):
    """Tap the hook of a seized line, for the exchange's own services."""


@dataclass(frozen=True)
class DialPulses(Order):
    """Send digits as loop breaks."""

    digits: str


@dataclass(frozen=True)
class SendKeys(Order):
    """Keys for a line without sound: 80 ms on, 80 ms off. With sound they are played instead."""

    digits: str


@dataclass(frozen=True)
class Ring(Order):
    """Ring a phone with a cadence (seconds on, off, …) until told to stop or lifted.

    `number` and `name` are whom to show: a port without sound shows them itself, the hat's
    phones get them as a burst of sound after the first ring.
    """

    cadence: Cadence = (1.0, 4.0)
    number: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class StopRing(Order):
    """Stop ringing a phone."""


@dataclass(frozen=True)
class PutDown(Order):
    """Its person has nobody on it any more: what has no hook that he must put back is put down."""


@dataclass(frozen=True)
class Work(Order):
    """What its person's page does with a station that has no hook of its own (`by_order`): it tells the facts
    that a hand would have made it tell; any other does nothing. `key` is one of 0-9*#."""

    verb: Literal["lift", "hang_up", "flash", "key"]
    key: str = ""


@dataclass(frozen=True)
class OpenLoop(Order):
    """Take the battery from a phone port for a while: "the far end is gone", for devices."""

    seconds: float = 0.5


@dataclass(frozen=True)
class ReverseLoop(Order):
    """Swap tip and ring of a phone port, or swap them back: "answered", for a payphone or a PBX."""

    on: bool


class LinePort(Protocol):
    """A line to the outside world. Facts: ring, caller, tone, loop, service. Orders: seize, release …"""

    name: str
    kind: Literal["line"]

    def read(self) -> Frame: ...
    def write(self, frame: Frame) -> None: ...
    def events(self) -> Sequence[Fact]: ...
    def do(self, order: Order) -> None: ...
    def close(self) -> None: ...


class HandsetPort(Protocol):
    """A telephone of the office. Facts: lifted, hung up, flashed, keys, service. Orders: ring …

    `tells_keys`: keys are facts of the port itself, and nothing in its sound is one. `by_order`: it has no
    hook of its own, or can do without: it is worked by order (`Work`).
    """

    name: str
    kind: Literal["phone"]
    tells_keys: bool
    by_order: bool

    def read(self) -> Frame: ...
    def write(self, frame: Frame) -> None: ...
    def events(self) -> Sequence[Fact]: ...
    def do(self, order: Order) -> None: ...
    def close(self) -> None: ...


Port = LinePort | HandsetPort


class Shelf(Protocol):
    """Ports that share one bus: their frames come and go together, once a tick.

    `has_sound` is False where ports tell keys, tones and callers themselves and carry no samples;
    `hybrids` is True where they are two wires, and return an echo of what is sent into them.
    """

    has_sound: bool
    hybrids: bool
    ports: Mapping[str, Any]  # name -> Port, in the order of their rows

    def frames_in(self) -> None:
        """Fetch one frame of every port for `read`."""

    def frames_out(self) -> None:
        """Send what was written."""

    def close(self) -> None: ...


class Sound(Protocol):
    """What the logic may do with sound: join rows, and play to one. Seconds are exact.

    Rows have the names of their ports. Whatever is played to a row begins with the next frame and
    replaces what was played there before.
    """

    def join(self, one: str, other: str) -> None:
        """Both hear each other."""

    def hear(self, hearer: str, speaker: str, gain: float = 1.0) -> None:
        """`hearer` hears `speaker`; a gain of 0 parts them again."""

    def part(self, row: str) -> None:
        """`row` hears nobody, and nobody hears it; nothing is played to it."""

    def say(self, row: str, *prompts: Played) -> float:
        """Play prompts one after another; how long they last in seconds."""

    def tone(self, row: str, name: str) -> None:
        """Play a country tone (dial stutter busy congestion ringback howler sit) until told otherwise."""

    def keys(self, row: str, digits: str) -> float:
        """Key digits into a row, 80 ms on and 80 ms off; how long they last in seconds."""

    def show_caller(self, row: str, number: str | None, name: str | None) -> float:
        """Send a caller-ID burst to a phone on its hook; how long it lasts in seconds."""

    def hush(self, row: str) -> None:
        """Stop what is played to a row."""


class Ears(Protocol):
    """Which ear listens to a row: the facts come back among those of its port."""

    def idle(self, row: str) -> None:
        """A line on its hook: listen for caller ID."""

    def talking(self, row: str) -> None:
        """A seized line: listen for tones, voice and keys."""

    def dial_mode(self, row: str, on: bool) -> None:
        """Our own dial tone plays on this row: hear keys through it."""
