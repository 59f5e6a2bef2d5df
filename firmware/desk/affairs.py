"""Messages as somebody's affair, by order: what lies in his mailboxes, who takes care of it, what is done.

A message of a queue is everybody's of it until one claims it; the others see who. It is his then, until he
has done it, or it is put back.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from firmware.base import Refused
from firmware.base.messages import Mailboxes, Message, boxes_of
from firmware.base.orders import Handler
from firmware.tables import Settings


class Affairs:
    """Of all mailboxes, by the name of whoever asks."""

    def __init__(self, boxes: Mailboxes, settings: Callable[[], Settings]) -> None:
        self._boxes, self._settings = boxes, settings

    @property
    def orders(self) -> dict[str, Handler]:
        return {
            "message.list": Handler(self.lies),
            "message.heard": Handler(self.heard, promise=True),
            "message.claim": Handler(self.claim, promise=True),
            "message.put_back": Handler(self.put_back, promise=True),
            "message.done": Handler(self.done, promise=True),
        }

    def lies(self, who: str) -> list[dict[str, Any]]:
        """New ones first; `claimed` is who takes care of it."""
        return [asdict(each) for each in self._boxes.of(self._mailboxes(who))]

    def heard(self, who: str, message: str) -> None:
        self._boxes.heard(self._his(who, message), who)

    def claim(self, who: str, message: str) -> None:
        """Nobody else needs to. Refused: somebody does already."""
        self._boxes.claim(self._his(who, message), who)

    def put_back(self, who: str, message: str) -> None:
        """It is everybody's again."""
        self._boxes.put_back(self._his(who, message), who)

    def done(self, who: str, message: str) -> None:
        """It is gone. Refused: it is somebody else's affair."""
        self._boxes.done(self._his(who, message), who)

    def _his(self, who: str, message: str) -> Message:
        return self._boxes.named(message, self._mailboxes(who))

    def _mailboxes(self, who: str) -> list[str]:
        settings = self._settings()
        if who not in settings.people:
            raise Refused(f'there is nobody called "{who[:30]}"')
        return boxes_of(who, settings)
