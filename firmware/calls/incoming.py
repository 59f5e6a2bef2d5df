"""A call from outside: from the first ring to the menu, and how it ends from the line's side."""

from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Literal

from firmware.base.choices import Leading
from firmware.base.clock import Clock
from firmware.base.events import CallArrived, CallLed, CallTyped, DigitHeard, Ending, LineChanged, Side
from firmware.base.numbers import e164
from firmware.base.ports import CallerHeard, Fact, KeyHeard, ToneHeard
from firmware.base.spoken import closed, welcome
from firmware.calls.blocking import Blocking
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.dialogue import Dialogue
from firmware.calls.dialogue import Step as Turn
from firmware.calls.flood import bearable
from firmware.calls.inform import Inform
from firmware.calls.ivr import Flow, Notice
from firmware.calls.line import Line
from firmware.calls.offices import Offices
from firmware.calls.supervision import ago
from firmware.calls.visit import Aids, Visit, language_of
from firmware.rows import GOODBYE, THERE
from firmware.tables import Identity

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

BELIEVED = 600.0  # s that a silent caller is rung for: his exchange may give no sign that he left
SETTLE = 0.3  # s after the loop is closed until sound passes (FOH 128 ms, and the exchange's relay)
NO_DIAL_TONE = "no dial tone"
NOBODY_ELSE = Identity(label="the office itself")


class Incoming:
    """The owner of all lines: what a line tells becomes a call, a menu, an end."""

    def __init__(
        self, exchange: "Exchange", clock: Clock, tell: Tell, quiet: Callable[[str, float], bool]
    ) -> None:
        self._exchange = exchange
        self._clock, self._tell, self._quiet = clock, tell, quiet
        self.inform, self.blocking = Inform(exchange), Blocking(exchange, clock, tell)
        self.offices = Offices(exchange, clock, tell)
        self.aids = Aids(exchange.calendar, clock, tell, offices=self.offices)
        self._visits: dict[Call, Dialogue | Notice] = {}
        self._known: dict[Call, Visit] = {}  # also between two menus

    def stop(self, call: Call) -> None:
        """The call is over: no prompt goes on."""
        self._known.pop(call, None)
        if (visit := self._visits.pop(call, None)) is not None:
            visit.stop()

    def secret(self, call: Call) -> bool:
        """Is a secret being keyed by its caller?"""
        return call in self._visits and self._visits[call].secret

    def rang(self, line: Line) -> None:
        attempt = next((each for each in self._exchange.attempts.values() if each.call.line is line), None)
        line.call = self._exchange.new_call("in", Stage.ARRIVING, line=line)
        if line.answering.caller is not None:
            self.known(line, line.answering.caller)
        if attempt is not None:
            attempt.glare()

    def known(self, line: Line, caller: CallerHeard) -> None:
        if (call := line.call) is not None and not call.told:
            country = self._exchange.settings.country_of(line.name)
            call.number = caller.number and (e164(caller.number, country) or caller.number)
            call.name = caller.name
            self._arrived(call, caller)

    def _arrived(self, call: Call, caller: CallerHeard | None) -> None:
        call.told, call.began = True, self._clock.now
        reason = caller.reason if caller else "unavailable"
        line, settings = call.line.name if call.line else "", self._exchange.settings
        call.identity = settings.lines[line].identity if line else None
        call.language = self.aids.memory.language(call.number)
        self._tell(CallArrived(call.id, line, call.number, call.name, reason, call.identity))
        found, by = settings.type_of(line, call.number) if line else (None, "line")
        if found is not None:
            self._type(call, found, by)

    def _type(self, call: Call, name: str, by: Literal["line", "number", "key"]) -> None:
        call.type = name
        self._tell(CallTyped(call=call.id, kind=name, by=by))

    def due(self, line: Line) -> None:
        call = line.call
        if call is None or self.blocking.rings_on(call, line) or not line.answer():
            return
        if not call.told:
            self._arrived(call, None)
        self._greet(call, line)

    def adopt(self, line: Line) -> None:
        """A line that we seized to dial turned out to have a caller: he is answered."""
        line.adopt(call := self._exchange.new_call("in", Stage.ARRIVING, line=line))
        self._arrived(call, None)
        self._greet(call, line)

    def sound_out(self, line: Line) -> None:
        """Silence where dial tone should be: the seizure may have answered a caller who waits for a word.
        He is greeted, and has arrived as soon as he speaks or keys; else the line is given back."""
        line.adopt(call := self._exchange.new_call("in", Stage.ARRIVING, line=line))
        line.reason = NO_DIAL_TONE
        self._tell(LineChanged(line=line.name, state=line.state.word, reason=line.reason))
        self._greet(call, line)

    def _greet(self, call: Call, line: Line) -> None:
        call.step("greet")
        settings = self._exchange.settings
        row, identity = settings.lines[line.name], settings.identity_of(line.name) or NOBODY_ELSE
        name, hours = settings.menu_of(line.name), row.hours or identity.hours
        menu = settings.menus[name]
        greeting = (*self._welcome(call), identity.greeting or menu.greeting)
        if (notice := self.blocking.notice(call, line)) is not None:
            self._notice(call, line, *notice, "blocked")
        elif not self._exchange.calendar.is_open(hours):
            to = row.closed or identity.closed or menu.closed
            self._notice(call, line, (*greeting, *self._closed(call, hours, to)), to, "closed")
        elif (direct := row.to or self._type_leads(call)) is not None:
            self._notice(call, line, (identity.greeting,) if identity.greeting else (), direct, "line")
        else:
            self._walk(call, line, name, greeting)

    def _welcome(self, call: Call) -> tuple[str, ...]:
        """To somebody who is known, by his name, where the owner wants that."""
        office = self._exchange.settings.office
        known = call.number and call.number not in office.shared_numbers
        name = office.names.get(call.number or "") if office.greet_known and known else None
        language = language_of(call, self._exchange.settings)
        return welcome(language, name) if name is not None else ()

    def _walk(
        self, call: Call, line: Line, place: str, greeting: tuple[str, ...] = (), settle: float = SETTLE
    ) -> None:
        """He goes through menus and steps, from that one on."""
        flow = Flow(self.visitor(call))
        script = flow.script(place, greeting)
        self.converse(call, line, script, lambda: self._send(call, flow.to, flow.by), settle)

    def converse(
        self,
        call: Call,
        line: Line,
        script: Generator[Turn, str, object],
        done: Callable[[], None],
        settle: float,
    ) -> None:
        """The box speaks with him as the script says; `done` follows, unless he is gone by then."""
        sound, kept, clock = self._exchange.sound, self._exchange.when_kept, self._clock
        ended, keyed = partial(self._ended, call, done), partial(self._keyed, call)
        self._visit(call, Dialogue(line.name, script, sound, clock, kept, ended, keyed), settle)

    def _keyed(self, call: Call, key: str) -> None:
        self._tell(DigitHeard(call=call.id, key=key))

    def _ended(self, call: Call, done: Callable[[], None]) -> None:
        self._visits.pop(call, None)
        done()

    def visitor(self, call: Call) -> Visit:
        """What was settled when he came stays so for him."""
        settings = self._exchange.settings
        if call not in self._known:
            self._known[call] = Visit(settings, self.aids, call, call.data, began=self._clock.now)
        return self._known[call]

    def takes(self, call: Call, to: str) -> bool:
        """Is `to` a place where the box itself speaks with him, a menu, a step or the goodbye? Then it
        does so from now on; all other destinations are the desk's."""
        line, settings = call.line, self.visitor(call).settings
        if line is None or not (to in settings.menus or to in settings.steps or to == GOODBYE):
            return False
        if call.stage is not Stage.GREETED:
            call.step("greet")
        self._exchange.sound.hush(line.name)
        self._walk(call, line, to, settle=0.0)
        return True

    def _type_leads(self, call: Call) -> str | None:
        row = self._exchange.settings.types.get(call.type or "")
        return row.to if row is not None else None

    def typed(self, call: Call, to: str) -> str:
        """Where a destination leads: that of a type, which the call is from now on, or itself."""
        row = self._exchange.settings.types.get(to)
        if row is None:
            return to
        self._type(call, to, "key")
        return row.to or to

    def _notice(self, call: Call, line: Line, prompts: tuple[str, ...], to: str | None, by: Leading) -> None:
        """Say that, then lead him to `to`, or hang up."""
        sound = self._exchange.sound
        self._visit(call, Notice(prompts, line.name, sound, self._clock, lambda: self._send(call, to, by)))

    def _visit(self, call: Call, visit: Dialogue | Notice, settle: float = SETTLE) -> None:
        self._visits[call] = visit
        self._clock.after(settle, visit.begin)

    def turn_away(self, call: Call, hours: str | None, to: str | None) -> None:
        """Whom a caller asked for is closed: say when that opens, then lead him to `to`, or hang up."""
        call.step("greet")
        if call.line is not None:
            self._exchange.sound.hush(call.line.name)
            self._notice(call, call.line, self._closed(call, hours, to), to, "closed")

    def _closed(self, call: Call, hours: str | None, to: str | None) -> tuple[str, ...]:
        """When we open, and goodbye where nobody is there for him."""
        calendar, language = self._exchange.calendar, language_of(call, self._exchange.settings)
        sentence = closed(language, calendar.opens(hours), calendar.now())
        return (*sentence, *(() if to else ("goodbye",)))

    def _send(self, call: Call, to: str | None, by: Leading) -> None:
        """All was said: he is led to `to`, or has been told goodbye."""
        self._visits.pop(call, None)
        if not call.told:  # sounded out, and nobody was there
            self._exchange.end(call, "line", "silence")
            return
        if to == THERE:
            return
        self._tell(CallLed(call=call.id, to=to or GOODBYE, by=by))
        if to is None or to == GOODBYE:
            self._exchange.end(call, "box", "hang_up")
            return
        call.step("send")
        if call.line is not None:
            self._exchange.sound.tone(call.line.name, "ringback")
        self._exchange.desk.send(call, to)

    def idle(self, line: Line) -> None:
        self._exchange.outside.line_idle()

    def gone(self, line: Line) -> None:
        if (call := line.call) is not None:
            if not call.told:
                self._arrived(call, None)
            self._exchange.end(call, "caller", "abandoned")

    def heard(self, line: Line, fact: Fact) -> None:
        if (call := line.call) is None or not bearable(call, fact):
            return
        if call.stage is Stage.TALKING and call in self._visits:
            self._visits.pop(call).stop()  # somebody took him back from what was said to him
        if (visit := self._visits.get(call)) is not None:
            self._in_menu(call, visit, fact)
        elif isinstance(fact, KeyHeard) and self._exchange.talks.key(line.name, fact.key, call):
            return
        elif isinstance(fact, KeyHeard) and call.reaches is not None and call.reaches.off_hook:
            call.reaches.fact(fact)
        elif (attempt := self._exchange.attempts.get(call)) is not None:
            attempt.fact(fact)
        elif isinstance(fact, KeyHeard) and call.stage is Stage.RINGING:
            self._tell(DigitHeard(call=call.id, key=fact.key))
            self._exchange.desk.keyed(call, fact.key)

    def _in_menu(self, call: Call, visit: Dialogue | Notice, fact: Fact) -> None:
        key = fact.key if isinstance(fact, KeyHeard) else None
        # Over our own words a voice may be their echo.
        speaks = isinstance(fact, ToneHeard) and (fact.name, fact.on) == ("voice", True) and visit.listens
        if not call.told and (key or speaks):
            self._arrived(call, None)
        if key:
            if isinstance(visit, Notice):
                self._tell(DigitHeard(call=call.id, key=key))
            visit.key(key)

    def left(self, line: Line, reason: Ending) -> None:
        if (call := line.call) is not None:
            far: Side = "caller" if call.direction == "in" else "called"
            self._exchange.end(call, "line" if reason in ("dial_tone", "silence") else far, reason)

    def lost(self, line: Line) -> None:
        if (call := line.call) is None:
            return
        attempt = self._exchange.attempts.get(call)
        if attempt is not None and call.stage is not Stage.TALKING:
            attempt.lost()
        else:
            if not call.told and call.stage is Stage.ARRIVING:
                self._arrived(call, None)
            self._exchange.end(call, "line", "failed")

    def quiet(self, line: Line, seconds: float) -> bool:
        """Is there nobody any more? In a conversation: if the office is silent too. Whoever listens to us
        (a menu, ringback) has no reason to speak: he is believed for ten minutes."""
        call = line.call
        if call is None:
            return True
        if call.stage is not Stage.TALKING:
            return ago(self._clock, max(call.began, call.listens_since)) >= BELIEVED
        together = [each.name for each in self._exchange.conferences.rows(call) if each is not line]
        partners = together or ([call.partner] if call.partner is not None else [])
        rows = [self._exchange.sound.row(each) for each in partners]
        return all(row is None or self._quiet(row, seconds) for row in rows)
