"""The mailboxes: which messages lie where, which were heard, and who takes care of one that is for several.
All of it is told as events.

A restart gives them back, and a message that it cut off is there as far as it was spoken.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from firmware.base.errors import Refused
from firmware.base.events import (
    Event,
    MessageBegan,
    MessageClaimed,
    MessageDone,
    MessageDropped,
    MessageHeard,
    MessageLeft,
    MessagePutBack,
)
from firmware.base.tapes import Tapes
from firmware.tables import Settings

LEAST = 3.0  # s: less is no message (FEATURES row 49a)
MOST = 100  # messages in one mailbox


@dataclass
class Message:
    """`name` is that of its file; `date` the wall time at which it was left."""

    mailbox: str
    name: str
    call: str
    seconds: float
    number: str | None
    date: str
    cut: bool = False
    heard: bool = False
    claimed: str | None = None  # by whom


def boxes_of(who: str, settings: Settings) -> list[str]:
    """The mailboxes that somebody hears: his own, and those of his queues."""
    queues = (name for name, queue in settings.queues.items() if who in queue.members)
    return [each for each in (who, *queues) if each in settings.mailboxes]


def file_of(message: str) -> str:
    return f"messages/{message}"


class Mailboxes:
    """Keeper (firmware.standing) and observer of its own events."""

    private = True

    def __init__(
        self,
        tapes: Tapes,
        tell: Callable[[Event], Event],
        when_kept: Callable[[int, Callable[[], None]], None],
    ) -> None:
        self._tapes, self._tell, self._when_kept = tapes, tell, when_kept
        self._all: dict[str, Message] = {}
        self._begun: dict[str, MessageBegan] = {}  # being left, or being written
        self._seen: dict[type[Event], Callable[[Any], object]] = {
            MessageBegan: lambda event: self._begun.update({event.message: event}),
            MessageLeft: self._left,
            MessageDropped: lambda event: self._begun.pop(event.message, None),
            MessageHeard: self._heard,
            MessageDone: lambda event: self._all.pop(event.message, None),
            MessageClaimed: lambda event: self._claimed(event.message, event.by),
            MessagePutBack: lambda event: self._claimed(event.message, None),
        }

    def of(self, boxes: Collection[str]) -> list[Message]:
        """What lies in them: new messages first, each kind in the order in which it came."""
        here = [each for each in self._all.values() if each.mailbox in boxes]
        return sorted(here, key=lambda each: each.heard)

    def fresh(self, boxes: Collection[str], who: str) -> int:
        """How many were not heard yet, and are nobody else's affair."""
        here = (each for each in self._all.values() if each.mailbox in boxes)
        return sum(not each.heard and each.claimed in (None, who) for each in here)

    def named(self, name: str, boxes: Collection[str]) -> Message:
        """Refused: there is none of that name in those mailboxes, or no more."""
        message = self._all.get(name)
        if message is None or message.mailbox not in boxes:
            raise Refused(f'there is no message "{name[:40]}" in your mailboxes any more')
        return message

    def claim(self, message: Message, by: str) -> None:
        """He takes care of it. Refused: somebody else does."""
        self._must_be_free(message, by)
        if message.claimed is None:
            self._tell(MessageClaimed(message.mailbox, message.name, by))

    def put_back(self, message: Message, by: str) -> None:
        """It is everybody's again; whoever has the mailbox may say so, as who claimed it may be away."""
        if message.claimed is not None:
            self._tell(MessagePutBack(message.mailbox, message.name, by))

    def _must_be_free(self, message: Message, who: str) -> None:
        if message.claimed not in (None, who):
            raise Refused(f"{message.claimed} takes care of it: ask {message.claimed}, or put it back first")

    def next_of(self, call: str) -> str:
        """A name for the next message of a call."""
        taken = {*self._all, *self._begun}
        return next(name for n in range(1, len(taken) + 2) if (name := f"{call}.{n}") not in taken)

    def heard(self, message: Message, by: str) -> None:
        if message.name in self._all and not message.heard:
            self._tell(MessageHeard(message.mailbox, message.name, by))

    def done(self, message: Message, by: str) -> None:
        """It is gone; its sound when that is certain. A colleague may have been quicker. Refused: it is
        somebody else's."""
        if message.name not in self._all:
            return
        self._must_be_free(message, by)
        told = self._tell(MessageDone(message.mailbox, message.name, by))
        self._when_kept(told.seq, partial(self._tapes.remove, file_of(message.name)))

    def see(self, event: Event) -> None:
        """Take an event that was told."""
        if (then := self._seen.get(type(event))) is not None:
            then(event)

    def _left(self, event: MessageLeft) -> None:
        self._begun.pop(event.message, None)
        self._all[event.message] = Message(
            event.mailbox, event.message, event.call, event.seconds, event.number, event.date, event.cut
        )

    def _heard(self, event: MessageHeard) -> None:
        if (message := self._all.get(event.message)) is not None:
            message.heard = True

    def _claimed(self, message: str, by: str | None) -> None:
        if (there := self._all.get(message)) is not None:
            there.claimed = by

    # Over a restart

    def standing(self) -> dict[str, Any]:
        begun = [each.fields() for each in self._begun.values()]
        return {"messages": [asdict(each) for each in self._all.values()], "begun": begun}

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        """What is found of those that were being left is a message as well."""
        self._all = {each["name"]: Message(**each) for each in standing.get("messages", ())}
        self._begun = {each["message"]: MessageBegan(**each) for each in standing.get("begun", ())}
        for event in since:
            self.see(event)
            if isinstance(event, MessageDone | MessageDropped):
                self._tapes.remove(file_of(event.message))
        for began in tuple(self._begun.values()):
            self._cut_off(began)

    def _cut_off(self, began: MessageBegan) -> None:
        about, seconds = (began.mailbox, began.message, began.call), self._tapes.found(file_of(began.message))
        if seconds >= LEAST:
            self._tell(MessageLeft(*about, round(seconds, 2), began.number, began.date, cut=True))
        else:
            self._tapes.remove(file_of(began.message))
            self._tell(MessageDropped(*about))
