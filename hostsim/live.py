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
from firmware.rim.town_schema import (
    TownBusy,
    TownBusyStop,
    TownPowerCut,
    TownPowerOn,
    TownSay,
    TownStory,
    TownStoryAnew,
    town_order,
)
from hostsim.beside import BusyHour
from hostsim.power import Power
from hostsim.speech import spoken
from hostsim.story import Story, beside_demo
from hostsim.town import Town
from hostsim.town_orders import TownOrders

SPEAKERS = 2  # sentences made at once
SENTENCES = 20  # made or waiting to be made; more are refused
WAITING = 100  # orders for the town that wait for a tick
NO_POWER = "The box has no power."

Answer = Callable[[Reply], None]


class Works(Protocol):
    """A box in its town, that goes on by `tick`."""

    @property
    def box(self) -> Box | None: ...
    @property
    def town(self) -> Town: ...
    @property
    def data(self) -> Mapping[str, Any]: ...
    def tick(self) -> None: ...
    def stop(self) -> None: ...


class Live:
    """An Engine (firmware.base.orders) made of a box and its town; `tick` is one beat of both."""

    def __init__(
        self,
        works: Works,
        figures: Callable[[], dict[str, Any]] = dict,
        changes: Callable[[Mapping[str, Any], Answer], None] | None = None,
        power: Power | None = None,
    ) -> None:
        """`figures` are added to every snapshot; `changes` takes what the owner changes; without `power`
        nobody in town can pull the box's cord."""
        self._changes = changes
        self.watchers: list[Callable[[Event, bool], None]] = []
        self._works = works
        self._figures = figures
        self._power = power
        self._known: Box | None = None
        self._data: Mapping[str, Any] = works.data
        self.orders = TownOrders(works.town)
        self._busy = BusyHour()
        self._story = Story(lambda: works.town.clock.now, self.orders.name_of)
        self._mail: SimpleQueue[tuple[Callable[[], object], Answer]] = SimpleQueue()
        self._speakers = ThreadPoolExecutor(SPEAKERS, "speech")
        self._sentences = BoundedSemaphore(SENTENCES)
        self._state: dict[str, Any] = {}
        self._wire()

    def _wire(self) -> None:
        self.orders.did = self._story.did
        self.orders.also(TownStory, lambda order: {"text": self._story.text(), "acts": self._story.acts})
        self.orders.also(TownStoryAnew, lambda order: self._begin_story())
        self.orders.also(TownBusy, self._busy.begin)
        self.orders.also(TownBusyStop, lambda order: self._busy.stop())
        if (power := self._power) is not None:
            power.changed = lambda verb: self._story.did("office", verb)
            self.orders.also(TownPowerCut, lambda order: power.cut(order.seconds))
            self.orders.also(TownPowerOn, lambda order: power.restore())

    def _begin_story(self) -> None:
        """Refused: somebody is on the telephone, and a story could not begin like that."""
        if self._known is None or not self.orders.quiet:
            raise Refused("A story begins with every telephone on its hook: hang up first.")
        self._story.begin(beside_demo(self._works.data), self._known.snapshot()["agents"])

    def tick(self) -> None:
        """20 ms of everything, then the orders for the town."""
        box = self._works.box
        if box is not None and box is not self._known:
            self._welcome(box)
        if self._works.data is not self._data:
            self._data = self._works.data
            self._story.did("office", f"settings({beside_demo(self._data)!r})")
        self._works.tick()
        if self._power is not None:
            self._power.tick()
        for _ in range(self._mail.qsize()):
            act, answer = self._mail.get_nowait()
            answer(_done(act))
        self.orders.listen()

    def _welcome(self, box: Box) -> None:
        box.watchers.append(self._tell)
        first, self._known = self._known is None, box
        if first:
            self._story.begin(beside_demo(self._works.data), box.snapshot()["agents"])

    def post(self, name: str, args: dict[str, Any], reply: Answer) -> None:
        """Any thread. An order for the town is checked here, and refused where it is no such order."""
        box = self._works.box
        if name.startswith("town."):
            self._post_to_town(name, args, reply)
        elif box is None:
            reply(Reply("refused", sentence=NO_POWER))
        elif name == SETTINGS_CHANGE and self._changes is not None:
            self._changes(args, reply)
        else:
            box.post(name, args, self._noted(name, args, reply))

    def _noted(self, name: str, args: dict[str, Any], reply: Answer) -> Answer:
        """What a page ordered is in the story as well, once it is carried out."""
        at = self._works.town.clock.now

        def answer(answered: Reply) -> None:
            if answered.kind != "refused":
                self._story.ordered(name, args, at)
            reply(answered)

        return answer

    def _post_to_town(self, name: str, args: dict[str, Any], reply: Answer) -> None:
        try:
            order = town_order(name, args)
        except Refused as refused:
            reply(Reply("refused", sentence=str(refused)))
            return
        if self._mail.qsize() >= WAITING:
            reply(Reply("refused", sentence="The town is busy with other orders: try again."))
        elif isinstance(order, TownSay):
            self._mail.put((partial(self.orders.check, order), partial(self._speak, order, reply)))
        else:
            self._mail.put((partial(self.orders.carry_out, order), reply))

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
            self._mail.put((partial(self.orders.say, order.who, order.text, pcm), reply))
        finally:
            self._sentences.release()

    def snapshot(self) -> dict[str, Any]:
        """How the box stands, or stood when its power went; the town; the figures."""
        if (box := self._works.box) is not None:
            self._state = box.snapshot()
        else:
            self._state = dark(self._state)
        beside = {"acts": self._story.acts, "power": self._current(), "busy": self._busy.picture}
        town = {**self.orders.picture(), **beside}
        return {**self._state, "version": VERSION, "town": town, **self._figures()}

    def _current(self) -> dict[str, Any]:
        """Whether the box has power; when it comes back by itself."""
        back = self._power.back_in if self._power is not None else None
        return {"on": self._works.box is not None, "back_in": None if back is None else round(back)}

    def _tell(self, event: Event, durable: bool) -> None:
        self._story.happened(event)
        for watcher in self.watchers:
            watcher(event, durable)

    def close(self) -> None:
        """Sentences that are being made are not waited for."""
        self._speakers.shutdown(wait=False, cancel_futures=True)
        self._busy.close()


def dark(state: dict[str, Any]) -> dict[str, Any]:
    """The last snapshot of a box that has no power: nothing of it works."""
    out = {"state": "out", "reason": NO_POWER, "call": None}
    lines = {name: {**port, **out} for name, port in state.get("lines", {}).items()}
    phones = {name: {**port, **out, "ringing": False} for name, port in state.get("phones", {}).items()}
    return {**state, "lines": lines, "phones": phones, "calls": [], "waiting": 0}


def _done(act: Callable[[], object]) -> Reply:
    try:
        result = act()
    except Refused as refused:
        return Reply("refused", sentence=str(refused))
    return Reply("done", result)
