"""A mouth and an ear at a telephone, and where sound comes from.

Everything is told in positions: samples since the story began. A source is asked for the samples
of any stretch, so nobody computes sound that nobody listens to.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from firmware.base.ports import FRAME, RATE
from firmware.sound.tones import PLANS, make_tone

Samples = NDArray[np.float32]
Source = Callable[[int, int], Samples | None]  # (position, count) -> samples; None is silence
Kind = Literal["speech", "keys"]

KEPT = 61 * RATE  # an ear remembers a little more than a minute
US_PER_SAMPLE = 1_000_000 // RATE


def position_of(us: int) -> int:
    """The sample that begins at an instant."""
    return us // US_PER_SAMPLE


def no_sound(position: int, count: int) -> Samples | None:
    """The source of those who say nothing."""
    return None


def looped(samples: Samples, start: int) -> Source:
    """`samples` again and again, from `start` on."""

    def source(position: int, count: int) -> Samples | None:
        if position + count <= start:
            return None
        where = np.arange(position - start, position - start + count)
        return np.where(where < 0, np.float32(0), samples[where % len(samples)])

    return source


def once(samples: Samples, start: int) -> Source:
    """`samples` a single time, from `start` on."""

    def source(position: int, count: int) -> Samples | None:
        first, last = max(position, start), min(position + count, start + len(samples))
        if first >= last:
            return None
        stretch = np.zeros(count, np.float32)
        stretch[first - position : last - position] = samples[first - start : last - start]
        return stretch

    return source


def tone(country: str, name: str, start: int) -> Source:
    """A tone of that country's exchanges, from `start` on."""
    return looped(_cycle(country, name), start)


@lru_cache(maxsize=128)
def _cycle(country: str, name: str) -> Samples:
    return make_tone(PLANS[country], name)


@dataclass(frozen=True)
class Utterance:
    """Something said, or keyed, from one position to another."""

    start: int
    end: int
    kind: Kind
    source: Source


class Mouth:
    """What somebody sends into his telephone: one thing behind the other."""

    def __init__(self) -> None:
        self._said: deque[Utterance] = deque()
        self._own: Log | None = None  # a visitor's own voice, frame by frame

    @property
    def end(self) -> int:
        """The position behind everything that was said so far."""
        return self._said[-1].end if self._said else 0

    def say(self, samples: Samples, position: int, kind: Kind = "speech") -> Utterance:
        """Begin at `position`, or behind what is still being said then."""
        while self._said and self._said[0].end < position - KEPT:
            self._said.popleft()
        start = max(position, self.end)
        self._said.append(Utterance(start, start + len(samples), kind, once(samples, start)))
        return self._said[-1]

    def stop(self, position: int) -> None:
        """Say no more from `position` on."""
        while self._said and self._said[-1].start >= position:
            self._said.pop()
        if self._said and self._said[-1].end > position:
            cut = self._said.pop()
            kept = cut.source(cut.start, position - cut.start)
            assert kept is not None, "an utterance begins where it begins"
            self._said.append(Utterance(cut.start, position, cut.kind, once(kept, cut.start)))

    def speak(self, frame: Samples, position: int) -> None:
        """What a visitor of the town says himself, in the frame that begins at `position`."""
        self._own = self._own or Log()
        self._own.put(position, frame)

    def saying(self, position: int) -> Kind | None:
        """What is under way at `position`."""
        return next((each.kind for each in self._said if each.start <= position < each.end), None)

    def __call__(self, position: int, count: int) -> Samples | None:
        """What is said from `position` on, as a source."""
        stretch = self._own(position, count) if self._own is not None else None
        if position >= self.end:
            return stretch
        for each in self._said:
            if each.start < position + count and position < each.end:
                part = each.source(position, count)
                stretch = part if stretch is None or part is None else stretch + part
        return stretch


class Log:
    """The frames that a wire carried in the last minute, as a source."""

    def __init__(self) -> None:
        self._frames: deque[tuple[int, Samples]] = deque(maxlen=KEPT // FRAME)

    def put(self, position: int, frame: Samples) -> None:
        self._frames.append((position, frame))

    def __call__(self, position: int, count: int) -> Samples | None:
        stretch: Samples | None = None
        for start, frame in reversed(self._frames):
            if start + len(frame) <= position:
                break
            first, last = max(position, start), min(position + count, start + len(frame))
            if first < last:
                stretch = np.zeros(count, np.float32) if stretch is None else stretch
                stretch[first - position : last - position] = frame[first - start : last - start]
        return stretch


@dataclass
class Stretch:
    """A source that an ear listens to for a while; `word` where it is a tone of the town's."""

    start: int
    end: int | None
    source: Source
    word: str | None


class Ear:
    """The last minute at an ear: which sources it listened to, and when."""

    def __init__(self) -> None:
        self._stretches: deque[Stretch] = deque()

    def listen(self, source: Source, position: int, word: str | None = None) -> None:
        """From `position` on the ear hears `source`, and no other."""
        self.hush(position)
        while self._stretches and (self._stretches[0].end or 0) < position - KEPT:
            self._stretches.popleft()
        self._stretches.append(Stretch(position, None, source, word))

    def hush(self, position: int) -> None:
        if self._stretches and self._stretches[-1].end is None:
            self._stretches[-1].end = position

    @property
    def tone(self) -> str | None:
        """The town's tone that the ear listens to now."""
        listening = self._stretches and self._stretches[-1].end is None
        return self._stretches[-1].word if listening else None

    def last(self, position: int, count: int, named: bool = True) -> Samples:
        """Exactly the last `count` samples before `position`; zeros before the story began.

        Without the `named` ones: as if the town's tones had been silence.
        """
        heard = np.zeros(count, np.float32)
        begin = position - count
        for each in (each for each in self._stretches if named or each.word is None):
            first, last = max(begin, each.start), position if each.end is None else min(position, each.end)
            if first < last and (part := each.source(first, last - first)) is not None:
                heard[first - begin : last - begin] = part
        return heard
