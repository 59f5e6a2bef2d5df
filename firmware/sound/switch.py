"""The switch as the logic knows it: rows with names, and a player for each.

What a player plays is heard in its own row alone, beside what the matrix gives. It begins with the
frame of the next tick, and its position follows from the clock alone: so it is the same with samples
and without. The matrix's last speaker is music, of our own making, for whoever is held.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.base.clock import SECOND, TICK, Clock
from firmware.base.ports import FRAME, RATE, Clip, Played, SendKeys
from firmware.sound.callerid import PROTOCOL_OF, make_caller
from firmware.sound.dtmf import make_keys
from firmware.sound.frame import Samples, level, rms, silence
from firmware.sound.matrix import Matrix
from firmware.sound.prompts import Prompts
from firmware.sound.tones import PLANS, make_opening, make_tone

MUSIC = "music"
DIAL = "dial"
STUTTER = "stutter"  # dial tone of who has a message: ten bursts first (Telcordia GR-506)
STUTTERS, STUTTER_BEAT = 10, RATE // 10  # bursts; samples on, and off
_SAMPLE = SECOND // RATE  # µs
_NOTHING = np.zeros(FRAME, np.float32)
_FALL = np.linspace(1, 0, FRAME, dtype=np.float32)


class Playing:
    """Sounds one after another since `start` (µs); with `loops` the last one begins again for ever.

    `names` are what a listener calls each sound; "" is a sound that has no word. `spoken` is the language of
    each, where it has one.
    """

    def __init__(
        self,
        start: int,
        names: Sequence[str],
        sounds: Sequence[Samples],
        loops: bool = False,
        spoken: Sequence[str] = (),
    ) -> None:
        self.start = start
        self._names, self._sounds, self._spoken = names, sounds, spoken
        self._ends = tuple(accumulate(sound.size for sound in sounds))
        self._cycle = sounds[-1].size if loops else 0

    @property
    def ends(self) -> int:
        """The instant of its last sample's end; of what loops, that of the first time through."""
        return self.start + (self._ends[-1] if self._ends else 0) * _SAMPLE

    def heard(self, now: int) -> str:
        """The word for what is played at this instant; "" where there is none."""
        place = self._place(now)
        return next((name for name, end in zip(self._names, self._ends, strict=True) if place < end), "")

    def language(self, now: int) -> str:
        """The language that is spoken at this instant; "" where none is."""
        place = self._place(now)
        found = zip(self._spoken, self._ends[: len(self._spoken)], strict=True)
        return next((each for each, end in found if place < end), "")

    def frame(self, now: int) -> Samples | None:
        """The frame of the tick at `now`; None when all is over."""
        place = self._place(now)
        nth = bisect_right(self._ends, place)
        if nth == len(self._ends):
            return None
        sound = self._sounds[nth]
        begin = sound.size - (self._ends[nth] - place)
        frame = sound[begin : begin + FRAME]
        return frame if frame.size == FRAME else self._pieced(frame, nth + 1)

    def _pieced(self, first: Samples, nth: int) -> Samples:
        """A frame that reaches into the next sound, or beyond the last. (Joining all sounds beforehand would
        cost a tick a millisecond for each minute of a message.)"""
        after = self._sounds[-1] if self._cycle else _NOTHING
        rest = (sound[:FRAME] for sound in (*self._sounds[nth:], after))
        return np.concatenate([first, *rest])[:FRAME]

    def _place(self, now: int) -> int:
        place = max(0, now - self.start) // _SAMPLE
        last = self._ends[-1] if self._ends else 0
        return last - self._cycle + (place - last) % self._cycle if self._cycle and place >= last else place


class Player:
    """What is played to one row, and what was played there before and is fading for one frame."""

    def __init__(self) -> None:
        self._now: Playing | None = None
        self._leaving: Playing | None = None

    def put(self, playing: Playing | None, start: int) -> None:
        """From the frame of `start` on this and nothing else."""
        if self._now is not None and self._now.start < start:
            self._leaving = self._now
        self._now = playing

    def heard(self, now: int) -> str:
        return self._now.heard(now) if self._now is not None else ""

    def language(self, now: int) -> str:
        return self._now.language(now) if self._now is not None else ""

    def fill(self, frame: Samples, now: int) -> bool:
        """Write the tick's samples; False: there were none, the frame is silent."""
        fresh = self._now.frame(now) if self._now is not None else None
        stale = self._leaving.frame(now) if self._leaving is not None else None
        frame[:] = 0 if fresh is None else fresh
        if stale is not None:
            frame += stale * _FALL
        if fresh is None:
            self._now = None
        self._leaving = None
        return fresh is not None or stale is not None


class Switch:
    """Rows by name, each with a player; implements firmware.base.ports.Sound.

    `tick` takes and gives float32[rows, 160] in the order of `names`. Without a clock it keeps its
    own, one tick a `tick`; with one, whoever calls `tick` advances it, and nobody need call `tick`
    where there are no samples. An unknown row, tone or country is a KeyError.
    """

    def __init__(
        self, names: Sequence[str], country: str, prompts: Prompts, clock: Clock | None = None
    ) -> None:
        rows = len(names)
        self.matrix = Matrix(rows, rows + 1)
        self._rows = {name: row for row, name in enumerate((*names, MUSIC))}
        self._names, self._country, self._prompts = tuple(names), PLANS[country].country, prompts
        self._owns_clock, self._clock = clock is None, clock or Clock()
        self._voices, self._played = silence(rows + 1), silence(rows)
        self._players = [Player() for _ in names]
        self._busy: set[int] = set()  # rows whose player has something to play
        self._music = Playing(0, (MUSIC,), (make_music(),), loops=True)
        self.tongue: Callable[[str], str | None] = lambda row: None  # of whoever listens there

    def tick(self, said: Samples) -> Samples:
        """One frame: what the ports said, to what each of them hears."""
        now = self._clock.now
        self._voices[: len(self._names)] = said
        self._busy = {row for row in self._busy if self._players[row].fill(self._played[row], now)}
        if self.matrix.wants(self._rows[MUSIC]):
            self._voices[-1] = self._music.frame(now)
        if self._owns_clock:
            self._clock.advance(TICK)
        played = sorted(self._busy)
        return self.matrix.tick(self._voices, played, self._played[played])

    def hears(self, row: str, speaking: Callable[[str], bool]) -> str:
        """What a row is hearing by the matrix: `prompt:NAME`, a tone's name, speech, music or silence.

        `speaking` tells whether somebody speaks into a row at this moment.
        """
        hearer = self._rows[row]
        gain = self.matrix.gain[hearer]
        if played := self._players[hearer].heard(self._clock.now):
            return played
        if any(gain[number] and speaking(name) for number, name in enumerate(self._names)):
            return "speech"
        return MUSIC if gain[self._rows[MUSIC]] else "silence"

    def language(self, row: str) -> str:
        """The language of the prompt that a row is hearing; "" where it hears none."""
        return self._players[self._rows[row]].language(self._clock.now)

    def voices(self, row: str) -> set[str]:
        """The ports that a row hears, whether they speak or not."""
        gain = self.matrix.gain[self._rows[row]]
        return {name for number, name in enumerate(self._names) if gain[number]}

    # Joining

    def join(self, one: str, other: str) -> None:
        self.hear(one, other)
        self.hear(other, one)

    def hear(self, hearer: str, speaker: str, gain: float = 1.0) -> None:
        """`speaker` may be "music"."""
        self.matrix.gain[self._rows[hearer], self._rows[speaker]] = gain

    def part(self, row: str) -> None:
        number, ports = self._rows[row], len(self._names)
        self.matrix.gain[number, :ports] = 0
        self.matrix.gain[number, self._rows[MUSIC]] = 0
        self.matrix.gain[:, number] = 0
        self.hush(row)

    # Playing

    def say(self, row: str, *prompts: Played) -> float:
        tongue, of = self.tongue(row), self._prompts
        sounds = [each.samples if isinstance(each, Clip) else of.sound(each, tongue) for each in prompts]
        names = [each.name if isinstance(each, Clip) else each for each in prompts]
        spoken = ["" if isinstance(each, Clip) else of.spoken(each, tongue) or "" for each in prompts]
        start, words = self._next_frame(), [f"prompt:{name}" for name in names]
        return self._put(row, Playing(start, words, sounds, spoken=spoken))

    def tone(self, row: str, name: str) -> None:
        sounds, word = _tone(self._country, name), DIAL if name == STUTTER else name
        self._play(row, [word] * len(sounds), sounds, loops=True)

    def keys(self, row: str, digits: str) -> float:
        return self._play(row, [""], [make_keys(digits)])

    def show_caller(self, row: str, number: str | None, name: str | None) -> float:
        reason = None if number else "unavailable"
        return self._play(row, [""], [make_caller(PROTOCOL_OF[self._country], number, name, reason)])

    def hush(self, row: str) -> None:
        self._players[self._rows[row]].put(None, self._next_frame())

    def _play(self, row: str, names: Sequence[str], sounds: Sequence[Samples], loops: bool = False) -> float:
        """Seconds from now to the end of the last sample."""
        return self._put(row, Playing(self._next_frame(), names, sounds, loops))

    def _put(self, row: str, playing: Playing) -> float:
        number = self._rows[row]
        self._players[number].put(playing, playing.start)
        self._busy.add(number)
        return (playing.ends - self._clock.now) / SECOND

    def _next_frame(self) -> int:
        """The instant of the tick that carries what is ordered now."""
        return -(-self._clock.now // TICK) * TICK


@cache
def _tone(country: str, name: str) -> tuple[Samples, ...]:
    """What comes once, if anything, and the cycle."""
    plan = PLANS[country]
    if name == STUTTER:
        beat = np.repeat(np.arange(2 * STUTTERS) % 2 == 0, STUTTER_BEAT).astype(np.float32)
        dial = _tone(country, DIAL)[-1]
        return np.resize(dial, beat.size) * beat, *_tone(country, DIAL)
    return tuple(sound for sound in (make_opening(plan, name), make_tone(plan, name)) if sound.size)


# A tune of our own, public domain: four bars of broken chords over a slow bass. Semitones from A4.
_CHORDS = ((-9, -5, -2, 3), (-12, -9, -5, 0), (-16, -12, -9, 0), (-14, -10, -7, -2))
_PATTERN = (0, 1, 2, 3, 2, 1, 3, 2)
_BEAT = RATE * 2 // 5  # samples: 150 notes a minute
MUSIC_DBM0 = -24.0  # 5 dB below speech


@cache
def make_music() -> Samples:
    """The tune, 12.8 s, float32[n]; it loops: what rings on at its end is heard at its beginning."""
    tune = np.zeros(len(_CHORDS) * len(_PATTERN) * _BEAT)
    for bar, chord in enumerate(_CHORDS):
        for beat, voice in enumerate(_PATTERN):
            _pluck(tune, (bar * len(_PATTERN) + beat) * _BEAT, 440 * 2 ** ((chord[voice] + 5) / 12))
    sound = tune.astype(np.float32)
    return sound * np.float32(rms(MUSIC_DBM0) / rms(level(sound)))


def _pluck(tune: NDArray[np.float64], start: int, hertz: float) -> None:
    """Add a plucked string: three partials that die away, nothing above 3,400 Hz."""
    time = np.arange(4 * _BEAT) / RATE
    note = sum(
        np.sin(2 * np.pi * hertz * partial * time) * np.exp(-time * 3 * partial) / partial
        for partial in (1, 2, 3)
        if hertz * partial < 3400
    )
    rise = np.minimum(1, time / 0.005) * np.minimum(1, (time[-1] - time) / 0.05)
    tune[(start + np.arange(time.size)) % tune.size] += note * rise


class Silent(Switch):
    """The switch of ports without sound: what is keyed into them goes out as an order."""

    def __init__(self, ports: Mapping[str, Any], country: str, prompts: Prompts, clock: Clock) -> None:
        super().__init__(tuple(ports), country, prompts, clock)
        self._ports = ports

    def keys(self, row: str, digits: str) -> float:
        self._ports[row].do(SendKeys(digits))
        return super().keys(row, digits)
