"""How the box knows that the far end of a line has gone.

Loop break, reversal, busy tone, dial tone and silence are watched at the same time; the first
that fires wins, and its name is the reason of `CallEnded`. The owner may switch each off by line.
"""

from collections.abc import Callable, Collection

from firmware.base.clock import SECOND, Clock, Timer
from firmware.base.events import Ending
from firmware.base.ports import Fact, LoopBroken, Reversed, ToneHeard

REVERSAL_SAFE = 600_000  # µs after seizure or answer in which a reversal belongs to that (HARDWARE 2.3.3)
DIAL_TONE_SURE = 1.0  # s: a busy cadence with a long first beat is no dial tone
_TONES: dict[str, Ending] = {"busy": "busy_tone", "congestion": "busy_tone"}


class Supervision:
    """Watches one seized line; calls `left(reason)` once."""

    def __init__(
        self,
        clock: Clock,
        left: Callable[[Ending], None],
        allowed: Collection[str],
        silence_s: float,
        quiet: Callable[[float], bool],
    ) -> None:
        """`quiet(seconds)`: did nobody on this connection speak for so long?"""
        self._clock = clock
        self._left = left
        self._allowed = allowed
        self._silence_s = silence_s
        self._quiet = quiet
        self._since: int | None = None
        self._timers: dict[str, Timer] = {}
        self._on: set[str] = set()  # tones that are heard, be it watched or not
        self._tones = True
        self.proven = False  # its exchange has told by the loop that somebody left: it does so
        self._spoke = 0  # µs: the last sign of a voice on this line, if none speaks now
        self._speaks = False

    @property
    def spoke_at(self) -> int:
        """When somebody spoke last at the far end (µs), from its connection on."""
        return self._clock.now if self._speaks else self._spoke

    def allow(self, allowed: Collection[str], silence_s: float) -> None:
        """What counts from now on; a silence that lasts already is given the new time."""
        self._allowed, self._silence_s = allowed, silence_s
        self.joined()

    def joined(self) -> None:
        """Silence counts from now on: whoever waited had no reason to speak until somebody answered."""
        if "silence" in self._timers:
            self._wait("silence", True, self._silence_s, self._still_silent)

    def start(self, tones: bool = True) -> None:
        """Watch from now on; without `tones` only what the line itself says (emergency calls). A silence that
        lasts already counts from now on: nobody will tell of it again."""
        heard = set(self._on)
        self.stop()
        self._since = self._spoke = self._clock.now
        self._speaks = False
        self._tones = tones
        for name in ("dial", "silence", "voice"):
            if name in heard:
                self.fact(ToneHeard(name, True, at=self._clock.now))

    def stop(self) -> None:
        self._since = None
        self._on.clear()
        for timer in self._timers.values():
            timer.stop()
        self._timers.clear()

    def fact(self, fact: Fact) -> None:
        """Something was seen or heard on the line."""
        if isinstance(fact, ToneHeard):
            (self._on.add if fact.on else self._on.discard)(fact.name)
        if self._since is None:
            return
        if isinstance(fact, LoopBroken):
            self._gone("loop_break")
        elif isinstance(fact, Reversed):
            self._reversed(self._since)
        elif isinstance(fact, ToneHeard) and fact.name == "voice":
            self._speaks, self._spoke = fact.on, fact.at
        elif isinstance(fact, ToneHeard) and self._tones:
            self._tone(fact)

    def _reversed(self, since: int) -> None:
        if self._clock.now - since >= REVERSAL_SAFE:
            self._gone("reversal")

    def _tone(self, fact: ToneHeard) -> None:
        if fact.on and fact.name in _TONES:
            self._gone(_TONES[fact.name])
        elif fact.name == "dial":
            self._wait("dial_tone", fact.on, DIAL_TONE_SURE, lambda: self._gone("dial_tone"))
        elif fact.name == "silence":
            self._wait("silence", fact.on, self._silence_s, self._still_silent)

    def _wait(self, name: str, on: bool, seconds: float, then: Callable[[], None]) -> None:
        if (timer := self._timers.pop(name, None)) is not None:
            timer.stop()
        if on and name in self._allowed:
            self._timers[name] = self._clock.after(seconds, then)

    def _still_silent(self) -> None:
        # The caller may be listening to a long explanation: silence counts where both are silent.
        if self._quiet(self._silence_s):
            self._gone("silence")
        else:
            self._timers["silence"] = self._clock.after(1.0, self._still_silent)

    def _gone(self, reason: Ending) -> None:
        if self._since is None or reason not in self._allowed:
            return
        self.proven = self.proven or reason in ("loop_break", "reversal")
        self.stop()
        self._left(reason)


def ago(clock: Clock, since: int) -> float:
    """Seconds from `since` µs to now."""
    return (clock.now - since) / SECOND
