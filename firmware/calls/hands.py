"""What two hands do with a call: hold, take back, swap, mute; `transfer` hands it on.

One verb has one meaning, whether a flash of the hook, a code, a button or a page asked for it. A call
that is set aside waits at its telephone with music; nobody is lost by hanging up: with a consultation
the two are put through, with a held call alone the telephone rings back at once.
"""

from collections.abc import Sequence
from contextlib import suppress
from itertools import combinations
from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.clock import Clock
from firmware.base.events import CallHeld, CallResumed
from firmware.base.ports import PutDown
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.handset import Handset, State
from firmware.calls.line import Line

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

MUSIC = "music"
LEFT = 120.0  # s that somebody is held at a telephone whose person has left it off its hook, then silent
Party = Line | Handset


class Hands:
    """The verbs, for every telephone of an exchange."""

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._exchange, self._clock, self._tell = exchange, clock, tell
        self.held: dict[Handset, list[Call]] = {}  # what waits at a telephone; the last was held last
        self.muted: set[Handset] = set()  # whom nobody on his call hears
        self._left: dict[Handset, int] = {}  # left off its hook, and silent since (µs)

    # Who is where

    def far(self, call: Call, phone: Handset) -> Party:
        """Who is on a call besides that telephone."""
        if call.line is not None:
            return call.line
        other = call.called if phone is call.phone else call.phone
        assert other is not None
        return other

    def at(self, phone: Handset) -> list[Call]:
        return self.held.get(phone, [])

    def talking(self, phone: Handset) -> Call:
        """The call that somebody is on. Refused: he is on none, or only listens to one."""
        call = phone.call
        if call is None or call.stage is not Stage.TALKING or phone.state is not State.TALKING:
            raise Refused(f"{phone.name} is on no call")
        if self._exchange.monitor.at(phone) is not None:
            raise Refused(f"{phone.name} only listens to a colleague: hang up first")
        if call.leg is not None:
            raise Refused("whoever is called back is still asked whether he is there: wait")
        return call

    def leavable(self, phone: Handset) -> Call:
        """The same, where he may leave his far end to itself. Refused: that may not be left."""
        call = self.talking(phone)
        if call.emergency:
            raise Refused("an emergency call is neither put on hold nor handed on")
        if self._exchange.conferences.has(call):
            raise Refused("a conference is neither put on hold nor handed on: mute it, or leave it")
        return call

    def waiting(self, phone: Handset) -> Call:
        """The call that was held last there. Refused: none is."""
        if not self.at(phone):
            raise Refused(f"nobody is on hold at {phone.name}")
        return self.at(phone)[-1]

    # Hold

    def hold(self, phone: Handset) -> None:
        """The far end hears music, he hears dial tone and may ask somebody."""
        self.set_aside(self.leavable(phone), phone)
        phone.invite_again()

    def set_aside(self, call: Call, phone: Handset) -> None:
        call.step("hold")
        call.listens_since = self._clock.now
        phone.call = None
        self.held.setdefault(phone, []).append(call)
        self.entertain(call, phone)
        self._tell(CallHeld(call=call.id, by=self.name(phone)))
        self._exchange.changed(phone)

    def entertain(self, call: Call, phone: Handset) -> None:
        """Nobody hears the far end; it hears music."""
        far = self.far(call, phone).name
        self._exchange.sound.part(phone.name)
        self._exchange.sound.part(far)
        self._exchange.sound.hear(far, MUSIC)

    def resume(self, phone: Handset) -> None:
        """Back to who was held last; a consultation that goes on is ended."""
        call = self.waiting(phone)
        if phone.call is not None and phone.call.emergency:
            raise Refused("an emergency call is ended by hanging up alone")
        if phone.call is not None:
            self._exchange.end(phone.call, "caller", "hang_up")
        self.take_back(call, phone)

    def take_back(self, call: Call, phone: Handset) -> None:
        self.at(phone).remove(call)
        call.step("resume")
        self._exchange.stations.take(phone, call)
        self.together(phone, self.far(call, phone))
        self._tell(CallResumed(call=call.id, by=self.name(phone)))
        self._exchange.lost.joined(call, phone)
        self._exchange.changed(phone)

    def together(self, one: Party, other: Party) -> None:
        """They hear each other, and nothing else."""
        self.gather([one, other])

    def gather(self, rows: Sequence[Party]) -> None:
        """All these hear each other, and nothing else; nobody hears whom his page has muted."""
        sound = self._exchange.sound
        for row in rows:
            sound.part(row.name)
        for one, other in combinations(rows, 2):
            sound.hear(one.name, other.name, self._gain(other))
            sound.hear(other.name, one.name, self._gain(one))
        for row in rows:
            if isinstance(row, Line):
                row.supervision.joined()  # who listened until now had no reason to speak
        self._exchange.monitor.stir()

    def _gain(self, speaker: Party) -> float:
        return 0.0 if speaker in self.muted else 1.0

    def swap(self, phone: Handset) -> None:
        """Who is talked with is held, who is held is talked with."""
        other = self.waiting(phone)
        if phone.call is not None:
            self.set_aside(self.leavable(phone), phone)
        elif len(self.at(phone)) > 1:  # both were set aside: the one before the last
            other = self.at(phone)[-2]
        self.take_back(other, phone)

    def mute(self, phone: Handset, on: bool) -> None:
        """Nobody on the call hears him; he hears them. It lasts until he leaves the call."""
        call = self.talking(phone)
        (self.muted.add if on else self.muted.discard)(phone)
        for row in self._exchange.conferences.rows(call) or [self.far(call, phone)]:
            if row is not phone:
                self._exchange.sound.hear(row.name, phone.name, self._gain(phone))

    # What happens to a telephone

    def flashed(self, phone: Handset) -> None:
        """The hook was tapped: hold, and back again. Where neither may be, nothing happens."""
        with suppress(Refused):
            if self._exchange.knocking.take(phone):
                return
            if phone.state is State.TALKING:
                self.hold(phone)
            elif phone.call is None and len(self.at(phone)) > 1:
                self.swap(phone)
            else:
                self.resume(phone)

    def done(self, phone: Handset) -> None:
        """He has given away whom he had: a station without a hook, a head-set, is put down for him."""
        if phone.state is State.DIAL_TONE and not self.at(phone):
            phone.port.do(PutDown())

    def changed(self, phone: Handset) -> None:
        """It is in another state."""
        if phone.state is not State.TALKING:
            self.muted.discard(phone)
        if phone.state is not State.PARKED:
            self._left.pop(phone, None)
        elif phone not in self._left:
            self._left[phone] = since = self._clock.now
            self._clock.after(LEFT, lambda: self._forgotten(phone, since))

    def _forgotten(self, phone: Handset, since: int) -> None:
        """Its person went away and left it off its hook: whoever is held there goes to the operator."""
        if self._left.get(phone) == since:
            self.ring_back(phone)

    def hung_up(self, phone: Handset, call: Call | None) -> bool:
        """He put it down. True: all that was to do is done."""
        if not self.at(phone):
            return False
        if call is not None:
            try:
                self._exchange.transfers.complete_with(phone, call)
            except Refused:  # nobody there to put him through to
                self._exchange.end(call, "caller", "hang_up")
        self.ring_back(phone)
        return True

    def ring_back(self, phone: Handset) -> None:
        """Somebody is still held: the telephone rings for him; where it cannot, the operator's does."""
        there = phone.off_hook and phone.state is not State.PARKED
        for call in [] if there else list(self.at(phone)):
            self._exchange.transfers.let_go(call, phone)
            self._exchange.transfers.lead_back(call, phone)

    def over(self, call: Call) -> None:
        """A call has ended: it waits nowhere any more."""
        for phone in [phone for phone, calls in self.held.items() if call in calls]:
            self.at(phone).remove(call)
            self._exchange.changed(phone)

    def name(self, phone: Handset) -> str:
        """Who acts: the person at the telephone, else the telephone."""
        return self._exchange.desk.who_at(phone.name) or phone.name
