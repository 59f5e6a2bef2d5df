"""The verbs of two hands as orders: what somebody's page or program asks of the telephone where he sits.

They are those of `calls/hands` and its neighbours, by the person's name; a code, a flash of the hook and
a button of a handset come to the same methods.
"""

from typing import TYPE_CHECKING

from firmware.base import Refused
from firmware.base.orders import Handler
from firmware.calls.handset import Handset, State

if TYPE_CHECKING:
    from firmware.desk.queue import Desk


class Verbs:
    """Of one desk, by name. Refused: the sentence says why, and nothing has happened."""

    def __init__(self, desk: "Desk") -> None:
        self._desk, self._exchange = desk, desk.exchange

    @property
    def table(self) -> dict[str, Handler]:
        return {
            "agent.answer": Handler(self.answer),
            "agent.hang_up": Handler(self.hang_up),
            "agent.press": Handler(self.press),
            "agent.flash": Handler(self.flash),
            "agent.hold": Handler(self.hold),
            "agent.resume": Handler(self.resume),
            "agent.swap": Handler(self.swap),
            "agent.transfer": Handler(self.transfer),
            "agent.complete": Handler(self.complete),
            "agent.conference": Handler(self.conference),
            "agent.park": Handler(self.park),
            "agent.pickup": Handler(self.pickup),
            "agent.mute": Handler(self.mute),
            "agent.listen": Handler(self.listen),
            "agent.dial": Handler(self.dial),
            "agent.inform": Handler(self.inform),
            "agent.office": Handler(self.office),
        }

    def _phone(self, who: str) -> Handset:
        phone = self._desk.agents.phone(self._desk.agents.must_be_here(who))
        if phone is None or phone.state is State.OUT:
            raise Refused(f"{who}'s station is out of reach: open its page, or plug it in")
        return phone

    def answer(self, who: str) -> None:
        """Take what rings or knocks. Refused: a hand must lift it, or nothing does."""
        self._exchange.working.answer(self._phone(who))

    def hang_up(self, who: str) -> None:
        """End the call; also one that waits for a station that has vanished."""
        phone = self._desk.agents.phone(self._desk.agents.must_be_here(who))
        if phone is not None and self._exchange.lost.at(phone):
            self._exchange.lost.hang_up(phone)
        else:
            self._exchange.working.hang_up(self._phone(who))

    def press(self, who: str, keys: str) -> None:
        self._exchange.working.press(self._phone(who), keys)

    def flash(self, who: str) -> None:
        self._exchange.working.flash(self._phone(who))

    def hold(self, who: str) -> None:
        self._exchange.hands.hold(self._phone(who))

    def resume(self, who: str) -> None:
        self._exchange.hands.resume(self._phone(who))

    def swap(self, who: str) -> None:
        self._exchange.hands.swap(self._phone(who))

    def transfer(self, who: str, to: str, attended: bool = False) -> None:
        """Hand on at once, or ask first and `complete`."""
        verb = self._exchange.transfers.consult if attended else self._exchange.transfers.transfer
        verb(self._phone(who), to)

    def complete(self, who: str) -> None:
        self._exchange.transfers.complete(self._phone(who))

    def conference(self, who: str, whom: str | None = None) -> None:
        """Call somebody and join all when he answers; with nobody named, join who is on hold."""
        phone = self._phone(who)
        if whom is None:
            self._exchange.conferences.join(phone)
        else:
            self._exchange.conferences.invite(phone, whom)

    def inform(self, who: str, topic: str) -> None:
        """The caller hears stored information, and is back."""
        self._exchange.incoming.inform.play(self._phone(who), topic)

    def office(self, who: str, to: str) -> None:
        """The caller is put through to another office of the owner's list."""
        self._exchange.incoming.inform.put_through(self._phone(who), to)

    def park(self, who: str) -> str:
        return self._exchange.parking.park(self._phone(who))

    def pickup(self, who: str, whose: str | None = None) -> None:
        self._exchange.parking.pickup(self._phone(who), whose)

    def mute(self, who: str, on: bool) -> None:
        self._exchange.hands.mute(self._phone(who), on)

    def listen(self, who: str, whom: str, how: str = "listen") -> None:
        """Hear a colleague's call; `how` is listen, whisper or join. Refused: who may not."""
        self._exchange.monitor.listen(self._phone(who), whom, self._exchange.monitor.mode(how))

    def dial(self, who: str, to: str) -> None:
        """Call a colleague or an outside number: at once off the hook, else his telephone rings first."""
        phone = self._phone(who)
        self._exchange.transfers.dial(phone, self._exchange.rules.must_dial(phone, to))
