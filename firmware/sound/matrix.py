"""The switch itself: what everybody hears is one array of gains times what everybody says."""

from collections.abc import Sequence

import numpy as np

from firmware.base.ports import FRAME
from firmware.sound.frame import Samples, silence

NOTHING = silence(0)
KNEE = 0.9  # up to here sound passes unchanged; above, it bends towards 1.0 and never reaches beyond
_RISE = (np.arange(FRAME, dtype=np.float32) + 1) / np.float32(FRAME)  # ends at the new gain


def soft_limited(sound: Samples) -> Samples:
    """Samples within ±1.0: those up to 0.9 as they are, louder ones bent without a corner."""
    if not sound.size or (sound.max() <= KNEE and sound.min() >= -KNEE):
        return sound
    size = np.abs(sound)
    bent = np.copysign(KNEE + (1 - KNEE) * np.tanh((size - KNEE) / (1 - KNEE)), sound)
    return np.where(size > KNEE, bent, sound).astype(np.float32)


class Matrix:
    """`rows` hearers by `speakers` (as many, if not told): one product a tick.

    `gain[hearer, speaker]` is float32 and may be written at any time; a new entry is reached by a
    straight ramp over the next frame. Only speakers whom somebody hears cost anything.
    """

    def __init__(self, rows: int, speakers: int | None = None) -> None:
        self.gain = np.zeros((rows, rows if speakers is None else speakers), np.float32)
        self._reached = self.gain.copy()
        self._pack()

    def wants(self, speaker: int) -> bool:
        """Does anybody hear that speaker in the next tick, if only while it fades?"""
        return bool(self.gain[:, speaker].any() or self._reached[:, speaker].any())

    def tick(self, said: Samples, rows: Sequence[int] = (), played: Samples = NOTHING) -> Samples:
        """What each row hears of float32[speakers, 160], as float32[rows, 160] within ±1.0; `rows` hear
        also what is `played` to each of them alone, float32[len(rows), 160]."""
        heard = self._used @ said[self._heard_speakers]
        if not np.array_equal(self.gain, self._reached):
            self._ramp(said, heard)
        if len(rows):
            heard[rows] += played
        return soft_limited(heard)

    def _ramp(self, said: Samples, heard: Samples) -> None:
        """Add what the entries that changed bring (or take) on their way to the new gain."""
        change = self.gain - self._reached
        hearers, speakers = change.any(axis=1), change.any(axis=0)
        heard[hearers] += change[hearers][:, speakers] @ (said[speakers] * _RISE)
        self._reached[:] = self.gain
        self._pack()

    def _pack(self) -> None:
        """Only speakers whom somebody hears take part in the product."""
        self._heard_speakers = np.flatnonzero(self._reached.any(axis=0))
        self._used = self._reached[:, self._heard_speakers]
