"""Where orders are handed in: any thread posts them, the tick opens a few and carries them out.

What promises to keep something is answered once the disk has it (DESIGN 1.3); while the disk hangs it is
refused. Some orders are the box's own: no front door passes them on.
"""

from collections.abc import Callable, Mapping
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from firmware.base import Refused
from firmware.base.orders import Handler, Mail, Reply

if TYPE_CHECKING:
    from firmware.box import Box

A_TICK = 50  # orders carried out in one tick; the rest wait for the next
NOT_KEPT = "the disk does not answer: nothing can be kept; try again"


class Mailroom:
    """Of one box."""

    def __init__(self, box: "Box") -> None:
        self._box = box
        self._mail: SimpleQueue[Mail] = SimpleQueue()

    def post(
        self, name: str, args: Mapping[str, Any], reply: Callable[[Reply], None], own: bool = False
    ) -> None:
        """Any thread; `reply` is called in the tick thread. `own`: it is the box that orders."""
        self._mail.put(Mail(name, args, reply, own))

    def open(self, guarded: Callable[[Callable[[], object]], object]) -> None:
        """Carry out what is there."""
        for _ in range(A_TICK):
            if self._mail.empty():
                return
            mail = self._mail.get_nowait()
            handler = self._box.orders.get(mail.name)
            if handler is None:
                mail.reply(Reply("refused", sentence=f'there is no order "{mail.name[:40]}"'))
            elif handler.own and not mail.own:
                mail.reply(Reply("refused", sentence=f'"{mail.name}" is the box\'s own order'))
            else:
                guarded(partial(self._carry_out, mail, handler))

    def _carry_out(self, mail: Mail, handler: Handler) -> None:
        box = self._box
        try:
            result = handler.call(**handler.checked(mail.args))
        except Refused as refusal:
            mail.reply(Reply("refused", sentence=str(refusal)))
            return
        if not handler.promise:
            mail.reply(Reply("accepted" if box.degraded else "done", result, seq=box.told))
        elif box.degraded:
            mail.reply(Reply("refused", sentence=NOT_KEPT))
        else:
            seq = box.told
            box.when_kept(seq, lambda: mail.reply(Reply("done", result, seq=seq)))
