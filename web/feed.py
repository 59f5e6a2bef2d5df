"""What moves on the pages: the engine's state and events, read once and streamed to all who look.

Server-sent events: `state` (the snapshot, whenever it changed), `journal` (an event, with its number
as id, so that a browser that was away gets what it missed), `record` (the call record holds the
journal up to this number) and `trouble` (a sentence, "" when over).
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import takewhile
from time import monotonic
from typing import Any, NamedTuple

import msgspec

from firmware.base import Broken, Refused
from firmware.rim.control_schema import Happened
from web.engine import GONE, Engine
from web.sight import Sight
from web.streams import Streams, framed

STREAMS = 200  # pages that look on
RECENT = 2_000  # events kept for those who come back
TAIL = 60  # events that a new page begins with
LOOKED_AT = 0.2  # s between two snapshots while a page is open
APART = 0.03  # s at least: an event is followed by a snapshot at once, a burst of them by one
ALONE = 1.0  # and while none is: health looks back over a minute
AGAIN = 0.5  # s before an engine that went away is looked for again

Snapshot = dict[str, Any]


class Told(NamedTuple):
    """An event as it is streamed, and what of it decides who sees it."""

    seq: int
    kind: str
    fields: dict[str, Any]
    message: bytes


class Reader:
    """One page: the last event that it was sent, and what of the rest it has seen."""

    def __init__(self, feed: "Feed", after: int | None, sight: Sight, lives: Callable[[], bool]) -> None:
        self.after, self.sight = after, sight
        self.turn = self.shown = 0  # of the feed, up to which it has all; and all but events
        self._feed, self._lives = feed, lives

    def lives(self) -> bool:
        return self._lives() and not self._feed.lost(self)

    def more(self, room: int) -> bytes:
        """News, about `room` bytes of them."""
        return self._feed.news(self, room)

    def end(self) -> None:
        self._feed.leave(self)


class Feed:
    """Two threads that read the engine, and one that writes to the pages."""

    def __init__(
        self,
        engine: Engine,
        seen: Callable[[Snapshot], object] = bool,
        date: Callable[[int], str | None] = lambda at: None,
    ) -> None:
        """`seen` is told every snapshot, changed or not; `date` gives the wall time of an event's µs."""
        self.pages = Streams()
        self._engine, self._seen, self._date = engine, seen, date
        self._lock = threading.Lock()
        self._readers: set[Reader] = set()
        self._turn = 0  # counts whatever is new
        self._shown: dict[str, tuple[int, Any]] = {}  # kind -> the turn it changed in, what it is now
        self._made: dict[tuple[str, Sight], bytes] = {}  # messages of those, for all who see the same
        self._keys: dict[str, Any] = {}  # kind -> what of it must change before it is sent again
        self._state: Snapshot = {}
        self._recent: deque[Told] = deque(maxlen=RECENT)
        self._last: int | None = None  # the last event of the journal, once that is known
        self._closing, self._stir = threading.Event(), threading.Event()
        for work in (self._read_state, self._read_events):
            threading.Thread(target=work, name=work.__name__, daemon=True).start()

    def close(self) -> None:
        """End the threads and all streams."""
        self._closing.set()
        self._stir.set()
        self.pages.close()

    @property
    def streams(self) -> int:
        """Pages that look on."""
        return len(self._readers)

    def recorded(self, seq: int) -> None:
        """The call record holds the journal up to the event numbered `seq`."""
        self._show("record", seq, seq)

    # For the pages

    def open(
        self, after: int | None, sight: Sight, lives: Callable[[], bool]
    ) -> tuple[Reader, Iterator[bytes]]:
        """A page that looks on from behind the event numbered `after` (None: from the journal's tail), as
        long as it `lives`; and what it is sent before all else. Refused: too many look on."""
        with self._lock:
            if len(self._readers) >= STREAMS:
                raise Refused("Too many pages are open: close one.")
            reader = Reader(self, after, sight, lives)
            self._readers.add(reader)
        return reader, self._before(reader)

    def leave(self, reader: Reader) -> None:
        self._readers.discard(reader)

    def news(self, reader: Reader, room: int) -> bytes:
        """What the page has not had, about `room` bytes of it."""
        if reader.turn == self._turn:
            return b""
        with self._lock:
            events = b"".join(self._events(reader, room))
            if self._last is None or not self._recent or reader.after == self._recent[-1].seq:
                reader.turn = self._turn
            return events + b"".join(self._changed(reader))

    def lost(self, reader: Reader) -> bool:
        """So much has happened that memory has no longer what it misses: it may come back and ask."""
        with self._lock:
            first = self._recent[0].seq if self._recent else 0
        return reader.after is not None and reader.after < first - 1

    def _events(self, reader: Reader, room: int) -> Iterator[bytes]:
        """Those of memory, as far as there is room."""
        if self._last is None:
            return
        after = self._begin(reader, self._last)
        for told in list(takewhile(lambda each: each.seq > after, reversed(self._recent)))[::-1]:
            if room <= 0:
                return
            reader.after = told.seq
            if reader.sight.sees(told.kind, told.fields, self._state):
                room -= len(told.message)
                yield told.message

    def _changed(self, reader: Reader) -> Iterator[bytes]:
        for kind, (turn, what) in self._shown.items():
            if turn > reader.shown:
                yield self._message(kind, what, reader.sight)
        reader.shown = self._turn

    @staticmethod
    def _begin(reader: Reader, last: int) -> int:
        """The event behind which it goes on; one later than the last is of another journal."""
        if reader.after is None or reader.after > last:
            reader.after = max(0, last - TAIL)
        return reader.after

    def _before(self, reader: Reader) -> Iterator[bytes]:
        """The beginning, with the events that are no longer in memory, from the engine's journal."""
        yield b"retry: 1000\n\n"
        with self._lock:
            if self._last is None or not self._recent:
                return
            gap = range(self._begin(reader, self._last) + 1, self._recent[0].seq)
        if not gap:
            return
        with suppress(Broken, Refused), closing(self._engine.watch(gap.start - 1)) as past:
            for event in takewhile(lambda each: each is not None and each.seq < gap.stop, past):
                assert event is not None
                reader.after = event.seq
                if reader.sight.sees(event.type, event.fields, self._state):
                    yield self._told(event).message

    # From the engine

    def _read_state(self) -> None:
        while not self._closing.is_set():
            try:
                state = self._engine.state(APART / 2).result
            except Broken:
                self._show("trouble", "", GONE)
            else:
                self._seen(state)
                self._state = state
                self._show("state", _still(state), state)
                self._show("trouble", "", "")
            looked = monotonic()
            self._stir.wait(LOOKED_AT if self._readers else ALONE)
            self._closing.wait(max(0.0, looked + APART - monotonic()))
            self._stir.clear()

    def _show(self, kind: str, key: Any, what: Any) -> None:
        """Something for all pages, where it differs from the one before: by `key`, or by itself."""
        with self._lock:
            if self._keys.get(kind) == (key or what):
                return
            self._keys[kind] = key or what
            self._turn += 1
            self._shown[kind] = (self._turn, what)
            self._made.clear()
        self.pages.wake()

    def _message(self, kind: str, what: Any, sight: Sight) -> bytes:
        """As it is streamed to whoever sees so much; made once for all of them."""
        key = (kind, sight)
        if key not in self._made:
            seen = sight.state(what) if kind == "state" else what
            self._made[key] = framed(kind, msgspec.json.encode(seen))
        return self._made[key]

    def _read_events(self) -> None:
        while not self._closing.is_set():
            with suppress(Broken, Refused):
                self._follow()
            self._closing.wait(AGAIN)

    def _follow(self) -> None:
        newest = self._engine.state().seq
        with self._lock:
            if self._last is None or self._last > newest:
                self._recent.clear()
                self._last = newest
            since = self._recent[-1].seq if self._recent else max(0, newest - RECENT)
        with closing(self._engine.watch(since, idle=1.0)) as events:
            for event in events:
                if self._closing.is_set():
                    return
                if event is not None:
                    self._append(self._told(event))

    def _append(self, told: Told) -> None:
        with self._lock:
            self._recent.append(told)
            self._last = max(self._last or 0, told.seq)
            self._turn += 1
        self._stir.set()
        self.pages.wake()

    def _told(self, event: Happened) -> Told:
        told = {name: getattr(event, name) for name in ("seq", "at", "type", "fields", "durable")}
        data = msgspec.json.encode({**told, "date": self._date(event.at)})
        return Told(event.seq, event.type, event.fields, b"id: %d\n" % event.seq + framed("journal", data))


def _still(state: Snapshot) -> Snapshot:
    """A snapshot without what counts by itself: the page counts those seconds too."""
    calls = [{**call, "seconds": 0, "waited": 0} for call in state.get("calls", ())]
    line_up = [{**each, "waited_s": 0} for each in state.get("line_up", ())]
    queues = {name: {**each, "longest_s": 0} for name, each in state.get("queues", {}).items()}
    return {**state, "uptime_s": 0, "wall": "", "calls": calls, "line_up": line_up, "queues": queues}
