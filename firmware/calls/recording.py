"""Recording of calls: both sides on channels of their own, from the moment people are joined to the end.

A queue's rule says whether its calls are recorded, and whether the caller is told first and may refuse; or
somebody orders it. The file has the call's name. It keeps time: where nothing may be kept, while a secret is
keyed, while the caller is back in a menu or somebody said so, there is silence, told as an event. When the
disk takes no more the recording ends, and the call goes on (FEATURES row 41).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from firmware.base import Refused
from firmware.base.clock import SECOND, Clock
from firmware.base.events import (
    CallEnded,
    Event,
    QueueLeft,
    RecordingAsked,
    RecordingBegan,
    RecordingEnded,
    RecordingPaused,
    RecordingResumed,
)
from firmware.base.kept import Kept
from firmware.base.orders import Handler
from firmware.base.tapes import Tape, Tapes
from firmware.calls.call import Call, Stage, Tell
from firmware.calls.dialogue import Keys, Say, Script
from firmware.sound.deck import Deck, Track

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

ASK = "record.ask"
REFUSE = 1.0  # s after the question in which a key still refuses
SECRET_TAIL = SECOND // 2  # µs: the last key's tone goes on after it was certain
SECRET, ALONE = "secret", "alone"  # why nothing is kept
TOGETHER = (Stage.TALKING, Stage.HELD)


@dataclass(eq=False)
class Recording:
    """One file that grows. `off` is who said that nothing is to be kept for now."""

    call: Call
    file: str
    tape: Tape
    track: Track
    off: str | None = None
    why: str | None = None  # nothing is kept at this moment
    secret_until: int = 0


class Recorder:
    """All recordings; their keeper over a restart (firmware.standing)."""

    private = False

    def __init__(self, exchange: "Exchange", tapes: Tapes, deck: Deck, clock: Clock, tell: Tell) -> None:
        self._exchange, self._tapes, self._deck = exchange, tapes, deck
        self._clock, self._tell = clock, tell
        self._running: dict[str, Recording] = {}  # by call
        self._asked: set[str] = set()  # calls whose caller was asked
        self._open: dict[str, str] = {}  # file -> call: begun, its end not told yet
        self.orders = {"call.record": Handler(self.record)}

    def of(self, call: str) -> bool | None:
        """Is it recorded? None: it never was asked for; False: nothing is kept at this moment."""
        recording = self._running.get(call)
        return None if recording is None else recording.why is None

    def see(self, event: Event) -> None:
        """Take an event that was told."""
        match event:
            case QueueLeft(outcome="answered"):
                self._by_rule(event.call, event.queue)
            case CallEnded():
                self._asked.discard(event.call)
                self._end(event.call, "call_ended")
            case RecordingBegan():
                self._open[event.file] = event.call
            case RecordingEnded():
                self._open.pop(event.file, None)

    # What is ordered

    def record(self, call: str, on: bool, by: str = "owner") -> None:
        """Keep what is said from now on, or nothing until that is ordered again. Refused: it cannot be."""
        there, recording = self._exchange.calls.get(call), self._running.get(call)
        if there is None:
            raise Refused(f'there is no call "{call[:30]}" any more')
        if recording is not None:
            recording.off = None if on else by
        elif on and there.stage not in TOGETHER:
            raise Refused("nobody talks on this call yet: there is nothing to record")
        elif on and not self._begin(there, by):
            raise Refused("the disk is nearly full: nothing more is recorded until there is room")

    # By the rules of a queue

    def _by_rule(self, name: str, queue: str) -> None:
        row, call = self._exchange.settings.queues.get(queue), self._exchange.calls.get(name)
        if row is None or call is None or name in self._running or row.record == "off":
            return
        if row.record == "on":
            self._begin(call, queue)
        elif name not in self._asked:  # a greeting comes first
            self._asked.add(name)
            ask = partial(self._exchange.talks.then, self._row(call), partial(self._ask, call, queue))
            self._clock.after(0.0, ask)

    def _row(self, call: Call) -> str:
        """Whom the caller speaks and hears through."""
        party = call.line or call.phone
        return (self._exchange.sound.row(party.name) or "") if party is not None else ""

    def _ask(self, call: Call, queue: str) -> None:
        """Both are told; nothing is kept of the question, nor if it is not heard to its end."""
        if call.stage is not Stage.TALKING or call.phone is None:
            return
        talks, station, agreed = self._exchange.talks, call.phone.name, [False]
        talks.begin(self._row(call), _question(agreed), partial(self._answered, call, queue, station, agreed))
        talks.begin(station, _told())

    def _answered(self, call: Call, queue: str, station: str, agreed: Sequence[bool]) -> None:
        self._exchange.talks.stop(station)
        self._tell(RecordingAsked(call=call.id, agreed=agreed[0]))
        if agreed[0] and call.id not in self._running:
            self._begin(call, queue)

    # The tape

    def _begin(self, call: Call, by: str) -> bool:
        """False: the disk has no room; that is told."""
        tape = self._tapes.begin(file_of(call.id), 2)
        if tape is None:
            self._tell(RecordingEnded(call=call.id, file=call.id, seconds=0.0, reason="disk"))
            return False
        track = Track(tape, self._row(call), True, lambda: self._fails(call))
        recording = Recording(call, call.id, tape, track)
        track.hidden = partial(self._hidden, recording)
        self._running[call.id] = recording
        self._deck.put(recording.track)
        self._tell(RecordingBegan(call=call.id, file=call.id, by=by))
        return True

    def _hidden(self, recording: Recording) -> bool:
        """Is nothing to be kept of this frame? A change is told."""
        why, was = self._why(recording), recording.why
        if (why is None) != (was is None):
            fact = RecordingResumed if why is None else RecordingPaused
            told = recording.call.id, recording.file, round(recording.tape.seconds, 2), why or was or ""
            self._tell(fact(*told))
        recording.why = why
        return why is not None

    def _why(self, recording: Recording) -> str | None:
        call, now = recording.call, self._clock.now
        if self._exchange.talks.secret(recording.track.row) or self._exchange.incoming.secret(call):
            recording.secret_until = now + SECRET_TAIL
        if now < recording.secret_until:
            return SECRET
        return ALONE if call.stage not in TOGETHER else recording.off

    def _fails(self, call: Call) -> None:
        self._clock.after(0.0, lambda: self._end(call.id, "disk"))

    def _end(self, call: str, reason: Kept) -> None:
        if (recording := self._running.pop(call, None)) is not None:
            self._deck.take(recording.track)
            recording.tape.close(partial(self._closed, recording, reason))

    def _closed(self, recording: Recording, reason: Kept, seconds: float) -> None:
        """So many seconds of it are safe."""
        self._tell(RecordingEnded(recording.call.id, recording.file, round(seconds, 2), reason))

    # Over a restart

    def standing(self) -> dict[str, Any]:
        return dict(self._open)

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        """Those that were cut off have their end."""
        self._open = dict(standing)
        for event in since:
            if isinstance(event, RecordingBegan | RecordingEnded):
                self.see(event)
        for file, call in tuple(self._open.items()):
            seconds = round(self._tapes.found(file_of(file)), 2)
            self._tell(RecordingEnded(call=call, file=file, seconds=seconds, reason="cut"))


def file_of(call: str) -> str:
    return f"recordings/{call}"


def _question(agreed: list[bool]) -> Script:
    """Any key refuses."""
    agreed[0] = not (yield Keys((ASK,), first_s=REFUSE))


def _told() -> Script:
    yield Say(ASK)
