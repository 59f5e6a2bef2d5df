"""Somebody at the town's page: orders, and ticks until there is an answer."""

import json
from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag
from typing import Any

from firmware.base.events import Event
from firmware.base.orders import Reply
from firmware.rim.journal import AnyJournal, Journal, MemoryJournal
from firmware.settings import merged
from hostsim.live import Live
from hostsim.office import DEMO
from hostsim.power import Power
from hostsim.rig import Rig

HANSEN = "+4533120001"


def played(text: str, folder: Path) -> None:
    """The copied text as pytest would run it."""
    scope: dict[str, Any] = {}
    exec(compile(text, "story", "exec"), scope)
    test = scope["test_a_story_from_the_town"]
    test(folder) if "tmp_path" in text else test()


class Desk:
    """Somebody at the page: orders, and ticks until there is an answer."""

    def __init__(self, journal: AnyJournal | None = None, **settings: Any) -> None:
        self.rig = Rig(merged(json.loads(DEMO.read_text()), settings), "signal", journal or MemoryJournal())
        self.power = Power(self.rig, self._opened, lambda: None)
        self.live = Live(self.rig, lambda: {"late_ticks": 0}, power=self.power)
        self.events: list[Event] = []
        self.live.watchers.append(lambda event, durable: self.events.append(event))

    def _opened(self) -> AnyJournal:
        """As after a power cut."""
        path = self.rig.journal.path
        return Journal(path) if path is not None else self.rig.journal

    def order(self, name: str, /, **args: Any) -> Reply:
        replies: list[Reply] = []
        answered = Flag()

        def answer(reply: Reply) -> None:
            replies.append(reply)
            answered.set()

        self.live.post(name, args, answer)
        self.tick()
        while not answered.wait(0.01):
            self.tick()
        return replies[0]

    def refusal(self, name: str, /, **args: Any) -> str:
        reply = self.order(name, **args)
        assert reply.kind == "refused"
        return reply.sentence

    def tick(self, seconds: float = 0.02) -> None:
        for _ in range(round(seconds * 50)):
            self.live.tick()

    def until(self, test: Callable[[], bool], at_most: float = 20.0) -> None:
        for _ in range(round(at_most * 50)):
            if test():
                return
            self.live.tick()
        raise AssertionError("it did not happen")

    def saw(self, kind: type[Event]) -> bool:
        return any(isinstance(event, kind) for event in self.events)

    def town(self) -> dict[str, Any]:
        """The picture, once everybody's ears have had their turn."""
        self.live.snapshot()
        self.tick(0.2)
        town: dict[str, Any] = self.live.snapshot()["town"]
        return town
