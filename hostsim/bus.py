"""The hat in software: two SPI chains of chip models, four pins, the PCM highway.

`SimHat` offers what `board.bus` expects of the real hat, to the byte. Whoever drives it sets
`now`; the chips then do whatever fell due, each at its own instant. The wires can fail too:
faults are methods, named for what happens.
"""

from collections.abc import Sequence
from itertools import chain as both

from hostsim.chain import Chain, LineChain, PhoneChain
from hostsim.chip import NEVER, Chip, HatTime
from hostsim.copper import LinePair, PhonePair
from hostsim.highway import Highway
from hostsim.indirect import Family
from hostsim.si3050 import Si3050
from hostsim.si3215 import Si3215


class Pins:
    """The hat's four pins, active low: the board's `GpioPort`."""

    def __init__(self, lines: Chain, phones: Chain) -> None:
        self._chains = {"lines": lines, "phones": phones}

    def out(self, pin: str, high: bool, /) -> None:
        kind, chain = pin.split("_")
        assert kind == "reset", f"{pin} is no output"
        self._chains[chain].hold_in_reset(not high)

    def inp(self, pin: str, /) -> bool:
        kind, chain = pin.split("_")
        if kind == "reset":
            return not self._chains[chain].held
        return not self._chains[chain].interrupt_low()

    def close(self) -> None:
        """The pins fall back to inputs; the pull-ups leave the chips running."""


class SimHat:
    """A hat with a chip wherever there is a pair; `lines` and `phones` are the chips, place by place."""

    def __init__(
        self,
        lines: Sequence[LinePair | None],
        phones: Sequence[PhonePair | None],
        family: Family = "si3215",
        now: int = 0,
    ) -> None:
        self._time = HatTime(now)
        self.lines = [None if pair is None else Si3050(self._time, pair) for pair in lines]
        self.phones = [None if pair is None else Si3215(self._time, pair, family) for pair in phones]
        self._chips: list[Chip] = [chip for chip in both(self.lines, self.phones) if chip is not None]
        self.spi_lines = LineChain(self._time, self.lines)
        self.spi_phones = PhoneChain(self._time, self.phones)
        self.gpio = Pins(self.spi_lines, self.spi_phones)
        self.frames = Highway(self._chips)

    @property
    def now(self) -> int:
        """µs; setting it lets everything happen that falls due until then, in its order."""
        return self._time.now

    @now.setter
    def now(self, now: int) -> None:
        time = self._time
        for chip in self._chips:
            chip.rest(time.now)  # the pairs may have new plans
        while (due := min([chip.wakes for chip in self._chips], default=NEVER)) < now:
            time.now = max(time.now, due)
            for chip in self._chips:
                if chip.wakes <= due:
                    chip.attend(time.now)
        time.now = time.at = now
        for chip in self._chips:
            chip.attend(now)

    def next_change(self) -> int | None:
        """The next instant at which a chip or a pair is known to change by itself."""
        known = [at for chip in self._chips if (at := chip.next_change(self.now)) is not None]
        return min(known, default=None)

    # faults of the whole hat
    def stop_pcm_clock(self) -> None:
        """The audio bridge stops: the chips answer nothing, and no sound passes."""
        self._clock(False)

    def start_pcm_clock(self) -> None:
        self._clock(True)

    def _clock(self, runs: bool) -> None:
        self.frames.runs = runs
        self.spi_lines.clock(runs)
        self.spi_phones.clock(runs)

    def stick_miso(self, value: int | None, until: int | None = None) -> None:
        """MISO of the whole bus, both chip selects."""
        self.spi_lines.stick_miso(value, until)
        self.spi_phones.stick_miso(value, until)
