"""Speaking the greeting of a mailbox at a telephone: *96, then listen, keep, again, or the standard words.

Nothing changes for callers before it is kept, and "saved" is said when sound and event are safe on the disk.
"""

from collections.abc import Generator

from firmware.base import spoken
from firmware.base.greetings import Greetings
from firmware.base.messages import boxes_of
from firmware.base.pins import Pins
from firmware.base.ports import BEEP, Clip
from firmware.base.tapes import Tapes
from firmware.calls.dialogue import Kept, Keys, Say, Script, Step
from firmware.calls.handset import Handset
from firmware.calls.voicemail import OWN, Take, fetched, greeting_of
from firmware.desk.mailbox import himself
from firmware.desk.queue import Desk
from firmware.desk.services import say

RECORD, HEAR, STANDARD = "1", "2", "3"
KEEP, AGAIN = "1", "3"
LEAST, LONGEST = 1.0, 60.0  # s
TRIES = 3  # times that somebody who keys nothing is asked


class Speaking:
    """The script, by the name that the codes know it by."""

    def __init__(self, desk: Desk, greetings: Greetings, tapes: Tapes, take: Take, pins: Pins) -> None:
        self._desk, self._greetings, self._tapes, self._take = desk, greetings, tapes, take
        self._pins = pins
        self.scripts = {"greeting": self._begun}

    def _begun(self, phone: Handset) -> Script:
        agent = self._desk.agents.of(phone.name)
        return say("code.nobody_here") if agent is None else self._visit(agent.name, phone)

    def _visit(self, who: str, phone: Handset) -> Script:
        if not (yield from himself(self._desk, self._pins, who, phone)):
            return
        if (box := (yield from self._which(boxes_of(who, self._desk.settings)))) is None:
            yield Say("code.no_choice")
            return
        key = yield Keys(("own.begin",))
        while key == HEAR:
            now = yield from greeting_of(self._desk.settings, self._greetings, self._tapes, box)
            key = yield Keys((*now, "own.begin"))
        if key == RECORD:
            yield from self._record(who, phone, box)
        elif key == STANDARD:
            kept = yield Kept(self._greetings.leave(box, who))
            yield Say("own.standard" if kept else "own.failed")
        else:
            yield Say("own.left")

    def _which(self, boxes: list[str]) -> Generator[Step, str, str | None]:
        """Of his mailboxes, his own first; a key for each, where there are several."""
        if len(boxes) < 2:
            return boxes[0] if boxes else None
        settings, asked = self._desk.settings, list[str]()
        for place, box in enumerate(boxes[:9], 1):
            queue = settings.queues.get(box)
            named = "own.mailbox" if queue is None else queue.spoken or "own.queue"
            asked += spoken.choice(settings.office.language, named, str(place))
        key = yield Keys(tuple(asked))
        return boxes[int(key) - 1] if key in {str(nth) for nth in range(1, len(boxes[:9]) + 1)} else None

    # What he speaks

    def _record(self, who: str, phone: Handset, box: str) -> Script:
        file, kept = self._greetings.next_of(box), False
        try:
            while (key := (yield from self._spoken(phone, file))) == AGAIN:
                pass
            if key == KEEP:
                kept = (yield Kept(self._greetings.keep(box, file, who))) == "kept"
            yield Say("own.kept" if kept else "own.failed" if key in ("", KEEP) else "own.left")
        finally:
            if self._greetings.of(box) != file:
                self._tapes.remove(file)

    def _spoken(self, phone: Handset, file: str) -> Generator[Step, str, str]:
        """What he wants with what he spoke; "": it could not be kept."""
        yield Say("own.speak", BEEP)
        row = self._desk.exchange.sound.row(phone.name) or phone.name
        seconds = yield from self._take(row, file, LONGEST)
        if seconds is None:
            return ""
        if seconds < LEAST:
            yield Say("own.short")
            return AGAIN
        heard: tuple[str | Clip, ...] = ()
        for _ in range(TRIES):
            key = yield Keys((*heard, "own.keys"))
            if key in (KEEP, AGAIN, "#"):
                return key
            sound = (yield from fetched(self._tapes, file)) if key == HEAR else None
            heard = (Clip(OWN, sound),) if sound is not None else ()
        return "#"
