"""The hat without chips and without sound: the same lines and telephones tell their facts themselves.

How long something must have lasted until a driver of the hat, or an ear, is sure of it is the same.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

import numpy as np

from board.line import DEAD, RING_GAP
from firmware.base.clock import SECOND, Timer
from firmware.base.ports import (
    FRAME,
    CallerHeard,
    DialPulses,
    Fact,
    FlashHook,
    Frame,
    InService,
    InUse,
    KeyHeard,
    LoopBroken,
    Order,
    OutOfService,
    Release,
    Reversed,
    RingBegan,
    RingEnded,
    Seize,
    SendKeys,
    ToneHeard,
)
from hostsim.exchange import ExchangeLine
from hostsim.person import KEY_CERTAIN, KEY_OFF, KEY_ON
from hostsim.progress import Progress
from hostsim.signalphone import SignalPhone
from hostsim.steady import Steady
from hostsim.town import Town

RING_HERTZ = (15.0, 62.0)  # what the chips are told to take for ringing
RING_CERTAIN = 0.17  # s; bursts below 150 ms are noise (D-05)
BATTERY_CERTAIN, BREAK_CERTAIN, SIGN_CERTAIN, SHARING_CERTAIN = 0.8, 0.3, 0.1, 0.2  # s, as board.line
FLASH = 0.1  # s for which a line's hook is tapped
PULSE_BREAK, PULSE_MAKE, BETWEEN_DIGITS = 0.06, 0.04, 0.75  # s
NO_BATTERY = "no battery on the line; is the cable plugged in?"


class SignalLine:
    """The `LinePort` of an exchange line, without sound."""

    kind: Literal["line"] = "line"

    def __init__(self, line: ExchangeLine) -> None:
        self.name = line.name
        self.seized = False
        self.reason: str | None = "is starting"
        self._line = line
        self._clock = line.clock
        self._facts: list[Fact] = []
        self._gesture: list[Timer] = []
        self._dead: Timer | None = None
        clock = line.clock
        self._ring = Steady(clock, False, lambda on: RING_CERTAIN if on else RING_GAP / SECOND, self._rang)
        self._battery = Steady(clock, True, lambda on: BATTERY_CERTAIN, self._powered)
        self._broken = Steady(clock, False, lambda on: BREAK_CERTAIN, self._broke)
        self._sign = Steady(clock, line.sign, lambda sign: SIGN_CERTAIN, self._reversed)
        self._shared = Steady(clock, False, lambda on: SHARING_CERTAIN, self._sharing)
        self._progress = Progress(clock, line.tones, self._heard)
        line.watchers[:] = [self._look]
        line.keyed = self._keyed
        line.shown = self._shown
        self._hook(False)  # as a hat that is brought up
        self._in() if line.alive else self._look()
        self._look()

    # The five verbs

    def read(self) -> Frame:
        return np.zeros(FRAME, np.float32)

    def write(self, frame: Frame) -> None:
        """There is no sound."""

    def events(self) -> Sequence[Fact]:
        facts, self._facts = self._facts, []
        return facts

    def close(self) -> None:
        self._forget()
        self._line.watchers.clear()

    def do(self, order: Order) -> None:
        if self.reason is not None:
            return
        match order:
            case Seize():
                self._seize()
            case Release():
                self._release()
            case FlashHook() if self.seized:
                self._hook(False)
                self._after(FLASH, lambda: self._hook(True))
            case DialPulses(digits=digits) if self.seized:
                self._pulses(digits)
            case SendKeys(digits=digits) if self.seized:
                self._keys(digits)

    # Orders

    def _seize(self) -> None:
        """Close the loop; but a ring that the logic cannot know of yet was there first, and wins."""
        unheard = any(isinstance(fact, RingBegan) for fact in self._facts)
        if unheard or (self._ring.restless and not self._ring.value):
            return
        self.seized = True
        self._ring.take(False)
        self._progress.forget()
        self._moved(True)

    def _release(self) -> None:
        self.seized = False
        self._forget()
        self._moved(False)

    def _moved(self, off: bool) -> None:
        self._shared.take(False)
        self._broken.take(False)
        self._battery.take(True)
        self._hook(off)
        self._look()

    def _hook(self, off: bool) -> None:
        self._line.hook(self._clock.now, off)

    def _pulses(self, digits: str) -> None:
        at = 0.0
        for digit in filter(str.isdigit, digits):
            for _ in range(int(digit) or 10):
                self._after(at, lambda: self._hook(False))
                self._after(at + PULSE_BREAK, lambda: self._hook(True))
                at += PULSE_BREAK + PULSE_MAKE
            at += BETWEEN_DIGITS - PULSE_MAKE

    def _keys(self, digits: str) -> None:
        for place, key in enumerate(digits):
            at = place * (KEY_ON + KEY_OFF) + KEY_CERTAIN
            self._after(at, partial(self._line.key, key))

    def _after(self, seconds: float, call: Callable[[], None]) -> None:
        self._gesture = [each for each in self._gesture if each.running]
        self._gesture.append(self._clock.after(seconds, call))

    def _forget(self) -> None:
        self._progress.forget()
        for timer in (*self._gesture, *([self._dead] if self._dead else [])):
            timer.stop()
        self._gesture.clear()

    # What the wires show

    def _look(self) -> None:
        line, now = self._line, self._clock.now
        if self.seized:
            self._broken.see(not line.alive)
            self._progress.see(line.brings if line.alive else "silence")
        else:
            ring = line.ringing(now)
            self._ring.see(ring is not None and RING_HERTZ[0] <= ring[0] <= RING_HERTZ[1])
            self._battery.see(line.alive)
        if line.alive:
            self._sign.see(line.sign)
            self._shared.see(line.shared)

    def _rang(self, was: bool, on: bool) -> None:
        self._tell(RingBegan(at=self._clock.now) if on else RingEnded(at=self._clock.now))

    def _powered(self, was: bool, on: bool) -> None:
        if on:
            self._in()
        else:
            self._out(NO_BATTERY)

    def _broke(self, was: bool, broken: bool) -> None:
        if self._dead is not None:
            self._dead.stop()
        if broken:
            self._tell(LoopBroken(at=self._clock.now))
            self._dead = self._clock.after(DEAD / SECOND, self._lost)

    def _lost(self) -> None:
        self._hook(False)
        self._battery.take(False)
        self._out(NO_BATTERY)

    def _reversed(self, was: float, sign: float) -> None:
        self._tell(Reversed(at=self._clock.now))

    def _sharing(self, was: bool, on: bool) -> None:
        self._tell(InUse(on, at=self._clock.now))

    def _heard(self, word: str, on: bool, at: int) -> None:
        self._tell(ToneHeard("voice" if word == "speech" else word, on, at=at))

    def _keyed(self, key: str) -> None:
        if self.seized:
            self._tell(KeyHeard(key, at=self._clock.now))

    def _shown(self, caller: CallerHeard) -> None:
        if not self.seized:
            self._tell(caller)

    def _tell(self, fact: Fact) -> None:
        if self.reason is None:
            self._facts.append(fact)

    def _in(self) -> None:
        if self.reason is not None:
            self.reason = None
            self._tell(InService(at=self._clock.now))

    def _out(self, sentence: str) -> None:
        self.seized = False
        self._forget()
        self._shared.take(False)  # looked at anew when it works again
        reason = f"{self.name}: {sentence}"
        if reason != self.reason:
            self.reason = reason
            self._facts.append(OutOfService(reason, at=self._clock.now))


class SignalShelf:
    """All lines and telephones of a town as ports without sound."""

    has_sound = False
    hybrids = False

    def __init__(self, town: Town) -> None:
        lines = {name: SignalLine(line) for name, line in town.lines.items()}
        phones = {name: SignalPhone(phone, town.country) for name, phone in town.telephones.items()}
        self.ports: Mapping[str, SignalLine | SignalPhone] = {**lines, **phones}

    def frames_in(self) -> None:
        """There is no sound."""

    def frames_out(self) -> None:
        """There is no sound."""

    def close(self) -> None:
        for port in self.ports.values():
            port.close()
