"""A station that vanishes in a call and comes back: whoever it was on a call with is kept for it a while.

A page is loaded anew, a cable pulled, a network gone: the far end hears that it takes a moment, then music.
Back in time, both talk on, and nothing was lost. Else a caller goes back to where somebody can help him, and
a colleague is told. An emergency call is kept for as long as its far end stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.clock import Clock, Timer
from firmware.base.events import CallHeld, CallResumed
from firmware.base.ports import PutDown, Work
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.dialogue import Pause, Say, Script
from firmware.calls.hands import MUSIC
from firmware.calls.handset import Handset, State

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

MOMENT, GONE, HELP = "one_moment", "lost.gone", "lost.emergency"
SOFT = 0.2  # gain of the music while somebody speaks
HOOK = 0.5  # s behind its return in which a station that is lifted says so
AGAIN = 10.0  # s between two words to whoever helps in an emergency
BY = "box"


@dataclass(eq=False)
class Away:
    """What a station had when it vanished."""

    talk: list[Call] = field(default_factory=list)  # what was talked on; of a host all of his conference
    on: Call | None = None  # what it was on otherwise: dialling, on hold, a guest of somebody's conference
    muted: bool = False
    timer: Timer | None = None

    @property
    def calls(self) -> list[Call]:
        own = (*self.talk, self.on)
        return [call for call in own if call is not None and not call.over]

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.stop()


class Lost:
    """All stations that have vanished and had somebody."""

    def __init__(self, exchange: "Exchange", clock: Clock, tell: Tell) -> None:
        self._exchange, self._clock, self._tell = exchange, clock, tell
        self._away: dict[Handset, Away] = {}

    def at(self, phone: Handset) -> list[Call]:
        """The calls that are kept for it."""
        away = self._away.get(phone)
        return [] if away is None else list(dict.fromkeys((*away.calls, *self._exchange.hands.at(phone))))

    # It vanishes

    def vanished(self, phone: Handset, call: Call | None) -> bool:
        """It is out of service, and was on that call. True: the call is kept."""
        if phone in self._away:
            return True
        if call is None and not self._exchange.hands.at(phone):
            phone.port.do(PutDown())
            return False
        away = self._away[phone] = Away(muted=phone in self._exchange.hands.muted)
        if call is not None:
            self._keep(call, phone, away)
        seconds = self._exchange.settings.office.return_s
        away.timer = self._clock.after(seconds, lambda: self.give_up(phone))
        phone.awaited = True
        return True

    def _keep(self, call: Call, phone: Handset, away: Away) -> None:
        conferences = self._exchange.conferences
        if call.stage is Stage.TALKING and conferences.host(call) in (phone, None):
            for each in conferences.broken(phone, call):
                self._set_aside(each, phone, away)
        else:
            away.on = call

    def _set_aside(self, call: Call, phone: Handset, away: Away) -> None:
        """Its far end waits for it from now on."""
        call.step("hold")
        call.listens_since = self._clock.now
        phone.call = None
        away.talk.append(call)
        self._exchange.hands.held.setdefault(phone, []).append(call)
        self._tell(CallHeld(call=call.id, by=BY, station=phone.name))
        self._soothe(call, phone)

    def _soothe(self, call: Call, phone: Handset) -> None:
        """What the far end hears at once."""
        far, exchange = self._exchange.hands.far(call, phone).name, self._exchange
        exchange.sound.part(phone.name)
        exchange.sound.part(far)
        if call.emergency:
            exchange.talks.begin(far, _stay())
            return
        exchange.sound.hear(far, MUSIC, SOFT)
        exchange.talks.begin(far, _said(MOMENT), lambda: self._louder(call, far))

    def _louder(self, call: Call, far: str) -> None:
        if call.stage is Stage.HELD:
            self._exchange.sound.hear(far, MUSIC)

    def answered(self, call: Call) -> bool:
        """Somebody is there. True: but the station that called him has vanished; he waits for it."""
        phone = call.phone
        away = self._away.get(phone) if phone is not None else None
        if phone is None or away is None or away.on is not call:
            return False
        self._sit_out(call, phone, away)
        return True

    def joined(self, call: Call, phone: Handset) -> None:
        """`phone` talks on that call from now on: with somebody whose station has vanished?"""
        far = self._exchange.hands.far(call, phone)
        if isinstance(far, Handset) and (away := self._away.get(far)) is not None:
            self._sit_out(call, far, away)

    def seated(self, call: Call, phone: Handset) -> None:
        """Somebody handed that call on to a station that has vanished."""
        self._sit_out(call, phone, self._away.setdefault(phone, Away()))

    def _sit_out(self, call: Call, phone: Handset, away: Away) -> None:
        away.on = None
        self._set_aside(call, phone, away)

    # It comes back

    def changed(self, phone: Handset) -> None:
        """It is in another state."""
        away = self._away.get(phone)
        if away is None:
            return
        if phone.off_hook:
            self._found(phone)
            self._back(phone, away)
        elif phone.state is State.IDLE:
            self._clock.after(HOOK, lambda: self._on_hook(phone, away))

    def _found(self, phone: Handset) -> Away | None:
        """Nobody waits for it any more."""
        phone.awaited = False
        if (away := self._away.pop(phone, None)) is not None:
            away.stop()
        return away

    def _back(self, phone: Handset, away: Away) -> None:
        """It is lifted: as it was before it vanished."""
        talk = [call for call in away.talk if call in self._exchange.hands.at(phone)]
        if talk:
            self._resume(phone, talk, away.muted)
        elif away.on is not None and not away.on.over:
            self._sit_down(phone, away.on)

    def _resume(self, phone: Handset, talk: Sequence[Call], muted: bool) -> None:
        exchange = self._exchange
        for call in talk:
            self._take_up(call, phone)
            exchange.talks.stop(exchange.hands.far(call, phone).name)
        exchange.stations.take(phone, talk[-1])
        if muted:
            exchange.hands.muted.add(phone)
        exchange.conferences.mended(phone, talk)
        if len(talk) == 1:
            self.joined(talk[0], phone)

    def _take_up(self, call: Call, phone: Handset) -> None:
        self._exchange.hands.at(phone).remove(call)
        call.step("resume")
        self._tell(CallResumed(call=call.id, by=BY))

    def _sit_down(self, phone: Handset, call: Call) -> None:
        """Back to what he was on: he hears how it goes on, music, or everybody."""
        exchange = self._exchange
        if call.stage in (Stage.DIALLING, Stage.RINGING):
            phone.begin(call)
            if (attempt := exchange.attempts.get(call)) is not None:
                attempt.heard_again(phone.name)
            else:
                exchange.sound.tone(phone.name, "ringback")
            return
        exchange.stations.take(phone, call)
        if call.stage is Stage.TALKING:
            exchange.conferences.gathered(call, phone)
        else:
            exchange.sound.hear(phone.name, MUSIC)

    def _on_hook(self, phone: Handset, away: Away) -> None:
        """It works again, and nobody has lifted it: it rings for whoever waits there."""
        if self._away.get(phone) is not away or phone.state is not State.IDLE:
            return
        self._found(phone)
        self._leave(away.on, phone)
        self._exchange.hands.ring_back(phone)
        self._exchange.changed(phone)

    # It does not

    def give_up(self, phone: Handset) -> None:
        """Nobody waits for it any longer, but whoever helps in an emergency."""
        if (away := self._found(phone)) is None:
            return
        calls = [*away.calls, *self._exchange.hands.at(phone)]
        if urgent := [call for call in calls if call.emergency]:
            on = away.on if away.on in urgent else None
            self._away[phone] = Away([call for call in away.talk if call in urgent], on)
            phone.awaited = True
        rest = list(dict.fromkeys(call for call in calls if not call.emergency))
        if rest:
            self._exchange.desk.returns.away(phone)
        if len(away.talk) > 1 and self._exchange.conferences.goes_on(phone, away.talk):
            rest = [call for call in rest if call not in away.talk]
        for call in rest:
            self._let_go(call, phone, away)
        if phone not in self._away:
            phone.port.do(PutDown())
        self._exchange.changed(phone)

    def _let_go(self, call: Call, phone: Handset, away: Away) -> None:
        if call is away.on:
            self._leave(call, phone)
        elif call.line is not None:
            self._exchange.desk.returns.give_back(call, phone)
        else:
            far = self._exchange.hands.far(call, phone)
            self._leave(call, phone)
            if isinstance(far, Handset) and far.off_hook:
                invite = self._exchange.stations.invite
                self._exchange.talks.begin(far.name, _said(GONE), lambda: invite(far))

    def _leave(self, call: Call | None, phone: Handset) -> None:
        """Somebody is not there any more. Who waits for another that has vanished waits on for that one."""
        if call is not None and not call.emergency:
            self._exchange.end(call, self._exchange.stations.side(call, phone), "failed")

    def hang_up(self, phone: Handset) -> None:
        """Whose it is says that he is done. Refused: nobody waits for it."""
        if (away := self._away.get(phone)) is None or not away.calls:
            raise Refused(f"{phone.name} is out of reach, and on no call")
        phone.port.do(Work("hang_up"))
        for call in away.calls:
            self._exchange.end(call, self._exchange.stations.side(call, phone), "hang_up")

    def over(self, call: Call) -> None:
        """A call has ended: a station for which nobody waits is only out of reach."""
        for phone in [each for each, away in self._away.items() if not self.at(each)]:
            self._found(phone)
            phone.port.do(PutDown())  # who comes back then is in no call
            self._exchange.changed(phone)


def _said(prompt: str) -> Script:
    yield Say(prompt)


def _stay() -> Script:
    while True:
        yield Say(HELP)
        yield Pause(AGAIN)
