"""Somebody in town with a telephone: calls the office, and is called by it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from firmware.base import Refused
from firmware.base.clock import SECOND, Timer
from firmware.base.ports import RATE
from firmware.sound.dtmf import KEYS, make_keys
from firmware.sound.frame import from_int16, to_int16
from hostsim.call import Call, Party
from hostsim.chatter import hello
from hostsim.senses import Ear, Kind, Mouth, Samples, position_of, tone

if TYPE_CHECKING:
    from hostsim.town import Town

KEY_ON, KEY_OFF = 0.08, 0.08  # s
KEY_CERTAIN = 0.06  # s from a key's beginning until it is heard for certain, where there is no sound
BEFORE_HELLO = 0.3  # s from lifting to speaking
DROPPED_TONE = 0.3  # s from being dropped to the tone that says so
SIDETONE = 10 ** (-15 / 20)  # how much of his own voice one hears in one's ear-piece
State = Literal["idle", "dialling", "ringback", "busy", "talking", "dropped"]


class Person:
    """`name` and `reason` are what the exchange may show of him; `hello` says whether he speaks when
    he answers, `answers_after` (seconds) whether he answers by himself."""

    def __init__(self, town: "Town", number: str, name: str | None = None) -> None:
        self.number = number
        self.name = name
        self.reason: Literal["withheld", "unavailable"] | None = None
        self.hello = True
        self.answers_after: float | None = None
        self.state: State = "idle"
        self.ringing = False
        self.mouth = Mouth()
        self._town = town
        self._clock = town.clock
        self._ear = Ear()
        self._call: Call | None = None
        self._timers: list[Timer] = []

    # What he does

    def dial(self, number: str | None = None, line: int | None = None) -> None:
        """Call a number, or an office line by its place (`line=1`). Refused: while he is on a call."""
        if line is not None:
            self.call(self._town.line(line))
        elif number is not None:
            self._start(lambda: self._town.place(self, number, self._town.country))
        else:
            raise Refused(f"{self.number}: dial a number, or a line")

    def call(self, party: Party) -> None:
        """Call whoever that is, without a number."""
        self._start(lambda: self._town.place_to(self, party))

    def _start(self, place: Callable[[], Call]) -> None:
        if self.state != "idle" or self.ringing:
            raise Refused(f"{self.number}: hang up first, then dial")
        self.state = "dialling"
        self._call = place()

    def answer(self) -> None:
        """Lift the ringing telephone. Refused: nobody rings."""
        if not self.ringing or self._call is None:
            raise Refused(f"{self.number}: the telephone does not ring")
        self._stop_timers()
        self.ringing = False
        self._call.answer()
        if self.hello:
            self._later(BEFORE_HELLO, self._greet)

    def _greet(self) -> None:
        self._utter(hello(self.number), "speech")

    def press(self, keys: str) -> None:
        """Key each of 0-9*#ABCD: 80 ms on, 80 ms off. Refused: no such key."""
        if not set(keys) <= set(KEYS):
            raise Refused(f'"{keys}" is not made of the keys {KEYS}')
        if self._town.copper:
            self._utter(make_keys(keys, KEY_ON, KEY_OFF), "keys")
        else:
            start = self._utter(silent(len(keys) * (KEY_ON + KEY_OFF)), "keys")
            self._key_by_key(keys, start)

    def say(self, pcm: NDArray[np.int16]) -> None:
        """Say int16[n] at 8 kHz, from now on or behind what is still being said."""
        self._utter(from_int16(pcm), "speech")

    def speak(self, frame: Samples) -> None:
        """20 ms of a visitor's own voice, from now on."""
        self.mouth.speak(frame, self._position)

    def hang_up(self) -> None:
        """Put the receiver down; nothing where it lies there."""
        if self.state == "idle":
            return
        call, self._call = self._call, None
        self.state = "idle"
        self._stop_timers()
        self.mouth.stop(self._position)
        self._ear.hush(self._position)
        if call is not None:
            call.hang_up(self)

    # What he hears

    def heard(self, seconds: float) -> NDArray[np.int16]:
        """Exactly the last `seconds` at his ear, int16 at 8 kHz; zeros before the story began, and
        where there is no sound."""
        count = round(seconds * RATE)
        if not self._town.copper:
            return np.zeros(count, np.int16)
        sound = self._ear.last(self._position, count)
        own = self.mouth(self._position - count, count)
        if own is not None:
            sound = sound + np.float32(SIDETONE) * own
        return to_int16(sound)

    def hears(self) -> str:
        """silence speech music ringback busy dial congestion howler sit, or prompt:NAME."""
        if (word := self._ear.tone) is not None:
            return word
        if self._town.copper:
            return self._town.hearing.word(self._ear, self._position, "ringback")
        return self._town.brings_to(self)

    def hears_in(self) -> str:
        """The language of the prompt that he hears (`da`); "" where he hears none."""
        if self._town.copper:
            return self._town.hearing.language(self._ear, self._position)
        return self._town.speaks_to(self)

    def at_ear(self, count: int) -> Samples:
        """The last samples that came to his ear, without his own voice."""
        return self._ear.last(self._position, count)

    @property
    def speaking(self) -> bool:
        return self.state == "talking" and self.mouth.saying(self._position) == "speech"

    # What the exchange tells him

    @property
    def far_end(self) -> Party | None:
        """Whom he hears."""
        return self._call.other(self) if self._call is not None else None

    def offered(self, call: Call) -> str:
        if self.state != "idle" or self.ringing:
            return "busy"
        self._call = call
        self.ringing = True
        if self.answers_after is not None:
            self._later(self.answers_after, self.answer)
        return "ringback"

    def withdrawn(self) -> None:
        self._stop_timers()
        self.ringing = False
        self._call = None

    def told(self, word: str) -> None:
        self.state = "ringback" if word == "ringback" else "busy"
        self._hear_tone(word)

    def connected(self, call: Call) -> None:
        self.state = "talking"
        other = call.other(self)
        assert other is not None, "a connected call has two ends"
        self._ear.listen(other.mouth, self._position)

    def left(self) -> None:
        self.state = "dropped"
        self._ear.hush(self._position)
        self._later(DROPPED_TONE, lambda: self._hear_tone("busy"))

    def key_heard(self, key: str) -> None:
        """Somebody keys into his ear: he does not mind."""

    def noticed(self) -> None:
        """Somebody began or ceased to speak: he asks when he wants to know."""

    # Below the skin

    @property
    def _position(self) -> int:
        return position_of(self._clock.now)

    def _hear_tone(self, word: str) -> None:
        self._ear.listen(tone(self._town.country, word, self._position), self._position, word)

    def _utter(self, sound: Samples, kind: Kind) -> int:
        """Say it; the instant in µs at which it begins."""
        utterance = self.mouth.say(sound, self._position, kind)
        start, end = (each * SECOND // RATE for each in (utterance.start, utterance.end))
        if not self._town.copper:
            self._at(start, self._notice)
            self._at(end, self._notice)
        return start

    def _key_by_key(self, keys: str, start: int) -> None:
        for place, key in enumerate(keys):
            begins = start + round(place * (KEY_ON + KEY_OFF) * SECOND)
            self._at(begins + round(KEY_CERTAIN * SECOND), partial(self._tell_key, key))

    def _tell_key(self, key: str) -> None:
        if (other := self.far_end) is not None:
            other.key_heard(key)

    def _notice(self) -> None:
        if (other := self.far_end) is not None:
            other.noticed()

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        self._at(self._clock.now + round(seconds * SECOND), call)

    def _at(self, instant: int, call: Callable[[], None]) -> None:
        self._timers = [each for each in self._timers if each.running]
        self._timers.append(self._clock.at(instant, call))

    def _stop_timers(self) -> None:
        for timer in self._timers:
            timer.stop()
        self._timers.clear()


def silent(seconds: float) -> Samples:
    """A sound that nobody listens to: as long as it says, and no bytes."""
    return np.broadcast_to(np.float32(0), round(seconds * RATE))
