"""An emergency number on its way out: it goes first, dial tone or not, and other calls make room.

Where every line is in use, whoever is on the least important call hears a tone, and half a second later it is
ended: the line is free again after the guard of two more (RELIABILITY J-02). It gives up only when its person
hangs up.
"""

from collections.abc import Iterator

from firmware.base.clock import SECOND
from firmware.base.ports import BEEP
from firmware.calls.call import Call, Stage
from firmware.calls.line import HELD, Line, State
from firmware.calls.outgoing import Outgoing

TONE_WAIT = 2.0  # s before an emergency number is dialled without dial tone
LIFE_WAIT = 8.0  # s without any sign after it was dialled blindly: next line
WARNED = 0.5  # s from the tone to the end


class Emergency(Outgoing):
    """One of them."""

    tone_wait = TONE_WAIT
    _blind = False
    clears: Call | None = None  # the call that makes room for it
    awaits: Line | None = None  # the line that will be free in a moment

    def begin(self) -> None:
        self._blind, self.awaits = False, None
        super().begin()

    def _next_line(self) -> Line | None:
        line = super()._next_line()
        return None if line in (each.awaits for each in self._others()) else line

    def _lines(self) -> list[str]:
        return list(self._exchange.lines)[::-1]  # whatever the owner's ways are

    def _no_tone(self) -> None:
        self._blind = True
        self._line.dumb = True
        self._send(self._line)

    def _digits_out(self) -> None:
        super()._digits_out()
        if self._blind:
            self._wait(LIFE_WAIT, self._next)

    def _refused(self) -> None:
        self._next()

    def _next(self) -> None:
        line, self.call.line = self._line, None
        self._exchange.give_back(line)
        self._again()

    def _others(self) -> Iterator["Emergency"]:
        """Other emergencies on their way."""
        attempts = self._exchange.attempts.values()
        return (each for each in attempts if isinstance(each, Emergency) and each is not self)

    # Where no line is free

    def _no_line(self) -> None:
        line = self.awaits = self._in_guard()
        if line is not None:
            self._wait((line.free_at - self._clock.now) / SECOND, self.begin)
        elif (call := self._least()) is not None:
            self.clears = call
            self._warn(call)
            self._wait(WARNED, self._clear)
        else:  # every line was tried: begin again with the first
            self._tried.clear()
            self._wait(1.0, self.begin)

    def _in_guard(self) -> Line | None:
        """A line that is free in a moment, and that nobody else waits for so urgently."""
        claimed = {each.awaits for each in self._others()}
        guarded = [
            line
            for name, line in self._exchange.lines.items()
            if line.state is State.GUARD and name not in self._tried and line not in claimed
        ]
        return min(guarded, key=lambda line: line.free_at, default=None)

    def _least(self) -> Call | None:
        """The call that makes room: one that the box makes for itself, then outgoing ones, then callers with
        whom nobody talks, the newest first; never another emergency."""
        cleared = {each.clears for each in self._others()}
        calls = [
            call
            for call in self._exchange.calls.values()
            if call.line is not None
            and (call.line.state in HELD or call.line.state is State.RINGING)
            and not (call.emergency or call in cleared or call.line.name in self._tried)
        ]
        return min(calls, key=_rank, default=None)

    def _warn(self, call: Call) -> None:
        rows = [call.line, call.phone, *(self._exchange.conferences.rows(call))]
        for name in {row.name for row in rows if row is not None}:
            self._exchange.sound.say(name, BEEP)

    def _clear(self) -> None:
        """End it. A line that only rings is answered for that: no exchange takes a ringing call back."""
        call, self.clears = self.clears, None
        if call is not None and not call.over and call.line is not None:
            if call.line.state is not State.RINGING:
                self._exchange.end(call, "box", "hang_up")
            elif call.line.answer():
                call.step("greet")
                self._exchange.end(call, "box", "hang_up")
        self.begin()


def _rank(call: Call) -> tuple[int, int]:
    if call.direction == "out":
        kind = 0 if call.leg is not None else 1
    else:
        kind = 3 if call.stage in (Stage.TALKING, Stage.HELD) else 2
    return kind, -call.began
