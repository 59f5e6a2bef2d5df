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
from typing import Any

import msgspec

from firmware.base import Broken, Refused
from firmware.rim.control_schema import Happened
from web.engine import GONE, Engine

STREAMS = 24  # of the server's 64 workers; each stream holds one
RECENT = 2_000  # events kept for those who come back
TAIL = 60  # events that a new page begins with
LOOKED_AT = 0.2  # s between two snapshots while a page is open
ALONE = 1.0  # and while none is: health looks back over a minute
AGAIN = 0.5  # s before an engine that went away is looked for again
HEARTBEAT = 2.0  # s; the second comment line into a closed connection finds that its reader has gone

Snapshot = dict[str, Any]


class _Reader:
    """How far one stream is: the last event that it was sent, and the turn of the feed it has seen."""

    def __init__(self, after: int | None) -> None:
        self.after = after
        self.turn = 0


class Feed:
    """Two threads that read the engine, and any number of streams that wait for news."""

    def __init__(
        self,
        engine: Engine,
        seen: Callable[[Snapshot], object] = bool,
        date: Callable[[int], str | None] = lambda at: None,
    ) -> None:
        """`seen` is told every snapshot, changed or not; `date` gives the wall time of an event's µs."""
        self.streams = 0
        self._engine = engine
        self._seen = seen
        self._date = date
        self._news = threading.Condition()
        self._turn = 0  # counts whatever is new
        self._shown: dict[str, tuple[int, bytes]] = {}  # kind -> the turn it changed in, the message
        self._keys: dict[str, Any] = {}  # kind -> what of it must change before it is sent again
        self._recent: deque[tuple[int, bytes]] = deque(maxlen=RECENT)  # (seq, message)
        self._last: int | None = None  # the last event of the journal, once that is known
        self._closing = threading.Event()
        for work in (self._read_state, self._read_events):
            threading.Thread(target=work, name=work.__name__, daemon=True).start()

    def close(self) -> None:
        """End the threads and all streams."""
        self._closing.set()
        with self._news:
            self._news.notify_all()

    def recorded(self, seq: int) -> None:
        """The call record holds the journal up to the event numbered `seq`."""
        self._show("record", seq, seq)

    def stream(self, after: int | None) -> Iterator[bytes]:
        """News as `text/event-stream`: the events after the one numbered `after` (None: the journal's
        tail), the state, then whatever is new. Refused: too many streams are open."""
        with self._news:
            if self.streams >= STREAMS:
                raise Refused("Too many pages are open: close one.")
            self.streams += 1
        return self._stream(_Reader(after))

    def _stream(self, reader: _Reader) -> Iterator[bytes]:
        try:
            yield b"retry: 1000\n\n"
            while not self._closing.is_set():
                with self._news:
                    self._news.wait_for(
                        lambda: self._turn != reader.turn or self._closing.is_set(), HEARTBEAT
                    )
                    gap, news = self._since(reader)
                yield from self._missed(gap)
                yield b"".join(news) or b":\n\n"
        finally:
            with self._news:
                self.streams -= 1

    def _since(self, reader: _Reader) -> tuple[range, list[bytes]]:
        """Numbers of events that are no longer at hand, and the messages that this stream has not had."""
        news = [message for turn, message in self._shown.values() if turn > reader.turn]
        reader.turn = self._turn
        if self._last is None:
            return range(0), news
        if reader.after is None or reader.after > self._last:  # later than the last: of another journal
            reader.after = max(0, self._last - TAIL)
        after = reader.after
        events = list(takewhile(lambda each: each[0] > after, reversed(self._recent)))[::-1]
        if not events:
            return range(0), news
        reader.after = events[-1][0]
        return range(after + 1, events[0][0]), [*(message for _, message in events), *news]

    def _missed(self, gap: range) -> Iterator[bytes]:
        """The events of `gap`, from the engine's journal."""
        if not gap:
            return
        with suppress(Broken, Refused), closing(self._engine.watch(gap.start - 1)) as past:
            for event in past:
                if event is None or event.seq >= gap.stop:
                    return
                yield self._journal(event)

    def _read_state(self) -> None:
        while not self._closing.is_set():
            try:
                state = self._engine.state().result
            except Broken:
                self._show("trouble", "", GONE)
            else:
                self._seen(state)
                self._show("state", _still(state), state)
                self._show("trouble", "", "")
            self._closing.wait(LOOKED_AT if self.streams else ALONE)

    def _show(self, kind: str, key: Any, what: Any) -> None:
        """A message for all streams, where it differs from the one before: by `key`, or by itself."""
        with self._news:
            if self._keys.get(kind) != (key or what):
                self._keys[kind] = key or what
                self._turn += 1
                self._shown[kind] = (self._turn, _message(kind, what))
                self._news.notify_all()

    def _read_events(self) -> None:
        while not self._closing.is_set():
            with suppress(Broken, Refused):
                self._follow()
            self._closing.wait(AGAIN)

    def _follow(self) -> None:
        newest = self._engine.state().seq
        with self._news:
            if self._last is None or self._last > newest:
                self._recent.clear()
                self._last = newest
            since = self._recent[-1][0] if self._recent else max(0, newest - RECENT)
        with closing(self._engine.watch(since, idle=1.0)) as events:
            for event in events:
                if self._closing.is_set():
                    return
                if event is not None:
                    self._append(event)

    def _append(self, event: Happened) -> None:
        with self._news:
            self._recent.append((event.seq, self._journal(event)))
            self._last = max(self._last or 0, event.seq)
            self._turn += 1
            self._news.notify_all()

    def _journal(self, event: Happened) -> bytes:
        told = {name: getattr(event, name) for name in ("seq", "at", "type", "fields", "durable")}
        return b"id: %d\n" % event.seq + _message("journal", {**told, "date": self._date(event.at)})


def _message(kind: str, what: Any) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (kind.encode(), msgspec.json.encode(what))


def _still(state: Snapshot) -> Snapshot:
    """A snapshot without what counts by itself: the page counts those seconds too."""
    calls = [{**call, "seconds": 0} for call in state.get("calls", ())]
    return {**state, "uptime_s": 0, "calls": calls}
