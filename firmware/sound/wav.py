"""A WAV file of what a telephone line carries: G.711 mu-law, 8 kHz, one or two channels.

8 kB a second and side, half of 16-bit samples, without loss against an ISDN or SIP line; every player and
browser knows it (WAVE_FORMAT_MULAW, RFC 2361 section 2.5: a `fmt ` chunk of 18 bytes and a `fact` chunk).
The header lies in the file's first 58 bytes, RIFF's size first and that of the sound last: whoever cuts a
growing file anywhere behind them, or while they are renewed, leaves a file that plays.
"""

import struct

import numpy as np

from firmware.base.ports import RATE
from firmware.sound.frame import Samples, from_ulaw, to_ulaw

_HEADER = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")
HEADER = _HEADER.size  # bytes
_MULAW = 7
_AT_ONCE = RATE  # samples that are turned at once: the tick never waits longer than for these


def header(channels: int, size: int) -> bytes:
    """Of a file with `size` bytes of sound."""
    return _HEADER.pack(
        *(b"RIFF", HEADER - 8 + size, b"WAVE"),
        *(b"fmt ", 18, _MULAW, channels, RATE, RATE * channels, channels, 8, 0),
        *(b"fact", 4, size // channels),
        *(b"data", size),
    )


def channels_of(head: bytes) -> int:
    """Channels by the file's first bytes; 0 where it is none of ours."""
    if len(head) < HEADER:
        return 0
    told = _HEADER.unpack_from(head)
    return told[6] if told[0] == b"RIFF" and told[5] == _MULAW and told[6] in (1, 2) else 0


def coded(sound: Samples) -> bytes:
    """float32[channels, n] as the file has it."""
    return b"".join(
        to_ulaw(sound[:, start : start + _AT_ONCE].T.ravel()).tobytes()
        for start in range(0, sound.shape[1], _AT_ONCE)
    )


def decoded(file: bytes) -> Samples | None:
    """float32[n], of two channels float32[2, n]; None where it is no file of ours."""
    channels = channels_of(file)
    if not channels:
        return None
    codes = np.frombuffer(file, np.uint8, (len(file) - HEADER) // channels * channels, HEADER)
    sound = np.empty(codes.size, np.float32)
    for start in range(0, codes.size, _AT_ONCE):
        sound[start : start + _AT_ONCE] = from_ulaw(codes[start : start + _AT_ONCE])
    return sound if channels == 1 else np.ascontiguousarray(sound.reshape(-1, 2).T)


def seconds(channels: int, size: int) -> float:
    """How long `size` bytes of sound last."""
    return size / (RATE * channels)
