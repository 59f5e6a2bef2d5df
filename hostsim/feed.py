"""The line feed of a Si3215: battery, loop current, ringing, and what it makes of the hook.

The telephone's hook moves at its own instants; a comparator and a debounce counter (units of
1.25 ms) stand between it and LCR (loop closed) and RTP (ring trip). While the chip rings, the
ring-trip detector looks at the current; in every other state the loop detector does.
"""

from math import acos, pi, sqrt
from typing import TYPE_CHECKING

from hostsim.battery import Battery
from hostsim.chip import Act
from hostsim.copper import PhonePair

if TYPE_CHECKING:
    from hostsim.si3215 import Si3215

MS = 1_000
OPEN, ACTIVE, ON_HOOK_SOUND, TIP_OPEN, RINGING, REVERSED, REVERSED_SOUND, RING_OPEN = range(8)
FED = {ACTIVE: 1, ON_HOOK_SOUND: 1, REVERSED: -1, REVERSED_SOUND: -1}  # and the sign of tip - ring
OFF_HOOK_STATE = {ON_HOOK_SOUND: ACTIVE, REVERSED_SOUND: REVERSED}

DEBOUNCE = 1_250  # µs a step: registers 63, 69, 70
TRIP_FILTER = 2 * MS  # the low-pass before the ring-trip comparator; with RTDI 12 to 15 ms in all
CADENCE = 125  # µs a step: RAT, RIT
STEP = 1.5  # V: VOC, VCM, VBATH, VBATL, VOV
SENSE = 0.376  # V: registers 80 to 83
THRESHOLD = 1.27  # mA a step of LCRT and RPTP

RTAE, RTIE, RVO = 0x10, 0x08, 0x02  # register 34
AORD, AOLD, AOPN = 0x04, 0x02, 0x01  # register 67
RGIP, RGAP = 0x20, 0x10  # register 18
ALARMS, LCIP, RTIP = 0xFC, 0x02, 0x01  # register 19


class LineFeed:
    """One phone's wires. `state` is LFS, `closed` LCR, `tripped` RTP."""

    def __init__(self, chip: "Si3215", pair: PhonePair) -> None:
        self.chip = chip
        self.pair = pair
        self.battery = Battery()
        self.state = OPEN
        self.closed = False
        self.tripped = False
        self._lifted = False
        self._seen: int | None = None  # the hook's edges are known up to here
        self._told: tuple[float, tuple[float, float] | None] = (0.0, None)

    # the telephone
    def attend(self, now: int) -> None:
        """Follow the hook up to `now`; what the chip does by itself meanwhile happens in between."""
        chip, pair = self.chip, self.pair
        since = now if self._seen is None else self._seen
        for at, off in pair.hook_edges(since, now):
            chip.advance(at)
            self._hook(at, off)
        if chip.due <= now:
            chip.advance(now)
        self._seen = now
        if pair.off_hook(now) != self._lifted:  # moved at this very instant, after our last look
            self._hook(now, not self._lifted)

    def _hook(self, at: int, off: bool) -> None:
        self._lifted = off
        self.sense(at)

    # orders
    def order(self, now: int, state: int) -> None:
        """LF was written."""
        if state == RINGING == self.state or (state == RINGING and self._in_silence):
            return
        self._stop_cadence()
        self.tripped = False
        if state == RINGING:
            self._burst(now)
        else:
            self._enter(now, state)

    def power(self, now: int, on: bool) -> None:
        """The DC-DC converter goes on or off."""
        self.battery.switch(now, on, self.battery_goal())
        self.chip.plan(self._powered, self.battery.up_at if on and now < self.battery.up_at else None)
        self._enter(now, self.state)

    def _powered(self, at: int) -> None:
        self._enter(at, self.state)

    def alarm(self, now: int, transistors: int) -> None:
        """Transistors Q1 (bit 0) to Q6 run too hot: open the line where that is left to the chip."""
        self.chip.raise_(19, transistors << 2 & ALARMS)
        if self.chip.regs[67] & AOPN:
            self._stop_cadence()
            self.chip.regs[64] = OPEN
            self._enter(now, OPEN)

    def reset(self, now: int) -> None:
        self.closed = self.tripped = False
        self.battery.switch(now, False, 0.0)
        self._enter(now, OPEN)

    def _enter(self, now: int, state: int) -> None:
        self.state = state
        self.chip.voice_changed = True
        self.tell(now)
        self.sense(now)

    def refresh(self, now: int) -> None:
        """A setting of the feed or of its detectors changed."""
        self._enter(now, self.state)

    def tell(self, now: int) -> None:
        """Give the telephone what it is fed, where that is new."""
        fed = (self._fed(now), self._ring(now))
        if fed != self._told:
            self._told = fed
            self.pair.feed(now, *fed)

    # ringing
    def _burst(self, at: int) -> None:
        regs = self.chip.regs
        if regs[34] & RTAE:
            self.chip.plan(self._pause, at + max(1, regs[48] | regs[49] << 8) * CADENCE)
        self._enter(at, RINGING)

    def _pause(self, at: int) -> None:
        regs = self.chip.regs
        self.chip.raise_(18, RGAP)
        if regs[34] & RTIE:
            self.chip.plan(self._again, at + max(1, regs[50] | regs[51] << 8) * CADENCE)
        self._enter(at, ON_HOOK_SOUND)

    def _again(self, at: int) -> None:
        self.chip.raise_(18, RGIP)
        self._burst(at)

    def _stop_cadence(self) -> None:
        self.chip.plan(self._pause, None)
        self.chip.plan(self._again, None)

    @property
    def _in_silence(self) -> bool:
        """Between two bursts of the automatic cadence."""
        return self.chip.planned(self._again)

    def _ring(self, now: int) -> tuple[float, float] | None:
        """(hertz, peak volts) of the ring oscillator, by RCO and RNGX; clipped at the battery."""
        if self.state != RINGING or not self.battery.up(now):
            return None
        turn = min(0.999999, max(-0.999999, self.chip.indirect.signed("RCO") / 32768))
        hertz = acos(turn) * 1000 / (2 * pi)
        peak = self.chip.indirect.value("RNGX") * 4 / sqrt((1 - turn) / (1 + turn)) / 32768 * 96
        return hertz, min(peak, self.battery_goal())

    # what flows
    def _fed(self, now: int) -> float:
        """DC volts at the open terminals, tip minus ring."""
        regs = self.chip.regs
        if not self.battery.up(now):
            return 0.0
        if self.state == RINGING:
            return self.chip.indirect.signed("ROFF") / 32768 * 96 if regs[34] & RVO else 0.0
        sign = -1 if regs[72] & 0x40 else 1
        return FED.get(self.state, 0) * sign * min((regs[72] & 0x3F) * STEP, (regs[74] & 0x3F) * STEP)

    def milliamps(self) -> float:
        """Loop current, unsigned; while ringing the mean of the rectified current."""
        if not self._lifted:
            return 0.0
        volts = abs(self._told[0])
        if self._told[1] is not None:
            return 1_000 * (volts + self._told[1][1] * 2 / pi) / self.pair.ohms
        return min(20.0 + 3 * (self.chip.regs[71] & 7), 1_000 * volts / self.pair.ohms)

    def loop_volts(self) -> float:
        """Tip minus ring."""
        fed = self._told[0]
        if not self._lifted or self._told[1] is not None:
            return fed
        return (1 if fed > 0 else -1) * self.milliamps() * self.pair.ohms / 1_000

    def battery_goal(self) -> float:
        """VBATH, but in the active states no more than the wires need (data sheet 2.3.4)."""
        regs = self.chip.regs
        highest = (regs[74] & 0x3F) * STEP
        if self.state not in FED:
            return highest
        overhead = (self.chip.indirect.value("VMIND") >> 9 & 15) * STEP
        loop = abs(self.loop_volts()) if self._lifted else (regs[72] & 0x3F) * STEP
        needed = (regs[73] & 0x3F) * STEP + loop + overhead
        return min(highest, max(needed, 0 if regs[66] & 1 else (regs[75] & 0x3F) * STEP))

    # what the detectors make of it
    @property
    def over(self) -> bool:
        """Is the comparator's threshold exceeded at this instant? (DBIRAW tells the contrary.)"""
        name = "RPTP" if self.state == RINGING else "LCRTL" if self._hysteresis else "LCRT"
        return self.milliamps() > (self.chip.indirect.value(name) >> 9 & 63) * THRESHOLD

    @property
    def _hysteresis(self) -> bool:
        return bool(self.chip.regs[108] & 1) and self.closed

    def sense(self, now: int) -> None:
        """The current, the state or a threshold changed: start or stop the debounce counters."""
        over = self.over
        if self.state == RINGING:
            wait = TRIP_FILTER + (self.chip.regs[70] & 127) * DEBOUNCE
            self._count(self._trip, now + wait, over and not self.tripped)
            self.chip.plan(self._loop, None)
        else:
            self.chip.plan(self._trip, None)
            steps = self.chip.regs[63 if self._in_silence else 69] & 127
            self._count(self._loop, now + steps * DEBOUNCE, over != self.closed)

    def _count(self, act: Act, at: int, wanted: bool) -> None:
        if not wanted:
            self.chip.plan(act, None)
        elif not self.chip.planned(act):
            self.chip.plan(act, at)

    def _trip(self, at: int) -> None:
        self.tripped = True
        self.chip.raise_(19, RTIP)
        if self.chip.regs[67] & AORD:
            self._stop_cadence()
            self._enter(at, ACTIVE)

    def _loop(self, at: int) -> None:
        self.closed = not self.closed
        self.chip.raise_(19, LCIP)
        if self.closed and self.chip.regs[67] & AOLD and self.state in OFF_HOOK_STATE:
            self._stop_cadence()
            self._enter(at, OFF_HOOK_STATE[self.state])

    # the registers that show all this
    def hook_status(self) -> int:
        """DBIRAW, RTP, LCR."""
        return (0 if self.over else 4) | self.tripped << 1 | self.closed

    def voltage_sense(self) -> int:
        """LVSP and LVS, 1.5 V a step."""
        volts = self.loop_volts()
        return (0x40 if volts < 0 else 0) | min(63, round(abs(volts) / STEP))

    def current_sense(self) -> int:
        """LCSP and LCS, 1.25 mA a step."""
        sign = 0x40 if self.loop_volts() < 0 else 0
        return sign | min(63, round(self.milliamps() / 1.25))

    def wire_sense(self, ring: bool) -> int:
        """V_TIP or V_RING below ground, 0.376 V a step: the upper wire stands at VCM."""
        loop = self.loop_volts()
        lower = abs(loop) if (loop > 0) == ring else 0.0
        common = (self.chip.regs[73] & 63) * STEP if self.state in FED else 0.0
        return min(255, round((common + lower) / SENSE))

    def battery_sense(self) -> int:
        """V_BAT, 0.376 V a step."""
        return min(255, round(self.battery.volts(self.chip.time.now, self.battery_goal()) / SENSE))
