"""The control socket of the engine: where it is, and the client's end.

A Unix socket `DIR/control.sock` that only its owner may use. What is said on it: `control_schema`;
the engine's end: `control_server`.
"""

import os
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from firmware.base import Broken, Refused
from firmware.base.orders import Reply
from firmware.rim.control_schema import (
    LINE,
    VERSION,
    Answered,
    Ask,
    Happened,
    Heard,
    Hello,
    Order,
    Told,
    Watch,
)

__all__ = ["Client", "Happened", "address", "listening"]


@contextmanager
def address(path: Path) -> Iterator[str]:
    """A Unix address for `path`: it has room for 107 bytes only, a folder of the owner's choice may need
    more, and /proc knows each open folder by a short name."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def listening(path: Path) -> socket.socket:
    """A listening socket that only its owner may use; it takes the path when it is ready, not before."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with address(new) as here:
            listener.bind(here)
        new.chmod(0o600)
        listener.listen()
        new.replace(path)
    except OSError as error:
        listener.close()
        raise Refused(
            f"{path} cannot be listened on ({error.strerror}): choose another --state FOLDER."
        ) from error
    return listener


class _Wire:
    """One connection to the engine, greeted. Broken: the engine is not there, or went away."""

    def __init__(self, path: Path, timeout: float) -> None:
        self._inbox = bytearray()
        self._decoder: msgspec.json.Decoder[Told] = msgspec.json.Decoder(Told)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        try:
            with address(path) as here:
                self._socket.connect(here)
            self.send(Hello(VERSION))
            greeting = self.receive()
        except (OSError, Broken) as error:
            self.close()
            raise Broken(f"The engine does not answer on {path}: is it running?") from error
        if isinstance(greeting, Answered):
            self.close()
            raise Broken(greeting.reply.sentence)

    def send(self, message: Heard) -> None:
        try:
            self._socket.sendall(msgspec.json.encode(message) + b"\n")
        except OSError as error:
            raise Broken("The engine went away") from error

    def receive(self) -> Told:
        """The next line. TimeoutError: none came in time."""
        while (end := self._inbox.find(b"\n")) < 0:
            try:
                more = self._socket.recv(LINE)
            except TimeoutError:
                raise
            except OSError as error:
                raise Broken("The engine went away") from error
            if not more:
                raise Broken("The engine went away")
            self._inbox += more
        line = bytes(self._inbox[:end])
        del self._inbox[: end + 1]
        return self._decoder.decode(line)

    def patience(self, seconds: float | None) -> None:
        """How long `receive` waits; None for ever."""
        self._socket.settimeout(seconds)

    @property
    def gone(self) -> bool:
        """The engine closed this connection: an order would be lost in it."""
        look = select.poll()
        look.register(self._socket, select.POLLIN)
        try:
            return bool(look.poll(0)) and self._socket.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def close(self) -> None:
        self._socket.close()


class Client:
    """A blocking client of the engine. Threads may share it: orders go one after another, every watch
    has a connection of its own. A connection that the engine closed is made anew with the next order."""

    def __init__(self, path: Path, timeout: float = 5.0) -> None:
        """`path` of the socket; `timeout` in seconds for an answer. Nothing is opened yet."""
        self._path = path
        self._timeout = timeout
        self._wire: _Wire | None = None
        self._id = 0
        self._lock = threading.Lock()

    def order(self, name: str, /, **args: Any) -> Reply:
        """Have something done. Broken: no engine, or no answer in time; then it may have been done or not."""
        return self._ask(lambda number: Order(number, name, args))

    def state(self) -> Reply:
        """The snapshot of everything in `result`; `watch(since=reply.seq)` tells what happened after it.
        Broken: as `order`."""
        return self._ask(Ask)

    def watch(
        self, since: int | None = None, lasting: bool = False, idle: float | None = None
    ) -> Iterator[Happened | None]:
        """Events as they happen, after the one numbered `since` (None: from now on). A None each time that
        nothing came for `idle` seconds. Refused: there is no such event yet. Broken: the engine went away."""
        wire = _Wire(self._path, self._timeout)
        try:
            wire.send(Watch(since, lasting))
            wire.patience(idle)
            while True:
                yield self._next(wire)
        finally:
            wire.close()

    @staticmethod
    def _next(wire: _Wire) -> Happened | None:
        try:
            heard = wire.receive()
        except TimeoutError:
            return None
        if isinstance(heard, Answered):
            raise Refused(heard.reply.sentence)
        return heard if isinstance(heard, Happened) else None

    def _ask(self, message: Callable[[int], Heard]) -> Reply:
        with self._lock:
            self._id += 1
            try:
                wire = self._connected()
                wire.send(message(self._id))
                return self._reply(wire)
            except (Broken, TimeoutError) as error:
                self._drop()
                raise Broken(str(error) if isinstance(error, Broken) else "The engine is busy") from error

    def _connected(self) -> _Wire:
        if self._wire and self._wire.gone:
            self._drop()
        self._wire = self._wire or _Wire(self._path, self._timeout)
        return self._wire

    def _reply(self, wire: _Wire) -> Reply:
        """One question is open at a time, and one that failed closed its wire: the answer is ours."""
        answer = wire.receive()
        if not isinstance(answer, Answered):
            raise Broken("The engine gave an answer that is none")
        return answer.reply

    def _drop(self) -> None:
        if self._wire:
            self._wire.close()
        self._wire = None

    def close(self) -> None:
        with self._lock:
            self._drop()
