"""The owner of all telephones of the office: what one tells becomes an answer, a number, a verb, an end."""

from functools import partial
from typing import TYPE_CHECKING

from firmware.base.events import CallAnswered, Side
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.codes import ASKING, CODES, UNKNOWN, alert
from firmware.calls.handset import Handset, State
from firmware.calls.line import State as LineState

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange


class Stations:
    """Told by every handset what its person did."""

    def __init__(self, exchange: "Exchange", tell: Tell) -> None:
        self._exchange, self._tell = exchange, tell

    # Answering

    def lifted_to_answer(self, phone: Handset) -> None:
        call = phone.call
        assert call is not None
        self.answer(call, phone)

    def answer(self, call: Call, phone: Handset) -> None:
        """Whoever is at `phone` takes a call that was rung."""
        self._exchange.stop_others(call, phone)
        if call.stage is Stage.PROMISED and call.promise is not None:
            call.phone = phone
            call.promise.lifted(phone)
        elif call.direction != "inside" and (script := self._exchange.desk.intro(call, phone)) is not None:
            call.phone = phone
            self._exchange.talks.begin(phone.name, script, lambda: self.connect(call, phone))
        else:
            self.connect(call, phone)

    def take(self, phone: Handset, call: Call) -> None:
        """He has lifted, and gets a call: whatever he was keying or told is over."""
        self._exchange.keypad.stop(phone)
        self._exchange.talks.stop(phone.name)
        phone.take(call)

    def connect(self, call: Call, phone: Handset) -> None:
        """Join whoever lifted with the one he was rung for."""
        call.step("answer")
        if call.direction == "inside" and call.line is None:
            assert call.phone is not None
            call.called = phone
            call.phone.answered()
            self._exchange.hands.together(call.phone, phone)
        else:
            assert call.line is not None
            call.phone = phone
            self._exchange.talks.stop(call.line.name)
            self._exchange.hands.together(call.line, phone)
            if call.line.state is not LineState.TALKING:
                call.line.join()
        self._tell(CallAnswered(call=call.id, station=phone.name, how="lift"))
        self._exchange.desk.answered(call, phone)
        if not self._exchange.lost.answered(call):
            self._exchange.conferences.answered(call)

    # Keys and the hook

    def keyed(self, phone: Handset, key: str) -> None:
        if not self._exchange.monitor.key(phone, key):
            self._exchange.keypad.keyed(phone, key)

    def flashed(self, phone: Handset) -> None:
        self._exchange.keypad.stop(phone)
        if phone.state is State.SERVED:  # whatever he was about to key is forgotten
            self._exchange.talks.stop(phone.name)
            phone.served()
        self._exchange.hands.flashed(phone)

    def hung_up(self, phone: Handset, call: Call | None) -> None:
        self._exchange.keypad.stop(phone)
        self._exchange.talks.stop(phone.name)
        self._exchange.sound.part(phone.name)
        if self._exchange.conferences.hung_up(phone, call):
            call = None
        if self._exchange.hands.hung_up(phone, call):
            return
        if call is not None and not self._declines(call, phone):
            self._exchange.end(call, self.side(call, phone), "hang_up")

    def _declines(self, call: Call, phone: Handset) -> bool:
        """Before he was joined with a caller he gives nobody up but himself."""
        if call.phone is not phone:
            return False
        if call.promise is not None:
            return call.promise.left()
        if call.stage is not Stage.RINGING or not self._exchange.desk.declined(call, phone):
            return False
        call.phone = None
        return True

    def side(self, call: Call, phone: Handset) -> Side:
        return "caller" if phone is call.phone and call.direction != "in" else "called"

    def unplugged(self, phone: Handset) -> None:
        """It has vanished: what rang there rings elsewhere, and who was talked with is kept for it."""
        self._exchange.keypad.stop(phone)
        self._exchange.talks.stop(phone.name)
        self._exchange.sound.part(phone.name)
        call = phone.call
        if call is not None and phone in call.rung:
            self._unrung(call, phone)
            call = None
        elif call is not None and (self._listens(call, phone) or self._declines(call, phone)):
            call = None
        self._exchange.lost.vanished(phone, call)

    def _listens(self, call: Call, phone: Handset) -> bool:
        """Only to a colleague; or to how somebody is called back, who has not answered yet: that is over."""
        calls_back = call.promise is not None and call.stage is not Stage.TALKING
        if not calls_back and self._exchange.monitor.at(phone) is None:
            return False
        if not self._declines(call, phone):
            self._exchange.end(call, self.side(call, phone), "failed")
        return True

    def _unrung(self, call: Call, phone: Handset) -> None:
        call.rung.remove(phone)
        if not self._exchange.desk.returns.unrung(call, phone) and not call.rung:
            self._exchange.end(call, "box" if call.stage is Stage.PROMISED else "called", "failed")

    def holds(self, phone: Handset) -> bool:
        return bool(self._exchange.hands.at(phone))

    def changed(self, phone: Handset) -> None:
        self._exchange.changed(phone)

    # The box speaks with somebody

    def invite(self, phone: Handset) -> None:
        """What was said to him is over: what he heard before, if he still does nothing."""
        self._served(phone)
        if phone.state in (State.DIAL_TONE, State.CONGESTION) and phone.call is None:
            dials = phone.state is State.DIAL_TONE
            self._exchange.sound.tone(phone.name, phone.invites() if dials else "congestion")
            self._exchange.hands.done(phone)

    def serve(self, phone: Handset, code: str) -> None:
        """A code was keyed, or what is none: its script, and then dial tone."""
        phone.serve()
        script = self._exchange.services[CODES.get(code, UNKNOWN)](phone)
        emergencies = self._exchange.settings.emergencies
        script = alert(code, script, emergencies, lambda number: self._exchange.dial_out(phone, number, True))
        self._exchange.keypad.serves(phone, code[1:] if code in ASKING or code not in CODES else "")
        left = partial(self._exchange.keypad.left, phone)
        self._exchange.talks.begin(phone.name, script, lambda: self._served(phone), left)

    def _served(self, phone: Handset) -> None:
        if phone.state is State.SERVED:
            phone.served()
