"""Where sound files are: the folder `sound` of the state folder, or memory in a story that keeps nothing.

While a file grows its bytes are written in place; its header is renewed after they are safe, in one write of
58 bytes, so that it never promises more sound than there is.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from firmware.rim.books import sync_folder
from firmware.sound import wav
from firmware.sound.wav import HEADER

SAFE_EVERY = 0.8  # s of sound after which a file is brought to the disk (A-07: at most 1.0 s is lost)
WORTH = 0.5  # s: a file that was cut off sooner has nothing in it
PLENTY = 1 << 40  # bytes

Write = Callable[[int, bytes, int], int]


class GrowingFile:
    """`NAME.part` until it is whole. OSError: the disk does not take it."""

    def __init__(self, path: Path, channels: int, write: Write, safe_every: float) -> None:
        """`path` of the whole file."""
        self._put, self._safe_every = write, safe_every
        self._whole, self._part, self._channels = path, path.with_suffix(".part"), channels
        self._size = self._safe = 0  # bytes of sound: in the file, and safe from a power cut
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        self._write(wav.header(channels, 0), 0)
        sync_folder(path.parent)

    def add(self, codes: bytes) -> None:
        self._write(codes, HEADER + self._size)
        self._size += len(codes)
        if wav.seconds(self._channels, self._size - self._safe) >= self._safe_every:
            self._secure()

    def _secure(self) -> None:
        os.fdatasync(self._fd)
        self._safe = self._size
        self._write(wav.header(self._channels, self._size), 0)

    def _write(self, data: bytes, at: int) -> None:
        while data:
            written = self._put(self._fd, data, at)
            data, at = data[written:], at + written

    def end(self, size: int | None) -> float:
        self._size = self._size if size is None else min(self._size, max(0, size))
        with os.fdopen(self._fd, "r+b", buffering=0) as file:
            file.truncate(HEADER + self._size)
            self._write(wav.header(self._channels, self._size), 0)
            os.fsync(self._fd)
        self._part.replace(self._whole)
        sync_folder(self._whole.parent)
        return wav.seconds(self._channels, self._size)

    def leave(self, lost: bool) -> None:
        if lost:
            os.ftruncate(self._fd, HEADER + self._safe)
        else:
            self._secure()
        os.close(self._fd)


class DiskFiles:
    """The files of a state folder. What a stop cut off is mended first."""

    def __init__(self, folder: Path, write: Write = os.pwrite, safe_every: float = SAFE_EVERY) -> None:
        """`write(file, data, at)`: how many bytes of it are written now; `safe_every`: seconds of sound."""
        self._write, self._safe_every = write, safe_every
        self._folder = folder / "sound"
        self._folder.mkdir(parents=True, exist_ok=True)
        for part in self._folder.glob("*/*.part"):
            with suppress(OSError):  # it stays as it is, and plays
                _mend(part)

    def grow(self, name: str, channels: int) -> GrowingFile:
        return GrowingFile(self._path(name), channels, self._write, self._safe_every)

    def read(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def seconds(self, name: str) -> float:
        try:
            with self._path(name).open("rb") as file:
                channels = wav.channels_of(file.read(HEADER))
                return wav.seconds(channels, os.fstat(file.fileno()).st_size - HEADER) if channels else 0.0
        except OSError:
            return 0.0

    def free(self) -> int:
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.wav"


def _mend(part: Path) -> None:
    """Make a whole file of one that was cut off; nothing of one in which there is none."""
    with part.open("r+b") as file:
        channels = wav.channels_of(file.read(HEADER))
        size = (os.fstat(file.fileno()).st_size - HEADER) // max(1, channels) * channels
        if wav.seconds(channels or 1, size) >= WORTH:
            file.truncate(HEADER + size)
            file.seek(0)
            file.write(wav.header(channels, size))
            file.flush()
            os.fsync(file.fileno())
    if wav.seconds(channels or 1, size) >= WORTH:
        part.replace(part.with_suffix(".wav"))
    else:
        part.unlink()
    sync_folder(part.parent)


class _GrowingMemory:
    def __init__(self, files: dict[str, bytes], name: str, channels: int) -> None:
        self._files, self._name, self._channels = files, name, channels
        self._codes = bytearray()

    def add(self, codes: bytes) -> None:
        self._codes += codes

    def end(self, size: int | None) -> float:
        codes = bytes(self._codes[:size])
        self._files[self._name] = wav.header(self._channels, len(codes)) + codes
        return wav.seconds(self._channels, len(codes))

    def leave(self, lost: bool) -> None:
        """It is gone, as everything is."""


class MemoryFiles:
    """Files that no disk holds."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self.room = PLENTY  # bytes

    def grow(self, name: str, channels: int) -> _GrowingMemory:
        return _GrowingMemory(self._files, name, channels)

    def read(self, name: str) -> bytes | None:
        return self._files.get(name)

    def remove(self, name: str) -> None:
        self._files.pop(name, None)

    def seconds(self, name: str) -> float:
        file = self._files.get(name, b"")
        channels = wav.channels_of(file)
        return wav.seconds(channels, len(file) - HEADER) if channels else 0.0

    def free(self) -> int:
        return self.room
