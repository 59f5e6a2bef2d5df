"""Sound files that grow: messages and recordings, written by a thread of their own, playable at any instant.

The tick thread hands frames over and never waits. A file is `NAME.part` while it grows and `NAME.wav` when
it is whole. Every 0.8 s of sound it is brought to the disk, and only then its header says so: a power cut
takes a second at most, and what a cut left behind is mended at the next start. A disk that hangs for half a
minute, is full or fails ends that file and no call.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Protocol

import numpy as np

from firmware.base.ports import FRAME, RATE
from firmware.sound import wav
from firmware.sound.frame import Samples

WAITING = 30 * RATE  # samples of one file that wait for a disk that hangs
RESERVE = {
    "recordings": 96 << 20,
    "messages": 64 << 20,
    "greetings": 64 << 20,
}  # bytes left free: recordings stop first, calls never
WRITE_EVERY, LOOK_EVERY = (
    0.2,
    5.0,
)  # s between two turns of the thread, while a file grows and while none does
FULL = "The disk is nearly full: nothing more is recorded until there is room. Delete old recordings."
SLOW = "The disk is too slow: a recording was cut short."


class Growing(Protocol):
    """A file in the thread that writes."""

    def add(self, codes: bytes) -> None: ...
    def end(self, size: int | None) -> float:
        """It is whole: of its sound `size` bytes stay. How many seconds that is."""

    def leave(self, lost: bool) -> None:
        """The box ends, or (`lost`) its power does: then only what is safe stays."""


class Files(Protocol):
    """Where they are."""

    def grow(self, name: str, channels: int) -> Growing: ...
    def read(self, name: str) -> bytes | None: ...
    def remove(self, name: str) -> None: ...
    def seconds(self, name: str) -> float: ...
    def free(self) -> int:
        """Bytes."""


class Reel:
    """One file, as the tick thread has it (firmware.base.ports.Tape)."""

    def __init__(self, name: str, channels: int, end: Callable[..., None]) -> None:
        self.name, self.channels = name, channels
        self.trouble = ""  # why it takes no more
        self._end = end
        self._given = self._taken = 0  # samples of one side: each is counted up by one thread alone
        self._sound: deque[Samples] = deque()

    @property
    def seconds(self) -> float:
        return self._given / RATE

    def write(self, sound: Samples) -> bool:
        if not self.trouble and self._given - self._taken > WAITING:
            self.trouble = SLOW
        if self.trouble:
            return False
        self._sound.append(sound)
        self._given += sound.shape[1]
        return True

    def take(self) -> bytes:
        """What waits, coded; the other thread's."""
        waiting = [self._sound.popleft() for _ in range(len(self._sound))]
        if not waiting:
            return b""
        sound = np.concatenate(waiting, axis=1)
        self._taken += sound.shape[1]
        return wav.coded(sound)

    def close(self, then: Callable[[float], None], keep: float | None = None) -> None:
        size = None if keep is None else max(0, round(keep * RATE / FRAME)) * FRAME * self.channels
        self._end(self, then, size)


class Tapes:
    """All of them. `begin fetch remove told` belong to the tick thread, `work` to the one that writes; in a
    story that is the same, at the end of each tick."""

    def __init__(self, files: Files) -> None:
        self.trouble = ""
        self.files = files
        self._open: dict[Reel, Growing | None] = {}
        self._jobs: deque[Callable[[], None]] = deque()
        self._told: deque[Callable[[], None]] = deque()
        self._free = files.free()

    # The tick's side

    def begin(self, name: str, channels: int) -> Reel | None:
        if self._free < _reserve(name):
            return None
        reel = Reel(name, channels, self._close)
        self._do(partial(self._make, reel))
        return reel

    def fetch(self, name: str, then: Callable[[Samples | None], None]) -> None:
        self._do(partial(self._fetch, name, then))

    def remove(self, name: str) -> None:
        self._do(partial(self.files.remove, name))

    def found(self, name: str) -> float:
        return self.files.seconds(name)

    @property
    def news(self) -> bool:
        return bool(self._told)

    def told(self) -> Iterator[Callable[[], None]]:
        """What is to be called in the tick thread."""
        while self._told:
            yield self._told.popleft()

    def _do(self, job: Callable[[], None]) -> None:
        self._jobs.append(job)

    def _close(self, reel: Reel, then: Callable[[float], None], size: int | None) -> None:
        self._do(partial(self._finish, reel, then, size))

    # The other side

    def work(self) -> None:
        """Do what was asked for, then write what waits. Nothing is raised: `trouble` tells."""
        try:
            self._free = self.files.free()
            if self._free >= max(RESERVE.values()) and self.trouble == FULL:
                self.trouble = ""
        except OSError as error:
            self._failed(error)
        while self._jobs:
            job = self._jobs.popleft()
            try:
                job()
            except OSError as error:
                self._failed(error)
        for reel in tuple(self._open):
            self._pull(reel)

    def commit(self) -> None:
        """The end of a story's tick."""
        self.work()

    def _make(self, reel: Reel) -> None:
        self._open[reel] = None
        try:
            self._open[reel] = self.files.grow(reel.name, reel.channels)
        except OSError as error:
            reel.trouble = self._failed(error)

    def _pull(self, reel: Reel) -> None:
        file = self._open[reel]
        if file is None or reel.trouble not in ("", SLOW):
            return
        if self._free < _reserve(reel.name):
            self.trouble = reel.trouble = FULL
            return
        try:
            file.add(reel.take())
        except OSError as error:
            reel.trouble = self._failed(error)

    def _finish(self, reel: Reel, then: Callable[[float], None], size: int | None) -> None:
        self._pull(reel)
        file, seconds = self._open.pop(reel), 0.0
        try:
            seconds = file.end(size) if file is not None else 0.0
        except OSError as error:
            self._failed(error)
        else:
            self.trouble = self.trouble if reel.trouble else ""
        self._told.append(partial(then, seconds))

    def _fetch(self, name: str, then: Callable[[Samples | None], None]) -> None:
        sound = None
        try:
            file = self.files.read(name)
            sound = wav.decoded(file) if file is not None else None
        finally:
            self._told.append(partial(then, sound))

    def _failed(self, error: OSError) -> str:
        self.trouble = f"The disk takes no sound ({error.strerror}): calls go on, nothing is recorded."
        return self.trouble

    # The end

    def drop(self) -> None:
        """The power goes."""
        self._leave(lost=True)

    def close(self) -> None:
        """The box ends. What still grows is found at the next start."""
        self.work()
        self._leave(lost=False)

    def _leave(self, lost: bool) -> None:
        for file in self._open.values():
            if file is not None:
                with suppress(OSError):
                    file.leave(lost)
        self._open.clear()
        self._jobs.clear()
        self._told.clear()


class Winder(Tapes):
    """The same with a thread of its own, for a live box."""

    def __init__(self, files: Files) -> None:
        super().__init__(files)
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tapes", daemon=True)
        self._thread.start()

    def _do(self, job: Callable[[], None]) -> None:
        super()._do(job)
        self._wake.set()

    def commit(self) -> None:
        """Nothing to do: the thread works by itself."""

    def drop(self) -> None:
        self._end()
        super().drop()

    def close(self) -> None:
        self._end()
        super().close()

    def _end(self) -> None:
        self._ending.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._wake.wait(WRITE_EVERY if self._open else LOOK_EVERY)
            self._wake.clear()
            self.work()


def _reserve(name: str) -> int:
    return RESERVE[name.partition("/")[0]]
