"""Voicemail: after the tone a caller speaks, and what he said is a message in somebody's mailbox.

Everybody and every queue has one, a destination by its name: `mailbox:ann`. A message is at most as long as
the mailbox allows; ten seconds of silence, # and the end of the call end it. Busy and dial tone, the silence
before them and the click of a loop break are cut off, and less than three seconds are no message. "Saved" is
said when sound and event are safe on the disk, and not before (FEATURES row 49a).
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from firmware.base.clock import SECOND, Clock
from firmware.base.events import CallEnded, Ending, Event, MessageBegan, MessageDropped, MessageLeft
from firmware.base.greetings import Greetings
from firmware.base.messages import LEAST, MOST, Mailboxes, file_of
from firmware.base.ports import BEEP, Clip, Played
from firmware.base.tapes import Tape, Tapes
from firmware.calls.call import Call, Stage
from firmware.calls.dialogue import DISK, Ask, Keys, Say, Script, Step
from firmware.rows import GOODBYE
from firmware.sound.deck import Deck, Track
from firmware.tables import MAILBOX, Settings

if TYPE_CHECKING:
    from firmware.calls.exchange import Exchange

SILENT = 10 * SECOND  # µs of silence that end a message
TAIL = 0.5  # s that are kept behind the last word, where nothing but silence or a tone follows
KEY = 0.2  # s of a key's own tone until it is certain
BREAK = 0.5  # s: a loop break is certain after 0.3 s, and begins with a click
END = "#"
OWN = "own"  # a clip: what was spoken for a mailbox
SAID = {"saved": "mailbox.saved", "dropped": "mailbox.nothing", "": "mailbox.not_kept"}
TONES: tuple[Ending, ...] = ("busy_tone", "dial_tone", "silence")


@dataclass(eq=False)
class Taking:
    """A message that is being left; `since` is when its tone ended (µs)."""

    call: Call
    row: str
    began: MessageBegan
    tape: Tape
    track: Track
    since: int
    over: bool = False

    def at(self, instant: int, now: int) -> float:
        """Seconds of the tape at an instant."""
        return max(0.0, self.tape.seconds - (now - instant) / SECOND)


class Voicemail:
    """Takes messages. All that is known of them is in `boxes`."""

    def __init__(
        self,
        exchange: "Exchange",
        boxes: Mailboxes,
        greetings: Greetings,
        tapes: Tapes,
        deck: Deck,
        clock: Clock,
        tell: Callable[[Event], Event],
    ) -> None:
        self._exchange, self._boxes, self._tapes, self._deck = exchange, boxes, tapes, deck
        self._greetings, self._clock, self._tell = greetings, clock, tell
        self._taking: dict[str, Taking] = {}  # by call

    def takes(self, call: Call, to: str) -> bool:
        """Is `to` a mailbox? Then he is asked to speak from now on."""
        name, place = to.removeprefix(MAILBOX), call.line or call.phone
        if name == to or name not in self._exchange.settings.mailboxes or place is None:
            return False
        if call.stage is not Stage.GREETED:
            call.step("greet")
        self._exchange.sound.hush(place.name)
        self._speak(call, place.name, self._script(call, place.name, name))
        return True

    def see(self, event: Event) -> None:
        """Take an event that was told: the caller may have gone."""
        if isinstance(event, CallEnded) and (taking := self._taking.get(event.call)) is not None:
            self._finish(taking, self._until(taking, event.reason))

    def _speak(self, call: Call, row: str, script: Script) -> None:
        end = partial(self._exchange.end, call, "box", "hang_up")
        self._exchange.talks.begin(row, script, end)

    # What he is told

    def _script(self, call: Call, row: str, box: str) -> Script:
        settings = self._exchange.settings.mailboxes[box]
        if len(self._boxes.of([box])) >= MOST:
            yield Say("mailbox.full", GOODBYE)
            return
        greeting = yield from greeting_of(self._exchange.settings, self._greetings, self._tapes, box)
        yield Keys((*greeting, "mailbox.speak"), first_s=0.0)  # a key goes straight to the tone
        yield Say(BEEP)
        if (taking := self._begin(call, row, box)) is None:
            yield Say("mailbox.full", GOODBYE)
            return
        try:
            keep = yield from self._listen(taking, settings.most_s)
            answer = yield Ask(partial(self._finish, taking, keep), DISK)
        finally:  # somebody of the office speaks with him now, or he has gone
            self._finish(taking, None)
        yield Say(SAID[answer], GOODBYE)

    def _listen(self, taking: Taking, most_s: float) -> Generator[Step, str, float]:
        """Until he has done: how many seconds of it are his message."""
        end = taking.since + round(most_s * SECOND)
        while (now := self._clock.now) < end:
            spoke = self._spoke(taking)
            if now - spoke >= SILENT:
                return self._until(taking, "silence")
            if (yield Keys(first_s=min(end - now, SILENT - (now - spoke)) / SECOND)) == END:
                return max(0.0, taking.tape.seconds - KEY)
        return taking.tape.seconds

    def _spoke(self, taking: Taking) -> int:
        """When he spoke last (µs). A telephone of the office tells when it is put down: that is enough."""
        line = taking.call.line
        return max(taking.since, line.supervision.spoke_at) if line is not None else self._clock.now

    def _until(self, taking: Taking, reason: Ending) -> float:
        """How much of it is his, by what ended it; nothing where he never spoke."""
        now, spoke = self._clock.now, self._spoke(taking)
        if spoke <= taking.since:
            return 0.0
        if reason in TONES:
            return taking.at(spoke, now) + TAIL
        return taking.tape.seconds - (0.0 if taking.call.line is None else BREAK)

    # The tape

    def _begin(self, call: Call, row: str, box: str) -> Taking | None:
        """The tone has ended. None: the disk has no room."""
        message = self._boxes.next_of(call.id)
        if (tape := self._tapes.begin(file_of(message), 1)) is None:
            return None
        date = self._clock.wall().isoformat(timespec="seconds")
        number = call.number if call.direction != "inside" else self._exchange.desk.number_at(row)
        began = MessageBegan(mailbox=box, message=message, call=call.id, number=number, date=date)
        track = Track(tape, row, False, lambda: self._fails(call))
        self._tell(began)
        self._deck.put(track)
        self._taking[call.id] = Taking(call, row, began, tape, track, self._clock.now)
        return self._taking[call.id]

    def _fails(self, call: Call) -> None:
        """The disk takes no more: what it has is kept, and he is told so."""
        self._clock.after(0.0, lambda: self._failed(call))

    def _failed(self, call: Call) -> None:
        if (taking := self._taking.get(call.id)) is not None:
            self._finish(taking, None)
            self._speak(call, taking.row, _only("mailbox.not_kept", GOODBYE))

    def _finish(
        self, taking: Taking, keep: float | None, tell: Callable[[str], None] = lambda text: None
    ) -> None:
        """Keep the first `keep` seconds of it, None: all; `tell` hears what became of it. Twice is once."""
        if taking.over:
            return
        taking.over = True
        del self._taking[taking.call.id]
        self._deck.take(taking.track)
        taking.tape.close(partial(self._closed, taking.began, tell), keep)

    def _closed(self, began: MessageBegan, tell: Callable[[str], None], seconds: float) -> None:
        """So many seconds of it are safe."""
        if seconds < LEAST:
            self._tapes.remove(file_of(began.message))
            self._tell(MessageDropped(began.mailbox, began.message, began.call))
            tell("dropped")
            return
        about = began.mailbox, began.message, began.call
        left = self._tell(MessageLeft(*about, round(seconds, 2), began.number, began.date))
        self._exchange.when_kept(left.seq, lambda: tell("saved"))


def _only(*prompts: str) -> Script:
    yield Say(*prompts)


def greeting_of(
    settings: Settings, greetings: Greetings, tapes: Tapes, box: str
) -> Generator[Step, str, tuple[Played, ...]]:
    """What callers hear first: what was spoken for the mailbox, the owner's prompt, or the box's words."""
    file = greetings.of(box)
    if file is not None and (sound := (yield from fetched(tapes, file))) is not None:
        return (Clip(OWN, sound),)
    if (own := settings.mailboxes[box].greeting) is not None:
        return (own,)
    if (person := settings.people.get(box)) is not None:
        return "mailbox.of", *(f"digit.{each}" for each in person.number)
    return ("mailbox.ours",)


def fetched(tapes: Tapes, file: str) -> Generator[Step, str, NDArray[np.float32] | None]:
    """A sound file, read beside the tick; None: it is not there, or the disk does not answer."""
    found: list[NDArray[np.float32] | None] = [None]

    def read(tell: Callable[[str], None], sound: NDArray[np.float32] | None) -> None:
        found[0] = sound
        tell("read")

    yield Ask(lambda tell: tapes.fetch(file, partial(read, tell)), DISK)
    return found[0]


Take = Callable[[str, str, float], Generator[Step, str, float | None]]


def take(tapes: Tapes, deck: Deck, row: str, file: str, longest: float) -> Generator[Step, str, float | None]:
    """What is said into a row is kept as `file` until a key comes, or for `longest` seconds: so many seconds
    of it are safe; None: the disk takes nothing."""
    if (tape := tapes.begin(file, 1)) is None:
        return None
    told: list[float] = []
    ends: list[Callable[[str], None]] = []
    track = Track(tape, row, False, lambda: None)
    deck.put(track)
    keep: float | None = None
    try:
        if (yield Keys(first_s=longest)):
            keep = max(0.0, tape.seconds - KEY)
    finally:  # also where he hangs up
        deck.take(track)
        tape.close(partial(_safe, told, ends), keep)
    yield Ask(ends.append, DISK)
    return told[0] if told else None


def _safe(told: list[float], ends: list[Callable[[str], None]], seconds: float) -> None:
    told.append(seconds)
    for tell in ends:
        tell("safe")
