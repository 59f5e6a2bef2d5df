"""Listening to a colleague's call, speaking to him alone, and joining: what a supervisor does.

All of it is entries of the matrix. Whoever listens has a call of his own, which ends with the one that he
listens to; what he does is told as an event each time.
"""

from typing import TYPE_CHECKING, Literal

from firmware.base import Refused
from firmware.base.clock import Clock
from firmware.base.events import CallListened
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.handset import Handset, State

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

Mode = Literal["listen", "whisper", "join"]
KEYS: dict[str, Mode] = {"1": "listen", "2": "whisper", "3": "join"}


class Listening:
    """One supervisor and one colleague; the promise of the call that rings the supervisor first."""

    def __init__(self, monitor: "Monitor", call: Call, colleague: Handset, mode: Mode) -> None:
        self._monitor, self.call, self.colleague, self.mode = monitor, call, colleague, mode
        self.phone: Handset | None = None

    def lifted(self, phone: Handset) -> None:
        """The supervisor is there."""
        self._monitor.begin(self, phone)

    def left(self) -> bool:
        return False  # without him there is nothing to listen to


class Monitor:
    """Everybody who listens."""

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._exchange, self._clock, self._tell = exchange, clock, tell
        self._on: dict[Call, Listening] = {}  # by the supervisor's own call

    def mode(self, how: str) -> Mode:
        """Refused: there is no such way to listen."""
        for mode in KEYS.values():
            if mode == how:
                return mode
        raise Refused(f'"{how[:20]}" is not one of {", ".join(KEYS.values())}')

    def at(self, phone: Handset) -> Listening | None:
        """What somebody listens to at that telephone."""
        return next((each for each in self._on.values() if each.phone is phone), None)

    def listen(self, phone: Handset, who: str, mode: Mode = "listen") -> None:
        """Hear a colleague's call at once, or once `phone` was lifted. Refused: he is on none, or whoever is
        at `phone` may not."""
        self._exchange.rules.must_listen(phone)
        if (listening := self.at(phone)) is not None:
            self.turn(listening, mode)
            return
        colleague = self._exchange.phones.get(self._exchange.desk.reached(who) or "")
        if colleague is None or colleague is phone:
            raise Refused(f'nobody is reached by "{who[:30]}"')
        self._exchange.hands.talking(colleague)
        if not (phone.free or (phone.off_hook and phone.call is None)):
            raise Refused(f"{phone.name} is busy: hang up first")
        call = self._exchange.new_call("inside", Stage.PROMISED)
        call.promise = listening = Listening(self, call, colleague, mode)
        self._on[call] = listening
        if phone.free:
            self._exchange.ring(call, phone)
        else:
            phone.take(call)
            self.begin(listening, phone)

    def begin(self, listening: Listening, phone: Handset) -> None:
        call, heard = listening.call, listening.colleague.call
        listening.phone = phone
        call.phone, call.promise = phone, None
        call.step("listen")
        if heard is None or heard.stage is not Stage.TALKING:
            self._exchange.end(call, "box", "failed")
        else:
            self.turn(listening, listening.mode)

    def turn(self, listening: Listening, mode: Mode) -> None:
        """Hear only, speak to the colleague too, or to everybody."""
        phone, colleague = listening.phone, listening.colleague
        heard = colleague.call
        if phone is None or heard is None:
            listening.mode = mode
            return
        listening.mode = mode
        sound = self._exchange.sound
        sound.part(phone.name)
        for row in self._rows(colleague):
            sound.hear(phone.name, row)
            sound.hear(row, phone.name, 1.0 if mode == "join" else 0.0)
        sound.hear(colleague.name, phone.name, 0.0 if mode == "listen" else 1.0)
        by = self._exchange.hands.name(phone)
        self._tell(CallListened(call=heard.id, by=by, how=mode))

    def key(self, phone: Handset, key: str) -> bool:
        """1 to listen, 2 to speak to the colleague, 3 to join. False: nobody listens there."""
        listening = self.at(phone)
        if listening is not None and key in KEYS:
            self.turn(listening, KEYS[key])
        return listening is not None

    def _rows(self, colleague: Handset) -> list[str]:
        if rows := self._exchange.conferences.rows(colleague)[1:]:
            return [*(row.name for row in rows), colleague.name]
        assert colleague.call is not None
        return [self._exchange.hands.far(colleague.call, colleague).name, colleague.name]

    def over(self, call: Call) -> None:
        """A call has ended: whoever listened to it has nothing to hear."""
        self._on.pop(call, None)
        for mine, listening in list(self._on.items()):
            if listening.phone is not None and listening.colleague.call in (call, None):
                self._exchange.end(mine, "box", "hang_up")

    def moved(self, phone: Handset) -> None:
        """A telephone has another call, or is off: who listened there hears what there is to hear."""
        for mine, listening in list(self._on.items()):
            if listening.colleague is phone and listening.phone is not None:
                if phone.call is not None and phone.state is State.TALKING:
                    self.turn(listening, listening.mode)
                elif not phone.off_hook:
                    self._exchange.end(mine, "box", "hang_up")
