"""Event streams: one thread writes to all pages that look on, and none of them can hold it up.

A worker answers the head of the request, then hands its connection over here (`web.server` passes it on).
What a page has not taken yet waits in a backlog of `BACKLOG` bytes; the rest waits in the feed, where it is
kept once for all. A page that stays behind for `LATE` seconds is cut: it comes back and resumes.
"""

import selectors
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from ssl import SSLWantReadError, SSLWantWriteError
from time import monotonic
from typing import Any, Protocol

BACKLOG = 64 * 1024  # bytes (RELIABILITY F-08)
BUFFER = 32 * 1024  # bytes that the kernel keeps for one page; its own default grows to megabytes
LATE = 5.0  # s
HEARTBEAT = 5.0  # s; a comment line, so that what lies between does not take the connection for idle
RESET = struct.pack("ii", 1, 0)
AWAY = (BlockingIOError, SSLWantReadError, SSLWantWriteError)


class Connection(Protocol):
    """What is needed of cheroot's."""

    socket: socket.socket

    def close(self) -> None: ...


class Source(Protocol):
    """What a stream is fed with."""

    def lives(self) -> bool: ...
    def more(self, room: int) -> bytes:
        """News that were not given yet, about `room` bytes at most; b"" where there are none."""

    def end(self) -> None: ...


class _Stream:
    def __init__(self, connection: Connection, source: Source) -> None:
        self.connection, self.source = connection, source
        self.backlog = bytearray()
        self.behind: float | None = None  # since when more waits than the backlog holds
        self.spoke = monotonic()  # when something was taken, or nothing waited
        self.waits = False

    def fill(self, now: float) -> None:
        room = BACKLOG - len(self.backlog)
        news = self.source.more(room) if room > 0 else b""
        if not self.backlog and (news or now - self.spoke > HEARTBEAT):
            news, self.spoke = news or b":\n\n", now
        self.backlog += news
        if len(self.backlog) < BACKLOG:
            self.behind = None
        elif self.behind is None:
            self.behind = now

    def send(self, now: float) -> None:
        """As much as the kernel takes. OSError: nobody is there."""
        with suppress(*AWAY):
            while self.backlog:
                del self.backlog[: self.connection.socket.send(self.backlog)]
                self.spoke = now

    def late(self, now: float) -> bool:
        """It has stayed behind for too long, or has taken nothing."""
        stuck = bool(self.backlog) and now - self.spoke >= LATE
        return stuck or (self.behind is not None and now - self.behind >= LATE)


class Streams:
    """The thread and its streams."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._streams: list[_Stream] = []
        self._new: list[_Stream] = []
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ, None)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="streams", daemon=True)
        self._thread.start()

    def taker(self, source: Source) -> Callable[[Connection], None]:
        """What the server gives the connection to, when the head of the answer has left."""

        def take(connection: Connection) -> None:
            with suppress(OSError):
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            connection.socket.setblocking(False)
            self._new.append(_Stream(connection, source))
            self.wake()

        return take

    def wake(self) -> None:
        """There is news, or somebody's session is over. Any thread."""
        with suppress(OSError):  # full: it is awake already
            self._rope.send(b"!")

    def close(self) -> None:
        self._closing.set()
        self.wake()
        self._thread.join()
        self._selector.close()
        self._bell.close()
        self._rope.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            ready = self._selector.select(HEARTBEAT)
            gone = [
                key.data for key, mask in ready if mask & selectors.EVENT_READ and self._hung_up(key.data)
            ]
            self._admit()
            now = monotonic()
            for stream in tuple(self._streams):
                if stream in gone or not self._serve(stream, now):
                    self._drop(stream)
        for stream in (*self._streams, *self._new):
            self._drop(stream)

    def _hung_up(self, stream: _Stream | None) -> bool:
        """Its other end sends nothing but its end."""
        with suppress(*AWAY):
            try:
                if stream is not None:
                    return stream.connection.socket.recv(4096) == b""
                self._bell.recv(4096)
            except OSError as fault:
                return stream is not None and not isinstance(fault, AWAY)
        return False

    def _admit(self) -> None:
        while self._new:
            stream = self._new.pop(0)
            self._streams.append(stream)
            self._selector.register(stream.connection.socket, selectors.EVENT_READ, stream)

    def _serve(self, stream: _Stream, now: float) -> bool:
        """Send what there is; whether it goes on."""
        try:
            if not stream.source.lives():
                return False
            stream.fill(now)
            stream.send(now)
            stream.fill(now)
        except OSError:
            return False
        except Exception:  # our own bug ends one stream, and its page comes back
            print(traceback.format_exc().encode("unicode_escape").decode(), file=sys.stderr, flush=True)
            return False
        if stream.waits != bool(stream.backlog):
            stream.waits = not stream.waits
            wish = selectors.EVENT_READ | (selectors.EVENT_WRITE if stream.waits else 0)
            self._selector.modify(stream.connection.socket, wish, stream)
        return not stream.late(now)

    def _drop(self, stream: _Stream) -> None:
        """One that does not read is reset: its kernel would keep what it never takes."""
        stream.source.end()
        if stream.backlog:
            with suppress(OSError):
                stream.connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        if stream in self._streams:
            self._streams.remove(stream)
            with suppress(KeyError, ValueError):
                self._selector.unregister(stream.connection.socket)
        stream.connection.close()


def framed(kind: str, what: Any) -> bytes:
    """A server-sent event; `what` is JSON."""
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), what)
