"""An analog telephone of the office: hook with bouncing contacts, bell, key pad or dial, display."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from firmware.base import Refused
from firmware.base.clock import SECOND
from firmware.base.ports import FRAME, RATE
from firmware.sound.callerid import CallerId
from firmware.sound.dtmf import make_keys
from hostsim.hook import Hook
from hostsim.lossy import Bed, Hybrid
from hostsim.person import KEY_CERTAIN, KEY_OFF, KEY_ON
from hostsim.receiver import Receiver, Shown
from hostsim.senses import Samples

if TYPE_CHECKING:
    from hostsim.town import Town

FLASH = 300_000  # µs of a hand's tap on the hook
PULSE_BREAK, PULSE_MAKE = 60_000, 40_000  # µs: ten pulses a second
BETWEEN_DIGITS = 750_000  # µs for which a dial runs up again
BELL_HERTZ = (15.0, 70.0)
BELL_VOLTS = 30.0  # peak, below which the bell is still
PAUSES = 4.5  # s: a bell that has been still for longer does not ring any more
LOUD = 1e-3  # amplitude above which an on-hook telephone hears that something is sent
QUIET = -75.0  # dBm0 of noise on a few metres of wire
BURST_GAP = 3 * SECOND  # µs of silence between two callers shown
BURST_TAIL = SECOND // 2  # µs of silence that may still belong to a burst
BURST_FRAMES = 250  # 5 s: no burst is longer


class Telephone(Receiver):
    """`name` is its port's. A PhonePair for the chip that feeds it."""

    def __init__(self, town: "Town", name: str, seed: tuple[int, ...]) -> None:
        super().__init__(town, name)
        random = np.random.default_rng(seed)
        self.ohms = 450.0
        self.hook = Hook(town.clock, random)
        self.keyed: Callable[[str], None] = lambda key: None  # told only where there is no sound
        self._bed, self._hybrid = Bed(random), Hybrid(random)
        self._bed.set(noise=QUIET)
        self._bell = False
        self._rang_at: int | None = None  # the last instant at which its bell moved
        self._burst: list[Samples] = []  # what was sent while it lay on its hook
        self._burst_at = -BURST_GAP

    # What somebody does with it

    def lift(self) -> None:
        self._lifted, self._dialled = True, False
        self._rang_at = None
        if self.plugged:
            self.hook.drop()
            self.hook.move(True)

    def hang_up(self) -> None:
        self._lifted = False
        self._fall_silent()
        self.hook.drop()
        self.hook.move(False)

    def flash(self) -> None:
        self._need_lifted()
        self.hook.move(False)
        self.hook.move(True, FLASH)

    def pulse(self, digits: str) -> None:
        """Ten pulses a second."""
        self._need_lifted()
        if not digits.isdecimal():
            raise Refused(f'{self.name}: a dial has no "{digits}", only digits')
        self._dialled = True
        for digit in digits:
            after = BETWEEN_DIGITS
            for _ in range(int(digit) or 10):
                self.hook.move(False, after, bounce=False)
                self.hook.move(True, PULSE_BREAK, bounce=False)
                after = PULSE_MAKE

    def press(self, keys: str) -> None:
        self._must_press(keys)
        if self._town.copper:
            self._mouth.say(make_keys(keys, KEY_ON, KEY_OFF), self._position, "keys")
        else:
            self._tell_keys(keys, KEY_CERTAIN, lambda key: self.keyed(key))

    def unplug(self) -> None:
        self.plugged = False
        self.hook.drop()
        self.hook.move(False, bounce=False)

    def plug(self) -> None:
        self.plugged = True
        if self._lifted:
            self.hook.move(True)

    # What somebody hears and sees

    @property
    def off(self) -> bool:
        return self.hook.at(self.clock.now)

    @property
    def ringing(self) -> bool:
        """Its bell moves, or is between two bursts."""
        if self._bell:
            return True
        return self._rang_at is not None and self.clock.now - self._rang_at < PAUSES * SECOND

    @property
    def shown(self) -> Shown | None:
        """The caller that its display showed last."""
        if self._burst:
            self.display = read_burst(self._burst) or self.display
            self._burst = []
        return self.display

    # The two wires

    def off_hook(self, now: int) -> bool:
        return self.hook.at(now)

    def hook_edges(self, since: int, now: int) -> list[tuple[int, bool]]:
        return self.hook.between(since, now)

    def next_edge(self, now: int) -> int | None:
        return self.hook.next(now)

    def feed(self, now: int, volts: float, ring: tuple[float, float] | None) -> None:
        rings = ring is not None and BELL_HERTZ[0] <= ring[0] <= BELL_HERTZ[1] and ring[1] >= BELL_VOLTS
        bell = rings and self.plugged and not self.hook.at(now)
        if bell or self._bell:
            self._rang_at = None if self.hook.at(now) else now
        self._bell = bell

    def hush(self) -> None:
        """Whoever rang has stopped for good; an analog bell would only learn it by waiting."""
        self._bell, self._rang_at = False, None

    def frame(self, sent: Samples) -> Samples:
        """The frame that ends now: what the chip sent in it, what it got in it."""
        position = self._position - FRAME
        got = self._bed.frame(position).copy()
        if not self.off:
            self._listen_on_hook(sent)
            return got
        self._log.put(position, sent.copy())
        if (said := self._mouth(position, FRAME)) is not None:
            got += said
        if (echo := self._hybrid.echo(sent)) is not None:
            got += echo
        return got

    def _listen_on_hook(self, sent: Samples) -> None:
        """Keep what may be a caller ID; somebody who looks at the display has it read."""
        now = self.clock.now
        if float(np.abs(sent).max()) > LOUD:
            if now - self._burst_at > BURST_GAP:
                self._burst = []
            self._burst_at = now
        elif now - self._burst_at > BURST_TAIL:
            return
        if len(self._burst) < BURST_FRAMES:
            self._burst.append(sent.copy())


def read_burst(frames: list[Samples]) -> Shown | None:
    """What a display makes of the sound that was sent to it."""
    display = CallerId(1)
    silence = [np.zeros(FRAME, np.float32)] * (RATE // FRAME)
    heard = [each for frame in (*frames, *silence) for each in display.hear(frame[np.newaxis])]
    return Shown(heard[-1].number, heard[-1].name, heard[-1].reason) if heard else None
