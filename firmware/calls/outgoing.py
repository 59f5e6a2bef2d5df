"""A call to the outside: a line, dial tone, the digits, and how we know that somebody answered.

Outgoing calls take the last line first: the exchange hunts from the first, so the two meet least
often (glare). Digits are never sent into a line that did not give dial tone, except by an
emergency call (`emergency`), which dials all the same.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

from firmware.base.clock import Clock, Timer
from firmware.base.events import Answering, CallAnswered, CallDialled
from firmware.base.ports import DialPulses, Fact, Reversed, ToneHeard
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.incoming import NO_DIAL_TONE
from firmware.calls.line import Line, State

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

TONE_WAIT = 2.5  # s for dial tone before the next line is taken (D-12: ≤ 3 s)
RINGBACK_GONE = 2.0  # s after ringback stopped, and no other tone came: assumed to be answered
OWN_ECHO = 0.4  # s that our telephone must have been silent before a voice is the far end's
NO_TONE_AT_ALL = 30.0  # s after the digits without any tone: assumed too
MOST_MORE = 32  # keys after a number that are looked at
# Keys before a number that is dialled without ours, as the country's large network takes them from an analog
# line; where none is known nothing is dialled, rather than a number shown that was not to be.
WITHHOLD = {"US": "*67", "UK": "141", "DK": "#31#", "DE": "*31#", "FR": "3651"}
PULSE_BREAK = 0.1  # s a pulse
PULSE_PAUSE = 0.75  # s between two digits (HARDWARE 6.3)


def to_spare(lines: Iterable[Line]) -> int:
    """How many lines the box may dial on for itself: idle, with dial tone when last asked, less one."""
    return sum(_idle(line) and not line.dumb for line in lines) - 1


def _idle(line: Line) -> bool:
    # With a caller shown his ring is still to come.
    return line.state is State.IDLE and line.answering.caller is None


class Outgoing:
    """One number on its way out, from the first line tried to the answer."""

    tone_wait = TONE_WAIT

    def __init__(self, exchange: "Exchange", call: Call, digits: str, clock: Clock, tell: Tell) -> None:
        self._exchange = exchange
        self._clock = clock
        self._tell = tell
        self._digits = digits
        self._phase: Literal["asking", "sending", "sent"] = "asking"
        self._answerable = True  # a special information tone means: whoever speaks now is a machine
        self._speaks = False  # is a voice heard on the line?
        self._silent = False  # is nothing heard where dial tone should be?
        self._collects = True  # may the exchange take more digits?
        self._second = False  # has a second dial tone come?
        self._more = ""  # keyed after the number
        self._tried: set[str] = set()
        self._timer: Timer | None = None
        self.call = call

    def begin(self) -> None:
        """Take the next line that is free, or say that there is none."""
        self.stop()
        self._phase, self._speaks = "asking", False
        line = self._next_line()
        if line is None:
            self._no_line()
            return
        self._seize(line)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()

    def glare(self) -> None:
        """A caller was there first: he has the line, we take the next."""
        self.call.line = None
        self._again()

    def lost(self) -> None:
        """The line went out of service under us. Whoever has it next must not meet our telephone."""
        line, self.call.line = self._line, None
        self._exchange.sound.part(line.name)
        self._again()

    def fact(self, fact: Fact) -> None:
        """What the seized line says."""
        if self.call.stage is Stage.TALKING:
            return
        if self._phase == "sent":
            self._after_digits(fact)
        elif self._phase == "asking" and isinstance(fact, ToneHeard):
            self._silent = fact.on and fact.name == "silence"
            if fact.on:
                self._before_digits(fact.name)

    # Before the digits

    def _next_line(self) -> Line | None:
        lines = self._exchange.lines
        free = [
            lines[name]
            for name in self._lines()
            if _idle(lines[name]) and name not in self._tried and self._may_take(lines[name])
        ]
        return min(free, key=lambda line: line.dumb, default=None)

    def _lines(self) -> list[str]:
        """In the order in which they are tried."""
        return self._exchange.rules.lines_for(self._digits)

    def _may_take(self, line: Line) -> bool:
        return True

    def _keys(self, line: Line) -> str:
        """What is dialled there."""
        return self._digits

    def _seize(self, line: Line) -> None:
        self._tried.add(line.name)
        self._silent = False
        self.call.line = line
        line.seize(self.call)
        self.call.told = True
        name = who.name if (who := self.call.phone or self.call.leg) else ""
        self._tell(CallDialled(call=self.call.id, line=line.name, phone=name, number=self._digits))
        self._wait(self.tone_wait, self._no_tone)

    def _before_digits(self, tone: str) -> None:
        line = self._line
        if tone == "dial":
            line.dumb = False
            self._send(line)
        elif tone == "voice":
            # Glare that nobody could see: the seizure answered somebody. He is served, not dialled at.
            self.stop()
            self.call.line = None
            self._exchange.incoming.adopt(line)
            self._again()

    def _send(self, line: Line) -> None:
        self.stop()
        self._phase = "sending"
        line.through()
        keys = self._keys(line)
        if self._exchange.settings.lines[line.name].dial == "pulses":
            line.port.do(DialPulses(keys))
            seconds = sum(PULSE_PAUSE + PULSE_BREAK * (int(each) or 10) for each in keys)
        else:
            seconds = self._exchange.sound.keys(line.name, keys)
        self._wait(seconds, self._digits_out)

    def _no_tone(self) -> None:
        line, self.call.line = self._line, None
        if self._silent and not line.dumb:
            self._exchange.incoming.sound_out(line)
        else:
            self._exchange.give_back(line, NO_DIAL_TONE)
        line.dumb = True
        self._again()

    def _no_line(self) -> None:
        self._exchange.end(self.call, "box", "failed")

    def _again(self) -> None:
        self.call.step("retry")
        self.begin()

    # After the digits

    def keyed(self, key: str, judged: bool) -> None:
        """Its person keys on, and the line hears it. While no tone has come the exchange may still be waiting
        for digits, and after a second dial tone it is: then they belong to the number, and are judged."""
        phone = self.call.phone
        if self._phase != "sent" or not self._collects or phone is None or not key.isdigit():
            return
        self._more = (self._more + key)[-MOST_MORE:]
        number = self._more if self._second else self._digits + self._more
        if judged and self._exchange.rules.bars(phone, number) is not None:
            self._exchange.end(self.call, "box", "hang_up")
            self._exchange.keypad.refuse(phone)

    def _digits_out(self) -> None:
        self._phase = "sent"
        self.call.step("sent")
        if self.call.phone is not None and self.call.phone.off_hook:  # else it has vanished
            self._let_hear(self.call.phone.name)
        self._wait(NO_TONE_AT_ALL, self._assume)

    def _let_hear(self, phone: str) -> None:
        """How it goes on. For whom the box dials, he listens only, until his leg joins him."""
        sound = self._exchange.sound
        (sound.join if self.call.leg is None else sound.hear)(phone, self._line.name)

    def heard_again(self, phone: str) -> None:
        """The telephone that dialled was gone, and is back."""
        if self._phase == "sent":
            self._let_hear(phone)

    def _after_digits(self, fact: Fact) -> None:
        if isinstance(fact, Reversed):
            self._answered("reversal")
        elif isinstance(fact, ToneHeard):
            self._tone(fact.name, fact.on)

    def _tone(self, name: str, on: bool) -> None:
        if on:
            self._second = name == "dial"
            self._collects = name in ("dial", "silence")
        if name in ("busy", "congestion") and on:
            self._refused()
        elif name == "sit" and on:
            self._answerable = False
            self.stop()
        elif name == "voice":
            self._speaks = on
            self._judge_voice()
        elif name == "ringback":
            self.stop()
            if not on:
                self._wait(RINGBACK_GONE, self._assume)

    def _judge_voice(self) -> None:
        """A voice on the line is an answer, unless our own telephone speaks: then it may be its echo."""
        if not self._speaks or not self._answerable or self.call.stage is not Stage.RINGING:
            return
        own = self.call.phone if self.call.leg is None else None
        if own is not None and not self._exchange.quiet(own.name, OWN_ECHO):
            self._clock.after(OWN_ECHO, self._judge_voice)
        else:
            self._answered("voice")

    def _assume(self) -> None:
        if self._answerable:
            self._answered("assumed")

    def _answered(self, how: Answering) -> None:
        self.stop()
        self.call.step("answer")
        self._line.join()
        self._line.supervision.start(tones=not self.call.emergency)
        if self.call.leg is not None:
            self.call.leg.answered(how)
        elif self.call.phone is not None:
            self.call.phone.answered()
            self._tell(CallAnswered(call=self.call.id, station=self.call.phone.name, how=how))
            if not self._exchange.lost.answered(self.call):
                self._exchange.conferences.answered(self.call)

    def _refused(self) -> None:
        self._exchange.end(self.call, "called", "busy_tone")

    @property
    def _line(self) -> Line:
        assert self.call.line is not None
        return self.call.line

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self.stop()
        self._timer = self._clock.after(seconds, then)


class ForBox(Outgoing):
    """A number that the box dials by itself: it never takes the last line."""

    def _next_line(self) -> Line | None:
        return super()._next_line() if to_spare(self._exchange.lines.values()) > 0 else None

    def _tone(self, name: str, on: bool) -> None:
        if name == "sit" and on:  # nobody listens to what is said then
            self._exchange.end(self.call, "called", "failed")
        else:
            super()._tone(name, on)


class Withheld(Outgoing):
    """A number on its way out, without ours: only on a line whose network knows how."""

    def _may_take(self, line: Line) -> bool:
        return withholding(self._exchange, line.name) is not None

    def _keys(self, line: Line) -> str:
        return (withholding(self._exchange, line.name) or "") + self._digits


def withholding(exchange: "Exchange", line: str) -> str | None:
    """What is keyed on that line before a number; None: there is nothing, or it cannot be pulsed."""
    settings = exchange.settings
    prefix = WITHHOLD.get(settings.lines[line].country or settings.country)
    pulsed = settings.lines[line].dial == "pulses"
    return None if prefix is None or (pulsed and not prefix.isdigit()) else prefix
