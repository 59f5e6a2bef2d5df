"""What somebody of the office holds to his ear, whatever it hangs on: a mouth, an ear, keys, a display."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmware.base import Refused
from firmware.base.clock import SECOND, Timer
from firmware.base.ports import RATE
from firmware.sound.dtmf import KEYS
from firmware.sound.frame import from_int16, to_int16
from hostsim.person import KEY_OFF, KEY_ON, SIDETONE, silent
from hostsim.senses import Ear, Log, Mouth, Samples, position_of

if TYPE_CHECKING:
    from hostsim.town import Town


class Shown(NamedTuple):
    """What the display says of a caller."""

    number: str | None
    name: str | None
    reason: Literal["withheld", "unavailable"] | None


class Receiver(ABC):
    """`name` is its port's. Whoever holds it lifts it, keys, speaks and listens."""

    def __init__(self, town: "Town", name: str) -> None:
        self.name = name
        self.plugged = True
        self.display: Shown | None = None
        self.clock = town.clock
        self._town = town
        self._lifted = False
        self._dialled = False  # has anything been keyed since it was lifted?
        self._mouth, self._log, self._ear = Mouth(), Log(), Ear()
        self._ear.listen(self._log, 0)
        self._fingers: list[Timer] = []  # keys still to be told

    # What somebody does with it

    @abstractmethod
    def lift(self) -> None: ...

    @abstractmethod
    def hang_up(self) -> None: ...

    @abstractmethod
    def flash(self) -> None:
        """Tap the hook. Refused: it is not lifted."""

    @abstractmethod
    def pulse(self, digits: str) -> None:
        """Dial digits with the dial. Refused: not lifted, no digit, no dial."""

    @abstractmethod
    def press(self, keys: str) -> None:
        """Key each of 0-9*#ABCD: 80 ms on, 80 ms off. Refused: not lifted, no such key."""

    @abstractmethod
    def unplug(self) -> None: ...

    @abstractmethod
    def plug(self) -> None: ...

    def say(self, pcm: NDArray[np.int16]) -> None:
        """Say int16[n] at 8 kHz, from now on or behind what is still being said."""
        self._mouth.say(from_int16(pcm), self._position)

    def speak(self, frame: Samples) -> None:
        """20 ms of a visitor's own voice, from now on."""
        if self._lifted:
            self._mouth.speak(frame, self._position)

    # What somebody hears and sees

    @property
    @abstractmethod
    def off(self) -> bool:
        """Off its hook, as the box can see."""

    @property
    @abstractmethod
    def ringing(self) -> bool:
        """It rings, or is between two bursts."""

    @property
    def shown(self) -> Shown | None:
        """The caller that its display showed last."""
        return self.display

    def heard(self, seconds: float) -> NDArray[np.int16]:
        """Exactly the last `seconds` at its ear-piece, int16 at 8 kHz; zeros before the story began, and
        where there is no sound."""
        count = round(seconds * RATE)
        if not self._town.copper:
            return np.zeros(count, np.int16)
        sound = self._ear.last(self._position, count)
        own = self._mouth(self._position - count, count) if self._lifted else None
        return to_int16(sound if own is None else sound + np.float32(SIDETONE) * own)

    def hears(self) -> str:
        """silence speech music ringback busy dial congestion howler sit, or prompt:NAME."""
        if not self.off:
            return "silence"
        if not self._town.copper:
            return self._town.through_box(self.name)
        # Who has not dialled yet takes a first second of tone for dial tone.
        doubtful = "ringback" if self._dialled else "dial"
        return self._town.hearing.word(self._ear, self._position, doubtful)

    def at_ear(self, count: int) -> Samples:
        """The last samples that came to its ear-piece, without one's own voice."""
        return self._ear.last(self._position, count)

    @property
    def speaking(self) -> bool:
        return self.off and self._mouth.saying(self._position) == "speech"

    # Below the skin

    @property
    def _position(self) -> int:
        return position_of(self.clock.now)

    def _must_press(self, keys: str) -> None:
        self._need_lifted()
        if not set(keys) <= set(KEYS):
            raise Refused(f'"{keys}" is not made of the keys {KEYS}')
        self._dialled = True

    def _need_lifted(self) -> None:
        if not self._lifted:
            raise Refused(f"{self.name}: lift it first")

    def _tell_keys(self, keys: str, certain: float, tell: Callable[[str], None]) -> None:
        """Tell each key `certain` seconds after it goes down, while it is off its hook."""
        self._fingers = [each for each in self._fingers if each.running]
        start = self._mouth.say(silent(len(keys) * (KEY_ON + KEY_OFF)), self._position, "keys").start
        for place, key in enumerate(keys):
            seconds = start / RATE + place * (KEY_ON + KEY_OFF) + certain
            self._fingers.append(self.clock.at(round(seconds * SECOND), partial(self._tell_key, key, tell)))

    def _tell_key(self, key: str, tell: Callable[[str], None]) -> None:
        if self.off:
            tell(key)

    def _fall_silent(self) -> None:
        """Say and key nothing more."""
        self._mouth.stop(self._position)
        for finger in self._fingers:
            finger.stop()
        self._fingers.clear()
