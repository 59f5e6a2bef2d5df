"""Country tones: making them (see plans), and what a telephone line adds to a sound on its way."""

import numpy as np
from numpy.random import Generator

from firmware.base.ports import RATE
from firmware.sound.frame import Samples, amplitude, rms
from firmware.sound.plans import PLANS, Segment, TonePlan, make_opening, make_tone

__all__ = ["PLANS", "Segment", "TonePlan", "hum", "hybrid_path", "line_noise", "make_cng"]
__all__ += ["make_opening", "make_tone"]

# The impulse response of a real hybrid at 8 kHz: ITU-T G.168 (2015) annex D, model 1 (D.2).
_HYBRID = (
    -436, -829, -2797, -4208, -17968, -11215, 46150, 34480, -10427, 9049, -1309, -6320, 390, -8191, -1751,
    -6051, -3796, -4055, -3948, -2557, -3372, -1808, -2259, -1300, -1098, -618, -340, -61, 323, 419, 745,
    716, 946, 880, 1014, 976, 1033, 1091, 1053, 1042, 794, 831, 899, 716, 390, 313, 304, 304, 73, -119,
    -109, -176, -359, -407, -512, -580, -704, -618, -685, -791, -772, -820, -839, -724,
)  # fmt: skip


def make_cng(dbm0: float = -10.0) -> Samples:
    """One cycle of a calling fax, ITU-T T.30 4.1: 1,100 Hz for 0.5 s, 3 s of nothing."""
    return make_tone(
        TonePlan("T.30", (), 0.0, dbm0, {"cng": (Segment((1100,), 0.5), Segment((), 3.0))}), "cng"
    )


def line_noise(size: int, dbm0: float, random: Generator) -> Samples:
    """White noise of that level over 0-4,000 Hz, float32[size]; the same generator gives the same."""
    return random.standard_normal(size, np.float32) * np.float32(rms(dbm0))


def hum(size: int, dbm0: float, hertz: float = 50.0, start: int = 0) -> Samples:
    """Mains hum: the fundamental and its odd harmonics to the seventh, each 6 dB below the one before.

    float32[size] of that level in all; `start` is the first sample's number, so that frames follow on.
    """
    time = (np.arange(start, start + size) / RATE)[None]
    order = np.array([[1], [3], [5], [7]])
    share = 0.5 ** np.arange(4)
    waves = share[:, None] * np.sin(2 * np.pi * hertz * order * time)
    sound: Samples = (waves.sum(axis=0) * amplitude(dbm0) / np.sqrt(share @ share)).astype(np.float32)
    return sound


def hybrid_path(loss_db: float = 12.0, delay: int = 8) -> Samples:
    """The path from what we send to its echo, float32[delay + 64], to be convolved with it.

    `loss_db` is what white noise loses on the way (echo return loss), `delay` the flat part in samples.
    """
    path = np.array(_HYBRID, np.float64)
    path *= 10 ** (-loss_db / 20) / np.sqrt(path @ path)
    return np.concatenate([np.zeros(delay), path]).astype(np.float32)
