"""The engine's end of the control socket: one asyncio thread between many clients and the one tick.

Orders go to the box's mailbox, answers and events come back from the tick thread. What a client
sends is checked against the schema; nonsense is answered with a refusal. A client that does not
read is cut off when its backlog is full: nobody waits for anybody.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from firmware.base.events import Event
from firmware.base.orders import Engine, Reply
from firmware.rim.control import listening
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
    Welcome,
    number_in,
    read,
    written,
)
from firmware.rim.journal import AnyJournal

BACKLOG = 1 << 20  # bytes that may wait for one client; then it is cut off
CLIENTS = 64
OPEN_ORDERS = 64  # of one client, not answered yet
GREETING = 5.0  # s in which a client says hello
RECENT = 2_000  # events kept for those who begin to watch
PAGE = 500  # events read at once from the journal for them
POLL = 0.1  # s between two looks at a disk that is behind


class ControlServer:
    """Listens at `path` (mode 0600) from the start; whoever runs the tick calls `beat` after each.

    Refused: the path cannot be listened on.
    """

    def __init__(self, path: Path, engine: Engine, past: AnyJournal) -> None:
        self.past = past
        self.engine = engine
        self.told = past.last[0]  # the last event handed to the clients; loop's thread
        self.recent: deque[Happened] = deque(maxlen=RECENT)
        self._path = path
        self._seen = past.last[0]  # the last event that the box told; tick thread
        self._fresh: deque[tuple[Event, bool]] = deque()
        self._asked: deque[Callable[[Reply], None]] = deque()
        self._visitors: set[_Visitor] = set()
        self._socket = listening(path)
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        engine.watchers.append(self._see)
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)
        self._thread.start()

    def _see(self, event: Event, durable: bool) -> None:
        self._fresh.append((event, durable))
        self._seen = max(self._seen, event.seq)

    def beat(self) -> None:
        """Once after every tick, in its thread: hand over what it told, take the snapshot asked for."""
        if self._fresh:
            self.later(self._tell)
        if self._asked:
            state = Reply("done", self.engine.snapshot(), seq=self._seen)
            while self._asked:
                self._asked.popleft()(state)

    def ask(self, answer: Callable[[Reply], None]) -> None:
        """Have `answer` called with the snapshot, in the next `beat`."""
        self._asked.append(answer)

    def later(self, call: Callable[..., object], *args: Any) -> None:
        """Have `call` made in the loop's thread, from any thread; not at all once the socket is closed."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *args)

    def begin_anew(self, past: AnyJournal) -> None:
        """Another engine goes on behind the same face, on a journal that may have lost its end: whoever
        watches is hung up on, and finds out for himself. In the tick thread."""
        self._fresh.clear()
        self._seen = past.last[0]
        self.later(self._begin_anew, past)

    def _begin_anew(self, past: AnyJournal) -> None:
        self.past, self.told = past, past.last[0]
        self.recent.clear()
        for visitor in tuple(self._visitors):
            if visitor.watching:
                visitor.leave(at_once=True)

    def close(self) -> None:
        """Hang up on everybody; nobody is told anything any more."""
        self.engine.watchers.remove(self._see)
        self.later(self._closing.set)
        self._thread.join()
        self._path.unlink(missing_ok=True)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _serve(self) -> None:
        # start_unix_server would look for the socket at the name under which it was bound (3.13)
        server = await asyncio.start_server(self._visit, sock=self._socket, limit=LINE)
        await self._closing.wait()
        server.close()
        for visitor in tuple(self._visitors):
            visitor.leave(at_once=True)
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}), return_exceptions=True)

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visitor = _Visitor(self, reader, writer)
        self._visitors.add(visitor)
        try:
            await visitor.serve(welcome=len(self._visitors) <= CLIENTS)
        finally:
            self._visitors.discard(visitor)
            visitor.leave()

    def _tell(self) -> None:
        while self._fresh:
            event, durable = self._fresh.popleft()
            if event.seq > self.told:
                happened = Happened.of(event, durable)
                self.told = event.seq
                self.recent.append(happened)
                for visitor in tuple(self._visitors):
                    visitor.tell(happened)


class _Visitor:
    """One client; all of it in the loop's thread."""

    def __init__(
        self, server: ControlServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._open = 0  # orders without an answer
        self._since = 0  # the last event told to this client
        self.watching = self._live = self._lasting = False
        self._chase: asyncio.Task[None] | None = None

    async def serve(self, welcome: bool) -> None:
        """Hear the client until it goes, or is not welcome."""
        if not welcome:
            self._refuse(f"The engine serves {CLIENTS} clients at once: close one of them.")
            return
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(GREETING):
                greeted = self._greet(await self._hear())
            while greeted and (heard := await self._hear()) is not None:
                self._do(heard)

    def _greet(self, heard: Heard | None) -> bool:
        fits = isinstance(heard, Hello) and heard.version == VERSION
        if fits:
            self.send(Welcome(VERSION))
        else:
            self._refuse(f"Say hello first, in version {VERSION}.")
        return fits

    async def _hear(self) -> Heard | None:
        """The next message that makes sense; None when there are no more."""
        try:
            while (line := await self._reader.readline()).endswith(b"\n"):
                if (heard := self._read(line)) is not None:
                    return heard
        except ValueError:
            self._refuse(f"A line may have {LINE // 1024} kB: send less at once.")
        return None

    def _read(self, line: bytes) -> Heard | None:
        try:
            return read(line)
        except (msgspec.MsgspecError, RecursionError) as error:
            self._refuse(f"That is no message of this socket: {str(error)[:200]}", number_in(line))
            return None

    def _do(self, heard: Heard) -> None:
        if isinstance(heard, Hello):
            self.send(Welcome(VERSION))
        elif isinstance(heard, Watch):
            self._watch(heard)
        elif self._open >= OPEN_ORDERS:
            self._refuse(f"{OPEN_ORDERS} orders wait for their answers: send this one later.", heard.id)
        else:
            self._open += 1
            self._pass_on(heard)

    def _pass_on(self, heard: Order | Ask) -> None:
        def answer(reply: Reply) -> None:
            self._server.later(self._answer, Answered(heard.id, reply))

        if isinstance(heard, Ask):
            self._server.ask(answer)
        else:
            self._server.engine.post(heard.name, heard.args, answer)

    def _answer(self, answer: Answered) -> None:
        self._open -= 1
        self.send(answer)

    def _refuse(self, sentence: str, number: int = 0) -> None:
        self.send(Answered(number, Reply("refused", sentence=sentence)))

    def _watch(self, wish: Watch) -> None:
        if wish.since is not None and wish.since > self._server.told:
            self._refuse(f"The journal ends at event {self._server.told}: watch from there.")
            return
        self._since = self._server.told if wish.since is None else wish.since
        self._lasting = wish.lasting
        self.watching = True
        self._catch_up()

    def tell(self, happened: Happened) -> None:
        """Pass an event on, unless what came before it has still to be fetched."""
        if self._live and happened.seq > self._since:
            if self._lasting and not happened.durable:
                self._catch_up()
            else:
                self._pass(happened)

    def _pass(self, happened: Happened) -> None:
        self._since = happened.seq
        self.send(happened)

    def _catch_up(self) -> None:
        """Tell what is missing, from memory if it is there, else from the journal as it becomes durable."""
        self._live = self._fill_from_memory()
        if not self._live and (self._chase is None or self._chase.done()):
            self._chase = asyncio.create_task(self._fill_from_journal())

    def _fill_from_memory(self) -> bool:
        """Whether nothing is missing any more."""
        server = self._server
        if self._since == server.told:
            return True
        missing = [each for each in server.recent if each.seq > self._since]
        if not missing or missing[0].seq != self._since + 1:
            return False
        if self._lasting and server.past.durable < server.told:
            return False
        for each in missing:
            self._pass(replace(each, durable=each.durable or each.seq <= server.past.durable))
        return True

    async def _fill_from_journal(self) -> None:
        """A client that takes no page within its time is cut off."""
        while not self._fill_from_memory():
            page = await asyncio.to_thread(self._page, self._since)
            for event in page:
                self._pass(Happened.of(event, True))
            try:
                await asyncio.wait_for(self._writer.drain(), GREETING)
            except (ConnectionError, TimeoutError):
                self.leave()
                return
            if not page:
                await asyncio.sleep(POLL)
        self._live = True

    def _page(self, since: int) -> list[Event]:
        return list(islice(self._server.past.events(since), PAGE))

    def send(self, told: Told) -> None:
        if not self._writer.is_closing():
            self._writer.write(written(told) + b"\n")
            if self._writer.transport.get_write_buffer_size() > BACKLOG:
                self._writer.transport.abort()

    def leave(self, at_once: bool = False) -> None:
        """Hang up, when what was sent has left or at once."""
        self._live = False
        if self._chase:
            self._chase.cancel()
        if at_once:
            self._writer.transport.abort()
        self._writer.close()
