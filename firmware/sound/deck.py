"""What runs on tapes: each tick the sound of a row, or of a row and of what it hears, is handed to its tape.

Both sides of a call are what its line says and what its line hears: so a conference is on it whole, music
while it is held, and nothing that is said to somebody else meanwhile.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from firmware.base.ports import FRAME
from firmware.base.tapes import Tape
from firmware.sound.frame import Samples


@dataclass(eq=False)
class Track:
    """One row on one tape. `hidden()`: silence is written instead; `failed()`: the tape takes no more."""

    tape: Tape
    row: str
    both: bool
    failed: Callable[[], None]
    hidden: Callable[[], bool] = lambda: False


class Deck:
    """All tracks of a box; rows by the names of their ports."""

    def __init__(self, names: Sequence[str]) -> None:
        self._rows = {name: row for row, name in enumerate(names)}
        self._tracks: list[Track] = []

    def put(self, track: Track) -> None:
        """From the next frame on."""
        self._tracks.append(track)

    def take(self, track: Track) -> None:
        if track in self._tracks:
            self._tracks.remove(track)

    def hear(self, said: Samples, heard: Samples) -> None:
        """A frame of all rows, float32[rows, 160]: what they said and what they heard."""
        for track in tuple(self._tracks):
            row = self._rows[track.row]
            sound = np.stack((said[row], heard[row])) if track.both else said[row : row + 1].copy()
            self._write(track, sound)

    def pass_by(self, ticks: int) -> None:
        """So much time where there is no sound."""
        for track in tuple(self._tracks):
            self._write(track, np.zeros((1 + track.both, ticks * FRAME), np.float32))

    def _write(self, track: Track, sound: Samples) -> None:
        if track.hidden():
            sound[:] = 0
        if not track.tape.write(sound):
            self.take(track)
            track.failed()
