"""Listening to a colleague's call, speaking to him alone, and joining: what a supervisor does.

All of it is entries of the matrix. Whoever listens has a call of his own, which ends with the one that he
listens to; what he does is told as an event each time.
"""

from typing import TYPE_CHECKING, Literal

from firmware.base import Refused
from firmware.base.clock import Clock
from firmware.base.events import CallListened
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.hands import MUSIC
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
        self.told: set[tuple[Call, Mode]] = set()  # what he hears, and how, as it was told

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
        self._stirred = False

    def mode(self, how: str) -> Mode:
        """Refused: there is no such way to listen."""
        for mode in KEYS.values():
            if mode == how:
                return mode
        raise Refused(f'"{how[:20]}" is not one of {", ".join(KEYS.values())}')

    def at(self, phone: Handset) -> Listening | None:
        """What somebody listens to at that telephone."""
        return next((each for each in self._on.values() if each.phone is phone), None)

    def listeners(self, call: Call) -> list[tuple[str, Mode]]:
        """Who hears that call now, and how."""
        there = (
            (each.phone, mode) for each in self._on.values() for heard, mode in each.told if heard is call
        )
        return [(self._exchange.hands.name(phone), mode) for phone, mode in there if phone is not None]

    def listen(self, phone: Handset, who: str, mode: Mode = "listen") -> None:
        """Hear a colleague's call at once, or once `phone` was lifted. Refused: he is on none, or whoever is
        at `phone` may not."""
        self._exchange.rules.must_listen(phone)
        colleague = self._exchange.phones.get(self._exchange.desk.reached(who) or "")
        if colleague is None or colleague is phone:
            raise Refused(f'nobody is reached by "{who[:30]}"')
        heard = self._exchange.hands.talking(colleague)
        if mode != "listen":
            self._exchange.rules.must_meet([heard])
        if (listening := self.at(phone)) is not None and listening.colleague is colleague:
            self.turn(listening, mode)
            return
        if listening is not None:
            self._exchange.end(listening.call, "caller", "hang_up")
        if not (phone.free or (phone.off_hook and phone.call is None)):
            raise Refused(f"{phone.name} is busy: hang up first")
        if phone.free and phone.port.by_order:
            self._exchange.working.lift(phone, lambda: self.listen(phone, who, mode))
            return
        call = self._exchange.new_call("inside", Stage.PROMISED)
        call.promise = listening = Listening(self, call, colleague, mode)
        self._on[call] = listening
        if phone.free:
            self._exchange.ring_first(call, phone)
        else:
            self._exchange.stations.take(phone, call)
            self.begin(listening, phone)

    def begin(self, listening: Listening, phone: Handset) -> None:
        listening.phone = phone
        listening.call.phone, listening.call.promise = phone, None
        listening.call.step("listen")
        self._tune(listening, phone)

    def turn(self, listening: Listening, mode: Mode) -> None:
        """Hear only, speak to the colleague too, or to everybody."""
        listening.mode = mode
        if listening.phone is not None:
            self._tune(listening, listening.phone)

    def _tune(self, listening: Listening, phone: Handset) -> None:
        """Hear what there is to hear: the colleague's call, or music while he has nobody."""
        heard, colleague, sound = listening.colleague.call, listening.colleague, self._exchange.sound
        sound.part(phone.name)
        if heard is None or heard.stage is not Stage.TALKING or colleague.state is not State.TALKING:
            sound.hear(phone.name, MUSIC)
            return
        mode = "listen" if heard.emergency else listening.mode
        for row in self._rows(heard):
            sound.hear(phone.name, row)
            sound.hear(row, phone.name, 1.0 if mode == "join" else 0.0)
        sound.hear(colleague.name, phone.name, 0.0 if mode == "listen" else 1.0)
        self._told(listening, phone, heard, mode)

    def _told(self, listening: Listening, phone: Handset, heard: Call, mode: Mode) -> None:
        host = self._exchange.conferences.host(heard)
        calls = self._exchange.conferences.calls(host) if host is not None else [heard]
        was, listening.told = listening.told, {(call, mode) for call in calls}
        by = self._exchange.hands.name(phone)
        for call in calls:
            if (call, mode) not in was:
                self._tell(CallListened(call=call.id, by=by, how=mode))

    def key(self, phone: Handset, key: str) -> bool:
        """1 to listen, 2 to speak to the colleague, 3 to join. False: nobody listens there."""
        listening = self.at(phone)
        if listening is not None and key in KEYS:
            self.turn(listening, KEYS[key])
        return listening is not None

    def _rows(self, heard: Call) -> list[str]:
        """Whoever is on that call, or in its conference."""
        together = self._exchange.conferences.rows(heard)
        alone = (heard.line, heard.phone, heard.called)
        return [row.name for row in together or alone if row is not None]

    def over(self, call: Call) -> None:
        """A call has ended: whoever listened to it has nothing to hear."""
        self._on.pop(call, None)
        self.stir()

    def stir(self) -> None:
        """Somebody may have another call now: look at once, when all of it is done."""
        if self._on and not self._stirred:
            self._stirred = True
            self._clock.after(0, self._look)

    def _look(self) -> None:
        self._stirred = False
        for mine, listening in list(self._on.items()):
            colleague = listening.colleague
            if colleague.call is None and not self._exchange.hands.at(colleague):
                self._exchange.end(mine, "box", "hang_up")
            elif listening.phone is not None:
                self._tune(listening, listening.phone)
