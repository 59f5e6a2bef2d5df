"""The simulated office in real time, as an engine behind the control socket.

What the box is ordered goes to its own mailbox; `town.*` works the town, in the same tick thread.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from threading import BoundedSemaphore
from typing import Any, Protocol

from firmware.base import Refused
from firmware.base.events import Event
from firmware.base.orders import Reply
from firmware.box import VERSION, Box
from firmware.rim.changes import ORDER as SETTINGS_CHANGE
from firmware.rim.control_schema import TownSay, town_order
from hostsim.speech import spoken
from hostsim.town import Town
from hostsim.town_orders import TownOrders

SPEAKERS = 2  # sentences made at once
SENTENCES = 20  # made or waiting to be made; more are refused
WAITING = 100  # orders for the town that wait for a tick

Answer = Callable[[Reply], None]


class Works(Protocol):
    """A box in its town, that goes on by `tick`."""

    @property
    def box(self) -> Box | None: ...
    @property
    def town(self) -> Town: ...
    def tick(self) -> None: ...
    def stop(self) -> None: ...


class Live:
    """An Engine (firmware.base.orders) made of a box and its town; `tick` is one beat of both."""

    def __init__(
        self,
        works: Works,
        figures: Callable[[], dict[str, Any]] = dict,
        changes: Callable[[Mapping[str, Any], Answer], None] | None = None,
    ) -> None:
        """`figures` are added to every snapshot; `changes` takes what the owner changes."""
        self._changes = changes
        self.watchers: list[Callable[[Event, bool], None]] = []
        self._works = works
        self._figures = figures
        self._known: Box | None = None
        self._orders = TownOrders(works.town)
        self._mail: SimpleQueue[tuple[Callable[[], object], Answer]] = SimpleQueue()
        self._speakers = ThreadPoolExecutor(SPEAKERS, "speech")
        self._sentences = BoundedSemaphore(SENTENCES)
        self._state: dict[str, Any] = {}

    def tick(self) -> None:
        """20 ms of everything, then the orders for the town."""
        box = self._works.box
        if box is not None and box is not self._known:
            box.watchers.append(self._tell)
            self._known = box
        self._works.tick()
        for _ in range(self._mail.qsize()):
            act, answer = self._mail.get_nowait()
            answer(_done(act))
        self._orders.listen()

    def post(self, name: str, args: dict[str, Any], reply: Answer) -> None:
        """Any thread. An order for the town is checked here, and refused where it is no such order."""
        box = self._works.box
        if name.startswith("town."):
            self._post_to_town(name, args, reply)
        elif name == SETTINGS_CHANGE and self._changes is not None:
            self._changes(args, reply)
        elif box is None:
            reply(Reply("refused", sentence="The box has no power."))
        else:
            box.post(name, args, reply)

    def _post_to_town(self, name: str, args: dict[str, Any], reply: Answer) -> None:
        try:
            order = town_order(name, args)
        except Refused as refused:
            reply(Reply("refused", sentence=str(refused)))
            return
        if self._mail.qsize() >= WAITING:
            reply(Reply("refused", sentence="The town is busy with other orders: try again."))
        elif isinstance(order, TownSay):
            self._mail.put((partial(self._orders.check, order), partial(self._speak, order, reply)))
        else:
            self._mail.put((partial(self._orders.carry_out, order), reply))

    def _speak(self, order: TownSay, reply: Answer, allowed: Reply) -> None:
        """Have the sentence made beside the tick, then said in a tick."""
        if allowed.kind == "refused":
            reply(allowed)
        elif not self._sentences.acquire(blocking=False):
            reply(Reply("refused", sentence="Too much is being said at once: let them finish."))
        else:
            self._speakers.submit(self._make_speech, order, reply)

    def _make_speech(self, order: TownSay, reply: Answer) -> None:
        try:
            pcm = spoken(order.text, order.who)
        except Refused as refused:
            reply(Reply("refused", sentence=str(refused)))
        else:
            self._mail.put((partial(self._orders.say, order.who, pcm), reply))
        finally:
            self._sentences.release()

    def snapshot(self) -> dict[str, Any]:
        """How the box stands, or stood when its power went; the town; the figures."""
        if (box := self._works.box) is not None:
            self._state = box.snapshot()
        return {**self._state, "version": VERSION, "town": self._orders.picture(), **self._figures()}

    def _tell(self, event: Event, durable: bool) -> None:
        for watcher in self.watchers:
            watcher(event, durable)

    def close(self) -> None:
        """Sentences that are being made are not waited for."""
        self._speakers.shutdown(wait=False, cancel_futures=True)


def _done(act: Callable[[], object]) -> Reply:
    try:
        act()
    except Refused as refused:
        return Reply("refused", sentence=str(refused))
    return Reply("done")
