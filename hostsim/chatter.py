"""Something like a voice, made from nothing: for people whom no story gives words.

Five syllables a second, each a hiss and then a buzz whose pitch falls, through three formants that
glide from vowel to vowel: it has a voice's pitch, spectrum and rhythm, and says nothing.
"""

from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from firmware.base.ports import RATE
from firmware.sound.frame import Samples, rms

# Hz; the vowels of heed, had, hod, hawed, who'd and heard (Peterson and Barney 1952), and usual widths.
VOWELS = (
    (270, 2290, 3010),
    (660, 1720, 2410),
    (730, 1090, 2440),
    (570, 840, 2410),
    (300, 870, 2240),
    (490, 1350, 1690),
)
WIDTHS = (90.0, 110.0, 170.0)
SHARES = (1.0, 0.5, 0.2)  # of the formants
HISS, VOICED = round(0.05 * RATE), round(0.15 * RATE)  # samples of a syllable's two parts
LEVEL = -18.0  # dBm0 while it speaks


@lru_cache(maxsize=64)
def hello(who: str) -> Samples:
    """A short greeting, 1.4 s, in this person's voice."""
    return chatter(1.4, crc32(who.encode()))


def chatter(seconds: float, seed: int = 0) -> Samples:
    """So many seconds of it, in whole syllables, float32 at 8 kHz; the same seed gives the same."""
    random = np.random.default_rng(seed)
    count = max(1, round(seconds * RATE / (HISS + VOICED)))
    pitch = random.uniform(95, 220)
    order = [VOWELS[place] for _ in range(count) for place in random.permutation(len(VOWELS))]
    parts = [part for pair in pairwise(order[: count + 1]) for part in _syllable(random, pitch, *pair)]
    sound = np.concatenate(parts)
    sound *= rms(LEVEL) / np.sqrt(np.mean(sound**2))
    return np.asarray(sound, np.float32)


def _syllable(
    random: Generator, pitch: float, first: tuple[int, ...], last: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    hiss = np.diff(random.standard_normal(HISS + 1)) * np.hanning(HISS) * random.uniform(0.2, 0.6)
    return hiss, _vowel(pitch * random.uniform(0.9, 1.15), first, last)


def _vowel(pitch: float, first: tuple[int, ...], last: tuple[int, ...]) -> NDArray[np.float64]:
    """One vowel gliding into another: harmonics weighted by the formants they pass."""
    glide = np.arange(VOICED) / VOICED
    hertz = pitch * (1.1 - 0.3 * glide)
    order = np.arange(1, int(3_400 / (1.1 * pitch)))[:, None]
    weight = np.zeros((len(order), VOICED))
    for start, end, width, share in zip(first, last, WIDTHS, SHARES, strict=True):
        weight += share / (1 + ((order * hertz - start - (end - start) * glide) / width) ** 2)
    sound: NDArray[np.float64] = (weight * np.sin(order * 2 * np.pi * np.cumsum(hertz) / RATE)).sum(axis=0)
    return sound * np.sin(np.pi * glide) ** 1.2
