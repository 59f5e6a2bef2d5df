"""The exchange's end of one line of the office: a machine of acts, and what each state does.

It rings the office and shows the caller, gives dial tone and collects digits, routes, and when the
far end has gone it says so in its country's way. It knows no samples; `sounding` adds those.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from firmware.base.clock import SECOND, Clock, Timer
from firmware.base.numbers import emergency_numbers, may_grow
from firmware.base.ports import CallerHeard
from firmware.sound.tones import PLANS
from hostsim.bell import Bell, Ringer, caller_seconds
from hostsim.call import Call, Party
from hostsim.customs import CUSTOMS, Customs, told
from hostsim.dialled import Dialled
from hostsim.linestate import NEXT, WORDS, Act, State
from hostsim.loop import Loop
from hostsim.senses import Source, no_sound

BEFORE_DIAL_TONE = 0.3  # s from seizure
FIRST_DIGIT, NEXT_DIGIT = 20.0, 3.0  # s of patience
CLEARING = 0.9  # s on-hook that end a call; anything shorter is a flash
BREAK = 0.6  # s: the loop break that says "the far end has gone" (HARDWARE 6.5)
PULSE = (20_000, 200_000)  # µs that a dialled break lasts
DIGIT_OVER = 0.25  # s of closed loop behind the last break of a digit


@dataclass(frozen=True)
class LineInfo:
    """An office line: its E.164 number, its country, the planned loss each way in dB."""

    number: str
    country: str = "DK"
    loss_db: float = 3.0


@dataclass(frozen=True)
class Network:
    """What a line asks of the town behind it."""

    place: Callable[[Party, str, str], Call]  # who dials, digits, country
    knows: Callable[[str, str], bool]  # do these digits, dialled in that country, reach somebody?
    shows: Callable[[Party, str], CallerHeard]  # how a caller is shown in that country
    glare: Callable[["ExchangeLine", int], None]  # have a line rung at an instant


class ExchangeLine(Loop):
    """One line of the office, seen from the exchange."""

    speaking = False  # the office's own voice is the box's affair

    def __init__(
        self, name: str, info: LineInfo, clock: Clock, network: Network, mouth: Source = no_sound
    ) -> None:
        """`mouth` is what the office sends, heard behind the line's loss."""
        super().__init__(clock)
        self.name = name
        self.info = info
        self.number = info.number
        self.mouth = mouth
        self.tones = PLANS[info.country]
        self.customs: Customs = CUSTOMS[info.country]
        self.at = State.IDLE
        self.call: Call | None = None
        self.word = "silence"  # what the exchange's own sound says to the office
        self.dialled = Dialled(info.country)
        self.keyed: Callable[[str], None] = lambda key: None  # the far end keyed, without sound
        self.shown: Callable[[CallerHeard], None] = lambda caller: None  # caller ID was complete
        self._network = network
        self._ringer = Ringer(self, self.burst_lasts, self.burst, self._on_shown, self._on_ring)
        self._rings_at = 0
        self._opened_at = 0
        self._pulses = 0
        self._patience: Timer | None = None
        self._clearing: Timer | None = None

    # What is heard at the office's end; a line with samples adds those

    def sound(self, word: str) -> None:
        """Play a tone of the exchange's, or `silence`."""
        self.word = word
        self.notify()

    def voice(self, party: Party) -> None:
        """From now on the office hears `party`."""
        self.sound("silence")

    def noise(self, dbm0: float) -> None:
        """The line's noise from now on, where there is sound."""

    def hum(self, dbm0: float) -> None:
        """Mains hum on the line from now on, where there is sound."""

    def burst_lasts(self, bell: Bell) -> float:
        """How long this caller's ID is on the wires, in seconds."""
        return caller_seconds(bell)

    def burst(self, bell: Bell) -> None:
        """Caller ID goes out."""

    @property
    def brings(self) -> str:
        """What reaches the office: a tone's name, speech or silence."""
        other = self.call.other(self) if self.call is not None else None
        return "speech" if other is not None and other.speaking else self.word

    def exchange(
        self,
        caller_id: str | None = None,
        release: str | None = None,
        reversal_on_answer: bool | None = None,
        dial_tone: bool | None = None,
        ring_hertz: float | None = None,
    ) -> None:
        """Change the customs of this line; what is None stays as it is. Refused: unknown words."""
        self.customs = told(self.customs, caller_id, release, reversal_on_answer, dial_tone, ring_hertz)

    @property
    def state(self) -> str:
        """idle ringing seized talking guard in_use out, as the exchange sees the line."""
        if not (self.plugged and self.powered):
            return "out"
        if self.shared and not self.off:
            return "in_use"
        return "guard" if self._clearing is not None else WORDS.get(self.at, self.at.value)

    # The hook

    def looped(self, closed: bool) -> None:
        if not closed:
            self._opened_at = self.clock.now
            self._clearing = self.clock.after(CLEARING, self._on_cleared)
        elif self._clearing is None:
            self._act("closed")
        else:
            self._clearing.stop()
            self._clearing = None
            self._on_pulse(self.clock.now - self._opened_at)

    def _on_pulse(self, us: int) -> None:
        if self.at is State.DIALLING and PULSE[0] <= us <= PULSE[1]:
            self._pulses += 1
            self._wait(DIGIT_OVER, self._on_pulses_over)

    def _on_pulses_over(self) -> None:
        digit, self._pulses = str(self._pulses % 10), 0
        self.key(digit)

    def _on_cleared(self) -> None:
        self._clearing = None
        self._act("cleared")
        self.changed()

    def offered(self, call: Call) -> str:
        if not self.powered:
            return "congestion"
        if self.at is not State.IDLE or self._clearing is not None or self.closed:
            return "busy"
        self.call = call
        self._act("offered")
        return "ringback"

    def glare_at(self, seconds: float) -> None:
        """Somebody's call rings this line at that second; it has the line some time before."""
        self._network.glare(self, round(seconds * SECOND))

    def ring_at(self, instant: int) -> None:
        """The next call's first burst begins at that instant, or as soon after it as may be."""
        self._rings_at = instant

    def withdrawn(self) -> None:
        self._act("gone")

    def left(self) -> None:
        self._act("gone")

    def key_heard(self, key: str) -> None:
        self.keyed(key)

    def noticed(self) -> None:
        self.notify()

    def _on_ring(self) -> None:
        self._act("rings")

    def _on_shown(self, caller: CallerHeard) -> None:
        self.shown(replace(caller, at=self.clock.now))

    def key(self, key: str) -> None:
        """A digit arrived, as pulses or as a tone."""
        if self.at is not State.DIALLING or not self.dialled.key(key):
            return
        self.sound("silence")
        if not self.dialled.begins and (key == "#" or self._complete()):
            self._act("complete")
        else:
            self._wait(NEXT_DIGIT, lambda: self._act("complete"))

    def _complete(self) -> bool:
        here, digits = self.info.country, self.dialled.digits
        known = digits in emergency_numbers(here) or self._network.knows(digits, here)
        return known or not may_grow(digits, here)

    def told(self, word: str) -> None:
        self.sound(word)

    def connected(self, call: Call) -> None:
        if self.at is State.ROUTED:
            self._act("answered")

    def _wait(self, seconds: float, call: Callable[[], None]) -> None:
        """Be patient for so long, then `call`; whatever was waited for before does not count."""
        if self._patience is not None:
            self._patience.stop()
        self._patience = self.clock.after(seconds, call)

    # The machine

    def _act(self, act: Act) -> None:
        """An act without a pair in the table means nothing to an exchange."""
        was, new = self.at, NEXT.get((self.at, act))
        if new is None:
            return
        if self._patience is not None:
            self._patience.stop()
        self.at = new
        _ENTER[new](self, was)
        self.notify()

    def _enter_idle(self, was: State) -> None:
        self._ringer.stop()
        self.sound("silence")
        call, self.call = self.call, None
        if call is not None:
            call.hang_up(self)
        if self.sign != self.rest:
            self.turn()

    def _enter_allotted(self, was: State) -> None:
        assert self.call is not None, "only a call allots a line"
        hertz = self.customs.ring_hertz or self.tones.ring_hertz
        caller = self._network.shows(self.call.caller, self.info.country)
        showing = self.customs.showing
        if showing is not None and showing.protocol == "dtmf":
            caller = replace(caller, name=None)
        bell = Bell(self.tones.ring_cadence, hertz, showing, caller)
        self._ringer.start(bell, self._rings_at)
        self._rings_at = 0

    def _enter_dialling(self, was: State) -> None:
        self.dialled, self._pulses = Dialled(self.info.country), 0
        self._wait(BEFORE_DIAL_TONE, self._give_dial_tone)

    def _give_dial_tone(self) -> None:
        if self.customs.dial_tone:
            self.sound("dial")
        self._wait(FIRST_DIGIT, lambda: self._act("complete"))

    def _enter_routed(self, was: State) -> None:
        self.sound("silence")
        self.call = self._network.place(self, self.dialled.digits, self.info.country)

    def _enter_talking(self, was: State) -> None:
        assert self.call is not None, "one talks to somebody"
        if was is not State.ROUTED:
            self._ringer.stop()
            self.call.answer()
        elif self.customs.reversal_on_answer:
            self.turn()
        if (other := self.call.other(self)) is not None:
            self.voice(other)

    def _enter_left(self, was: State) -> None:
        match self.customs.release:
            case "loop_break":
                self.cut(BREAK)
            case "reversal":
                self.turn()
            case "busy_tone":
                self.sound("busy")
            case "dial_tone":
                self.sound("dial")
            case "silence":
                self.sound("silence")


_ENTER: dict[State, Callable[[ExchangeLine, State], None]] = {
    State.IDLE: ExchangeLine._enter_idle,
    State.ALLOTTED: ExchangeLine._enter_allotted,
    State.RINGING: lambda line, was: None,  # the bell rings by itself
    State.DIALLING: ExchangeLine._enter_dialling,
    State.ROUTED: ExchangeLine._enter_routed,
    State.TALKING: ExchangeLine._enter_talking,
    State.LEFT: ExchangeLine._enter_left,
}
