"""The engine, as seen from the pages: asked over its control socket, and never waited for long."""

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from firmware.base import Broken
from firmware.base.orders import Reply
from firmware.rim.control import Client
from firmware.rim.control_schema import Happened

LIMIT = 1.0  # s; an engine that does not tell its state in this time is down (DESIGN 6.4)
FRESH = 0.1  # s for which a snapshot serves everybody who asks
GONE = "The engine does not answer. The page looks for it and comes back by itself."
ORDERS = 4  # at a time; while the engine hangs, the other workers stay free for other pages


class Line(Protocol):
    """What the pages need of `firmware.rim.control.Client`."""

    def order(self, name: str, /, **args: Any) -> Reply: ...
    def state(self) -> Reply: ...
    def watch(
        self, since: int | None = None, lasting: bool = False, idle: float | None = None
    ) -> Iterator[Happened | None]: ...
    def close(self) -> None: ...


class Engine:
    """Shared by all threads of the web process. `connect(timeout)` opens a line to the engine."""

    def __init__(self, connect: Callable[[float], Line]) -> None:
        self._lines: queue.Queue[Line] = queue.Queue()
        for _ in range(ORDERS):
            self._lines.put(connect(5.0))
        self._asking = connect(LIMIT)
        self._lock = threading.Lock()
        self._known: Reply | Broken = Broken("The engine was not asked yet")
        self._asked_at = float("-inf")

    def order(self, name: str, args: Mapping[str, Any]) -> Reply:
        """Have something done. Broken: no engine, or it is too busy to say."""
        with self._line() as line:
            return line.order(name, **args)

    def state(self, fresh: float = FRESH) -> Reply:
        """A snapshot not older than `fresh` s, and the number of the last event in it. Broken: no engine.

        Whoever waits meanwhile gets the same answer, a bad one too: no queue forms behind a dead engine.
        """
        with self._lock:
            if monotonic() - self._asked_at > fresh:
                self._known = self._ask()
                self._asked_at = monotonic()
            known = self._known
        if isinstance(known, Broken):
            raise known
        return known

    def watch(
        self, since: int, lasting: bool = False, idle: float | None = None
    ) -> Generator[Happened | None, None, None]:
        """As `Client.watch`; close it to hang up."""
        yield from self._asking.watch(since, lasting, idle)

    def close(self) -> None:
        for line in (self._asking, *(self._lines.get() for _ in range(ORDERS))):
            line.close()

    def _ask(self) -> Reply | Broken:
        try:
            return self._asking.state()
        except Broken as broken:
            return Broken(str(broken))

    @contextmanager
    def _line(self) -> Iterator[Line]:
        try:
            line = self._lines.get(timeout=LIMIT)
        except queue.Empty:
            raise Broken("The engine is busy with other orders") from None
        try:
            yield line
        finally:
            self._lines.put(line)


def station_of(engine: Engine, person: str | None) -> str | None:
    """Where somebody's calls ring; None where he has no place, or the engine does not say."""
    try:
        agents = engine.state().result.get("agents", {}) if person is not None else {}
    except Broken:
        return None
    return seat(agents, person)


def seat(agents: Mapping[str, Any], person: str | None) -> str | None:
    """The same, from a snapshot's agents: a place that he has left is not his while a colleague has it."""
    if person is None or person not in agents:
        return None
    station: str | None = agents[person]["station"]
    there = [name for name, each in agents.items() if each["station"] == station and each["status"] != "off"]
    return None if there and person not in there else station


def engine_at(folder: Path) -> Engine:
    """The engine that works on a state folder."""
    return Engine(lambda timeout: Client(folder / "control.sock", timeout))
