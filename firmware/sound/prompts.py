"""What the box says: phrases as text, their sounds, and the one level at which all are spoken.

A sound belongs to its phrase by a key: a hash of text, voice and level. `made/<language>/index.json`
says which key each made sound has; where that is not the phrase's key the sound is stale and
counts as missing. A missing sound is a beep: a caller never meets dead air.
All sounds are 8 kHz, filtered to 300-3,400 Hz, with an active speech level of -19 dBm0 (ITU-T P.56
method B; the usual level of speech on lines), their peaks bent below full scale.
"""

import json
import tomllib
import wave
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.base.ports import RATE
from firmware.sound.frame import Pcm, Samples, active_level, amplitude, from_int16
from firmware.sound.matrix import soft_limited

SPOKEN_DBM0 = -19.0
BAND = (300.0, 3400.0)
_SLOPE = 100.0  # Hz from nothing to everything at the ends of the band
_FADE = 80  # samples (10 ms) at the ends of a sound
_QUIET = 0.005  # of the peak (-46 dB): less than that at the ends is not speech
_LEAD = 400  # samples (50 ms) kept before the first and after the last sound of speech
INDEX = "index.json"
ENGLISH = "en"


@dataclass(frozen=True)
class Voice:
    """A voice of espeak-ng, how fast and how high it speaks (pitch 0 to 99)."""

    name: str
    words_per_minute: int = 165
    pitch: int = 50


@dataclass(frozen=True)
class Phrase:
    name: str
    text: str
    voice: Voice

    @property
    def key(self) -> str:
        """A hash of everything that its sound depends on: 16 hexadecimal digits."""
        recipe = [self.text, asdict(self.voice), SPOKEN_DBM0, BAND, RATE]
        return blake2b(json.dumps(recipe).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Made:
    """A line of the index: the key of a made sound, its samples, and the CRC-32 of its bytes."""

    key: str
    samples: int
    crc: int


def read_phrases(folder: Path, language: str) -> dict[str, Phrase]:
    """The phrases of `folder/<language>/phrases.toml` by name, in the order of the file."""
    told = tomllib.loads((folder / language / "phrases.toml").read_text("utf-8"))
    voice = Voice(**told["voice"])
    return {name: Phrase(name, text, voice) for name, text in _flat(told["phrases"])}


def _flat(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, str):
            yield path + key, value
        else:
            yield from _flat(value, f"{path}{key}.")


def prepared(sound: NDArray[np.floating[Any]], rate: int) -> Samples:
    """Any speech, float[n] at `rate`, as we play it: 8 kHz, band, level, ends. Silence stays silence."""
    spoken = _trimmed(_band_limited(sound, rate))
    gain = amplitude(SPOKEN_DBM0) / amplitude(active_level(spoken))
    fade = np.minimum(1, (np.arange(spoken.size, dtype=np.float32) + 0.5) / _FADE)
    return soft_limited(spoken * np.float32(gain) * fade * fade[::-1])


def _band_limited(sound: NDArray[np.floating[Any]], rate: int) -> Samples:
    """Resampled and filtered in one step: the spectrum, cut to 8 kHz and to the band."""
    margin = np.zeros(rate // 10)  # before and after: a spectrum has no ends, the sound would run round
    sound = np.concatenate([margin, sound, margin])
    size = -(-sound.size // rate) * rate  # whole seconds: any rate fits 8 kHz exactly
    spectrum = np.fft.rfft(sound, size)
    length = size // rate * RATE
    hertz = np.fft.rfftfreq(length, 1 / RATE)
    inside = np.minimum(hertz - (BAND[0] - _SLOPE), BAND[1] + _SLOPE - hertz) / _SLOPE
    passed = np.sin(np.pi / 2 * np.clip(inside, 0, 1)) ** 2
    kept = np.zeros(passed.size, np.complex128)
    kept[: min(kept.size, spectrum.size)] = spectrum[: kept.size]
    return np.asarray(np.fft.irfft(kept * passed, length) * (RATE / rate), np.float32)


def _trimmed(spoken: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(spoken) > _QUIET * np.abs(spoken).max(initial=0))
    if not loud.size:
        return spoken
    return spoken[max(0, loud[0] - _LEAD) : loud[-1] + _LEAD]


@cache
def beep() -> Samples:
    """What is heard where a sound is missing: 0.4 s of 1,000 Hz."""
    time = np.arange(RATE * 2 // 5)
    fade = np.minimum(1, np.minimum(time, time[::-1]) / _FADE)
    sine = amplitude(SPOKEN_DBM0) * np.sin(2 * np.pi * 1000 / RATE * time)
    return np.asarray(fade * sine, np.float32)


class Tongue:
    """All sounds of one language, read once: no tick waits for a disk.

    `folder` holds `<language>/phrases.toml`, `made` holds `<language>/` with the sounds.
    """

    def __init__(self, folder: Path, made: Path, language: str) -> None:
        self.phrases = read_phrases(folder, language)
        index = read_index(made / language)
        self.sounds = {
            name: sound
            for name, phrase in self.phrases.items()
            if (sound := read_made(made / language, index.get(name), phrase)) is not None
        }


class Prompts:
    """What the box says in the office's language, and in the others that callers may be spoken with.

    What a language lacks is said in the office's, then in English, then it is a beep.
    """

    def __init__(self, folder: Path, made: Path, language: str, others: Iterable[str] = ()) -> None:
        self.language = language
        self.tongues = {each: Tongue(folder, made, each) for each in dict.fromkeys((language, *others))}

    @property
    def phrases(self) -> dict[str, Phrase]:
        """Those of the office's language."""
        return self.tongues[self.language].phrases

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for tongue in self.tongues.values() for name in tongue.phrases))

    @property
    def missing(self) -> tuple[str, ...]:
        """Phrases whose sound was never made, is stale or is damaged: a beep is played for them."""
        return tuple(name for name in self.names if self.spoken(name) is None)

    @property
    def lengths(self) -> dict[str, dict[str, float]]:
        """The seconds of every sound that there is, by language."""
        return {
            language: {name: sound.size / RATE for name, sound in tongue.sounds.items()}
            for language, tongue in self.tongues.items()
        }

    def spoken(self, name: str, language: str | None = None) -> str | None:
        """In which language that is said to somebody of `language`; None: it is a beep."""
        order = (language or self.language, self.language, ENGLISH)
        return next(
            (each for each in order if each in self.tongues and name in self.tongues[each].sounds), None
        )

    def sound(self, name: str, language: str | None = None) -> Samples:
        """float32[n] at 8 kHz; a beep where there is no such sound. Not to be written to."""
        spoken = self.spoken(name, language)
        return self.tongues[spoken].sounds[name] if spoken is not None else beep()

    def seconds(self, name: str) -> float:
        return self.sound(name).size / RATE


def languages(folder: Path) -> tuple[str, ...]:
    """All that have phrases."""
    return tuple(sorted(path.parent.name for path in folder.glob("*/phrases.toml")))


def read_index(made: Path) -> dict[str, Made]:
    """What was made of which phrase; nothing where the index is missing or damaged."""
    try:
        told = json.loads((made / INDEX).read_text("utf-8"))
        return {name: Made(**line) for name, line in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def read_made(made: Path, line: Made | None, phrase: Phrase) -> Samples | None:
    """The sound of a phrase, or None where it is missing, stale or damaged."""
    if line is None or line.key != phrase.key:
        return None
    try:
        with wave.open(str(made / f"{line.key}.wav")) as file:
            pcm = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error):
        return None
    return from_int16(_int16_of(pcm)) if zlib.crc32(pcm) == line.crc else None


def _int16_of(pcm: bytes) -> Pcm:
    return np.frombuffer(pcm, "<i2").astype(np.int16)
