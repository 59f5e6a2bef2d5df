"""One call-back on its way: it waits in the queue like a caller, is offered like a caller, and is dialled.

Agent first: whoever lifts hears what it is, then the box dials and he hears how it goes on. Customer
first: an agent is reserved while the box dials, and rings when the customer is there. A reversal of the
line is an answer; otherwise whoever answers must press 1, so that no answering machine is taken for a
customer. Nothing is dialled before the disk has kept that it will be (RELIABILITY K-11).
"""

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from firmware.base import Impossible, spoken
from firmware.base.callbacks import Missing
from firmware.base.clock import SECOND, Timer
from firmware.base.events import (
    Answering,
    CallAnswered,
    CallbackMissed,
    CallbackTried,
    Ending,
    QueueEntered,
    Side,
)
from firmware.base.numbers import to_dial
from firmware.calls.call import Call
from firmware.calls.dialogue import DISK, Keys, Say, Script
from firmware.calls.hands import MUSIC
from firmware.calls.handset import Handset
from firmware.desk.callback_book import NO_TRY, Request
from firmware.tables import CallBack

if TYPE_CHECKING:
    from firmware.desk.callback import Callbacks
    from firmware.desk.queue import Waiting

RINGS = 60.0  # s from the first digit until nobody is taken to be there
ASKED, PATIENCE = 3, 5.5  # times that a far end is asked for a key, and s for it: the question lasts 4.5 s
AGAIN = 60.0  # s after a try that was none
MINUTE = 60
HEAD = 1_000  # steps of priority: he came to the telephone because we called him


class Step(Enum):
    LATER = "later"  # the next try is not due, or waits for a person's word
    QUEUED = "waiting"
    PREVIEW = "preview"  # somebody lifted, and hears what it is
    KEEPING = "keeping"  # the disk is told that it will be dialled
    DIALLING = "dialling"
    ASKING = "asking"  # somebody or something answered: does it press 1?
    OVER = "over"


_S = Step
NEXT: dict[tuple[Step, str], Step] = {
    (_S.LATER, "enter"): _S.QUEUED,
    (_S.QUEUED, "lifted"): _S.PREVIEW,
    (_S.QUEUED, "reserved"): _S.KEEPING,
    (_S.PREVIEW, "left"): _S.QUEUED,
    (_S.PREVIEW, "seen"): _S.KEEPING,
    (_S.KEEPING, "kept"): _S.DIALLING,
    (_S.DIALLING, "answered"): _S.ASKING,
    **{(step, "missed"): _S.LATER for step in (_S.QUEUED, _S.PREVIEW, _S.KEEPING, _S.DIALLING, _S.ASKING)},
    **{(step, "over"): _S.OVER for step in Step if step is not _S.OVER},
}


class Promised:
    """Keeps one request; the exchange and the box's own dialling tell it how that goes."""

    name = "callback"

    def __init__(self, callbacks: "Callbacks", request: Request) -> None:
        self.request, self.step = request, Step.LATER
        self.waiting: Waiting | None = None
        self.reserved: str | None = None  # the station of whoever is kept free for it
        self._callbacks, self._desk = callbacks, callbacks.desk
        self._exchange, self._clock = self._desk.exchange, self._desk.clock
        self._timer: Timer | None = None
        self._how: Answering = "assumed"
        self._pressed = False
        self._seq = 0  # of the event that says that it is tried

    @property
    def rule(self) -> CallBack:
        queue = self._desk.settings.queues.get(self.request.queue)
        return queue.callback if queue is not None else CallBack()

    @property
    def entry(self) -> "Waiting":
        assert self.waiting is not None
        return self.waiting

    @property
    def call(self) -> Call:
        return self.entry.call

    @property
    def exhausted(self) -> bool:
        """Was the last try the last?"""
        return not self.request.flagged and self.request.tries > self.rule.tries

    # In the queue

    def wait(self) -> None:
        """Enter when it is due."""
        self._after((self.request.due - self._clock.now) / SECOND, self.enter)

    def enter(self, call: Call | None = None) -> None:
        """Take its place in the queue; `call` where there is one already."""
        request, settings = self.request, self._desk.settings
        if (queue := settings.queues.get(request.queue)) is None:
            self._desk.stir()  # it is called off
            return
        self._go("enter")
        call = call or self._exchange.promised(request.number)
        request.lend(call)
        call.promise = call.leg = self
        self.waiting = self._desk.in_queue(call, request.queue, queue, request.since)
        waited = (self._clock.now - request.since) / SECOND
        self._callbacks.tell(QueueEntered(call.id, request.queue, round(waited, 3)))
        self._desk.enter(self.waiting)

    # Somebody of the office is there

    def lifted(self, phone: Handset) -> None:
        self._go("lifted")
        self.entry.stop()  # nobody misses it any more
        self._exchange.talks.begin(phone.name, self._preview(), self._seen)

    def _preview(self) -> Script:
        began, settings = self._clock.now, self._desk.settings
        queue = settings.queues.get(self.request.queue)
        minutes = (began - self.request.since) // (MINUTE * SECOND)
        named = (queue.spoken,) if queue is not None and queue.spoken else ()
        yield Say("callback.preview", *named, *spoken.waited(settings.office.language, minutes))
        left = self.rule.preview_s - (self._clock.now - began) / SECOND
        while left > 0 and (yield Keys(first_s=left)) != "#":
            left = self.rule.preview_s - (self._clock.now - began) / SECOND

    def _seen(self) -> None:
        self._go("seen")
        self._keep()

    def reserve(self, station: str) -> None:
        """Customer first: whoever is at `station` is kept free for him."""
        self._go("reserved")
        self.reserved = station
        self._callbacks.reserved.add(station)
        self._keep()

    def left(self) -> bool:
        """Whoever lifted hung up. In the preview that is a no, and the place is kept; while it rings the try
        is over; whoever has answered is still asked, and then is the next in the queue."""
        phone = self.call.phone
        agent = self._desk.agents.at(phone.name) if phone is not None else None
        if agent is not None and self.step in (Step.PREVIEW, Step.KEEPING):
            self._desk.agents.pause(agent)
        if self.step not in (Step.PREVIEW, Step.ASKING):
            return False
        self.call.phone = None
        if self.step is Step.PREVIEW:
            self._go("left")
            self._desk.stir()
        return True

    # The box dials

    def _keep(self) -> None:
        request = self.request
        self._callbacks.tell(CallbackTried(request.id, self.call.id, request.tries + 1))
        self._seq = seq = self._callbacks.book.seq
        self._after(DISK, lambda: self._give_up("failed"))
        self._exchange.when_kept(seq, lambda: self._kept(seq))

    def _kept(self, seq: int) -> None:
        """It is safe that there will have been a try."""
        if self.step is not Step.KEEPING or seq != self._seq:
            return
        if not self._callbacks.may_dial(self.request.number):
            self._callbacks.close(self.request.id, "cancelled")  # as the settings are now
            return
        self._go("kept")
        self._after(RINGS, lambda: self._give_up("hang_up"))
        country = self._desk.settings.country
        self._exchange.dial_promised(self.call, to_dial(self.request.number, country))

    def _give_up(self, reason: Ending) -> None:
        self._exchange.end(self.call, "box", reason)

    def answered(self, how: Answering) -> None:
        self._go("answered")
        self._stop_timer()
        self._how, call = how, self.call
        if how == "reversal":
            self._reached()
            return
        if call.phone is not None:
            self._exchange.sound.part(call.phone.name)
            self._exchange.sound.hear(call.phone.name, MUSIC)
            self._exchange.sound.say(call.phone.name, "callback.checking")
        assert call.line is not None
        self._exchange.talks.begin(call.line.name, self._question(), self._asked)

    def _question(self) -> Script:
        for _ in range(ASKED):
            if (yield Keys((self.rule.question,), first_s=PATIENCE)) == "1":
                self._pressed = True
                return

    def _asked(self) -> None:
        if self._pressed:
            self._reached()
        else:
            self._give_up("hang_up")

    def _reached(self) -> None:
        """He is on the telephone: join him, or let him be the first of those who wait."""
        call, waiting = self.call, self.entry
        call.promise = call.leg = None
        self._callbacks.finish(self, "reached")
        if call.phone is not None:
            self._join(call, call.phone)
        else:
            call.step("wait")
            self._exchange.attempts.pop(call)
            waiting.priority += HEAD
            self._callbacks.fetched(waiting)

    def _join(self, call: Call, phone: Handset) -> None:
        assert call.line is not None
        self._exchange.hands.together(phone, call.line)
        self._callbacks.tell(CallAnswered(call.id, phone.name, self._how))
        self._desk.answered(call, phone)

    def over(self, side: Side, reason: Ending) -> None:
        """The call has ended before both were joined."""
        if self.step is Step.OVER:
            return
        tried, missing = self.request.trying, self._why(side, reason)
        self._stop_timer()
        self._free()
        self._go("missed")
        call, self.waiting, self._pressed = self.call, None, False
        if tried:
            self._missed(call, missing)
        self._callbacks.go_on(self)

    def _missed(self, call: Call, missing: Missing) -> None:
        gap = AGAIN if missing in NO_TRY else self._gap()
        if missing == "declined":
            gap = 0.0
        self._callbacks.tell(CallbackMissed(self.request.id, call.id, missing, gap))

    def _gap(self) -> float | None:
        """Until the next try, after those so far."""
        rule, tries = self.rule, self.request.tries
        return rule.gaps[min(tries, len(rule.gaps)) - 1] if tries <= rule.tries else None

    def _why(self, side: Side, reason: Ending) -> Missing:
        ours = side == "box" and reason == "failed"
        match self.step:
            case Step.KEEPING:
                return "declined" if side == "caller" else "not_kept"
            case Step.ASKING:
                return "no_key" if side == "box" else "hung_up"
            case _ if side == "caller":
                return "agent_left"
            case _ if reason == "busy_tone":
                return "busy"
        return "no_line" if ours else "no_answer"

    # The machine

    def stop(self) -> None:
        """Nothing more is to be done for it."""
        self._go("over")
        self._stop_timer()
        self._free()

    def _free(self) -> None:
        if self.reserved is not None:
            self._callbacks.reserved.discard(self.reserved)
            self.reserved = None
            self._desk.stir()

    def _go(self, act: str) -> None:
        new = NEXT.get((self.step, act))
        if new is None:
            raise Impossible(f"call-back {self.request.id}: no way to {act} from {self.step.value}")
        self.step = new

    def _after(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = self._clock.after(seconds, then)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
