"""What somebody's page does with his telephone itself: answer, hang up, key, tap the hook.

A station without a hook of its own is worked by order, and tells the facts that a hand would have made it
tell. What has a hook is lifted by a hand; the rest is done for it, as if that hand had done it.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

from firmware.base import Refused
from firmware.base.clock import SECOND, Clock
from firmware.base.ports import KeyHeard, Work
from firmware.base.stations import spoken_of
from firmware.calls.handset import Handset, State
from firmware.calls.outside import Outside

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

KEYS = re.compile(r"[0-9*#]{1,32}")
MOST = 64  # keys that wait to be pressed
BEAT = round(0.16 * SECOND)  # µs from one key to the next: 80 ms on, 80 ms off
LIFTING = 1.0  # s in which a station that is worked by order is lifted


class Working:
    """Of every telephone of an exchange. Refused: the sentence says what a hand must do, or why not."""

    def __init__(self, exchange: "Exchange", clock: Clock) -> None:
        self._exchange, self._clock = exchange, clock
        self._pressed: dict[str, int] = {}  # station -> when its next key may be pressed, µs
        self._lifting: dict[Handset, Callable[[], None]] = {}  # what is done as soon as it is lifted

    def answer(self, phone: Handset) -> None:
        """Take what rings there, or whoever knocks."""
        if phone.state is not State.RINGING:
            if not self._exchange.knocking.take(phone):
                raise Refused(f"nothing rings at {_spoken(phone)}")
        elif isinstance(phone, Outside):
            raise Refused("answer the telephone that rings outside, and press 1")
        else:
            self._must_work(phone, "lift", f"Lift {_spoken(phone)} to answer")

    def hang_up(self, phone: Handset) -> None:
        """As if it were put down. Whoever is still on hold where a hand has not done it stays there."""
        if not phone.off_hook:
            raise Refused(f"nobody is on the telephone at {_spoken(phone)}: a call that rings is rejected")
        if phone.port.by_order:
            phone.port.do(Work("hang_up"))
        elif phone.call is None:
            raise Refused(f"Put {_spoken(phone)} back on its hook")
        elif self._exchange.hands.at(phone):
            self._put_through(phone)
        else:
            phone.put_down()

    def _put_through(self, phone: Handset) -> None:
        call = phone.call
        try:
            self._exchange.transfers.complete(phone)
        except Refused:
            assert call is not None
            self._exchange.end(call, "caller", "hang_up")

    def press(self, phone: Handset, keys: str) -> None:
        """One key after another; a station without a hook of its own is lifted for them."""
        if not KEYS.fullmatch(keys):
            raise Refused("keys are 1 to 32 of 0 to 9, * and #")
        now, ready = self._clock.now, 0
        if not phone.off_hook:
            if not phone.free:
                raise Refused(f"answer {_spoken(phone)} first")
            self._must_work(phone, "lift", f"Lift {_spoken(phone)} first")
            ready = BEAT
        begin = max(now + ready, self._pressed.get(phone.name, 0))
        if begin - now + len(keys) * BEAT > MOST * BEAT:
            raise Refused("so many keys are still being pressed: wait a moment")
        for place, key in enumerate(keys):
            self._clock.at(begin + place * BEAT, partial(self._press, phone, key))
        self._pressed[phone.name] = begin + len(keys) * BEAT

    def _press(self, phone: Handset, key: str) -> None:
        if not phone.off_hook:
            return
        if phone.port.by_order:
            phone.port.do(Work("key", key))
            return
        spoken_with = phone.name in self._exchange.talks or self._exchange.monitor.at(phone) is not None
        phone.fact(KeyHeard(key, at=self._clock.now))
        if phone.state is State.TALKING and not (spoken_with or phone.port.tells_keys):
            self._exchange.keypad.pass_on(phone, key)

    def flash(self, phone: Handset) -> None:
        if not phone.off_hook:
            raise Refused(f"Lift {_spoken(phone)} first")
        if phone.port.by_order:
            phone.port.do(Work("flash"))
        else:
            self._exchange.stations.flashed(phone)

    # Lifting for something else

    def lift(self, phone: Handset, then: Callable[[], None]) -> None:
        """Lift a station that is worked by order, and do `then` once it has dial tone; where that is refused
        by then it is put down again."""
        self._lifting[phone] = then
        self._clock.after(LIFTING, lambda: self._forget(phone, then))
        phone.port.do(Work("lift"))

    @property
    def lifting(self) -> bool:
        """Is a station being lifted for something that waits?"""
        return bool(self._lifting)

    def _forget(self, phone: Handset, then: Callable[[], None]) -> None:
        if self._lifting.get(phone) is then:
            del self._lifting[phone]

    def changed(self, phone: Handset) -> None:
        """It is in another state."""
        if (then := self._lifting.pop(phone, None)) is not None and phone.state is State.DIAL_TONE:
            try:
                then()
            except Refused:
                phone.port.do(Work("hang_up"))

    def _must_work(self, phone: Handset, verb: Literal["lift"], sentence: str) -> None:
        if not phone.port.by_order:
            raise Refused(sentence)
        phone.port.do(Work(verb))
        for fact in phone.port.events():  # now, and not in the next tick: somebody waits for his voice
            self._exchange.fact(phone.name, fact)


def _spoken(phone: Handset) -> str:
    return "that number" if isinstance(phone, Outside) else spoken_of(phone.name)
