"""Every kind of office telephone behind one face: a port, and a hand, a mouth and an ear at its other end.

A new kind is one more `World` and one more line in `WORLDS`; `test_conformance` asks the same of all.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from board.hat import Hat
from firmware.base.clock import SECOND, TICK
from firmware.base.ports import FRAME, Fact, HandsetPort, InService, Work
from firmware.rim.browsers import BrowserShelf
from firmware.rim.leglink import Legs, Line
from firmware.sound.dtmf import Dtmf
from firmware.sound.frame import from_ulaw, to_int16, to_ulaw
from hostsim.bus import SimHat
from hostsim.signalphone import SignalPhone
from hostsim.standin import StandInPort
from hostsim.town import Town

POLL = TICK // 2
QUIET = np.zeros(FRAME, np.float32)


class World:
    """One telephone. `step` is a tick of everything; the rest is what its person does, sees and hears."""

    sound = True
    vanishes = True  # can it be out of reach and come back, lifted as it was?
    flashes = True
    rings_itself = True  # else a page rings, by what it hears of the call

    def __init__(self) -> None:
        self.port: HandsetPort
        self.told: list[Fact] = []
        self.said: list[NDArray[np.float32]] = []  # by its person, as the box got it
        self.plays: NDArray[np.float32] = QUIET  # what the box lets it hear

    def run(self, seconds: float) -> list[str]:
        """Let time pass; the names of the facts of it, but for what only says that a bell sounds."""
        begun = len(self.told)
        for _ in range(round(seconds * SECOND / TICK)):
            self.step()
            self.told += self.port.events()
        return names(self.told[begun:])

    def up(self) -> "World":
        for _ in range(150):
            self.step()
            facts = self.port.events()
            self.told += facts
            if any(isinstance(fact, InService) for fact in facts):
                break
        self.run(0.5)
        return self

    def keys(self) -> str:
        """What was keyed: as the port told it, or as it is heard."""
        if self.port.tells_keys:
            return "".join(getattr(fact, "key", "") for fact in self.told)
        ear = Dtmf(1)
        return "".join(each.key for frame in self.said for each in ear.hear(frame[None]))

    def step(self) -> None:
        raise NotImplementedError

    def frame(self) -> None:
        """The port's frame of this tick: in, and out."""
        said = self.port.read()
        assert said.shape == (FRAME,) and said.dtype == np.float32
        self.said.append(said.copy())
        self.port.write(self.plays)

    # Its person

    def lift(self) -> None: ...
    def hang_up(self) -> None: ...
    def flash(self) -> None: ...
    def press(self, keys: str) -> None: ...
    def say(self, samples: NDArray[np.float32]) -> None: ...
    def vanish(self) -> None: ...
    def come_back(self) -> None: ...

    def heard(self, seconds: float) -> NDArray[np.float32]:
        return np.zeros(round(seconds * 8000), np.float32)

    @property
    def ringing(self) -> bool:
        return False


class InTown(World):
    """A telephone that the town has: somebody of hostsim holds it."""

    held: Any
    town: Town

    def lift(self) -> None:
        self.held.lift()

    def hang_up(self) -> None:
        self.held.hang_up()

    def flash(self) -> None:
        self.held.flash()

    def press(self, keys: str) -> None:
        self.held.press(keys)

    def say(self, samples: NDArray[np.float32]) -> None:
        self.held.say(to_int16(samples))

    def vanish(self) -> None:
        self.held.unplug()

    def come_back(self) -> None:
        self.held.plug()

    def heard(self, seconds: float) -> NDArray[np.float32]:
        heard: NDArray[np.float32] = self.held.heard(seconds).astype(np.float32) / 32768
        return heard

    @property
    def ringing(self) -> bool:
        return bool(self.held.ringing)

    def step(self) -> None:
        self.town.clock.advance(TICK)
        self.frame()


class Analog(InTown):
    """A telephone on a place of the hat: the drivers, the chips, the wires."""

    vanishes = False  # pulled out it lies on its hook, as far as the hat can see

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.town = Town({}, ("phone1",), copper=True)
        self.held = self.town.telephones["phone1"]
        self.sim = sim = SimHat([None] * 4, [self.held, None, None, None])
        self.hat = Hat(sim.spi_lines, sim.spi_phones, sim.gpio, sim.frames, lines={}, phones={"phone1": "DK"})
        self.port = self.hat.ports["phone1"]  # type: ignore[assignment]

    @property
    def ringing(self) -> bool:
        """Its bell moves; a pause between two bursts would look like the end of all."""
        return bool(self.held._bell)

    def step(self) -> None:
        for _ in range(TICK // POLL):
            self.sim.now += POLL
            self.town.clock.advance_to(self.sim.now)
            self.hat.poll(self.sim.now)
        self.hat.frames_in()
        self.frame()
        self.hat.frames_out()


class AnalogSignal(InTown):
    """The same without sound."""

    sound = vanishes = False

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.town = Town({}, ("phone1",), copper=False)
        self.held = self.town.telephones["phone1"]
        self.port = SignalPhone(self.held, "DK")


class StandIns(InTown):
    """A USB handset, or a page, of the simulator."""

    def __init__(self, name: str, copper: bool) -> None:
        super().__init__()
        self.sound = copper
        self.town = Town({}, (), copper=copper)
        self.held = self.town.stand_in(name)
        self.port = StandInPort(self.held)


class Browser(World):
    """A page of the network: the media process's end of the wire speaks for it, as it does for a real one."""

    rings_itself = False

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.legs = Legs(folder)
        self.shelf = BrowserShelf(self.legs, ["browser"])
        self.port = self.shelf.ports["browser"]
        self.line = Line(folder)
        self.line.hello()
        self.there = True
        self._ear: list[NDArray[np.float32]] = []
        self._mouth = np.zeros(0, np.float32)
        self._fingers = ""
        self._beat = 0

    def step(self) -> None:
        self.shelf.frames_in()
        self.frame()
        self.shelf.frames_out()
        while (heard := self.line.tick()) is not None:
            if b"browser" in heard:
                self._ear.append(from_ulaw(np.frombuffer(heard[b"browser"], np.uint8)))
        frame, self._mouth = self._mouth[:FRAME], self._mouth[FRAME:]
        said = to_ulaw(np.pad(frame, (0, FRAME - len(frame)))).tobytes()
        self.line.say([(b"browser", self.there, self._finger(), said)])

    def _finger(self) -> bytes:
        """A key every 160 ms."""
        self._beat += 1
        if self._beat % 8 or not self._fingers:
            return b""
        key, self._fingers = self._fingers[0], self._fingers[1:]
        return key.encode()

    def lift(self) -> None:
        self.port.do(Work("lift"))

    def hang_up(self) -> None:
        self.port.do(Work("hang_up"))

    def flash(self) -> None:
        self.port.do(Work("flash"))

    def press(self, keys: str) -> None:
        self._fingers += keys

    def say(self, samples: NDArray[np.float32]) -> None:
        self._mouth = np.concatenate([self._mouth, samples])

    def vanish(self) -> None:
        self.there = False

    def come_back(self) -> None:
        self.there = True

    def heard(self, seconds: float) -> NDArray[np.float32]:
        return np.concatenate(self._ear)[-round(seconds * 8000) :]


WORLDS: dict[str, Callable[[Path], World]] = {
    "analog at copper": Analog,
    "analog at signal": AnalogSignal,
    "usb1 with sound": lambda folder: StandIns("usb1", True),
    "usb1 without": lambda folder: StandIns("usb1", False),
    "browser of a story, with sound": lambda folder: StandIns("browser", True),
    "browser of a story, without": lambda folder: StandIns("browser", False),
    "browser": Browser,
}


def names(facts: list[Fact]) -> list[str]:
    return [name for fact in facts if not (name := type(fact).__name__).startswith("Ring")]
