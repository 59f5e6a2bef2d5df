"""The socket side: a request reaches a worker whole, or not at all.

cheroot hands every new connection to a worker, which then waits for its bytes: as many half-open
requests as there are workers, and nobody is served. Here a request waits at the gate, where it
costs its bytes and no thread, until head and body are complete; one that takes too long is dropped.
"""

import io
import re
import selectors
import sys
import threading
import traceback as traces
from collections.abc import Callable
from contextlib import suppress
from errno import EAGAIN
from functools import partial
from socket import socket
from ssl import SSLContext, SSLSocket
from time import monotonic
from typing import Any

from cheroot import wsgi
from cheroot.makefile import MakeFile
from cheroot.server import HTTPConnection, HTTPRequest

from web.streams import AWAY

HEAD_LIMIT = 16 * 1024
BODY_LIMIT = 64 * 1024
PATIENCE = 8.0  # seconds for a whole request; with the sweep below 10 (RELIABILITY G-02)
SWEEP = 0.25
AT_THE_GATE = 256  # connections; with one more the oldest goes
WORKERS = 64
KEPT_ALIVE = 64
TAKE = "bellwire.take"  # in the environment of a request: called with who takes its connection

SECURITY = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)


def whole(inbox: bytes | bytearray) -> int | None:
    """The length in bytes of the first request in `inbox`; None while some of it is missing.

    A head or body over its limit counts as whole as soon as that shows: a worker refuses it unread.
    """
    end = inbox.find(b"\r\n\r\n")
    if end < 0:
        return len(inbox) if len(inbox) > HEAD_LIMIT else None
    told = _LENGTH.search(inbox, 0, end + 2)
    body = int(told[1]) if told else 0
    size = end + 4 + (body if body <= BODY_LIMIT else 0)
    return size if size <= len(inbox) else None


class _Whole(io.BytesIO):
    """What a worker reads: one request, and the knowledge that more came behind it."""

    bytes_read = 0

    def __init__(self, request: bytes, more: bool) -> None:
        super().__init__(request)
        self._more = more

    def has_data(self) -> bool:
        return self._more


class _Request(HTTPRequest):
    """cheroot's request; its own refusals carry our headers and none of its words."""

    def read_request_headers(self) -> bool:
        if not super().read_request_headers():  # type: ignore[no-untyped-call]
            return False
        if self.chunked_read:  # a body of unsaid length has no end that a limit could be held to
            self.simple_response("411 Length Required")
            return False
        return True

    def send_headers(self) -> None:
        """A stream ends with its connection; it is cut into no chunks."""
        if (b"Content-Type", b"text/event-stream") in self.outheaders:
            self.response_protocol = "HTTP/1.0"
        super().send_headers()

    def simple_response(self, status: str, msg: str = "") -> None:
        self.close_connection = True
        text = status.partition(" ")[2].encode()
        head = {
            **SECURITY,
            "Content-Type": "text/plain",
            "Content-Length": str(len(text)),
            "Connection": "close",
        }
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in head.items())]
        self.conn.wfile.write("\r\n".join(lines).encode() + b"\r\n\r\n" + text)


class _Connection(HTTPConnection):
    """`taker`: who gets it once the head of an answer without end has left."""

    RequestHandlerClass = _Request

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inbox = bytearray()
        self.due = 0.0
        self.taker: Callable[[_Connection], None] | None = None
        self.shakes = isinstance(self.socket, SSLSocket)  # hands, before anything is said

    def communicate(self) -> bool:
        """Whether it goes on: with the next request, or with its taker."""
        goes_on: bool = super().communicate()  # type: ignore[no-untyped-call]
        return goes_on or self.taker is not None

    def close(self) -> None:
        """What could not be sent is dropped here: the garbage collector would try once more, and complain."""
        with suppress(OSError):
            self.socket.setblocking(False)
            self.wfile.close()
        super().close()


class Log:
    """The log of this process: one line for one event, whatever a client put into it."""

    def write(self, told: str) -> None:
        print(told.encode("unicode_escape").decode(), file=sys.stderr, flush=True)

    def flush(self) -> None:
        """Nothing is kept back."""


class _Gateway(wsgi.Gateway_10):
    """WSGI, and a way to hand the connection over."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]  # its stub says None
        conn = self.req.conn
        known: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]
        return {**known, "wsgi.errors": Log(), TAKE: partial(setattr, conn, "taker")}


class Gate:
    """Where connections wait until their request is whole; then `admit` gets them."""

    def __init__(self, admit: Callable[[_Connection], None]) -> None:
        self._admit = admit
        self._selector = selectors.DefaultSelector()
        self._waiting: dict[_Connection, None] = {}  # oldest first
        self._lock = threading.Lock()
        self._open = True
        threading.Thread(target=self._watch, name="gate", daemon=True).start()

    def enter(self, conn: _Connection) -> None:
        """Admit it at once if its request is here, else let it wait. Any thread may call."""
        conn.due = monotonic() + PATIENCE
        conn.socket.setblocking(False)
        arrived = _arrived(conn)
        if arrived is not None:
            self._let_go(conn, arrived)
            return
        with self._lock:
            self._waiting[conn] = None
            self._selector.register(conn.socket, selectors.EVENT_READ, conn)

    def close(self) -> None:
        self._open = False

    def _watch(self) -> None:
        while self._open:
            for key, _ in self._selector.select(SWEEP):
                arrived = _arrived(key.data)
                if arrived is not None:
                    self._forget(key.data)
                    self._let_go(key.data, arrived)
            for conn in self._unwelcome():
                self._forget(conn)
                conn.close()

    def _unwelcome(self) -> list[_Connection]:
        """Those that took too long, and the oldest where too many wait."""
        now = monotonic()
        with self._lock:
            waiting = list(self._waiting)
        too_many = max(0, len(waiting) - AT_THE_GATE)
        return waiting[:too_many] + [conn for conn in waiting[too_many:] if conn.due <= now]

    def _forget(self, conn: _Connection) -> None:
        with self._lock:
            del self._waiting[conn]
            self._selector.unregister(conn.socket)

    def _let_go(self, conn: _Connection, arrived: bool) -> None:
        size = whole(conn.inbox)
        if not arrived or size is None:
            conn.close()
            return
        more = len(conn.inbox) > size or (isinstance(conn.socket, SSLSocket) and conn.socket.pending() > 0)
        conn.rfile = _Whole(bytes(conn.inbox[:size]), more)
        del conn.inbox[:size]
        conn.socket.settimeout(conn.server.timeout)
        self._admit(conn)


def _arrived(conn: _Connection) -> bool | None:
    """Read what is there: True when a request is whole, False when the peer is gone, None to wait."""
    try:
        if conn.shakes:
            conn.socket.do_handshake()
            conn.shakes = False
        while whole(conn.inbox) is None:  # one may lie here already, behind the one before
            more = conn.socket.recv(BODY_LIMIT)
            if not more:
                return False
            conn.inbox += more
    except AWAY:
        return None  # nothing more for now
    except OSError:
        return False
    return True


class _Tls:
    """cheroot's adapter; hands are shaken at the gate, where one that takes long holds nobody up."""

    makefile = staticmethod(MakeFile)

    def __init__(self, context: Callable[[], SSLContext]) -> None:
        self._context = context

    def bind(self, listener: socket) -> socket:
        return listener

    def wrap(self, client: socket) -> tuple[SSLSocket, dict[str, Any]]:
        """BlockingIOError: whoever was there is gone already, which cheroot passes over without a word."""
        try:
            wrapped = self._context().wrap_socket(client, server_side=True, do_handshake_on_connect=False)
        except OSError as gone:
            client.close()
            raise BlockingIOError(EAGAIN, str(gone)) from None
        return wrapped, {"wsgi.url_scheme": "https"}


class Server(wsgi.Server):
    """cheroot behind the gate. On the loopback address where nothing else is said; `tls` tells the context
    of each new connection."""

    ConnectionClass = _Connection

    def __init__(
        self,
        port: int,
        site: Callable[..., Any],
        host: str = "127.0.0.1",
        tls: Callable[[], SSLContext] | None = None,
    ) -> None:
        super().__init__(
            (host, port),
            site,
            numthreads=WORKERS,
            max=WORKERS,
            server_name="Bellwire",
            request_queue_size=128,
            timeout=10,
            shutdown_timeout=1,
            accepted_queue_size=AT_THE_GATE,
            accepted_queue_timeout=0,
        )
        self.gateway = _Gateway
        self.ssl_adapter = _Tls(tls) if tls is not None else None
        self.max_request_header_size = HEAD_LIMIT
        self.max_request_body_size = BODY_LIMIT
        self.keep_alive_conn_limit = KEPT_ALIVE
        self._gate = Gate(super().process_conn)

    def process_conn(self, conn: _Connection) -> None:
        self._gate.enter(conn)

    def put_conn(self, conn: _Connection) -> None:
        if self.ready and conn.taker is not None:
            conn.taker(conn)
        else:
            super().put_conn(conn)

    def stop(self) -> None:
        self._gate.close()
        super().stop()

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        Log().write(f"{msg}\n{traces.format_exc()}" if traceback else msg)
