"""Several at once: conferences around one telephone, and two lines that speak with each other.

A conference is one telephone with several calls: everybody on them hears everybody. Its host may leave:
two who remain talk on, more of them need a telephone of the office among them, which is the host then.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.clock import SECOND, Clock
from firmware.base.events import CallResumed
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.handset import Handset

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange
    from firmware.calls.hands import Party

WATCHED = 600.0  # s without a word on two lines that never told by the loop that somebody left (row 37)
MOST = 16  # rows in one conference


class Conferences:
    """Who is with whom; `of(phone)` are the calls that its host has besides the one he is on."""

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._exchange, self._clock, self._tell = exchange, clock, tell
        self._others: dict[Handset, list[Call]] = {}
        self._asked: set[Call] = set()  # who joins as soon as he answers

    def of(self, phone: Handset) -> list[Call]:
        return self._others.get(phone, [])

    def has(self, call: Call) -> bool:
        """Is it one of several that are together?"""
        return self.host(call) is not None

    def host(self, call: Call) -> Handset | None:
        """Around whose telephone its conference is; None: it is in none."""
        return next((phone for phone in self._others if call in self.calls(phone)), None)

    def calls(self, phone: Handset) -> list[Call]:
        """All calls of a conference; empty where there is none."""
        return [*self.of(phone), phone.call] if self.of(phone) and phone.call is not None else []

    def rows(self, call: Call) -> list["Party"]:
        """Whoever is in its conference, the host first; empty where there is none."""
        host = self.host(call)
        if host is None:
            return []
        return [host, *(self._exchange.hands.far(each, host) for each in self.calls(host))]

    # Coming together

    def invite(self, phone: Handset, who: str) -> None:
        """Call somebody; all are joined when he answers. Whoever is there waits meanwhile."""
        who = self._exchange.rules.must_dial(phone, who)
        hands = self._exchange.hands
        calls = self._hosted(phone) if phone.call is not None or not hands.at(phone) else []
        self._must_fit([*calls, *hands.at(phone)], 1)
        self._others.pop(phone, None)
        for call in calls:
            hands.set_aside(call, phone)
        if calls:
            phone.invite_again()
        self._exchange.keypad.dial(phone, who)
        if (asked := phone.call) is not None:
            self._asked.add(asked)
            if asked.stage is Stage.TALKING:  # he was taken from where he was parked
                self.answered(asked)

    def _hosted(self, phone: Handset) -> list[Call]:
        """The calls on which somebody talks, and which he may join with others. Refused: he is a guest."""
        call = self._exchange.hands.talking(phone)
        if self.host(call) not in (phone, None):
            raise Refused("only the host of a conference calls others in")
        return self.calls(phone) or [call]

    def _must_fit(self, calls: list[Call], more: int) -> None:
        self._exchange.rules.must_meet(calls)
        if 1 + len(calls) + more > MOST:
            raise Refused(f"a conference has room for {MOST}")

    def answered(self, call: Call) -> None:
        """Somebody is there: was he asked to join?"""
        if call in self._asked and call.phone is not None:
            self._asked.discard(call)
            if self._exchange.hands.at(call.phone):  # else they have left meanwhile
                self.join(call.phone)

    def join(self, phone: Handset) -> None:
        """Everybody on hold there, and whoever is talked with: together from now on."""
        hands = self._exchange.hands
        calls, held = self._hosted(phone) if phone.call is not None else [], list(hands.at(phone))
        if not held or len(calls) + len(held) < 2:
            raise Refused(f"nobody is on hold at {phone.name} who could join")
        self._must_fit([*calls, *held], 0)
        if not calls:
            hands.take_back(held.pop(), phone)
        for call in held:
            hands.at(phone).remove(call)
            call.step("resume")
            self._tell(CallResumed(call=call.id, by=hands.name(phone)))
            self._others.setdefault(phone, []).append(call)
        self._gather(phone)
        self._exchange.changed(phone)

    def _gather(self, host: Handset) -> None:
        if host.call is not None:
            self._exchange.hands.gather(self.rows(host.call))

    # A station that vanishes, and comes back

    def broken(self, host: Handset, call: Call) -> list[Call]:
        """The station of whoever is on `call` has vanished: all his calls, together no more."""
        return [*self._others.pop(host, []), call]

    def mended(self, host: Handset, calls: Sequence[Call]) -> None:
        """He is back, and on the last of these calls."""
        if len(calls) > 1:
            self._others[host] = list(calls[:-1])
        self.gathered(calls[-1], host)

    def gathered(self, call: Call, phone: Handset) -> None:
        """Everybody on that call hears everybody; `phone` is one of them."""
        hands = self._exchange.hands
        hands.gather(self.rows(call) or [phone, hands.far(call, phone)])

    def goes_on(self, host: Handset, calls: Sequence[Call]) -> bool:
        """He does not come back: those who remain talk on. False: they may not, or cannot."""
        hands, calls = self._exchange.hands, [call for call in calls if not call.over]
        fars = [hands.far(call, host) for call in calls]
        phones = [far for far in fars if isinstance(far, Handset)]
        if len(calls) < 2 or not phones or not all(phone.off_hook for phone in phones):
            return False
        for call, far in zip(calls, fars, strict=True):
            self._exchange.talks.stop(far.name)
            hands.at(host).remove(call)
            call.step("resume")
            self._tell(CallResumed(call=call.id, by="box"))
        if len(calls) == 2:
            self._put_through(calls[0], calls[1], host)
        else:
            self._new_host(calls, host)
        return True

    # Leaving

    def hung_up(self, phone: Handset, call: Call | None) -> bool:
        """The host put it down. True: those who remain are seen to."""
        others = self._others.pop(phone, [])
        if call is None or not others:
            return False
        rest = [each for each in (*others, call) if self._reached(each, phone)]
        if len(rest) == 2:
            self._put_through(rest[0], rest[1], phone)
        elif len(rest) > 2:
            self._new_host(rest, phone)
        else:
            for each in rest:
                self._exchange.end(each, "called", "hang_up")
        return True

    def _reached(self, call: Call, phone: Handset) -> bool:
        """Is somebody there? A guest whose station has vanished has no host to wait for him any more."""
        far = self._exchange.hands.far(call, phone)
        if isinstance(far, Handset) and not far.off_hook:
            self._exchange.end(call, "called", "failed")
            return False
        return True

    def _put_through(self, one: Call, other: Call, phone: Handset) -> None:
        try:
            self._exchange.rules.must_bridge(one, other)
        except Refused:  # two callers from outside, and nobody of the office
            for call in (one, other):
                self._exchange.end(call, "called", "hang_up")
        else:
            self._exchange.transfers.put_through(one, other, phone)

    def _new_host(self, calls: list[Call], phone: Handset) -> None:
        """A telephone of the office among those who remain goes on with the others."""
        hands = self._exchange.hands
        fars = {call: hands.far(call, phone) for call in calls}
        host = next((far for far in fars.values() if isinstance(far, Handset)), None)
        for call, far in fars.items():
            if host is None:
                self._exchange.end(call, "called", "hang_up")
            elif far is host:
                call.phone = call.called = None
                self._exchange.end(call, "box", "hang_up")
            else:
                self._exchange.transfers.moved(call, host, phone)
                self._exchange.transfers.seat(call, host, far)
        if host is not None:
            stay = [call for call in calls if fars[call] is not host]
            host.call, self._others[host] = stay[-1], stay[:-1]
            self._gather(host)

    def over(self, call: Call) -> None:
        """A call has ended: the others go on without it."""
        self._asked.discard(call)
        for phone, others in list(self._others.items()):
            if call in others:
                others.remove(call)
            elif phone.call is call and others:
                phone.call = others.pop()
            if not others:
                del self._others[phone]
                if phone.call is not None:  # two are left, one of them perhaps at a station that has vanished
                    self._exchange.lost.joined(phone.call, phone)


class Bridges:
    """Two lines that speak with each other, nobody of the office between them."""

    def __init__(self, exchange: "Exchange", clock: Clock) -> None:
        self._exchange, self._clock = exchange, clock
        self._other: dict[Call, Call] = {}

    def __contains__(self, call: Call) -> bool:
        return call in self._other

    def join(self, one: Call, other: Call) -> None:
        """From now on the end of one is the end of both."""
        self._other |= {one: other, other: one}
        one.phone = other.phone = None
        one.bridged, other.bridged = other, one
        self._look(one, other)

    def over(self, call: Call) -> None:
        other = self._other.pop(call, None)
        if other is not None:
            self._other.pop(other, None)
            call.bridged = other.bridged = None
            self._exchange.end(other, "box", "hang_up")

    def _look(self, one: Call, other: Call) -> None:
        """Both may have gone where no exchange says so, and hold each other's line for ever."""
        lines = [call.line for call in (one, other) if call.line is not None]
        if self._other.get(one) is not other or any(line.supervision.proven for line in lines):
            return
        due = max(line.supervision.spoke_at for line in lines) + round(WATCHED * SECOND)
        if due > self._clock.now:
            self._clock.at(due, lambda: self._look(one, other))
        else:
            self._exchange.end(one, "line", "silence")
