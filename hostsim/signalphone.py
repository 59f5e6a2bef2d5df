"""A telephone of the office as a port without sound: the hat's own hook logic, woken when it matters."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from board.countries import COUNTRIES
from board.hook import DIGIT_OVER, LIFT, Hook
from firmware.base.clock import SECOND, Timer
from firmware.base.ports import (
    FRAME,
    Fact,
    Frame,
    InService,
    KeyHeard,
    OpenLoop,
    Order,
    Ring,
    RingBegan,
    RingEnded,
    StopRing,
)
from hostsim.receiver import Shown
from hostsim.telephone import Telephone

FEED_VOLTS = -48.0
RING = (25.0, 85.0)  # hertz, volts peak (HARDWARE 6.2)


class SignalPhone:
    """The `HandsetPort` of a telephone, without sound."""

    kind: Literal["phone"] = "phone"
    tells_keys = True
    by_order = False

    def __init__(self, phone: Telephone, country: str) -> None:
        self.name = phone.name
        self._phone = phone
        self._clock = phone.clock
        self._facts: list[Fact] = [InService(at=self._clock.now)]
        self._window = COUNTRIES[country].flash_window
        self._hook = Hook(self._tell, self._window)
        self._wakes: list[Timer] = []
        self._bell: list[Timer] = []
        self._burst = False
        phone.hook.moved = self._moved
        phone.keyed = self._keyed
        self._moved(phone.off)

    # The five verbs

    def read(self) -> Frame:
        return np.zeros(FRAME, np.float32)

    def write(self, frame: Frame) -> None:
        """There is no sound."""

    def events(self) -> Sequence[Fact]:
        facts, self._facts = self._facts, []
        return facts

    def close(self) -> None:
        self._silence()
        self._phone.hook.moved = None

    def do(self, order: Order) -> None:
        match order:
            case Ring() if not self._hook.off:
                self._silence()
                self._part(order, 0)
            case StopRing():
                self._silence()
            case OpenLoop(seconds=seconds):
                self._silence()
                self._phone.feed(self._clock.now, 0.0, None)
                self._clock.after(seconds, lambda: self._phone.feed(self._clock.now, FEED_VOLTS, None))

    # The hook

    def _moved(self, off: bool) -> None:
        if off and self._bell:
            self._silence()
        self._see()
        self._stop(self._wakes)
        # The instants at which the hat's logic would come to know what this change means.
        for after in (LIFT, DIGIT_OVER) if off else (round(self._window[1] * SECOND) + 1,):
            self._wakes.append(self._clock.at(self._clock.now + after, self._see))

    def _see(self) -> None:
        self._hook.see(self._clock.now, self._phone.off)

    def _keyed(self, key: str) -> None:
        if self._hook.off:
            self._tell(KeyHeard(key, at=self._clock.now))

    # The bell

    def _part(self, order: Ring, number: int) -> None:
        """The cadence's parts, one after another; behind the first burst the caller is shown."""
        self._burst_is(number % 2 == 0)
        if number == 1:
            self._phone.display = Shown(order.number, order.name, None if order.number else "unavailable")
        seconds = order.cadence[number % len(order.cadence)]
        self._bell = [self._clock.after(seconds, lambda: self._part(order, number + 1))]

    def _silence(self) -> None:
        self._stop(self._bell)
        self._burst_is(False)
        self._phone.hush()

    def _burst_is(self, on: bool) -> None:
        self._phone.feed(self._clock.now, FEED_VOLTS, RING if on else None)
        if on != self._burst:
            self._burst = on
            self._tell(RingBegan(at=self._clock.now) if on else RingEnded(at=self._clock.now))

    def _tell(self, fact: Fact) -> None:
        self._facts.append(fact)

    @staticmethod
    def _stop(timers: list[Timer]) -> None:
        for timer in timers:
            timer.stop()
        timers.clear()
