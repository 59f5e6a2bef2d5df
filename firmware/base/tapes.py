"""Sound files as the logic has them: it hands over what is to be kept, and never waits for a disk."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Tape(Protocol):
    """A sound file that grows. Nobody waits for its disk: what became of it is told by a call, in the tick
    thread."""

    @property
    def seconds(self) -> float:
        """What was written so far."""

    def write(self, sound: NDArray[np.float32]) -> bool:
        """float32[channels, 160 n], the caller's no more. False: it takes nothing any more; close it."""

    def close(self, then: Callable[[float], None], keep: float | None = None) -> None:
        """The end: `then` is told how many seconds are safe on the disk, 0 where none are. Of all that was
        written only the first `keep` seconds stay."""


class Tapes(Protocol):
    """All sound files of the box, by names like `messages/box-12.1`."""

    def begin(self, name: str, channels: int) -> Tape | None:
        """A new file. None: the rest of the disk is kept for what is more important."""

    def fetch(self, name: str, then: Callable[[NDArray[np.float32] | None], None]) -> None:
        """Have a finished file read: `then` is given float32[n], its channels one after another if there
        are two (shape [2, n]); None: it is not there."""

    def remove(self, name: str) -> None: ...

    def found(self, name: str) -> float:
        """Seconds of a finished file, 0 where there is none. Looks at the disk: only while a box starts."""
