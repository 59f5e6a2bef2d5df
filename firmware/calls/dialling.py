"""What keyed digits mean: more to come, a number, or an emergency that cannot wait.

`decide` is a pure decision after each key; the keypad waits where it says so.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from firmware.base.clock import Clock, Timer
from firmware.base.numbers import HABITS, after_habit, may_grow, without_habit
from firmware.calls.call import Stage
from firmware.calls.codes import CODES, begins_code, begins_emergency, emergency_in, split
from firmware.calls.dialogue import Say, Script
from firmware.calls.handset import Handset, State

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

PAUSE = 3.0  # s without a key: the number is complete
# s after an emergency number behind a habitual 0 or 9, or a code, that may still be another number: a line is
# seized within a second of the last digit (RELIABILITY J-01)
HABIT_PAUSE = 0.9
MOST_KEYS = 32


@dataclass(frozen=True)
class Decision:
    """`number` as `kind`, once no further key came for `wait` seconds (0: now)."""

    kind: Literal["emergency", "number", "code"]
    number: str
    wait: float


def decide(keys: str, country: str, emergencies: frozenset[str], inside: Collection[str]) -> Decision:
    """What `keys` mean. `inside` are the office's own numbers."""
    if keys in emergencies:
        return Decision("emergency", keys, 0.0)
    if (certain := after_habit(keys, country, emergencies)) is not None:
        return Decision("emergency", keys[1:], 0.0 if certain else HABIT_PAUSE)
    if (number := emergency_in(keys, emergencies)) is not None:
        return Decision("emergency", number, 0.0)
    if keys.endswith("#") and len(keys) > 1 and keys not in CODES:
        return Decision("number", keys[:-1], 0.0)
    longer = may_grow(keys, country) or any(each.startswith(keys) and each != keys for each in inside)
    if keys in CODES and not begins_code(keys) and keys not in inside:
        wait = PAUSE if longer and keys.isdigit() else HABIT_PAUSE
        return Decision("code", keys, wait if longer or begins_emergency(keys, emergencies) else 0.0)
    if split(keys)[1] and not begins_code(keys):
        return Decision("code", keys, 0.0)
    code = keys.startswith(("*", "#")) or begins_code(keys)  # a longer one may follow
    complete = len(keys) >= MOST_KEYS or not (longer or code or _before_emergency(keys, emergencies))
    return Decision("number", keys, 0.0 if complete else PAUSE)


class Keypad:
    """The keys of all handsets, collected until they mean something."""

    def __init__(self, exchange: "Exchange", clock: Clock) -> None:
        self._exchange = exchange
        self._clock = clock
        self._pauses: dict[str, Timer] = {}
        self._before: dict[str, list[str]] = {}  # telephone -> what may have been the beginning of its number
        self._served: dict[str, tuple[str, str]] = {}  # telephone -> its code's digits, and keys since then

    def keyed(self, phone: Handset, key: str) -> None:
        """A key of an off-hook telephone. In a conversation it is for the far end, which hears it; while
        nobody has answered yet only an emergency number counts, and ends the call that is being made."""
        if phone.state is State.TALKING or phone.state is State.SERVED:
            if not self._answers(phone, key) and phone.port.tells_keys:
                self.pass_on(phone, key)
            return
        self._still(phone)
        phone.keys = (phone.keys + key)[-MOST_KEYS:]
        decision = self._decided(phone)
        if phone.state is not State.DIALLING and decision.kind != "emergency":
            # Left off its hook: only an emergency gets through, whatever was keyed some time before it.
            self._judge(phone, key)
            self._wait(phone, PAUSE, lambda: self._forget(phone))
        elif decision.wait:
            self._wait(phone, decision.wait, lambda: self._dial(phone, decision))
        else:
            self._dial(phone, decision)

    def _judge(self, phone: Handset, key: str) -> None:
        """A key behind a number that went out; what may become an emergency number is left alone."""
        attempt = self._exchange.attempts.get(phone.call) if phone.call is not None else None
        helps = _before_emergency(phone.keys, self._exchange.settings.emergencies)
        if attempt is not None and not attempt.call.emergency:
            attempt.keyed(key, judged=not helps)

    def _answers(self, phone: Handset, key: str) -> bool:
        """A key for whatever the box says to him. False: it says nothing."""
        if phone.state is State.SERVED and not self._exchange.talks.secret(phone.name):
            code, keys = self._served.get(phone.name, ("", ""))
            self._served[phone.name] = code, keys + key
        return self._exchange.talks.key(phone.name, key)

    def serves(self, phone: Handset, digits: str) -> None:
        """A code of these digits was keyed, and perhaps meant as an emergency number."""
        self._served[phone.name] = digits, ""

    def left(self, phone: Handset, keys: str) -> None:
        """Whoever cuts what is said to him by an emergency number has keyed its first digits already."""
        if not keys:
            return
        code, since = self._served.pop(phone.name, ("", ""))
        self._before[phone.name] = [code + since, since, keys]
        if (decision := self._decided(phone)).kind == "emergency":
            self._dial(phone, decision)
        else:
            self._wait(phone, PAUSE, lambda: self.stop(phone))

    def _decided(self, phone: Handset) -> Decision:
        settings = self._exchange.settings
        for number in (before + phone.keys for before in self._before.get(phone.name, ())):
            if (meant := {number, without_habit(number)} & settings.emergencies) != set():
                return Decision("emergency", meant.pop(), 0.0)
        return decide(phone.keys, settings.country, settings.emergencies, settings.extensions())

    def pass_on(self, phone: Handset, key: str) -> None:
        """A key that made no sound is keyed to the far end by the box."""
        call = phone.call
        if call is None or call.stage is not Stage.TALKING:
            return
        far = call.line or (call.called if phone is call.phone else call.phone)
        if far is not None:
            self._exchange.sound.keys(far.name, key)

    def _wait(self, phone: Handset, seconds: float, then: Callable[[], None]) -> None:
        self._pauses[phone.name] = self._clock.after(seconds, then)

    def _forget(self, phone: Handset) -> None:
        phone.keys = ""

    def stop(self, phone: Handset) -> None:
        """Whatever was keyed there leads nowhere."""
        self._before.pop(phone.name, None)
        self._still(phone)

    def _still(self, phone: Handset) -> None:
        if (timer := self._pauses.pop(phone.name, None)) is not None:
            timer.stop()

    def _dial(self, phone: Handset, decision: Decision) -> None:
        number, phone.keys = decision.number, ""
        inside = self._exchange.settings.extensions()
        self.stop(phone)
        if decision.kind == "emergency":
            self._emergency(phone, number)
        elif not number.isdigit() or (number in CODES and number not in inside):
            code, then = split(number)
            self._exchange.stations.serve(phone, code)
            for key in then:
                self._answers(phone, key)
        else:
            self.dial(phone, number)

    def dial(self, phone: Handset, number: str, withheld: bool = False) -> None:
        """A number is complete, keyed or from a page; or the name of a colleague."""
        self.stop(phone)
        self._exchange.talks.stop(phone.name)  # a page dials while he is asked for something
        exchange, phone.keys = self._exchange, ""
        if number in exchange.parking.there:
            exchange.parking.take(phone, number)
        elif number in exchange.settings.extensions() or exchange.desk.reached(number) is not None:
            exchange.dial_inside(phone, number)
        elif exchange.rules.refuses(phone, number) is not None:
            if phone.state is not State.DIAL_TONE:  # from a page that dialled before it was barred
                phone.far_end_gone()
            self.refuse(phone)
        else:
            exchange.rules.dials(phone)
            exchange.dial_out(phone, number, emergency=False, withheld=withheld)

    def refuse(self, phone: Handset) -> None:
        """He is told that he may not dial that."""
        exchange = self._exchange
        exchange.talks.begin(phone.name, _say("call.refused"), lambda: exchange.stations.invite(phone))

    def _emergency(self, phone: Handset, number: str) -> None:
        call = phone.call
        if phone.state is State.TALKING or (call is not None and call.emergency):
            return  # answered meanwhile, or help is already being called
        if call is not None:
            self._exchange.end(call, "caller", "hang_up")
        self._exchange.dial_out(phone, number, emergency=True)


def _say(prompt: str) -> Script:
    yield Say(prompt)


def _before_emergency(keys: str, emergencies: frozenset[str]) -> bool:
    """May these keys still become an emergency number, behind a habit or not?"""
    starts = (keys, keys[1:]) if keys[0] in HABITS else (keys,)
    return any(each.startswith(start) for each in emergencies for start in starts)
