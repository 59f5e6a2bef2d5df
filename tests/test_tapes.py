"""Sound files: playable whenever they are cut, and never in the way of a call."""

import os
import struct
import wave
from io import BytesIO
from pathlib import Path
from shutil import which
from subprocess import run
from typing import Any

import numpy as np
import pytest

from firmware.base.ports import FRAME, RATE
from firmware.rim.soundfiles import DiskFiles, MemoryFiles
from firmware.rim.tapes import FULL, RESERVE, SLOW, WAITING, Reel, Tapes, Winder
from firmware.sound import wav
from firmware.sound.frame import Samples, from_ulaw, to_ulaw

NAME = "messages/box-1.1"


def hum(seconds: float, channels: int = 1) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.stack([0.3 * np.sin(2 * np.pi * (440 + 200 * n) * time) for n in range(channels)]).astype(
        np.float32
    )


def read_by_another(file: bytes) -> tuple[int, bytes]:
    """Channels and codes as Python's own reader of WAV files finds them. It knows the chunks of any kind of
    sound but only one kind of samples: so it is told that these are that kind."""
    assert file[20:22] == b"\x07\x00"
    with wave.open(BytesIO(file[:20] + b"\x01\x00" + file[22:])) as found:
        assert (found.getframerate(), found.getsampwidth()) == (RATE, 1)
        return found.getnchannels(), found.readframes(found.getnframes())


class Watched:
    """The writes of a growing file, one after another."""

    def __init__(self) -> None:
        self.file = bytearray()
        self.images: list[bytes] = []  # the file after each byte that was written

    def write(self, fd: int, data: bytes, at: int) -> int:
        for place, byte in enumerate(data, at):
            self.file[place : place + 1] = bytes([byte])
            self.images.append(bytes(self.file))
        return os.pwrite(fd, data, at)


class Failing:
    """A disk that is full at some time."""

    def __init__(self) -> None:
        self.full = False

    def write(self, fd: int, data: bytes, at: int) -> int:
        if self.full:
            raise OSError(28, "No space left on device")
        return os.pwrite(fd, data, at)


def wound(tapes: Tapes, sound: Samples, reel: Reel) -> None:
    """Frame by frame, as a tick hands it over."""
    for start in range(0, sound.shape[1], FRAME):
        assert reel.write(sound[:, start : start + FRAME])
        tapes.work()


def closed(tapes: Tapes, reel: Reel, keep: float | None = None) -> float:
    told: list[float] = []
    reel.close(told.append, keep)
    tapes.work()
    for then in tapes.told():
        then()
    return told[0]


def fetched(tapes: Tapes, name: str) -> Samples | None:
    told: list[Any] = []
    tapes.fetch(name, told.append)
    tapes.work()
    for then in tapes.told():
        then()
    found: Samples | None = told[0]
    return found


@pytest.fixture(params=["disk", "memory"])
def tapes(request: pytest.FixtureRequest, tmp_path: Path) -> Tapes:
    return Tapes(DiskFiles(tmp_path) if request.param == "disk" else MemoryFiles())


@pytest.mark.parametrize("channels", [1, 2])
def test_what_was_said_comes_back_as_a_line_would_carry_it(tapes: Tapes, channels: int) -> None:
    said = hum(1.5, channels)
    reel = tapes.begin(NAME, channels)
    assert reel is not None
    wound(tapes, said, reel)
    assert closed(tapes, reel) == 1.5
    heard = fetched(tapes, NAME)
    assert heard is not None
    assert np.array_equal(heard.reshape(channels, -1), from_ulaw(to_ulaw(said)))
    assert tapes.found(NAME) == 1.5


def test_only_what_is_to_be_kept_stays(tapes: Tapes) -> None:
    reel = tapes.begin(NAME, 2)
    assert reel is not None
    wound(tapes, hum(2, 2), reel)
    assert closed(tapes, reel, keep=0.5) == 0.5
    heard = fetched(tapes, NAME)
    assert heard is not None
    assert heard.shape == (2, RATE // 2)


def test_a_file_that_is_removed_is_not_found(tapes: Tapes) -> None:
    reel = tapes.begin(NAME, 1)
    assert reel is not None
    closed(tapes, reel)
    tapes.remove(NAME)
    assert fetched(tapes, NAME) is None
    assert tapes.found(NAME) == 0


def test_a_growing_file_cut_at_any_byte_plays_up_to_there(tmp_path: Path) -> None:
    seen = Watched()
    files = DiskFiles(tmp_path, seen.write, safe_every=0.04)  # so that the header is renewed often
    tapes, said = Tapes(files), hum(0.2, 2)
    reel = tapes.begin(NAME, 2)
    assert reel is not None
    wound(tapes, said, reel)
    codes = wav.coded(said)
    at_first = wav.HEADER  # bytes, before which there is no file yet: its name comes to the disk behind them
    assert len(seen.images) > len(codes)
    told = 0
    for image in seen.images[at_first:]:
        channels, found = read_by_another(image)
        assert channels == 2
        assert codes.startswith(found)
        whole = wav.decoded(image)
        assert whole is not None
        assert whole.shape[1] == (len(image) - wav.HEADER) // 2
        told = max(told, len(found))
    assert told >= len(codes) - 2 * 2 * FRAME


def test_a_cut_file_is_mended_at_the_next_start_whatever_its_header_says(tmp_path: Path) -> None:
    codes = wav.coded(hum(0.6))
    folder = tmp_path / "sound" / "messages"
    folder.mkdir(parents=True)
    for size in range(len(codes) - 3, len(codes) + 1):
        for promised in (0, 160, len(codes)):
            (folder / "box-1.1.part").write_bytes(wav.header(1, promised) + codes[:size])
            DiskFiles(tmp_path)
            assert [path.name for path in folder.iterdir()] == ["box-1.1.wav"]
            assert read_by_another((folder / "box-1.1.wav").read_bytes()) == (1, codes[:size])


@pytest.mark.parametrize(
    "left", [b"", b"RIFF", wav.header(1, 0), wav.header(1, 0) + b"\xff" * 100, b"x" * 9_000]
)
def test_what_has_no_sound_in_it_is_no_file(tmp_path: Path, left: bytes) -> None:
    folder = tmp_path / "sound" / "recordings"
    folder.mkdir(parents=True)
    (folder / "box-1.1.part").write_bytes(left)
    files = DiskFiles(tmp_path)
    assert list(folder.iterdir()) == []
    assert files.seconds("recordings/box-1.1") == 0


def test_a_power_cut_takes_less_than_a_second(tmp_path: Path) -> None:
    tapes = Tapes(DiskFiles(tmp_path))
    reel = tapes.begin(NAME, 1)
    assert reel is not None
    wound(tapes, hum(5), reel)
    tapes.drop()
    assert 4.0 <= DiskFiles(tmp_path).seconds(NAME) <= 5.0


def test_a_box_that_ends_leaves_all_that_was_said(tmp_path: Path) -> None:
    tapes = Tapes(DiskFiles(tmp_path))
    reel = tapes.begin(NAME, 1)
    assert reel is not None
    reel.write(hum(1.3))
    tapes.close()
    assert DiskFiles(tmp_path).seconds(NAME) == 1.3


@pytest.mark.skipif(which("ffmpeg") is None, reason="no ffmpeg on this machine")
def test_another_program_plays_it(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(wav.header(2, 0) + wav.coded(hum(1, 2)))
    assert run(["ffmpeg", "-v", "error", "-i", path, "-f", "null", "-"], check=False).returncode == 0


# Disks that do not do what they should


def test_the_rest_of_the_disk_is_kept_for_records_recordings_stop_before_messages() -> None:
    files = MemoryFiles()
    tapes = Tapes(files)
    reel, message = tapes.begin("recordings/box-1.1", 2), tapes.begin(NAME, 1)
    assert reel is not None
    assert message is not None
    files.room = RESERVE["messages"]
    tapes.work()
    assert (tapes.begin("recordings/box-2.1", 2), reel.write(hum(0.02, 2)), reel.trouble) == (
        None,
        False,
        FULL,
    )
    assert message.write(hum(0.02))
    assert tapes.trouble == FULL
    files.room = 1 << 40
    tapes.work()
    assert tapes.trouble == ""
    assert tapes.begin("recordings/box-3.1", 2) is not None


def test_a_file_that_fails_keeps_what_it_has_and_says_so(tmp_path: Path) -> None:
    disk = Failing()
    tapes = Tapes(DiskFiles(tmp_path, disk.write))
    reel = tapes.begin(NAME, 1)
    assert reel is not None
    wound(tapes, hum(1), reel)
    disk.full = True
    reel.write(hum(1))
    tapes.work()
    assert not reel.write(hum(0.02))
    assert "No space left" in tapes.trouble
    disk.full = False
    assert closed(tapes, reel) == 1.0
    assert struct.unpack("<I", (tmp_path / "sound" / f"{NAME}.wav").read_bytes()[54:58]) == (8000,)


def test_a_disk_that_hangs_ends_the_recording_and_nothing_waits(tmp_path: Path) -> None:
    tapes = Tapes(DiskFiles(tmp_path))
    reel = tapes.begin(NAME, 1)
    assert reel is not None
    frames = 0
    while reel.write(hum(0.02)):
        frames += 1
    assert frames == WAITING // FRAME + 1
    assert reel.trouble == SLOW
    assert closed(tapes, reel) == frames * 0.02


def test_the_thread_writes_by_itself(tmp_path: Path) -> None:
    tapes = Winder(DiskFiles(tmp_path))
    reel = tapes.begin(NAME, 1)
    assert reel is not None
    reel.write(hum(2))
    heard: list[float] = []
    reel.close(heard.append)
    while not heard:
        for then in tapes.told():
            then()
    assert heard == [2.0]
    tapes.close()


def test_a_power_cut_ends_the_thread_as_well(tmp_path: Path) -> None:
    tapes = Winder(DiskFiles(tmp_path))
    reel = tapes.begin(NAME, 1)
    assert reel is not None
    reel.write(hum(2))
    tapes.drop()
    reel.write(hum(2))
    assert DiskFiles(tmp_path).seconds(NAME) <= 2.0
