"""Listening to messages from a telephone of the office: new ones first, each with its number, day and length.

*97 is the mailbox, and those of the queues, of whoever is signed in there, else of whose telephone it is; who
sits elsewhere proves by his PIN that he is himself. *98 asks for a number and its PIN. A message counts as
heard once it was heard to its end, or a key was pressed over it; what is deleted is gone when he has hung up,
and not before.
"""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from firmware.base import Refused, spoken
from firmware.base.amounts import digits, said
from firmware.base.messages import Mailboxes, Message, boxes_of, file_of
from firmware.base.numbers import to_dial
from firmware.base.pins import Pins
from firmware.base.ports import Clip
from firmware.base.tapes import Tapes
from firmware.calls.codes import NUMBER
from firmware.calls.dialogue import Keys, Say, Script, Step
from firmware.calls.handset import Handset, State
from firmware.calls.voicemail import fetched
from firmware.desk.queue import Desk
from firmware.desk.services import proof, say

AGAIN, NEXT, DELETE, CLAIM, CALL_BACK, END = "1", "2", "3", "4", "9", "#"
TRIES = 2  # times that somebody who keys nothing is told the keys
CLIP = "message"


@dataclass
class Visit:
    """Somebody goes through his mailboxes; what he marked as deleted is not gone yet."""

    who: str
    phone: Handset
    gone: list[Message] = field(default_factory=list)


class Listening:
    """The scripts, by the name that the codes know them by."""

    def __init__(self, desk: Desk, boxes: Mailboxes, tapes: Tapes, pins: Pins) -> None:
        self._desk, self._boxes, self._tapes, self._pins = desk, boxes, tapes, pins
        self.scripts = {"own_messages": self._own, "messages": self._any}

    def _own(self, phone: Handset) -> Script:
        agent = self._desk.agents.of(phone.name)
        return say("code.nobody_here") if agent is None else self._his(agent.name, phone)

    def _his(self, who: str, phone: Handset) -> Script:
        if (yield from himself(self._desk, self._pins, who, phone)):
            yield from self._visit(who, phone)

    def _any(self, phone: Handset) -> Script:
        number = yield Keys(("messages.number",), most=NUMBER)
        people = self._desk.settings.people
        who = next((name for name, each in people.items() if each.number == number), None)
        if who is None:
            yield Say("code.no_such_number" if number else "code.nothing")
        else:
            yield from self._proved(who, phone)

    def _proved(self, who: str, phone: Handset) -> Script:
        if (yield from proof(self._pins, who, self._desk.settings.people[who])):
            yield from self._visit(who, phone)

    # Message by message

    def _visit(self, who: str, phone: Handset) -> Script:
        visit = Visit(who, phone)
        try:
            yield from self._messages(visit)
        finally:  # however he ends it
            for message in visit.gone:
                with suppress(Refused):  # somebody took it meanwhile
                    self._boxes.done(message, visit.who)

    def _messages(self, visit: Visit) -> Script:
        boxes = boxes_of(visit.who, self._desk.settings)
        messages, fresh = self._boxes.of(boxes), self._boxes.fresh(boxes, visit.who)
        if not messages:
            yield Say("messages.none")
            return
        language = self._desk.settings.office.language
        before = _count(language, fresh)
        for message in messages:
            if not (yield from self._message(visit, message, before)):
                return
            before = ()
        yield Say("messages.last")

    def _message(self, visit: Visit, message: Message, before: tuple[str, ...]) -> Generator[Step, str, bool]:
        """One of them, as often as he likes. True: he wants the next."""
        sound = yield from fetched(self._tapes, file_of(message.name))
        clip = Clip(CLIP, sound) if sound is not None else "messages.gone"
        key = yield Keys((*before, *self._header(message), clip), first_s=0.5)
        self._boxes.heard(message, visit.who)
        silent = 0
        while silent < TRIES:
            asked: tuple[str | Clip, ...] = self._keys(message)
            if key in (NEXT, END):
                return key == NEXT
            if key == CALL_BACK and message.number is not None:
                self._call_back(visit, message.number)
                return False
            if key == CALL_BACK:
                asked = ("messages.no_number",)
            elif key == AGAIN:
                asked = (clip,)
            elif key == DELETE:
                asked = self._toggled(visit, message)
            elif key == CLAIM and self._shared(message):
                asked = self._claimed(visit.who, message)
            silent = 0 if key else silent + 1
            key = yield Keys(asked)
        return False

    def _keys(self, message: Message) -> tuple[str, ...]:
        return ("messages.keys", *(("messages.claim",) if self._shared(message) else ()))

    def _shared(self, message: Message) -> bool:
        return message.mailbox in self._desk.settings.queues

    def _claimed(self, who: str, message: Message) -> tuple[str, ...]:
        """He takes care of it, or does not any more; who does, where that is somebody else."""
        if message.claimed == who:
            self._boxes.put_back(message, who)
            return ("messages.everybodys",)
        if message.claimed is not None:
            return self._whose(message)
        self._boxes.claim(message, who)
        return ("messages.yours",)

    def _whose(self, message: Message) -> tuple[str, ...]:
        """Who takes care of it: a colleague's number."""
        person = self._desk.settings.people.get(message.claimed or "")
        return "messages.claimed", *(digits(person.number) if person is not None else ())

    def _toggled(self, visit: Visit, message: Message) -> tuple[str, ...]:
        """Delete it, or take that back; what is said to it."""
        if message.claimed not in (None, visit.who):
            return self._whose(message)
        if message in visit.gone:
            visit.gone.remove(message)
            return ("messages.undone",)
        visit.gone.append(message)
        return ("messages.deleted",)

    def _header(self, message: Message) -> tuple[str, ...]:
        """For sales / a message from / two zero one / today / at nine thirty / forty seconds long."""
        language, now = self._desk.settings.office.language, self._desk.clock.wall()
        queue = self._desk.settings.queues.get(message.mailbox)
        came = datetime.fromisoformat(message.date)
        country = self._desk.settings.country
        who = digits(to_dial(message.number, country)) if message.number else ("messages.unknown",)
        return (
            *(("exit.for", queue.spoken or "messages.all") if queue is not None else ()),
            *("messages.from", *who),
            *spoken.received(language, came, now),
            *spoken.lasting(language, message.seconds),
            *(("messages.cut",) if message.cut else ()),
            *(self._whose(message) if message.claimed is not None else ()),
        )

    def _call_back(self, visit: Visit, number: str) -> None:
        """As if he had keyed it: the same rules hold."""
        if visit.phone.state is State.SERVED:
            exchange = self._desk.exchange
            exchange.keypad.dial(visit.phone, to_dial(number, self._desk.settings.country))


def _count(language: str, fresh: int) -> tuple[str, ...]:
    if fresh < 2:
        return ("messages.new_one" if fresh else "messages.old",)
    return "messages.new", *said(language, "number", str(fresh), "UK")


def himself(desk: Desk, pins: Pins, who: str, phone: Handset) -> Generator[Step, str, bool]:
    """Is it really he? At his own telephone nobody asks; elsewhere he proves it."""
    person = desk.settings.people[who]
    return person.station == phone.name or person.pin is None or (yield from proof(pins, who, person))
