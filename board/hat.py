"""The hat: two chains of chips, their ports, and the sound of all of them.

`poll` is the bus's turn and the only thing that touches SPI and pins; `frames_in` and `frames_out`
are the tick's. `hostsim` calls all three in one thread, the box polls in a thread of its own.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from board.bus import CHANNELS, FRAME, AudioFrames, GpioPort, Pin, SpiBus
from board.chip import Steps
from board.countries import COUNTRIES, LineSetup, PhoneSetup
from board.line import HatLine
from board.phone import HatPhone
from board.ringing import Bells
from board.si3050 import Si3050
from board.si3215 import Si3215
from firmware.base import Broken, Refused
from firmware.base.clock import SECOND

PLACES = 4  # of each family
RESET_S, WAKE_S = 0.025, 0.01  # both longer than the chips need (HARDWARE 2.1)
REVIVE_S = 5.0  # between two resets of a chain on which nobody answers
FULL_SCALE = 32_768.0


class Chain:
    """One chip select: its reset and INT pins, its chips by place, and the ports that use them."""

    def __init__(
        self,
        gpio: GpioPort,
        pins: tuple[Pin, Pin],
        chips: list[Si3050] | list[Si3215],
        ports: list[HatLine] | list[HatPhone],
        what: str,
        no_clock: Callable[[], str | None],
    ) -> None:
        """`pins`: reset and INT. `no_clock` says why there is no PCM clock, or None."""
        self.spare: list[str] = []  # modules without a configured port
        self.due = 0
        self.ports = ports
        self._gpio = gpio
        self._reset, self._int = pins
        self._chips = chips
        self._what = what
        self._no_clock = no_clock
        self._steps = self._keep_alive()
        for port in ports:
            port.why_silent = self._why

    def poll(self, now: int) -> None:
        if now >= self.due:
            self.due = now + round(next(self._steps) * SECOND)
        if not self._gpio.inp(self._int):
            for port in self.ports:
                if port.watched:
                    port.interrupted(now)
        for port in self.ports:
            if port.orders or now >= port.due:
                port.turn(now)

    def _keep_alive(self) -> Steps:
        """Reset, begin, and again if nobody at all answers: a hat may be plugged in later."""
        while True:
            self._gpio.out(self._reset, False)
            yield RESET_S
            self._gpio.out(self._reset, True)
            yield WAKE_S
            taken = {port.name for port in self.ports}
            self.spare = [chip.name for chip in self._chips if chip.name not in taken and _answers(chip)]
            for port in self.ports:
                port.begin()
            yield REVIVE_S
            while any(port.reason is None for port in self.ports) or self._alive():
                yield REVIVE_S

    def _alive(self) -> bool:
        return any(_answers(chip) for chip in self._chips)

    def _why(self, name: str) -> str:
        if self._alive():
            return f"{name}: no module answers in its place; plug one in, or take {name} out of the settings"
        return self._no_clock() or (
            f"hat missing: no chip answers on {self._what}; is the hat on its header, powered, "
            "and its audio bridge (the PCM clock) running?"
        )


def _answers(chip: Si3050 | Si3215) -> bool:
    try:
        return chip.answers()
    except Broken:
        return False


class Hat:
    """A `Shelf` of up to four lines and four phones; lineN and phoneN sit in place N-1."""

    has_sound = True
    hybrids = True

    def __init__(
        self,
        spi_lines: SpiBus,
        spi_phones: SpiBus,
        gpio: GpioPort,
        frames: AudioFrames,
        lines: Mapping[str, str | LineSetup],
        phones: Mapping[str, str | PhoneSetup],
        bells: int = 4,
    ) -> None:
        """Each port with its country, or its whole set-up; at most `bells` phones in one burst.

        Nothing is touched before the first `poll`. `Refused`: a name without a place, an unknown country.
        """
        self._gpio = gpio
        self._frames = frames
        self._silent: str | None = None  # why there is no sound
        line_chips = [Si3050(spi_lines, *each) for each in _places("line", 0, lines, LineSetup)]
        phone_chips = [Si3215(spi_phones, *each) for each in _places("phone", PLACES, phones, PhoneSetup)]
        together = Bells(bells)
        self._lines = [HatLine(chip, chip.place) for chip in line_chips if chip.name in lines]
        self._phones = [
            HatPhone(chip, PLACES + chip.place, together) for chip in phone_chips if chip.name in phones
        ]
        self._chains = (
            Chain(gpio, ("reset_lines", "int_lines"), line_chips, self._lines, "SPI CE0 (lines)", self._why),
            Chain(
                gpio, ("reset_phones", "int_phones"), phone_chips, self._phones, "SPI CE1 (phones)", self._why
            ),
        )
        ports: list[HatLine | HatPhone] = [*self._lines, *self._phones]
        self.ports: Mapping[str, HatLine | HatPhone] = {port.name: port for port in ports}
        self._said = np.zeros((CHANNELS, FRAME), np.float32)
        self._heard = np.zeros((CHANNELS, FRAME), np.float32)
        for port in self.ports.values():
            port.said, port.heard = self._said[port.slot], self._heard[port.slot]

    def poll(self, now: int) -> None:
        """The bus's turn, every 10 ms: steps that are due, interrupts, looks, orders. `now` in µs."""
        for chain in self._chains:
            chain.poll(now)

    @property
    def due(self) -> int:
        """The next instant (µs) at which a sequence goes on: a reason to poll before the beat."""
        waiting = (port.due for port in self.ports.values() if not port.watched)
        return min(*(chain.due for chain in self._chains), *waiting)

    def frames_in(self) -> None:
        """Fetch one frame of every slot; silence where there is no PCM clock."""
        try:
            np.multiply(self._frames.read(), 1 / FULL_SCALE, out=self._said, casting="same_kind")
            self._silent = None
        except Broken as fault:
            self._said.fill(0.0)
            self._silent = str(fault)

    def frames_out(self) -> None:
        """Send what was written since the last time; silence to the others."""
        np.multiply(self._heard, FULL_SCALE, out=self._heard)
        np.clip(self._heard, -FULL_SCALE, FULL_SCALE - 1, out=self._heard)
        try:
            self._frames.write(np.rint(self._heard).astype(np.int16))
        except Broken as fault:
            self._silent = str(fault)
        self._heard.fill(0.0)

    def _why(self) -> str | None:
        return self._silent

    def health(self) -> dict[str, Any]:
        """For the owner's page: sound, spare modules, and each port's reason, faults and measures."""
        return {
            "sound": self._silent or "ok",
            "spare": [name for chain in self._chains for name in chain.spare],
            "ports": {name: self._port_health(port) for name, port in self.ports.items()},
        }

    def _port_health(self, port: HatLine | HatPhone) -> dict[str, Any]:
        common = {
            "reason": port.reason,
            "restarts": port.resets,
            "registers_mended": port.mended,
            "facts_lost": port.lost_facts,
        }
        if isinstance(port, HatLine):
            return common | {"volts": port.volts, "milliamps": round(port.milliamps, 1)}
        measured = port.measured
        return common | {
            "volts": measured.loop,
            "milliamps": measured.milliamps,
            "battery": round(measured.battery, 1),
        }

    def close(self) -> None:
        """Open the loops, silence the bells, close sound and pins. Nobody may poll any more."""
        for port in self.ports.values():
            with suppress(Broken):
                port.let_go()
        self._frames.close()
        self._gpio.close()


def _places(
    kind: str, first_slot: int, setups: Mapping[str, Any], default: type[LineSetup] | type[PhoneSetup]
) -> list[tuple[int, int, str, Any]]:
    """(place, slot, name, set-up) of each place of a family, whether configured or not."""
    names = [f"{kind}{place + 1}" for place in range(PLACES)]
    for name, told in setups.items():
        if name not in names:
            raise Refused(f"{name}: this hat has places for {names[0]} to {names[-1]}")
        country = told if isinstance(told, str) else told.country
        if country not in COUNTRIES:
            raise Refused(f"{kind}s.{name}.country: {country!r} is not one of {', '.join(COUNTRIES)}")
    full = {name: default(country=told) if isinstance(told, str) else told for name, told in setups.items()}
    return [(place, first_slot + place, name, full.get(name, default())) for place, name in enumerate(names)]
