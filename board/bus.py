"""The four ways out of the box to the hat: SPI, GPIO, sound frames and a serial line.

Each is a Protocol; the real back end below it imports its library only when it is opened, so that
this module can be read on any machine. `hostsim` offers the same Protocols over chips in software.
All real errors come as `Broken`, in a sentence that says what to do.
"""

from collections.abc import Callable
from importlib import import_module
from threading import Lock
from time import sleep
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from firmware.base import Broken

CHANNELS = 8  # PCM slots of the hat: lines 0..3, phones 4..7
FRAME = 160  # samples of a tick
RATE = 8_000
SPI_HERTZ = 2_000_000  # the chips allow 16 MHz; the ribbon of a home-made hat does not (HARDWARE 4)

Pin = Literal["reset_lines", "reset_phones", "int_lines", "int_phones"]
PINS: dict[Pin, int] = {"reset_lines": 22, "reset_phones": 23, "int_lines": 24, "int_phones": 25}  # BCM
OUTPUTS: tuple[Pin, ...] = ("reset_lines", "reset_phones")

Samples = NDArray[np.int16]  # (channels, 160)


class SpiBus(Protocol):
    """One chip select: a chain of chips of one family."""

    def xfer(self, out: bytes, /) -> bytes:
        """One register access: as many bytes back as went out, chip select low throughout."""


class GpioPort(Protocol):
    """The hat's four pins, by name; all are active low."""

    def out(self, pin: Pin, high: bool, /) -> None: ...
    def inp(self, pin: Pin, /) -> bool: ...
    def close(self) -> None: ...


class AudioFrames(Protocol):
    """One frame of 20 ms of every PCM slot; row = slot. `Broken` where no clock drives them."""

    def read(self) -> Samples: ...
    def write(self, frame: Samples, /) -> None: ...
    def close(self) -> None: ...


class SerialPort(Protocol):
    """The hat controller's line."""

    def read(self, most: int, /) -> bytes:
        """What has come, at most `most` bytes; empty where nothing has."""

    def write(self, data: bytes, /) -> None: ...
    def close(self) -> None: ...


def _library(name: str, package: str) -> Any:
    """Import a library that only the hat needs; `Broken` says which package is missing."""
    try:
        return import_module(name)
    except (ImportError, RuntimeError) as fault:
        # RPi.GPIO raises RuntimeError on a machine that is no Pi.
        raise Broken(f"{name} cannot be used here ({fault}); on the Pi install {package}") from fault


class SpiDevice:
    """A chip select of the Pi, through spidev. Chip selects of one bus share a lock."""

    def __init__(self, bus: int, select: int, lock: Lock, library: Any = None) -> None:
        """`library` stands in for spidev."""
        spidev = library or _library("spidev", "spidev")
        self._name = f"/dev/spidev{bus}.{select}"
        self._lock = lock
        self._device = spidev.SpiDev()
        try:
            self._device.open(bus, select)
            self._device.mode = 3  # clock idles high, data taken on the rising edge (HARDWARE 2.1)
            self._device.max_speed_hz = SPI_HERTZ
        except OSError as fault:
            raise Broken(
                f"{self._name} cannot be opened ({fault.strerror}): switch SPI on (dtparam=spi=on) "
                "and put the user into the group spi"
            ) from fault

    def xfer(self, out: bytes, /) -> bytes:
        # xfer2 of the whole access: xfer() and single bytes would lift chip select in between.
        try:
            with self._lock:
                return bytes(self._device.xfer2(list(out)))
        except OSError as fault:
            raise Broken(
                f"{self._name} does not answer ({fault.strerror}): is the hat still plugged in?"
            ) from fault

    def close(self) -> None:
        self._device.close()


class PiPins:
    """The pins by the RPi.GPIO API (RPi.GPIO up to the Pi 4, rpi-lgpio on the Pi 5)."""

    def __init__(self, library: Any = None) -> None:
        """`library` stands in for RPi.GPIO."""
        self._gpio = library or _library("RPi.GPIO", "RPi.GPIO (up to Pi 4) or rpi-lgpio (Pi 5), never both")
        try:
            self._set_up()
        except (OSError, RuntimeError) as fault:
            raise Broken(
                f"the GPIO pins cannot be used ({fault}): put the user into the group gpio, "
                "and free BCM pins 22 to 25 from other programs"
            ) from fault

    def _set_up(self) -> None:
        gpio = self._gpio
        gpio.setmode(gpio.BCM)
        gpio.setwarnings(False)
        for pin, number in PINS.items():
            if pin in OUTPUTS:
                gpio.setup(number, gpio.OUT, initial=gpio.HIGH)
            else:
                gpio.setup(number, gpio.IN, pull_up_down=gpio.PUD_UP)

    def out(self, pin: Pin, high: bool, /) -> None:
        self._gpio.output(PINS[pin], high)

    def inp(self, pin: Pin, /) -> bool:
        return bool(self._gpio.input(PINS[pin]))

    def close(self) -> None:
        self._gpio.cleanup(list(PINS.values()))


class AlsaFrames:
    """The audio bridge as an ALSA sound card: 8 channels in and out, 8 kHz, S16.

    `read` blocks until a frame is whole: on the Pi this is the beat of the tick. A card that is
    gone is opened again once a second, and until then `read` keeps the beat by itself.
    """

    def __init__(
        self,
        device: str = "hw:CARD=Bellwire",
        library: Any = None,
        wait: Callable[[float], object] = sleep,
    ) -> None:
        """`library` stands in for alsaaudio, `wait` for a pause of so many seconds."""
        self._alsa = library or _library("alsaaudio", "pyalsaaudio")
        self._wait = wait
        self._device = device
        self._absent = 0  # frames since the card went away
        self._capture: Any = None
        self._playback: Any = None
        self._open()

    def _open(self) -> None:
        shape = {"channels": CHANNELS, "rate": RATE, "format": self._alsa.PCM_FORMAT_S16_LE}
        try:
            # Two periods to play from: one on the wire, one waiting. More would be delay.
            self._playback = self._alsa.PCM(
                self._alsa.PCM_PLAYBACK, device=self._device, periodsize=FRAME, periods=3, **shape
            )
            self._capture = self._alsa.PCM(
                self._alsa.PCM_CAPTURE, device=self._device, periodsize=FRAME, periods=4, **shape
            )
        except self._alsa.ALSAAudioError as fault:
            self.close()
            raise Broken(
                f"no PCM clock: the sound card {self._device} cannot be opened ({fault}); "
                "is the hat's audio bridge plugged into USB, and nothing else using it?"
            ) from fault

    def read(self) -> Samples:
        if self._capture is None:
            self._come_back()
        length, data = self._capture.read()
        if length == -32:  # EPIPE: a frame was lost because we came late; the next one is whole
            length, data = self._capture.read()
        if length != FRAME:
            self.close()
            raise Broken(f"no PCM clock: the sound card {self._device} stopped; is the audio bridge alive?")
        return np.frombuffer(data, "<i2").reshape(FRAME, CHANNELS).T

    def _come_back(self) -> None:
        self._wait(FRAME / RATE)
        self._absent += 1
        if self._absent % 50:
            raise Broken(f"no PCM clock: the sound card {self._device} is gone; plug the audio bridge in")
        self._open()

    def write(self, frame: Samples, /) -> None:
        if self._playback is not None:
            self._playback.write(frame.T.astype("<i2").tobytes())

    def close(self) -> None:
        for card in (self._capture, self._playback):
            if card is not None:
                card.close()
        self._capture = self._playback = None


class SerialLine:
    """The hat controller's UART, through pyserial."""

    def __init__(self, path: str = "/dev/serial0", baud: int = 115_200) -> None:
        serial = _library("serial", "pyserial")
        self._fault: type[Exception] = serial.SerialException
        self._path = path
        try:
            self._line = serial.Serial(path, baud, timeout=0, write_timeout=0.1)
        except self._fault as fault:
            raise Broken(
                f"{path} cannot be opened ({fault}): switch the UART on (enable_uart=1), "
                "take the login console off it, and put the user into the group dialout"
            ) from fault

    def read(self, most: int, /) -> bytes:
        try:
            return bytes(self._line.read(most))
        except self._fault as fault:
            raise Broken(f"{self._path} does not answer ({fault}): is the hat still plugged in?") from fault

    def write(self, data: bytes, /) -> None:
        try:
            self._line.write(data)
        except self._fault as fault:
            raise Broken(f"{self._path} takes nothing ({fault}): is the hat still plugged in?") from fault

    def close(self) -> None:
        self._line.close()
