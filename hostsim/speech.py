"""Sentences that people of the town say, made by espeak-ng in a process of its own.

As a program (`python -m hostsim.speech VOICE`) it reads a sentence from its input and writes it
spoken, int16 at 8 kHz. The box's tick never waits for it; text stays out of the list of processes.
"""

import ctypes
import io
import os
import shutil
import subprocess
import sys
import wave
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from firmware.base import Refused
from firmware.sound.frame import to_int16
from firmware.sound.prompts import prepared

Pcm = NDArray[np.int16]
VOICES = ("en+m3", "en+f2", "en-us+m7", "en-us+f4", "en+m1", "en+f5")
PATIENCE = 15.0  # s for a sentence
ABSENT = "This computer has no espeak-ng: run `make setup`, then nobody in town is mute."
_HEARD = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_SYNCHRONOUS, _UTF8 = 2, 1  # espeak-ng/speak_lib.h


def spoken(text: str, who: str) -> Pcm:
    """`text` as int16[n] at 8 kHz, in the voice that `who` always has. Blocks for some tenths of a second.
    Refused: it cannot be spoken here."""
    voice = VOICES[crc32(who.encode()) % len(VOICES)]
    command = [sys.executable, "-m", "hostsim.speech", voice]
    try:
        told = subprocess.run(command, input=text.encode(), capture_output=True, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused("The sentence could not be spoken: try a shorter one.") from error
    if told.returncode or not told.stdout:
        raise Refused(told.stderr.decode(errors="replace").strip()[-200:] or "That sentence has no sound.")
    return np.frombuffer(told.stdout, "<i2").astype(np.int16)


def by_program(text: str, voice: str) -> tuple[Pcm, int]:
    """Samples and their rate, from espeak-ng as Debian installs it."""
    command = ["espeak-ng", "-v", voice, "--stdin", "--stdout"]
    told = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    with wave.open(io.BytesIO(told.stdout)) as file:
        return np.frombuffer(file.readframes(1 << 24), "<i2").astype(np.int16), file.getframerate()


def by_library(text: str, voice: str) -> tuple[Pcm, int]:
    """Samples and their rate, from the library in the wheel espeakng-loader."""
    import espeakng_loader

    espeak = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = espeak.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0)
    parts: list[bytes] = []

    def hear(samples: int | None, count: int, events: int | None) -> int:
        if samples and count:
            parts.append(ctypes.string_at(samples, 2 * count))
        return 0

    heard = _HEARD(hear)  # kept: C calls it
    espeak.espeak_SetSynthCallback(heard)
    espeak.espeak_SetVoiceByName(voice.encode())
    said = text.encode()
    espeak.espeak_Synth(said, ctypes.c_size_t(len(said) + 1), 0, 0, 0, _UTF8, None, None)
    espeak.espeak_Synchronize()
    return np.frombuffer(b"".join(parts), "<i2").astype(np.int16), rate


def main() -> int:
    text, voice = sys.stdin.read(), sys.argv[1]
    os.setpriority(os.PRIO_PROCESS, 0, 5)  # behind the engine that wants it
    try:
        pcm, rate = (by_program if shutil.which("espeak-ng") else by_library)(text, voice)
    except (ImportError, OSError, RuntimeError, subprocess.CalledProcessError):
        sys.stderr.write(ABSENT)
        return 1
    if pcm.any():
        sys.stdout.buffer.write(to_int16(prepared(pcm / np.float32(1 << 15), rate)).astype("<i2").tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
