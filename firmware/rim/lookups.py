"""What flows ask outside the box: tables, databases and addresses, looked up by a few threads.

`ask` never waits. The answer comes back as an order in the box's mailbox; whoever asked has a timer of his
own. What is asked for is bounded on every side: 2 s, 64 KB, one row; a full queue answers at once, with
nothing. Over HTTP only the owner's list is asked; a name on it that leads to this machine or to the link
itself is not, nothing is redirected, and what was resolved is what is connected to (RELIABILITY G-10).
"""

import csv
import http.client
import ipaddress
import json
import socket
import sqlite3
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from queue import Full, Queue
from typing import Any
from urllib.parse import urlencode, urlsplit

from firmware.base.asked import BUDGET, Asked, InDatabase, InTable, OverHttp, origin
from firmware.base.orders import Handler, Reply
from firmware.calls.visit import Aids

THREADS, WAITING = 4, 16
LARGEST = 64 * 1024  # bytes of an answer
LARGEST_TABLE = 8 * 1024 * 1024  # bytes
COLUMNS, LONGEST = 200, 200  # of what is told of a row
FOLDER = "tables"  # in the state folder
Post = Callable[[str, dict[str, Any], Callable[[Reply], None]], None]


class Lookups:
    """`ask` and `answer` are the tick thread's. Without `threads` what is asked waits for `work`."""

    def __init__(self, post: Post, folder: Path, threads: int = THREADS, budget: float = BUDGET) -> None:
        self._post, self._folder, self._budget = post, folder / FOLDER, budget
        self._tables = Tables()
        self._jobs: Queue[tuple[int, Asked]] = Queue(WAITING)
        self._tell: dict[int, Callable[[str], None]] = {}
        self._last = 0
        for n in range(threads):
            threading.Thread(target=self._serve, name=f"lookup {n}", daemon=True).start()

    def plug(self, aids: Aids, orders: dict[str, Handler]) -> None:
        """Into a box: its flows ask here, and hear the answer by an order."""
        aids.ask = self.ask
        orders["lookup.answer"] = Handler(self.answer, own=True)

    @property
    def waits(self) -> bool:
        """Is something asked that nobody has looked up yet?"""
        return not self._jobs.empty()

    def ask(self, asked: Asked, tell: Callable[[str], None]) -> None:
        """`tell` follows in the tick thread, with an answer or with ""."""
        self._last += 1
        try:
            self._jobs.put_nowait((self._last, asked))
        except Full:
            tell("")
        else:
            self._tell[self._last] = tell

    def answer(self, id: int, text: str) -> None:
        """The order that carries an answer; one that nobody waits for is dropped."""
        if (tell := self._tell.pop(id, None)) is not None:
            tell(text)

    def work(self) -> None:
        """Look up what was asked, here and now."""
        while self.waits:
            self._one(*self._jobs.get())

    def _serve(self) -> None:
        while True:
            self._one(*self._jobs.get())

    def _one(self, id: int, asked: Asked) -> None:
        self._post("lookup.answer", {"id": id, "text": self.found(asked)}, lambda reply: None)

    def found(self, asked: Asked) -> str:
        """The answer; "" where there is none, for whatever reason."""
        ends = time.monotonic() + self._budget
        try:
            match asked:
                case InTable():
                    row = self._tables.row(self._folder / asked.file, asked.column, asked.key)
                case InDatabase():
                    row = in_database(self._folder / asked.file, asked, ends)
                case OverHttp():
                    return over_http(asked, ends)
        except Exception:  # whatever it was: a thread that ends would take every later look-up with it
            return ""
        return json.dumps(row) if row else ""


# Tables


class Tables:
    """CSV files, read once for each change of the file. Any thread."""

    def __init__(self) -> None:
        self._read: dict[tuple[Path, str], tuple[tuple[int, int], dict[str, dict[str, str]]]] = {}
        self._lock = threading.Lock()

    def row(self, path: Path, column: str, key: str) -> dict[str, str] | None:
        """The first row whose `column` is `key`. OSError, ValueError: there is no such table."""
        stat = path.stat()
        if stat.st_size > LARGEST_TABLE:
            raise ValueError("a table as large as that is a database")
        changed = (stat.st_mtime_ns, stat.st_size)
        with self._lock:
            known = self._read.get((path, column))
            if known is None or known[0] != changed:
                known = self._read[path, column] = (changed, _indexed(path, column))
        return known[1].get(key)


def _indexed(path: Path, column: str) -> dict[str, dict[str, str]]:
    """Rows by their key, with the names of the first line."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows: dict[str, dict[str, str]] = {}
        for row in csv.DictReader(file):
            rows.setdefault(row[column].strip(), _texts(row))
    return rows


def _texts(row: Any) -> dict[str, str]:
    """At most so many columns, so long each."""
    shown = {str(key): str(value)[:LONGEST] for key, value in row.items() if key and value is not None}
    return dict(list(shown.items())[:COLUMNS])


# Databases

_READS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
STEPS = 10_000  # of SQLite's machine between two looks at the clock


def in_database(path: Path, asked: InDatabase, ends: float) -> dict[str, str] | None:
    """The first row. sqlite3.Error: it does not just read, it takes too long, there is no such file."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=0.5)) as db:
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1_000_000)
        db.set_authorizer(lambda act, *_: sqlite3.SQLITE_OK if act in _READS else sqlite3.SQLITE_DENY)
        db.set_progress_handler(lambda: time.monotonic() > ends, STEPS)
        db.row_factory = sqlite3.Row
        row = db.execute(asked.sql, asked.values).fetchone()
    return _texts(dict(row)) if row is not None else None


# HTTP


def over_http(asked: OverHttp, ends: float) -> str:
    """The JSON that the address answers. OSError, ValueError, HTTPException: it does not, or may not."""
    if origin(asked.url) not in asked.allowed:
        raise ValueError("its origin is not on the owner's list")
    url = urlsplit(asked.url)
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    body, headers = None, {"Accept": "application/json", "Connection": "close"}
    if asked.method == "GET" and asked.body:
        path += ("&" if url.query else "?") + urlencode(asked.body)
    elif asked.method == "POST":
        body, headers["Content-Type"] = json.dumps(asked.body), "application/json"
    link = Link(url.hostname or "", url.port or (443 if url.scheme == "https" else 80), ends)
    try:
        connection = http.client.HTTPConnection(url.hostname or "", url.port)
        connection.sock = link.secured(url.hostname or "") if url.scheme == "https" else link.sock
        connection.request(asked.method, path, body, headers)
        return _answer(connection.getresponse())
    finally:
        link.close()


def _answer(response: http.client.HTTPResponse) -> str:
    text = response.read(LARGEST + 1) if response.status == 200 else b""
    if not text or len(text) > LARGEST:
        raise ValueError("it gave no answer that can be used")
    found = json.loads(text)
    if not isinstance(found, dict | list):
        raise ValueError("it gave no answer that can be used")
    return json.dumps(found)


class Link:
    """A connection to what the name led to just now, with an end of its own: a far end that sends a byte a
    second keeps every single wait short. OSError, ValueError: there is none, or it may not be asked."""

    def __init__(self, host: str, port: int, ends: float) -> None:
        address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
        if not _is_address(host) and _inside(address):
            raise ValueError("a name must not lead to this machine")
        self.sock = socket.create_connection((address, port), timeout=max(0.1, ends - time.monotonic()))
        self._late = threading.Timer(max(0.0, ends - time.monotonic()), self._cut)
        self._late.daemon = True
        self._late.start()
        if not _is_address(host) and self.sock.getpeername()[0] == self.sock.getsockname()[0]:
            self.close()
            raise ValueError("a name must not lead to this machine")

    def secured(self, host: str) -> socket.socket:
        """The same, as TLS with whoever can prove that name."""
        context = ssl.create_default_context()
        secure = context.wrap_socket(self.sock, server_hostname=host, do_handshake_on_connect=False)
        self.sock = secure
        secure.do_handshake()
        return secure

    def close(self) -> None:
        self._late.cancel()
        self.sock.close()

    def _cut(self) -> None:
        with suppress(OSError):  # it has ended already
            self.sock.shutdown(socket.SHUT_RDWR)


def _is_address(host: str) -> bool:
    """Did the owner name the very address?"""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _inside(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.is_loopback or ip.is_link_local or ip.is_unspecified or ip.is_multicast or ip.is_reserved
