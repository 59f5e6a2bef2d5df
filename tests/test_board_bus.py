"""The four ways to the hat: what they ask of their libraries, and what they say without them."""

import os
import subprocess
import sys
from threading import Lock

import numpy as np
import pytest

from board.bus import PINS, AlsaFrames, PiPins, SerialLine, SpiDevice
from firmware.base import Broken


def test_the_libraries_of_the_hat_are_imported_only_when_they_are_opened():
    libraries = {"spidev", "RPi", "alsaaudio", "serial"}
    check = f"import sys, board.hat, board.thread; print({libraries} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


class Spi:
    """spidev with one chip behind it, that answers every byte with its complement."""

    def __init__(self, broken=False):
        self.broken, self.opened, self.transfers = broken, None, []

    def SpiDev(self):  # noqa: N802 - the library's name
        return self

    def open(self, bus, select):
        self.opened = (bus, select)

    def xfer2(self, out):
        if self.broken:
            raise OSError(5, "Input/output error")
        self.transfers.append(out)
        return [byte ^ 0xFF for byte in out]

    def close(self):
        self.opened = None


def test_a_register_access_is_one_transfer_of_three_bytes_in_mode_3():
    spi = Spi()
    device = SpiDevice(0, 1, Lock(), spi)
    assert device.xfer(b"\x04\xc0\x00") == b"\xfb\x3f\xff"
    assert spi.transfers == [[0x04, 0xC0, 0x00]]
    assert (spi.opened, spi.mode, spi.max_speed_hz) == ((0, 1), 3, 2_000_000)


def test_an_spi_bus_that_fails_says_what_to_do():
    with pytest.raises(Broken, match="hat still plugged in"):
        SpiDevice(0, 0, Lock(), Spi(broken=True)).xfer(b"\x00\x00\x00")


@pytest.mark.skipif(os.path.exists("/dev/spidev0.0"), reason="this machine has an SPI bus")
def test_a_machine_without_spi_is_told_how_to_switch_it_on():
    with pytest.raises(Broken, match=r"dtparam=spi=on|install spidev"):
        SpiDevice(0, 0, Lock())


@pytest.mark.skipif(os.path.exists("/dev/gpiochip0"), reason="this machine has pins")
def test_a_machine_without_pins_is_told_which_package_brings_them():
    with pytest.raises(Broken, match=r"rpi-lgpio \(Pi 5\)"):
        PiPins()


class Gpio:
    """RPi.GPIO with every input pulled up."""

    BCM, OUT, IN, HIGH, LOW, PUD_UP = "BCM", "out", "in", 1, 0, "up"

    def __init__(self):
        self.ways, self.levels, self.scheme = {}, {}, None

    def setmode(self, scheme):
        self.scheme = scheme

    def setwarnings(self, on):
        self.warns = on

    def setup(self, pin, way, initial=None, pull_up_down=None):
        self.ways[pin] = way
        self.levels[pin] = 1 if pull_up_down == self.PUD_UP else initial

    def output(self, pin, level):
        assert self.ways[pin] == self.OUT
        self.levels[pin] = level

    def input(self, pin):
        return self.levels[pin]

    def cleanup(self, pins):
        for pin in pins:
            del self.ways[pin]


def test_resets_are_outputs_that_rest_high_and_interrupts_inputs_with_a_pull_up():
    gpio = Gpio()
    pins = PiPins(gpio)
    assert gpio.scheme == "BCM"
    assert {name: gpio.ways[number] for name, number in PINS.items()} == {
        "reset_lines": "out",
        "reset_phones": "out",
        "int_lines": "in",
        "int_phones": "in",
    }
    assert all(pins.inp(pin) for pin in PINS)
    pins.out("reset_lines", False)
    assert [pins.inp(pin) for pin in PINS] == [False, True, True, True]
    pins.close()
    assert gpio.ways == {}


class Alsa:
    """alsaaudio with a card that says 0, 1, 2 … in channel 0 and so on, and may be pulled out."""

    PCM_FORMAT_S16_LE, PCM_PLAYBACK, PCM_CAPTURE = "s16", "playback", "capture"

    class ALSAAudioError(Exception):
        pass

    def __init__(self):
        self.present, self.lost, self.played, self.opened = True, 0, [], []

    def PCM(self, kind, **shape):  # noqa: N802 - the library's name
        if not self.present:
            raise self.ALSAAudioError("No such device")
        self.opened.append((kind, shape))
        return self

    def read(self):
        if self.lost:
            self.lost -= 1
            return -32, b""
        if not self.present:
            return -19, b""
        return 160, (np.arange(160)[:, None] + np.arange(8) * 1000).astype("<i2").tobytes()

    def write(self, data):
        self.played.append(np.frombuffer(data, "<i2").reshape(160, 8))

    def close(self):
        """A card has no state."""


def test_sound_is_8_channels_of_8_khz_16_bit_a_row_for_each_slot():
    alsa = Alsa()
    frames = AlsaFrames("hw:CARD=Bellwire", alsa)
    assert {kind for kind, _ in alsa.opened} == {"playback", "capture"}
    for _, shape in alsa.opened:
        assert (shape["channels"], shape["rate"], shape["format"]) == (8, 8000, "s16")
        assert (shape["device"], shape["periodsize"]) == ("hw:CARD=Bellwire", 160)
    heard = frames.read()
    assert heard.shape == (8, 160) and heard[3, 5] == 3005
    frames.write(heard)
    assert alsa.played[0][5, 3] == 3005


def test_a_frame_that_came_too_late_is_skipped_and_the_next_one_is_whole():
    alsa = Alsa()
    frames = AlsaFrames("hw:0", alsa)
    alsa.lost = 1
    assert frames.read().shape == (8, 160)


def test_a_card_that_is_pulled_out_is_no_pcm_clock_and_is_found_again():
    alsa = Alsa()
    waited = []
    frames = AlsaFrames("hw:0", alsa, waited.append)
    alsa.present = False
    for _ in range(60):
        with pytest.raises(Broken, match="no PCM clock"):
            frames.read()
    assert waited == [0.02] * 59, "the beat goes on without the card"
    alsa.present = True
    tries = 0
    while tries < 100:
        tries += 1
        try:
            assert frames.read().shape == (8, 160)
            break
        except Broken:
            continue
    assert tries <= 50, "within a second of frames"


def test_a_machine_without_the_sound_library_is_told_its_package():
    with pytest.raises(Broken, match=r"install pyalsaaudio|no PCM clock"):
        AlsaFrames()


def test_the_serial_line_carries_bytes_both_ways():
    ours, theirs = os.openpty()
    line = SerialLine(os.ttyname(theirs))
    assert line.read(16) == b""
    line.write(b"hello")
    assert os.read(ours, 16) == b"hello"
    os.write(ours, b"you\n")
    assert line.read(16) == b"you\n"
    line.close()
    os.close(ours)
    os.close(theirs)


def test_a_missing_serial_line_says_how_to_switch_it_on():
    with pytest.raises(Broken, match="enable_uart=1"):
        SerialLine("/dev/no-such-line")
