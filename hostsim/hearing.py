"""What somebody makes of the sound at his ear: a tone, one of the box's sentences, music, speech.

A tone is told by its frequencies (how much of the last sound lies on them), then by its rhythm:
which of the tones with those frequencies could have sounded and paused for just so long.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmware.base.ports import RATE
from firmware.sound.frame import Samples, rms
from firmware.sound.tones import PLANS, Segment
from hostsim.senses import Ear
from hostsim.sentences import HEARING, Place, Sentences

HOP = 80  # samples: what sounds and what pauses is told every 10 ms
HEARABLE = rms(-42.0)  # what is softer counts as silence
MEMORY = 8 * RATE  # samples looked back on for a rhythm: longer than any pause of a cadence
TONE = 400  # samples of a tone that are enough: 50 ms, bins of 20 Hz
ON_TONE = 0.9  # share of the power that lies on a tone's frequencies
NOTE, ON_NOTE = 240, 0.7  # samples around a hop that tell whether it is on a note, and their share
INEXACT = 3  # hops by which a rhythm may be off
GAP, BLIP = 3, 7  # hops: shorter silences are a beat's, shorter sounds too short to be told
BREATH = 50  # hops of silence that still belong to somebody's speech
ENDLESS = 1 << 20
NAMES = ("dial", "ringback", "busy", "congestion", "sit", "howler")

Hertz = tuple[int, ...]
Known = Mapping[tuple[str, str], Samples]  # sentences by name and language


class Run(NamedTuple):
    """So many hops of sound, or of silence, in a row; `end` in hops."""

    on: bool
    hops: int
    end: int


class Rhythm(NamedTuple):
    """A tone's frequencies, one after another, and its parts in hops: on, off, on … ENDLESS: for ever."""

    name: str
    notes: tuple[Hertz, ...]
    parts: tuple[int, ...]


class Hearing:
    """Knows the tones of some countries and, if told any, the sentences of the box; those may grow."""

    def __init__(self, known: Known | None, countries: Iterable[str]) -> None:
        self._known, self._learnt = known, Sentences()
        self._rhythms: dict[Hertz, list[Rhythm]] = {}
        for country in sorted(countries):
            for name in NAMES:
                self._learn(name, PLANS[country].tones[name])

    def _learn(self, name: str, segments: tuple[Segment, ...]) -> None:
        notes = tuple(dict.fromkeys(segment.hertz for segment in segments if segment.hertz))
        rhythm = Rhythm(name, notes, _parts(segments))
        for note in notes:
            known = self._rhythms.setdefault(note, [])
            if rhythm not in known:
                known.append(rhythm)

    def word(self, ear: Ear, position: int, doubtful: str) -> str:
        """What is at this ear now. `doubtful` is what a tone is taken for that may be several."""
        for span in (HEARING, MEMORY):
            sound = ear.last(position, span, named=False)
            runs = _runs(_loud(sound))
            if sounding := [run for run in runs if run.on]:
                last = sounding[-1]
                end = (last.end - 1) * HOP  # behind it may be the edge of a burst
                return self._tone(sound[:end], ear, position, doubtful) or self._spoken(sound, last)
        return "silence"

    # Tones

    def _tone(self, sound: Samples, ear: Ear, position: int, doubtful: str) -> str | None:
        """None where it is no tone; silence where it is one that has ceased."""
        # Where a tone goes from one frequency to the next, what came just before tells what it is.
        ends = (end for end in (len(sound), len(sound) - TONE, len(sound) - 2 * TONE) if end >= TONE)
        told = (self._frequencies(sound[end - TONE : end]) for end in ends)
        if (hertz := next((each for each in told if each), None)) is None:
            return None
        rhythms = self._rhythms[hertz]
        if len(rhythms[0].notes) > 1:  # it goes from note to note, as no other tone does
            quiet = _runs(_loud(ear.last(position, MEMORY, named=False)))[-1]
            paused = not quiet.on and quiet.hops > max(rhythms[0].parts[1::2]) + INEXACT
            return "silence" if paused else rhythms[0].name
        notes = {note for each in rhythms for note in each.notes}
        runs = _runs(_on_notes(ear.last(position, MEMORY, named=False), notes))
        found = _by_rhythm(runs, rhythms, doubtful)
        if found is None and runs[-1].on:  # it began or went on in another way than tones do
            names = [each.name for each in rhythms]
            found = doubtful if doubtful in names else names[0]
        return found or "silence"

    def _frequencies(self, tone: Samples) -> Hertz | None:
        """The fewest on which it lies, as those of one tone may be among another's."""
        on_tone = [hertz for hertz in self._rhythms if _share(tone, hertz) >= ON_TONE]
        return min(on_tone, key=len, default=None)

    # What is said

    def _spoken(self, sound: Samples, last: Run) -> str:
        quiet = len(sound) // HOP - last.end
        if (place := self._sentence(sound)) is not None:
            return "silence" if place.left <= 0 and quiet > 0 else place.name
        return "speech" if quiet < BREATH else "silence"

    def language(self, ear: Ear, position: int) -> str:
        """The language of the sentence that is said at this ear; "" where none is."""
        sound = ear.last(position, HEARING, named=False)
        place = self._sentence(sound) if _loud(sound).any() else None
        return place.language if place is not None and place.left > 0 else ""

    def _sentence(self, sound: Samples) -> Place | None:
        if self._known is None:
            return None
        self._learnt.learn(self._known)
        return self._learnt.find(sound)


def _parts(segments: tuple[Segment, ...]) -> tuple[int, ...]:
    """Hops on, off, on, off …; sounds without a pause between them are one."""
    parts: list[int] = []
    for segment in segments:
        hops = ENDLESS if segment.seconds is None else round(segment.seconds * RATE / HOP)
        sounds = bool(segment.hertz) or hops < GAP
        goes_on = sounds == (len(parts) % 2 == 1)
        if goes_on:
            parts[-1] += hops
        else:
            parts.append(hops)
    return tuple(parts)


def _loud(sound: Samples) -> NDArray[np.bool_]:
    hops = sound.reshape(-1, HOP)
    loud: NDArray[np.bool_] = np.einsum("ij,ij->i", hops, hops) > HOP * HEARABLE**2
    return loud


def _on_notes(sound: Samples, notes: Iterable[Hertz]) -> NDArray[np.bool_]:
    """Which hops lie on any of the notes: what was said just before a tone is no part of it."""
    begins = np.clip(np.arange(0, len(sound), HOP) + (HOP - NOTE) // 2, 0, len(sound) - NOTE)
    around = np.lib.stride_tricks.sliding_window_view(sound, NOTE)[begins]
    power = np.einsum("ij,ij->i", around, around)
    on = np.zeros(len(around), np.bool_)
    for note in notes:
        waves = around @ _waves(note, NOTE).T
        on |= np.einsum("ij,ij->i", waves, waves) > ON_NOTE * power
    return on & _loud(sound)


def _runs(loud: NDArray[np.bool_]) -> list[Run]:
    """Sound and silence in turn, without the gaps of beating tones and without what is just beginning."""
    runs = _joined(_split(loud), on=False, shorter=GAP)
    if runs[-1].on and runs[-1].hops < BLIP and len(runs) > 1:
        del runs[-1]
    return _joined(runs, on=True, shorter=BLIP)


def _split(loud: NDArray[np.bool_]) -> list[Run]:
    ends = [*(np.flatnonzero(loud[1:] != loud[:-1]) + 1).tolist(), len(loud)]
    begins = [0, *ends[:-1]]
    return [Run(bool(loud[begin]), end - begin, end) for begin, end in zip(begins, ends, strict=True)]


def _joined(runs: list[Run], on: bool, shorter: int) -> list[Run]:
    """Runs of that kind that are too short become part of what is around them."""
    joined: list[Run] = []
    for run in runs:
        brief = run.on == on and run.hops < shorter and run is not runs[-1]
        kind = not on if brief else run.on
        if joined and joined[-1].on == kind:
            joined[-1] = Run(kind, joined[-1].hops + run.hops, run.end)
        else:
            joined.append(Run(kind, run.hops, run.end))
    return joined


@lru_cache(maxsize=64)
def _waves(hertz: Hertz, size: int) -> Samples:
    """An orthonormal basis of everything that these frequencies can be, float32[waves, size]."""
    phase = 2 * np.pi * np.outer(hertz, np.arange(size)) / RATE
    basis, _ = np.linalg.qr(np.concatenate([np.cos(phase), np.sin(phase)]).T)
    return np.ascontiguousarray(basis.T, np.float32)


def _share(sound: Samples, hertz: Hertz) -> float:
    """How much of the power of float32[TONE] lies on some frequencies."""
    power = float(sound @ sound)
    if power <= 0:
        return 0.0
    waves = _waves(hertz, TONE) @ sound
    return float(waves @ waves) / power


def _by_rhythm(runs: list[Run], rhythms: list[Rhythm], doubtful: str) -> str | None:
    """The tone that could have gone on just so, from as long ago as possible."""
    starts = [place for place, run in enumerate(runs) if run.on]
    for start in starts:
        fits = {each.name: off for each in rhythms if (off := _misfit(runs, start, each)) is not None}
        if fits:
            best = [name for name in fits if fits[name] == min(fits.values())]
            return doubtful if doubtful in best else best[0]
    return None


def _misfit(runs: list[Run], start: int, rhythm: Rhythm) -> int | None:
    """By how many hops the runs from `start` on miss the rhythm, wherever in it they begin; None: not it."""
    parts = rhythm.parts if len(rhythm.parts) > 1 else (*rhythm.parts, 0)
    tries = (_misfit_from(runs, start, parts, phase) for phase in range(0, len(parts), 2))
    return min((each for each in tries if each is not None), default=None)


def _misfit_from(runs: list[Run], start: int, parts: tuple[int, ...], phase: int) -> int | None:
    total = 0
    for place in range(start, len(runs)):
        off = runs[place].hops - parts[(phase + place - start) % len(parts)]
        # The first run may have begun, and the last may go on, where we do not look.
        whole = place > 0 and place < len(runs) - 1
        if off > INEXACT or (whole and off < -INEXACT):
            return None
        total += abs(off) if whole else 0
    return total
