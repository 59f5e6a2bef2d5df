"""Callers whom the office takes no calls from: by number, by how it begins, or because it is withheld.

A line cannot say "busy" without answering. So it rings on and nobody hears it, or the box answers and says
why, or leads him elsewhere. For half an hour after an emergency call nobody is turned away: help may call
back. And an emergency call never waits for a line that rings on. Who rings too often (`flood`) is told so,
whatever the rule for the others is.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from firmware.base.clock import Clock
from firmware.base.events import CallBlocked
from firmware.base.numbers import forms
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.flood import TOO_OFTEN, Flood
from firmware.calls.line import State
from firmware.rows import MESSAGE, SILENT, WITHHELD

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange
    from firmware.calls.line import Line

SAID = {WITHHELD: "call.withheld", TOO_OFTEN: "call.too_often"}


class Blocking:
    """Asked when a line is due to be answered, and when its caller is greeted."""

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._exchange, self._clock, self._tell = exchange, clock, tell
        self.flood = Flood(exchange)
        self.excused: Callable[[], bool] = lambda: False  # is nobody turned away now?

    def rings_on(self, call: Call, line: "Line") -> bool:
        """Is it one that nobody is to answer?"""
        silent = self._exchange.settings.office.blocked_action == SILENT
        if not silent or not self._turned_away(call, line) or call.blocked == TOO_OFTEN:
            return False
        return not any(each.emergency for each in self._exchange.calls.values())

    def notice(self, call: Call, line: "Line") -> tuple[tuple[str, ...], str | None] | None:
        """What he is told, and where he is led then; None: he is welcome."""
        if not self._turned_away(call, line):
            return None
        action = self._exchange.settings.office.blocked_action
        if call.blocked == TOO_OFTEN:
            spare = any(each.state is State.IDLE for each in self._exchange.lines.values())
            return ((SAID[TOO_OFTEN],) if spare else (), None)
        said = SAID.get(call.blocked, "call.blocked")
        return ((said,), None) if action in (MESSAGE, SILENT) else ((), action)

    def make_way(self) -> None:
        """An emergency number is dialled: answer whoever rings on, and give his line back."""
        for call in list(self._exchange.calls.values()):
            if call.blocked and call.stage is Stage.ARRIVING and call.line is not None and call.line.answer():
                call.step("greet")
                self._exchange.end(call, "box", "hang_up")

    def _turned_away(self, call: Call, line: "Line") -> bool:
        if call.blocked or self.excused():
            return bool(call.blocked) and not self.excused()
        rule = self._rule(call, line)
        if rule is not None:
            call.blocked = rule
            self._tell(CallBlocked(call=call.id, rule=rule))
        return bool(call.blocked)

    def _rule(self, call: Call, line: "Line") -> str | None:
        settings, caller = self._exchange.settings, line.answering.caller
        rules = settings.office.blocked
        if call.number is None:
            withheld = caller is not None and caller.reason == WITHHELD
            return WITHHELD if withheld and WITHHELD in rules else None
        if self.flood.too_often(call.number, self._clock.now):
            return TOO_OFTEN
        known = forms(call.number, settings.country)
        return next((rule for rule in rules if any(form.startswith(rule) for form in known)), None)
