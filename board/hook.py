"""What a hook does: lift, hang-up, flash, and the digits of a pulse dial, from edges in time.

The chip takes contact bounce away (5 ms); everything longer is told apart here by how long the loop
was open: up to 0.1 s a dial pulse or a knock, the country's flash window a flash, longer a hang-up
(RELIABILITY D-10). A dialled 1 is a single break of about 60 ms, and so is a knock against the hook:
it counts as a digit only while the phone is dialling, and only if it is as long as a dial makes it.
"""

from collections.abc import Callable

from firmware.base.clock import SECOND
from firmware.base.ports import Fact, Flashed, HungUp, KeyHeard, Lifted

LIFT = 50_000  # µs closed until it is a lift: a 20 ms glitch is none (HARDWARE 2.5.7)
PULSE = (25_000, 100_000)  # µs open: 10 a second, break 50 to 67 %, seen to ± 10 ms
LONE_PULSE = (40_000, 85_000)  # a digit 1
DIGIT_OVER = 200_000  # µs closed after the last pulse; dials pause 0.4 s or more between digits
AFTER_LIFT = 250_000  # µs in which a hook may still knock
DIALLING = 20 * SECOND  # after a lift, a flash or a digit one may be dialling
DIGITS = "1234567890"


class Hook:
    """The hook of one phone. `see` takes a sample; facts are told with the time of that sample."""

    def __init__(self, tell: Callable[[Fact], None], flash_window: tuple[float, float]) -> None:
        self.off = False  # as told
        self._tell = tell
        self._flash_min, self._flash_max = (round(edge * SECOND) for edge in flash_window)
        self._closed = False
        self._edge = 0  # µs of the last change of the loop
        self._pulses = 0
        self._break = 0  # µs that the last pulse was open
        self._lifted = 0
        self._dialling = 0

    @property
    def restless(self) -> bool:
        """Something is not decided yet: look more often."""
        return self._closed != self.off or self._pulses > 0

    def see(self, now: int, closed: bool, answering: bool = False) -> None:
        """The loop is closed (or open). `answering`: this phone was being rung."""
        if closed != self._closed:
            self._change(now, closed)
        elif not self.off:
            self._maybe_lifted(now, answering)
        elif closed:
            self._maybe_digit(now)
        elif now - self._edge > self._flash_max:
            self._hung_up(now)

    def forget(self) -> None:
        """The port is out of service: what comes next is news."""
        self.off = self._closed = False
        self._pulses = 0

    def _change(self, now: int, closed: bool) -> None:
        lasted, self._edge, self._closed = now - self._edge, now, closed
        if self.off and closed:
            self._broke(now, lasted)

    def _broke(self, now: int, lasted: int) -> None:
        """The loop is closed again after a break."""
        if PULSE[0] <= lasted <= PULSE[1]:
            if now - lasted - self._lifted >= AFTER_LIFT:
                self._pulses, self._break = self._pulses + 1, lasted
        elif lasted >= self._flash_min:
            self._pulses = 0
            self._dialling = now + DIALLING
            self._tell(Flashed(at=now))

    def _maybe_lifted(self, now: int, answering: bool) -> None:
        if self._closed and now - self._edge >= LIFT:
            self.off, self._pulses, self._lifted = True, 0, now
            self._dialling = 0 if answering else now + DIALLING
            self._tell(Lifted(at=now))

    def _maybe_digit(self, now: int) -> None:
        if not self._pulses or now - self._edge < DIGIT_OVER:
            return
        pulses, self._pulses = self._pulses, 0
        if pulses > len(DIGITS) or (pulses == 1 and not self._is_one(now)):
            return
        self._dialling = now + DIALLING
        self._tell(KeyHeard(at=now, key=DIGITS[pulses - 1]))

    def _is_one(self, now: int) -> bool:
        return now < self._dialling and LONE_PULSE[0] <= self._break <= LONE_PULSE[1]

    def _hung_up(self, now: int) -> None:
        self.off, self._pulses = False, 0
        self._tell(HungUp(at=now))
