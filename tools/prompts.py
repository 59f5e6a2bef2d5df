"""Make the sounds of all phrases: `python -m tools.prompts [LANGUAGE…]`.

espeak-ng speaks (from the wheel `espeakng-loader`, else the program `espeak-ng`); firmware.sound
brings it to the band and level of the house. Only what is missing or stale is made; a sound and
the index appear whole or not at all.
"""

import argparse
import io
import json
import multiprocessing
import os
import shutil
import subprocess
import wave
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from cffi import FFI

from firmware.base.ports import RATE
from firmware.sound.frame import Samples, from_int16, to_int16
from firmware.sound.prompts import (
    INDEX,
    Made,
    Phrase,
    Voice,
    languages,
    prepared,
    read_index,
    read_made,
    read_phrases,
)

try:
    import espeakng_loader
except ImportError:  # no wheel for this machine: the program does
    espeakng_loader = None

PROMPTS = Path(__file__).resolve().parent.parent / "prompts"
Spoken = tuple[Samples, int]  # and their rate
Speak = Callable[[str, Voice], Spoken]

# espeak-ng/speak_lib.h, as far as we need it
_ESPEAK = """
int espeak_Initialize(int output, int buflength, const char *path, int options);
int espeak_SetVoiceByName(const char *name);
int espeak_SetParameter(int parameter, int value, int relative);
typedef int (*espeak_callback)(short *samples, int count, void *events);
void espeak_SetSynthCallback(espeak_callback heard);
int espeak_Synth(const void *text, size_t size, unsigned position, int position_type,
                 unsigned end, unsigned flags, unsigned *identifier, void *user);
int espeak_Synchronize(void);
"""
_SYNCHRONOUS, _UTF8, _WORDS_PER_MINUTE, _PITCH = 2, 1, 1, 3


class Library:
    """espeak-ng in this process, by cffi. `library` and `data` are paths."""

    def __init__(self, library: str, data: str) -> None:
        self._ffi = FFI()
        self._ffi.cdef(_ESPEAK)
        self._espeak: Any = self._ffi.dlopen(library)
        self._rate = int(self._espeak.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), 0))
        if self._rate <= 0:
            raise OSError(f"espeak-ng did not start with the data in {data}")
        self._parts: list[bytes] = []
        self._heard = self._ffi.callback("int(short *, int, void *)", self._hear)  # kept: C calls it
        self._espeak.espeak_SetSynthCallback(self._heard)

    def _hear(self, samples: Any, count: int, events: object) -> int:
        if count:
            self._parts.append(bytes(self._ffi.buffer(samples, 2 * count)))
        return 0

    def __call__(self, text: str, voice: Voice) -> Spoken:
        if self._espeak.espeak_SetVoiceByName(voice.name.encode()):
            raise SystemExit(f'espeak-ng has no voice "{voice.name}": see `espeak-ng --voices`')
        self._espeak.espeak_SetParameter(_WORDS_PER_MINUTE, voice.words_per_minute, 0)
        self._espeak.espeak_SetParameter(_PITCH, voice.pitch, 0)
        self._parts.clear()
        spoken = text.encode()
        nothing = self._ffi.NULL
        self._espeak.espeak_Synth(spoken, len(spoken) + 1, 0, 0, 0, _UTF8, nothing, nothing)
        self._espeak.espeak_Synchronize()
        return _float(b"".join(self._parts)), self._rate


def alone(text: str, voice: Voice) -> Spoken:
    """The library, in a process that says nothing else: espeak-ng's sounds depend on what it said before."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_say, args=(sender, text, voice))
    child.start()
    sender.close()
    try:
        spoken: Spoken = receiver.recv()
    except EOFError:
        raise SystemExit(f"espeak-ng could not say: {text}") from None
    child.join()
    return spoken


def _say(sender: Connection, text: str, voice: Voice) -> None:
    sender.send(Library(espeakng_loader.get_library_path(), espeakng_loader.get_data_path())(text, voice))


def program(text: str, voice: Voice) -> Spoken:
    """espeak-ng as a program of the system."""
    options = ["-v", voice.name, "-s", str(voice.words_per_minute), "-p", str(voice.pitch)]
    told = subprocess.run(["espeak-ng", *options, "--stdout", text], capture_output=True, check=True)
    with wave.open(io.BytesIO(told.stdout)) as file:
        return _float(file.readframes(file.getnframes())), file.getframerate()


def _float(pcm: bytes) -> Samples:
    return from_int16(np.frombuffer(pcm, "<i2").astype(np.int16))


def speaker() -> Speak:
    """The espeak-ng of this machine; ends with a sentence where there is none."""
    if espeakng_loader is not None:
        return alone
    if shutil.which("espeak-ng"):
        return program
    raise SystemExit("No espeak-ng here: run `pip install espeakng-loader` or `apt install espeak-ng`")


def make(folder: Path, made: Path, language: str, names: Iterable[str] | None = None) -> list[str]:
    """Make the sounds that are missing or stale (of `names`, or of all phrases); gives their names."""
    phrases = read_phrases(folder, language)
    target = made / language
    index = {name: line for name, line in read_index(target).items() if name in phrases}
    wanted = [phrases[name] for name in (phrases if names is None else names)]
    todo = [phrase for phrase in wanted if read_made(target, index.get(phrase.name), phrase) is None]
    if not todo:
        return []
    target.mkdir(parents=True, exist_ok=True)
    speak = speaker()
    for phrase, line in zip(todo, _made(target, todo, speak), strict=True):
        index[phrase.name] = line
        print(f"  {phrase.name}: {line.samples / RATE:.1f} s")
    os.sync()  # all sounds at once: hundreds one by one take a minute on some disks
    told = json.dumps({name: asdict(line) for name, line in index.items()}, indent=1)
    _write(target / INDEX, told.encode(), safe=True)
    _sweep(target, {line.key for line in index.values()})
    return [phrase.name for phrase in todo]


def _made(target: Path, todo: list[Phrase], speak: Speak) -> Iterator[Made]:
    """Every core speaks: a newcomer waits for it."""
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("fork")) as cores:
        yield from cores.map(partial(_make, target, speak), todo)


def _make(target: Path, speak: Speak, phrase: Phrase) -> Made:
    sound = prepared(*speak(phrase.text, phrase.voice))
    pcm = to_int16(sound).astype("<i2").tobytes()
    _write(target / f"{phrase.key}.wav", _wav(pcm))
    return Made(phrase.key, sound.size, zlib.crc32(pcm))


def _wav(pcm: bytes) -> bytes:
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
    return whole.getvalue()


def _write(path: Path, content: bytes, safe: bool = False) -> None:
    """A file that is there whole or not at all; `safe`: whatever happens to the machine."""
    new = path.with_suffix(f".{os.getpid()}.new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        if safe:
            os.fsync(file.fileno())
    new.replace(path)


def _sweep(target: Path, keys: set[str]) -> None:
    """Sounds that belong to no phrase any more go."""
    for path in target.glob("*.wav"):
        if path.stem not in keys:
            path.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.prompts", description=__doc__)
    parser.add_argument("language", nargs="*", help="all languages, if none is named")
    for language in parser.parse_args().language or languages(PROMPTS):
        made = make(PROMPTS, PROMPTS / "made", language)
        print(
            f"prompts {language}: {len(made)} made" if made else f"prompts {language}: all sounds are there"
        )


if __name__ == "__main__":
    main()
