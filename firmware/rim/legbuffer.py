"""What comes from a browser, put in order: an adaptive jitter buffer that conceals what is missing.

µ-law frames of 20 ms go in when they arrive and come out one a tick. It starts with two frames in hand.
A hole is filled with the frame before it, fading; when nothing is there the same is said while the
frame that is late is waited for, so the delay grows by what the network needs. Was that frame not late
but lost, then what was said meanwhile stood for it, and the delay is as before. When there was more in
hand than needed through 50 reads (much more: 25), two frames are faded into one, so the delay goes back.
That also follows a far clock which is not ours. Measures: RFC 3550 6.4.1 (jitter); MEDIA 6 (depths).
"""

from dataclasses import dataclass

import numpy as np

from firmware.base.ports import FRAME
from firmware.sound.frame import from_ulaw, to_ulaw

START = 2  # frames in hand before the first is read
DEEPEST = 8  # frames; what lies deeper is old: a network that had stood still
AFTER_SKIP = 3  # frames that are kept then
LOOK = 50  # reads between two looks whether there is more in hand than needed
SPARE = 2  # frames left after every read of those: one is too many
FAR = 50  # frames from where we are: so far off nothing is played
ANEW = 3  # packets so far off, one after another: the far end has begun anew
FADING = (0.8, 0.5, 0.25, 0.1)  # of the frame before, for each that is missing; then silence
WRAP = 1 << 32
SILENCE = bytes(to_ulaw(np.zeros(1, np.float32))) * FRAME

_FADED = [bytes(to_ulaw(from_ulaw(np.arange(256, dtype=np.uint8)) * np.float32(gain))) for gain in FADING]
_DOWN = np.linspace(1, 0, FRAME, dtype=np.float32)


@dataclass
class Counts:
    """Since the beginning; `received` in packets, all else in frames, `jitter` in ms."""

    received: int = 0
    lost: int = 0  # holes that were filled
    late: int = 0  # came after their time, or twice
    waited: int = 0  # reads when nothing was there
    skipped: int = 0
    merged: int = 0
    jitter: float = 0.0


class LegBuffer:
    """`put` when a packet arrives, `read` once a tick."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._frames: dict[int, bytes] = {}  # by number, counted from the first
        self._base: int | None = None  # timestamp of frame 0
        self._next = 0
        self._filling = True
        self._last, self._missing = SILENCE, len(FADING)
        self._owed = 0  # frames that were waited for, since the last that came
        self._reads, self._least = 0, DEEPEST
        self._transit: float | None = None
        self._strays = 0

    @property
    def depth(self) -> int:
        """Frames in hand."""
        return len(self._frames)

    def put(self, timestamp: int, payload: bytes, arrived: float) -> None:
        """A packet of whole frames; its RTP timestamp (32 bits, 8 kHz), and when it came, in s."""
        self.counts.received += 1
        self._measure(timestamp, arrived)
        first = self._number(timestamp)
        if first is None:
            self.counts.late += 1
            return
        for n in range(len(payload) // FRAME):
            self._put(first + n, payload[n * FRAME : (n + 1) * FRAME])

    def _put(self, number: int, frame: bytes) -> None:
        if number < self._next or number in self._frames:
            self.counts.late += 1
        else:
            self._frames[number] = frame

    def _number(self, timestamp: int) -> int | None:
        """Where a packet belongs. None: nowhere; a few of those are a new beginning."""
        if self._base is not None:
            ahead = (timestamp - self._base - self._next * FRAME + WRAP // 2) % WRAP - WRAP // 2
            frames = round(ahead / FRAME)
            if abs(frames) <= FAR:
                self._strays = 0
                return self._next + frames
            self._strays += 1
            if self._strays < ANEW:
                return None
        self._base, self._next, self._filling, self._strays = timestamp, 0, True, 0
        self._transit = None
        self._frames.clear()
        return 0

    def _measure(self, timestamp: int, arrived: float) -> None:
        transit = arrived * 1000 - timestamp / 8
        if self._transit is not None:
            moved = abs(transit - self._transit)
            if moved < FAR * 20:  # the timestamp has wrapped, or began anew
                self.counts.jitter += (moved - self.counts.jitter) / 16
        self._transit = transit

    def read(self) -> bytes:
        """The frame that is due: 160 bytes of µ-law."""
        if self._filling:
            if len(self._frames) < START:
                return self._conceal()
            self._filling, self._next = False, min(self._frames)
        if len(self._frames) > DEEPEST:
            self._skip()
        frame = self._due()
        self._settle()
        return frame

    def _due(self) -> bytes:
        while self._owed and self._frames and self._next not in self._frames:
            self._next += 1  # it is lost, and something was said for it already
            self._owed -= 1
            self.counts.lost += 1
        frame = self._frames.pop(self._next, None)
        if frame is not None:
            self._next += 1
            self._last, self._missing, self._owed = frame, 0, 0
            return frame
        if self._frames:
            self._next += 1
            self.counts.lost += 1
        else:
            self.counts.waited += 1
            self._owed += 1
        return self._conceal()

    def _conceal(self) -> bytes:
        missing, self._missing = self._missing, self._missing + 1
        return self._last.translate(_FADED[missing]) if missing < len(FADING) else SILENCE

    def _skip(self) -> None:
        """Go on with the newest."""
        old = sorted(self._frames)[:-AFTER_SKIP]
        for number in old:
            del self._frames[number]
        self.counts.skipped += len(old)
        self._next = min(self._frames)

    def _settle(self) -> None:
        """Give back what was in hand all the time and never needed."""
        self._reads += 1
        self._least = min(self._least, len(self._frames))
        if self._reads < (LOOK if self._least <= SPARE else LOOK // 2):
            return
        if self._least >= SPARE:
            self._merge()
        self._reads, self._least = 0, DEEPEST

    def _merge(self) -> None:
        """The two that are next become one, the first fading into the second."""
        one, other = self._frames.get(self._next), self._frames.get(self._next + 1)
        if one is None or other is None:
            return
        self.counts.merged += 1
        self._frames[self._next + 1] = faded(one, other)
        del self._frames[self._next]
        self._next += 1


def faded(one: bytes, other: bytes) -> bytes:
    """A frame that begins as `one` and ends as `other`."""
    first, second = (from_ulaw(np.frombuffer(each, np.uint8)) for each in (one, other))
    return bytes(to_ulaw(first * _DOWN + second * (1 - _DOWN)))
