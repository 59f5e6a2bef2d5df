"""Between the engine and the media process: one datagram each way a tick, over a Unix socket.

The engine owns the address `DIR/media.tick`; the media process connects to it, says hello until it is
answered, and answers every tick with what the browsers said. Neither waits for the other: what the
system has no room for is dropped, and a process that is away is silence.
"""

import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.base import Refused
from firmware.base.ports import FRAME, Frame
from firmware.rim.control import address
from firmware.sound.frame import from_ulaw, to_ulaw

SOCKET = "media.tick"
NAME = 24  # bytes of a leg's name
MOST = 64  # legs
# From the media process: every connected leg; `heard`: packets came since the last tick; `key`: one, or none.
SAID = np.dtype([("leg", f"S{NAME}"), ("heard", "u1"), ("key", "S1"), ("frame", "u1", FRAME)])
# From the engine: what each of them is to hear. A datagram without any is a tick all the same.
HEARD = np.dtype([("leg", f"S{NAME}"), ("frame", "u1", FRAME)])
LARGEST = MOST * SAID.itemsize + 1
_SAID, _HEARD = Struct(f"{NAME}sBc{FRAME}s"), Struct(f"{NAME}s{FRAME}s")  # the same, one at a time
TICK = b"T"  # before what the engine sends: an empty datagram would say that somebody is gone
HELLO = b"H"  # before what the media process sends
OLD = 4  # datagrams that one tick looks at
FADE = np.float32(0.5)  # of what was said last, where the media process was late for a tick


class Legs:
    """The engine's end. Tick thread only; nothing here waits."""

    def __init__(self, folder: Path) -> None:
        """Refused: the address cannot be had."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        path = folder / SOCKET
        try:
            path.unlink(missing_ok=True)
            with address(path) as here:
                self._socket.bind(here)
            path.chmod(0o600)
        except OSError as error:
            self._socket.close()
            raise Refused(
                f"{path} cannot be listened on ({error.strerror}): choose another --state FOLDER."
            ) from error
        self._media: bytes | str | None = None
        self._places: dict[str, int] = {}
        self._names: tuple[str, ...] = ()
        self._said = np.zeros((0, FRAME), np.float32)
        self._heard: frozenset[str] = frozenset()
        self._keys: Mapping[str, str] = {}
        self._known = b""
        self._out = np.zeros(0, HEARD)
        self._sound = np.zeros((0, FRAME), np.float32)

    @property
    def names(self) -> tuple[str, ...]:
        """Every leg that is connected."""
        return self._names

    def frames(self, leg: str) -> Frame | None:
        """What a leg said: float32[160]. None: it is not connected."""
        place = self._places.get(leg)
        return None if place is None else self._said[place]

    def heard(self, leg: str) -> bool:
        """Did packets come since the tick before?"""
        return leg in self._heard

    def keys(self, leg: str) -> str:
        """What was keyed since the tick before."""
        return self._keys.get(leg, "")

    def send(self, leg: str, frame: Frame) -> None:
        """Have a leg hear float32[160] in this tick."""
        if (place := self._places.get(leg)) is not None:
            self._sound[place] = frame

    def fetch(self) -> None:
        """A tick begins: what the media process has sent."""
        self._heard, self._keys = frozenset(), {}
        newest: bytes | None = None
        for _ in range(OLD):
            try:
                newest, self._media = self._socket.recvfrom(LARGEST)
            except OSError:
                break
            if newest[:1] == HELLO and (len(newest) - 1) % SAID.itemsize == 0:
                self._note(np.frombuffer(newest, SAID, offset=1))
        if newest is None:
            self._said *= FADE

    def _note(self, records: NDArray[Any]) -> None:
        names = records["leg"].tobytes()
        if names != self._known:
            self._plug(names, [each.decode("ascii", "replace") for each in records["leg"].tolist()])
        self._said = from_ulaw(records["frame"])
        marked = records["heard"] | (records["key"] != b"")
        for place in np.flatnonzero(marked).tolist():
            name, record = self._names[place], records[place]
            if record["heard"]:
                self._heard |= {name}
            if record["key"]:
                self._keys = {**self._keys, name: self.keys(name) + record["key"].decode("ascii", "replace")}

    def _plug(self, known: bytes, names: list[str]) -> None:
        """Other legs are connected than before."""
        self._known, self._names = known, tuple(names)
        self._places = {name: place for place, name in enumerate(names)}
        self._out = np.zeros(len(names), HEARD)
        self._out["leg"] = [name.encode() for name in names]
        self._sound = np.zeros((len(names), FRAME), np.float32)

    def flush(self) -> None:
        """The tick's sound is complete: it goes out, and is the beat by which it is passed on."""
        if self._media is None:
            return
        self._out["frame"] = to_ulaw(self._sound)
        self._sound[:] = 0
        try:
            self._socket.sendto(TICK + self._out.tobytes(), self._media)
        except BlockingIOError:
            pass  # it does not keep up: this frame is lost
        except OSError:
            self._media = None  # it is away
            self._plug(b"", [])
            self._said = np.zeros((0, FRAME), np.float32)

    def close(self) -> None:
        self._socket.close()


class Line:
    """The media process's end."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SOCKET
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind("")  # an address of the system's choice; only whom we connect to may use it

    def hello(self) -> None:
        """Be known to the engine; also to one that has just started."""
        with suppress(OSError), address(self._path) as there:
            self.socket.connect(there)
            self.socket.send(HELLO)

    def tick(self) -> dict[bytes, bytes] | None:
        """The next tick that has come: what each leg is to hear. None: none has."""
        try:
            data = self.socket.recv(LARGEST)
        except OSError:
            return None
        if data[:1] != TICK or (len(data) - 1) % HEARD.itemsize:
            return None
        return {name.rstrip(b"\0"): frame for name, frame in _HEARD.iter_unpack(data[1:])}

    def say(self, said: list[tuple[bytes, bool, bytes, bytes]]) -> None:
        """What every leg said in this tick: name, whether packets came, a key or none, its frame."""
        records = [_SAID.pack(name, heard, key or b"\0", frame) for name, heard, key, frame in said]
        with suppress(OSError):
            self.socket.send(HELLO + b"".join(records))

    def close(self) -> None:
        self.socket.close()
