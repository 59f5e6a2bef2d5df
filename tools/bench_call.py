"""The figures of a call that need no clock: speed of the model, cost of a tick, sound's way."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from statistics import median
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from firmware.base.clock import Clock
from firmware.base.events import CallAnswered, CallArrived, CallEnded
from firmware.base.ports import FRAME, RATE, Fact, Frame, InService, Order
from firmware.box import Box
from firmware.rim.journal import MemoryJournal
from firmware.settings import merged, read
from firmware.sound.dtmf import make_keys
from firmware.sound.prompts import Prompts
from firmware.sound.tones import hybrid_path
from hostsim.office import DEMO, Office
from hostsim.rig import ROOT
from tools import bench_live
from tools.bench import Figure, figure, timed

Samples = NDArray[np.float32]
CALLERS = tuple(f"+453312{n:04}" for n in range(1, 1000))


def figures() -> Iterator[Figure]:
    """All of them, cheapest first."""
    yield from copper_speed()
    yield from signal_day()
    yield from one_tick()
    yield from one_way()
    yield from bench_live.figures()


def _speech(seconds: float, seed: int) -> Samples:
    """Something with the level and rhythm of speech: band-limited noise in syllables."""
    random = np.random.default_rng(seed)
    noise = np.convolve(random.standard_normal(round(seconds * RATE)), [0.25, 0.5, 0.25], "same")
    beat = np.maximum(0, np.sin(2 * np.pi * 3.5 * np.arange(len(noise)) / RATE + seed)) ** 2
    return np.asarray(3000 * noise * beat, np.int16)


# How fast the model runs


def four_calls(office: Office) -> list[Any]:
    """Four callers talk with four telephones."""
    callers = [office.caller(number) for number in CALLERS[:4]]
    for n, caller in enumerate(callers, 1):
        caller.dial(line=n)
    office.wait_until(lambda: len(office.saw(CallArrived)) == 4, 20)
    office.wait(3)
    for caller, key in zip(callers, "1122", strict=True):
        caller.press(key)
    office.wait(1)
    for n in range(1, 5):
        office.phone(f"phone{n}").lift()
        office.wait(1.2)
    assert len(office.saw(CallAnswered)) == 4
    return callers


def copper_speed(runs: int = 5, seconds: float = 20.0) -> Iterator[Figure]:
    with Office() as office:
        callers = four_calls(office)
        talkers = [*callers, *(office.phone(f"phone{n}") for n in range(1, 5))]
        for n, talker in enumerate(talkers):
            talker.say(_speech(seconds * runs + 5, n))
        office.wait(1)
        ratios = [seconds / timed(lambda: office.wait(seconds)) for _ in range(runs)]
        assert office.saw(CallEnded) == []
    note = (
        f"4 calls, all 8 speak, echo {office.box.echo.kind if office.box else 'speexdsp'}; median of {runs}"
    )
    yield figure("copper, 8 ports, 4 calls with speech, virtual time", median(ratios), "x", ">= 20", note)


def signal_day(runs: int = 3) -> Iterator[Figure]:
    seconds = median(timed(_day) for _ in range(runs))
    yield figure("signal, 8 hours, 700 calls, journal in memory", seconds, "s", "<= 2", f"median of {runs}")


def _day() -> None:
    """700 calls in 8 hours: ring, menu, a telephone that is lifted after 4 s, a minute of talk."""
    with Office(fidelity="signal") as office:
        numbers = iter(CALLERS * 2)
        for n in range(700):
            line = n % 4 + 1
            caller = office.caller(next(numbers))
            caller.dial(line=line)
            office.wait(9)
            caller.press("1" if n % 2 else "2")
            office.wait(4)
            phone = office.phone(
                "phone1" if n % 2 else "phone3" if office.phone("phone3").ringing else "phone4"
            )
            phone.lift()
            office.wait(20)
            phone.hang_up()
            office.wait(8 * 3600 / 700 - 33)
        assert len(office.saw(CallAnswered)) == 700, len(office.saw(CallAnswered))
        assert len(office.saw(CallEnded)) == 700


# One tick of everything


@dataclass
class Rehearsed:
    """A port whose sound is known beforehand, frame after frame, round and round."""

    name: str
    kind: Literal["line", "phone"]
    frames: Samples
    tells_keys: bool = False
    by_order: bool = False
    turn: Iterator[int] = field(default_factory=count)
    told: list[Fact] = field(default_factory=lambda: [InService(at=0)])

    def read(self) -> Frame:
        frame: Frame = self.frames[next(self.turn) % len(self.frames)]
        return frame

    def write(self, frame: Frame) -> None: ...

    def events(self) -> list[Fact]:
        told, self.told = self.told, []
        return told

    def do(self, order: Order) -> None: ...

    def close(self) -> None: ...


@dataclass
class Rehearsal:
    """A shelf of rehearsed ports."""

    ports: Mapping[str, Rehearsed]
    hybrids: bool
    has_sound: bool = True

    def frames_in(self) -> None: ...

    def frames_out(self) -> None: ...

    def close(self) -> None: ...


def one_tick() -> Iterator[Figure]:
    cases: list[tuple[str, int, str, float]] = [
        ("8 rows with echo, idle", 4, "idle", 0.5),
        ("8 rows with echo, 4 calls talk", 4, "talk", 0.5),
        ("64 rows, 8 with echo, idle", 32, "idle", 2.0),
        ("64 rows, 8 with echo, all dial", 32, "dial", 2.0),
    ]
    for name, pairs, what, reach in cases:
        value = _tick_ms(pairs, what)
        left = f"a Pi 4 core at 6 to 9 times: {6 * value / 20:.0%} to {9 * value / 20:.0%} of its 20 ms"
        yield figure(f"one tick: {name}", value, "ms", f"<= {reach}", left)


def _tick_ms(pairs: int, what: str, ticks: int = 500) -> float:
    data = merged(json.loads(DEMO.read_text("utf-8")), _rows(pairs))
    settings = read(data)
    ports = {name: Rehearsed(name, "line", _sound(what, n)) for n, name in enumerate(settings.lines)}
    phones = {name: Rehearsed(name, "phone", _sound(what, n)) for n, name in enumerate(settings.phones)}
    hats = {name: port for n in (ports, phones) for name, port in list(n.items())[:4]}
    rest = {name: port for n in (ports, phones) for name, port in list(n.items())[4:]}
    shelves = [Rehearsal(hats, True)] + ([Rehearsal(rest, False)] if rest else [])
    prompts = Prompts(ROOT / "prompts", ROOT / "prompts" / "made", "en")
    box = Box(settings, shelves, Clock(), MemoryJournal(), prompts)
    if what == "talk":
        for line, phone in zip(ports, phones, strict=True):
            box.sound.join(line, phone)
            box.exchange.lines[line].fact(InService(at=0))
    for _ in range(50):
        box.tick()
    return median(timed(box.tick) for _ in range(ticks)) * 1000


def _rows(pairs: int) -> dict[str, Any]:
    lines = {f"line{n}": {"menu": "main"} for n in range(1, min(pairs, 16) + 1)}
    phones = {f"phone{n}": {"number": str(700 + n)} for n in range(1, min(pairs, 16) + 1)}
    return {"lines": lines, "phones": phones}


def _sound(what: str, seed: int) -> Samples:
    """One second of frames: nearly silent, speaking with the echo of somebody else, or keying."""
    random = np.random.default_rng(seed)
    sound = 0.0003 * random.standard_normal(RATE)
    if what == "talk":
        speech = _speech(1.0, seed) / 32768
        sound = sound + speech + np.convolve(speech, hybrid_path(14.0, 8), "full")[:RATE]
    if what == "dial":
        sound = sound + np.resize(make_keys("1590*#2684"), RATE)
    return np.asarray(sound.reshape(-1, FRAME), np.float32)


# From mouth to ear


def one_way() -> Iterator[Figure]:
    with Office() as office:
        caller = office.caller(CALLERS[0])
        caller.dial(line=1)
        office.wait(9)
        caller.press("1")
        office.wait(1)
        phone = office.phone("phone1")
        phone.lift()
        office.wait(2)
        for way, speaker, listener in (("line to phone", caller, phone), ("phone to line", phone, caller)):
            said = _speech(2.0, 1)
            began = office.now
            speaker.say(said)
            office.wait(2.5)
            heard = listener.heard(office.now - began).astype(float)
            late = int(np.argmax(np.correlate(heard, said[4000:12000].astype(float), "valid"))) - 4000
            yield figure(f"speech, {way}, one way", late / 8, "ms", "<= 40", "frame in, frame out")
            office.wait(1)
