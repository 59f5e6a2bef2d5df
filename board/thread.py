"""The bus thread of the real box: it alone touches SPI and pins, so the tick never waits for them."""

import logging
from collections.abc import Callable
from threading import Event, Thread
from typing import Protocol

POLL = 10_000  # µs between two polls; sequences may ask for less
REST = 1_000  # µs between two polls at least

log = logging.getLogger(__name__)


class Polled(Protocol):
    @property
    def due(self) -> int: ...
    def poll(self, now: int, /) -> None: ...


class BusThread:
    """Polls the hat with the box's own time (`clock_us`) until it is stopped."""

    def __init__(self, hat: Polled, clock_us: Callable[[], int]) -> None:
        self._hat = hat
        self._clock_us = clock_us
        self._stop = Event()
        self._thread = Thread(target=self._run, name="bus", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait until the bus is left alone."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        beat = self._clock_us()
        while not self._stop.is_set():
            try:
                self._hat.poll(self._clock_us())
            except Exception:
                # Our own bug: one poll is lost, the other ports go on (DESIGN 5).
                log.exception("a poll of the hat failed")
            now = self._clock_us()
            beat = next_beat(beat, now)
            self._stop.wait((wake(beat, now, self._hat.due) - now) / 1e6)


def next_beat(beat: int, now: int) -> int:
    """The first beat after `now`; one that was missed is not made up."""
    if beat > now:
        return beat
    return beat + POLL if beat + POLL > now else now + POLL


def wake(beat: int, now: int, due: int) -> int:
    """At the beat, or earlier where a sequence goes on; never so soon that the bus turns without rest."""
    return min(beat, max(due, now + REST))
