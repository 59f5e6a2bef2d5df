"""What copper does to sound: loss, noise and hum on the way, the echo of the hybrid at the office's end.

The loss is flat; the echo is the G.168 path of the sound room. ITU-T G.122 expects 6 to 20 dB of
echo return loss of a subscriber line: ours lie between 12 and 18.
"""

import numpy as np
from numpy.random import Generator

from firmware.base.ports import FRAME, RATE
from firmware.sound.tones import hum, hybrid_path, line_noise
from hostsim.senses import Samples

QUIET_LINE = -70.0  # dBm0 of noise; ITU-T G.120 asks for -65 or better
BED = 2 * RATE  # samples of noise and hum, again and again; a whole number of periods of 50 and 60 Hz


class Hybrid:
    """The echo of what is sent into two wires, by one path that never changes."""

    def __init__(self, random: Generator) -> None:
        self._path = hybrid_path(float(random.uniform(12, 18)), int(random.integers(4, 24)))
        self._sent = np.zeros(len(self._path) - 1 + FRAME, np.float32)
        self._silent = True

    def echo(self, sent: Samples) -> Samples | None:
        """The echo that comes back while this frame is sent; None where there is none."""
        past = len(self._path) - 1
        self._sent[:past] = self._sent[FRAME:]
        self._sent[past:] = sent
        still, self._silent = self._silent, not sent.any()
        if still and self._silent:
            return None
        return np.convolve(self._sent, self._path, "valid")


class Bed:
    """What a pair of wires adds by itself: noise and, where the cable lies badly, hum."""

    def __init__(self, random: Generator, hertz: float = 50.0) -> None:
        self._noise = line_noise(BED, 0.0, random)
        self._hum = hum(BED, 0.0, hertz)
        self.noise: float = QUIET_LINE
        self.hum: float | None = None
        self._lay()

    def set(self, noise: float | None = None, hum: float | None = None) -> None:
        """Levels in dBm0; None leaves one as it is."""
        self.noise = self.noise if noise is None else noise
        self.hum = self.hum if hum is None else hum
        self._lay()

    def _lay(self) -> None:
        sound = self._noise * np.float32(10 ** (self.noise / 20))
        if self.hum is not None:
            sound += self._hum * np.float32(10 ** (self.hum / 20))
        self._samples = np.concatenate([sound, sound[:FRAME]])

    def frame(self, position: int) -> Samples:
        begin = position % BED
        return self._samples[begin : begin + FRAME]
