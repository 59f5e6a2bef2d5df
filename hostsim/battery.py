"""The battery that a Si3215's DC-DC converter makes, in volts below ground, as a function of time."""

from math import exp

MS = 1_000
RAMP = 65 * MS  # the converter reaches VBATH within 20 to 200 ms
DISCHARGE = 2_000 * MS  # time constant with the converter off
LEAKY = 20 * MS  # the same with a short on the line


class Battery:
    """`goal` is where the converter regulates to, which its owner knows."""

    def __init__(self) -> None:
        self.on = False
        self.fails = False
        self.leaks = False
        self.up_at = 0
        self._since = 0
        self._from = 0.0

    def switch(self, now: int, on: bool, goal: float) -> None:
        if on != self.on:
            self._from = self.volts(now, goal)
            self._since, self.on = now, on
            self.up_at = now + RAMP

    def fail(self, now: int, fails: bool, goal: float) -> None:
        """The converter stops or starts making volts, whatever it is told."""
        self._from = self.volts(now, goal)
        self._since, self.fails = now, fails
        self.up_at = now + RAMP

    def up(self, now: int) -> bool:
        return self.on and not self.fails and now >= self.up_at

    def volts(self, now: int, goal: float) -> float:
        age = now - self._since
        if self.on and not self.fails:
            return goal if age >= RAMP else self._from + (goal - self._from) * age / RAMP
        return self._from * exp(-age / (LEAKY if self.leaks else DISCHARGE))
