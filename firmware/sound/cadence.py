"""Names for tones: what the notes and pauses of one row add up to, by a country's patterns.

Times are in frames of 20 ms. A note is a frequency or two that sound together, a number given by
the ear (tones.Progress); a pause is everything else. Three ways to know a tone:
* lasting (dial): its note goes on, steadily, for longer than any other tone of the country has it;
* slow (ringback, SIT, CNG; a pause of a second and more): its bursts came, and the pause began;
* quick (busy, congestion): four notes and pauses in a row fit, three of a pattern that never repeats.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from firmware.base.ports import FRAME, RATE
from firmware.sound.plans import Segment, TonePlan

PAUSE = -1
NEVER = 1 << 60
POLL = 5  # frames between two looks at a row that may be hearing a tone
_LONG = 50  # frames: a pause of a second makes a tone slow
_GLITCH = 3  # frames: a shorter pause is a hole in the tone, or the window between two notes
_SAME_LEVEL = 2.0  # 3 dB: bursts of one tone differ by less, in power
_QUIETER = 0.32  # -5 dB: a pause is at least that much below its bursts
_STEADY = 1.4  # 1.5 dB: a tone changes by less while it lasts, the notes of music by more
_HEARD = ("dial", "ringback", "busy", "congestion", "sit")

Note = tuple[int, ...]  # hertz that sound together
Told = tuple[str, bool, int]  # a tone's name, begun or ended, at which frame


@dataclass(frozen=True)
class Run:
    """A note or pause that is over: when it began, how long it was, its mean power, was that steady?"""

    note: int
    start: int
    frames: int
    power: float
    steady: bool


@dataclass(frozen=True)
class Step:
    """A part of a pattern: what it should last, within 15 % and a frame and a half."""

    note: int
    frames: float

    def fits(self, run: Run) -> bool:
        return run.note == self.note and abs(run.frames - self.frames) <= 0.15 * self.frames + 1.5


@dataclass(frozen=True)
class Pattern:
    """A tone: its steps in a cycle. One step that lasts: `wait` is how long until it is certain.

    Of a slow tone the last step is the long pause, and `wait` how much of it must have passed.
    """

    name: str
    steps: tuple[Step, ...]
    wait: float

    @property
    def lasting(self) -> bool:
        return len(self.steps) == 1

    @property
    def slow(self) -> bool:
        return self.steps[-1].note == PAUSE and self.steps[-1].frames >= _LONG

    def longest(self, note: int) -> float:
        """The longest that a note or pause of it should last; 0 where it has none."""
        return max((step.frames for step in self.steps if step.note == note), default=0)

    def misfit(self, past: Sequence[Run]) -> float:
        """How many frames the last runs are off, in all, at the best place in the cycle; NEVER: no match."""
        if self.slow:
            return _misfit(self.steps[:-1], past)
        size = len(self.steps)
        need = 3 if len(set(self.steps)) == size > 2 else 4
        cycle = self.steps * (need // size + 2)
        return min(_misfit(cycle[turn : turn + need], past) for turn in range(size))


def _misfit(steps: Sequence[Step], past: Sequence[Run]) -> float:
    """How far the last runs are from these steps; NEVER where one does not fit."""
    runs = past[-len(steps) :]
    if len(runs) < len(steps) or not all(step.fits(run) for step, run in zip(steps, runs, strict=True)):
        return NEVER
    loud = [run.power for run in runs if run.note != PAUSE]
    soft = [run.power for run in runs if run.note == PAUSE]
    if max(loud) > _SAME_LEVEL * min(loud) or max(soft, default=0) > _QUIETER * min(loud):
        return NEVER
    if not all(run.steady for run in runs):
        return NEVER
    return sum(abs(run.frames - step.frames) for step, run in zip(steps, runs, strict=True))


SIT = (950, 1400, 1800)  # ITU-T E.180: one after another, in every country
_EVERYWHERE = {
    "sit": (*(Segment((hertz,), 0.33) for hertz in SIT), Segment((), 1.0)),
    "cng": (Segment((1100,), 0.5), Segment((), 3.0)),  # ITU-T T.30 4.1
}


def notes_of(plan: TonePlan) -> list[Note]:
    """The notes that an ear for this country must know."""
    tones = [*_tones(plan), *_EVERYWHERE.items()]
    return sorted({segment.hertz for _, segments in tones for segment in segments if segment.hertz})


def _tones(plan: TonePlan) -> list[tuple[str, tuple[Segment, ...]]]:
    made = [(name, plan.tones[name]) for name in _HEARD]
    return made + [(name, cadence) for name, cadences in plan.also.items() for cadence in cadences]


def patterns_of(plan: TonePlan, notes: Sequence[Note]) -> tuple[Pattern, ...]:
    """The patterns of a country; notes are numbered by their place in `notes`."""
    found = {}
    for name, segments in [*_EVERYWHERE.items(), *_tones(plan)]:
        steps = tuple(_step(segment, notes) for segment in segments if not _is_gap(segment))
        found[name, steps] = Pattern(name, steps, 0.0)
    return tuple(_waiting(pattern, found.values()) for pattern in found.values())


def _is_gap(segment: Segment) -> bool:
    """Too short to be heard as a pause: what lies between the tones of SIT."""
    return not segment.hertz and (segment.seconds or NEVER) * RATE / FRAME <= _GLITCH


def _step(segment: Segment, notes: Sequence[Note]) -> Step:
    frames = NEVER if segment.seconds is None else segment.seconds * RATE / FRAME
    return Step(notes.index(segment.hertz) if segment.hertz else PAUSE, frames)


def _waiting(pattern: Pattern, others: Iterable[Pattern]) -> Pattern:
    """Wait longer than any other tone holds this note (lasting), or this pause after it (slow)."""
    if pattern.lasting:
        note = pattern.steps[0].note
        held = max((each.longest(note) for each in others if not each.lasting), default=0)
        return Pattern(pattern.name, pattern.steps, max(_LONG, 1.1 * held + 4))
    if not pattern.slow:
        return pattern
    note = pattern.steps[-2].note
    pauses = [
        after.frames
        for each in others
        for before, after in pairwise((*each.steps, each.steps[0]))
        if before.note == note and after.note == PAUSE and after.frames < _LONG
    ]
    return Pattern(pattern.name, pattern.steps, 1.15 * max(pauses, default=0) + 20)


class Cadence:
    """One row. Give it each change of note, and a look at `due`; it gives what began and ended.

    `frame` is where the ear is sure to be, `energy` the sum of all power of the row before it.
    """

    def __init__(self, patterns: tuple[Pattern, ...], frame: int = 0, energy: float = 0.0) -> None:
        self._patterns = patterns
        self._past: deque[Run] = deque(maxlen=12)
        self.tone: Pattern | None = None
        self.due = NEVER
        self._begin(PAUSE, frame, energy)

    def _begin(self, note: int, start: int, energy: float) -> None:
        self._note, self._start, self._energy = note, start, energy
        self._looked = (start, energy)
        self._steady, self._reference, self._wavered = start, 0.0, False

    def change(self, note: int, frame: int, energy: float) -> list[Told]:
        """From `frame` on another note (or PAUSE) is heard."""
        frames = frame - self._start
        run = Run(self._note, self._start, frames, (energy - self._energy) / frames, not self._wavered)
        self.due = frame + POLL
        if run.note == PAUSE and run.frames <= _GLITCH and self._past:
            if self._past[-1].note == note:
                self._resume(self._past.pop(), energy)
                return []
        elif run.note != PAUSE or self._past:  # a pause that nothing led to has no beginning
            self._past.append(run)
        self._begin(note, frame, energy)
        return self._name(self._quick(), frame)

    def _resume(self, run: Run, energy: float) -> None:
        """After a hole the note goes on as if nothing had been."""
        self._begin(run.note, run.start, energy - run.power * run.frames)
        self._wavered = not run.steady

    def look(self, frame: int, energy: float) -> list[Told]:
        """Has what goes on now become certain, or ended?"""
        lasted = frame - self._start
        fresh = (energy - self._looked[1]) / max(1, frame - self._looked[0])
        self._looked = (frame, energy)
        found = self._lasting(frame, fresh) if self._note != PAUSE else self._slow(lasted)
        told = self._ended(lasted, fresh) or self._name(found, frame)
        awake = self._note != PAUSE or self.tone or (self._past and lasted < 2 * _LONG)
        self.due = frame + POLL if awake else NEVER
        return told

    # What is it?

    def _quick(self) -> Pattern | None:
        past = tuple(self._past)
        rated = [(p.misfit(past), n) for n, p in enumerate(self._patterns) if not p.lasting and not p.slow]
        misfit, number = min(rated, default=(NEVER, 0))
        return self._patterns[number] if misfit < NEVER else None

    def _slow(self, lasted: int) -> Pattern | None:
        past = tuple(self._past)
        rated = [(p.misfit(past), n) for n, p in enumerate(self._patterns) if p.slow and lasted >= p.wait]
        misfit, number = min(rated, default=(NEVER, 0))
        return self._patterns[number] if misfit < NEVER else None

    def _lasting(self, frame: int, fresh: float) -> Pattern | None:
        if not fresh / _STEADY <= self._reference <= fresh * _STEADY:
            self._wavered = self._reference > 0
            self._steady = frame if self._wavered else self._start
            self._reference = fresh
        held = frame - self._steady
        fitting = (p for p in self._patterns if p.lasting and p.steps[0].note == self._note)
        return next((p for p in fitting if held >= p.wait), None)

    def _name(self, found: Pattern | None, frame: int) -> list[Told]:
        if found is None or (self.tone is not None and found.name == self.tone.name):
            return []
        began = self._began(found)
        told = [(self.tone.name, False, began)] if self.tone is not None else []
        self.tone = found
        return [*told, (found.name, True, began)]

    def _began(self, found: Pattern) -> int:
        """Where the first of the bursts lies that lead up to now without a stranger between them."""
        began = self._start
        for run in reversed(self._past if not found.lasting else ()):
            if run.frames > 1.15 * found.longest(run.note) + 2:
                break
            began = run.start if run.note != PAUSE else began
        return began

    # Is it over?

    def _ended(self, lasted: int, fresh: float) -> list[Told]:
        if self.tone is None or (at := self._end_of(self.tone, lasted, fresh)) is None:
            return []
        told = [(self.tone.name, False, at)]
        self.tone = None
        self._past.clear()
        return told

    def _end_of(self, tone: Pattern, lasted: int, fresh: float) -> int | None:
        """The frame at which a tone ended, where it has; its next burst is awaited for a while."""
        if tone.lasting:
            return self._start if self._note != tone.steps[0].note and lasted >= POLL else None
        if lasted <= 1.15 * tone.longest(self._note) + POLL and not self._spoken_over(lasted, fresh):
            return None
        return self._start if self._note != PAUSE else self._last_burst_end()

    def _spoken_over(self, lasted: int, fresh: float) -> bool:
        """Somebody is louder in the pause than a pause may be: the tone has been answered."""
        bursts = [run.power for run in self._past if run.note != PAUSE]
        return self._note == PAUSE and lasted > 2 * POLL and bool(bursts) and fresh > _QUIETER * bursts[-1]

    def _last_burst_end(self) -> int:
        ends = [run.start + run.frames for run in self._past if run.note != PAUSE]
        return ends[-1] if ends else self._start
