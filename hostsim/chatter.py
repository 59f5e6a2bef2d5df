"""Something like a voice, made from nothing: for people whom no story gives words.

A buzz whose pitch falls, through three formants that glide from vowel to vowel, four syllables a
second: it has a voice's pitch, spectrum and rhythm, and says nothing.
"""

from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np

from firmware.base.ports import RATE
from firmware.sound.frame import Samples, rms

VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))  # Hz
WIDTHS = (90.0, 110.0, 170.0)  # Hz, Peterson and Barney's formants with their usual widths
SYLLABLE = 0.25  # s
LEVEL = -18.0  # dBm0 while it speaks


@lru_cache(maxsize=64)
def hello(who: str) -> Samples:
    """A short greeting, 1 s, in this person's voice."""
    return chatter(1.0, crc32(who.encode()))


def chatter(seconds: float, seed: int = 0) -> Samples:
    """So many seconds of it, float32 at 8 kHz; the same seed gives the same."""
    random = np.random.default_rng(seed)
    count = round(seconds / SYLLABLE)
    pitch = random.uniform(95, 220)
    vowels = [VOWELS[random.integers(len(VOWELS))] for _ in range(count + 1)]
    said = [_syllable(pitch * random.uniform(0.9, 1.1), *pair) for pair in pairwise(vowels)]
    sound = np.concatenate([np.zeros(0), *said])
    power = np.sqrt(np.mean(sound**2)) if count else 1.0
    return (sound * rms(LEVEL) / power).astype(np.float32)


def _syllable(pitch: float, first: tuple[int, ...], last: tuple[int, ...]) -> Samples:
    """One vowel gliding into another: harmonics weighted by the formants they pass."""
    time = np.arange(round(SYLLABLE * RATE)) / RATE
    glide = time / SYLLABLE
    phase = 2 * np.pi * np.cumsum(pitch * (1.1 - 0.2 * glide)) / RATE
    order = np.arange(1, int(3_400 / (1.1 * pitch)))[:, None]
    hertz = order * pitch * (1.1 - 0.2 * glide)
    weight = np.zeros_like(hertz)
    for start, end, width, share in zip(first, last, WIDTHS, (1.0, 0.5, 0.2), strict=True):
        weight += share / (1 + ((hertz - start - (end - start) * glide) / width) ** 2)
    rhythm = np.sin(np.pi * np.minimum(glide / 0.85, 1.0)) ** 0.7
    sound: Samples = (weight * np.sin(order * phase)).sum(axis=0) * rhythm
    return sound
