"""When the ears of a box with sound would be certain of what a line brings: tones, voice, silence.

A cadence needs two of its cycles, a slow one its bursts and a second of pause, a lasting tone
longer than any other tone of the country sounds; a voice 0.6 s, silence 2 s. All by the sound room.
"""

from collections.abc import Callable

from firmware.base.clock import Clock, Timer
from firmware.sound.plans import TonePlan

VOICE, SILENCE = 0.6, 2.0  # s until certain
ENDED = {"speech": 1.0, "silence": 0.04}  # s until the end of it is certain
TONE_ENDED = 0.5
LASTING = 1.0  # s of a lasting tone at the least
SLOW, PAUSED = 1.0, 0.8  # s: after bursts with so long a pause, so much of it is enough


def certain(plan: TonePlan, word: str) -> float:
    """Seconds of `word` until it is heard for what it is."""
    if word in ("speech", "silence"):
        return VOICE if word == "speech" else SILENCE
    segments = plan.tones[word]
    if segments[0].seconds is None:
        return max(LASTING, 1.1 * _longest(plan, segments[0].hertz) + 0.1)
    pauses = [place for place, each in enumerate(segments) if not each.hertz and (each.seconds or 0) >= SLOW]
    if pauses:
        return sum(each.seconds or 0 for each in segments[: pauses[0]]) + PAUSED
    cycle = [each.seconds or 0 for each in segments]
    return sum((cycle * 4)[:4])


def _longest(plan: TonePlan, hertz: tuple[int, ...]) -> float:
    """The longest burst of these frequencies that any tone of the country has."""
    segments = (each for name in plan.tones for each in plan.tones[name])
    return max((each.seconds for each in segments if each.hertz == hertz and each.seconds), default=0.0)


class Progress:
    """One line: `see` what it brings now; `tell(word, on, at)` is called when that has become certain. An end
    was at that instant (µs), when it was not certain yet."""

    def __init__(self, clock: Clock, plan: TonePlan, tell: Callable[[str, bool, int], None]) -> None:
        self._clock = clock
        self._plan = plan
        self._tell = tell
        self._now: str | None = None
        self._told: str | None = None
        self._left = 0  # µs: when the line brought that last
        self._on: Timer | None = None
        self._off: Timer | None = None

    def see(self, word: str) -> None:
        if word == self._now:
            return
        if self._now == self._told:
            self._left = self._clock.now
        self._now = word
        self._stop()
        if word == self._told:
            return
        if self._told is not None:
            self._off = self._clock.after(ENDED.get(self._told, TONE_ENDED), self._ended)
        self._on = self._clock.after(certain(self._plan, word), self._began)

    def forget(self) -> None:
        """Begin anew: what was on is not told to have ended."""
        self._stop()
        self._now = self._told = None

    def _began(self) -> None:
        if self._told is not None:
            self._ended()
        assert self._now is not None, "something is always brought"
        self._told = self._now
        self._tell(self._told, True, self._clock.now)

    def _ended(self) -> None:
        if self._off is not None:
            self._off.stop()
        assert self._told is not None, "only what was told can end"
        told, self._told = self._told, None
        self._tell(told, False, self._left)

    def _stop(self) -> None:
        for timer in (self._on, self._off):
            if timer is not None:
                timer.stop()
