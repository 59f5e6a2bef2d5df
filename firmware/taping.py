"""All that a box keeps of sound: the tapes, what runs on them, the mailboxes and the recordings."""

from collections.abc import Callable
from functools import partial

from firmware.base import Refused
from firmware.base.clock import Clock
from firmware.base.events import Event
from firmware.base.greetings import Greetings
from firmware.base.messages import Mailboxes, boxes_of
from firmware.base.orders import Handler
from firmware.base.pins import Pins
from firmware.calls.hand_codes import recording
from firmware.calls.recording import Recorder
from firmware.calls.voicemail import Voicemail, take
from firmware.desk.affairs import Affairs
from firmware.desk.greeting import Speaking
from firmware.desk.mailbox import Listening
from firmware.desk.queue import Desk
from firmware.rim.tapes import Tapes
from firmware.sound.deck import Deck
from firmware.sound.switch import DIAL, STUTTER
from firmware.standing import Keeper


class Taping:
    """Made for a desk; the box tells it all that it tells, and hands it every frame."""

    def __init__(
        self, desk: Desk, tapes: Tapes, deck: Deck, pins: Pins, clock: Clock, tell: Callable[[Event], Event]
    ) -> None:
        exchange = desk.exchange
        self._desk = desk
        self.boxes = Mailboxes(tapes, tell, exchange.when_kept)
        self.greetings = Greetings(tapes, tell, exchange.when_kept)
        self.recorder = Recorder(exchange, tapes, deck, clock, tell)
        voicemail = Voicemail(exchange, self.boxes, self.greetings, tapes, deck, clock, tell)
        exchange.takers.append(voicemail.takes)
        exchange.services |= Listening(desk, self.boxes, tapes, pins).scripts
        exchange.services["record"] = recording(exchange, self.recorder)
        exchange.services |= Speaking(desk, self.greetings, tapes, partial(take, tapes, deck), pins).scripts
        self.observers = [self.boxes.see, self.greetings.see, voicemail.see, self.recorder.see]
        self.orders = self.recorder.orders | {"agent.record": Handler(self._record)}
        self.orders |= Affairs(self.boxes, lambda: desk.settings).orders
        self.keepers: dict[str, Keeper] = {"mailboxes": self.boxes, "recordings": self.recorder}
        self.keepers["greetings"] = self.greetings
        for name, phone in exchange.phones.items():
            phone.invites = partial(self._invites, name)

    def _invites(self, station: str) -> str:
        """The tone of a telephone that was lifted: it tells of new messages."""
        agent = self._desk.agents.of(station)
        return STUTTER if agent is not None and self.fresh(agent.name) else DIAL

    def fresh(self, who: str) -> int:
        """Messages for somebody that nobody has heard yet."""
        return self.boxes.fresh(boxes_of(who, self._desk.settings), who)

    def _record(self, who: str, on: bool) -> None:
        """What is said on his call is kept from now on, or not."""
        phone = self._desk.agents.phone(self._desk.agents.must_be_here(who))
        if phone is None or phone.call is None:
            raise Refused(f"{who} is on no call")
        self.recorder.record(phone.call.id, on, who)
