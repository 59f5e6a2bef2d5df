"""What two hands do with a call: hold, take back, swap, mute; `transfer` hands it on.

One verb has one meaning, whether a flash of the hook, a code, a button or a page asked for it. A call
that is set aside waits at its telephone with music; nobody is lost by hanging up: with a consultation
the two are put through, with a held call alone the telephone rings back at once.
"""

from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.clock import Clock
from firmware.base.events import CallHeld, CallResumed
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.handset import Handset, State
from firmware.calls.line import Line

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

MUSIC = "music"
Party = Line | Handset


class Hands:
    """The verbs, for every telephone of an exchange."""

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._exchange, self._clock, self._tell = exchange, clock, tell
        self.held: dict[Handset, list[Call]] = {}  # what waits at a telephone; the last was held last

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
        """The call that somebody is on. Refused: he is on none."""
        call = phone.call
        if call is None or call.stage is not Stage.TALKING or phone.state is not State.TALKING:
            raise Refused(f"{phone.name} is on no call")
        return call

    def waiting(self, phone: Handset) -> Call:
        """The call that was held last there. Refused: none is."""
        if not self.at(phone):
            raise Refused(f"nobody is on hold at {phone.name}")
        return self.at(phone)[-1]

    # Hold

    def hold(self, phone: Handset) -> None:
        """The far end hears music, he hears dial tone and may ask somebody."""
        call = self.talking(phone)
        if call.emergency:
            raise Refused("an emergency call is not put on hold")
        if self._exchange.conferences.of(phone):
            raise Refused("a conference is not put on hold: mute it, or leave it")
        self.set_aside(call, phone)
        phone.invite_again()

    def set_aside(self, call: Call, phone: Handset) -> None:
        call.step("hold")
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
        if phone.call is not None:
            self._exchange.end(phone.call, "caller", "hang_up")
        self.take_back(call, phone)

    def take_back(self, call: Call, phone: Handset) -> None:
        self.at(phone).remove(call)
        call.step("resume")
        phone.take(call)
        self.together(phone, self.far(call, phone))
        self._tell(CallResumed(call=call.id, by=self.name(phone)))
        self._exchange.changed(phone)

    def together(self, one: Party, other: Party) -> None:
        """They hear each other, and nothing else."""
        self._exchange.sound.part(one.name)
        self._exchange.sound.part(other.name)
        self._exchange.sound.join(one.name, other.name)

    def swap(self, phone: Handset) -> None:
        """Who is talked with is held, who is held is talked with."""
        other = self.waiting(phone)
        if phone.call is not None:
            self.set_aside(self.talking(phone), phone)
        elif len(self.at(phone)) > 1:  # both were set aside: the one before the last
            other = self.at(phone)[-2]
        self.take_back(other, phone)

    def mute(self, phone: Handset, on: bool) -> None:
        """Nobody on the call hears him; he hears them."""
        call = self.talking(phone)
        rows = self._exchange.conferences.rows(phone)[1:] or [self.far(call, phone)]
        for row in rows:
            self._exchange.sound.hear(row.name, phone.name, 0.0 if on else 1.0)

    # What happens to a telephone

    def flashed(self, phone: Handset) -> None:
        """The hook was tapped: hold, and back again."""
        if phone.state is State.TALKING and phone.call is not None:
            if not phone.call.emergency and not self._exchange.conferences.of(phone):
                self.hold(phone)
        elif self.at(phone) and phone.off_hook:
            if phone.call is None and len(self.at(phone)) > 1:
                self.swap(phone)
            else:
                self.resume(phone)

    def hung_up(self, phone: Handset, call: Call | None) -> bool:
        """He put it down. True: all that was to do is done."""
        if not self.at(phone):
            return False
        if call is not None:
            try:
                self._exchange.transfers.complete_with(phone, call)
            except Refused:  # nobody there to put him through to
                self._exchange.end(call, "caller", "hang_up")
        if self.at(phone):
            self._clock.after(0, lambda: self.ring_back(phone))
        return True

    def ring_back(self, phone: Handset) -> None:
        """Somebody is still held: the telephone rings for him; where it cannot, the operator's does."""
        for call in list(self.at(phone)):
            if phone.state in (State.IDLE, State.OUT):
                self.at(phone).remove(call)
                if call.line is not None:
                    call.phone = None
                    self._exchange.transfers.lead_back(call, phone)
                else:
                    self._exchange.end(call, "called", "hang_up")

    def gone(self, phone: Handset) -> None:
        """The telephone is out of service: whoever is held there is led to the operator."""
        self.ring_back(phone)

    def over(self, call: Call) -> None:
        """A call has ended: it waits nowhere any more."""
        for calls in self.held.values():
            if call in calls:
                calls.remove(call)

    def name(self, phone: Handset) -> str:
        """Who acts: the person at the telephone, else the telephone."""
        return self._exchange.desk.who_at(phone.name) or phone.name
