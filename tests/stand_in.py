"""An engine without a box: it keeps a snapshot, numbers events and answers orders, as the real one does.

It has the face of `firmware.rim.control.Client`; one stands in for all connections to it.
"""

import threading
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from firmware.base import Broken, Refused
from firmware.base.events import Event
from firmware.base.orders import Reply
from firmware.rim.control_schema import Happened
from web.engine import Engine

QUIET: dict[str, Any] = {
    "version": "0.1.0",
    "office": "Bellwire demo office",
    "uptime_s": 12.0,
    "durable": True,
    "late_ticks": 0,
    "waiting": 0,
    "lines": {
        f"line{n}": {"state": "idle", "reason": "", "call": None, "number": f"+453210000{n}"}
        for n in range(1, 5)
    },
    "phones": {
        f"phone{n}": {"state": "idle", "reason": "", "call": None, "number": f"20{n}", "ringing": False}
        for n in range(1, 5)
    },
    "calls": [],
    "agents": {
        name: {"status": "off", "state": "idle", "station": station, "code": "", "dnd": False, "messages": 0}
        for name, station in (("ann", "phone1"), ("ben", "phone2"))
    },
    "town": {
        "people": [],
        "phones": {f"phone{n}": {"hook": "on", "ringing": False, "hears": "silence"} for n in range(1, 5)},
        "lines": {f"line{n}": {"plugged": True} for n in range(1, 5)},
        "power": {"on": True, "back_in": None},
        "acts": 0,
    },
    "settings": {"menus": {"main": {"keys": {"1": "sales", "2": "support", "0": "operator"}}}},
}


class StandIn:
    """`orders` is what it was told to do, `replies` what it says to an order by name."""

    def __init__(self) -> None:
        self.snapshot = deepcopy(QUIET)
        self.orders: list[tuple[str, dict[str, Any]]] = []
        self.replies: dict[str, Reply] = {}
        self.up = True
        self.journal: list[Happened] = []
        self._news = threading.Condition()

    def engine(self) -> Engine:
        return Engine(lambda timeout: self)

    def tell(self, *events: Event, durable: bool = True) -> None:
        with self._news:
            for event in events:
                seq = len(self.journal) + 1
                told = Happened(seq, seq * 1_000_000, event.type, event.fields(), durable)
                self.journal.append(told)
            self._news.notify_all()

    def go(self, up: bool) -> None:
        """Engine away, engine back."""
        with self._news:
            self.up = up
            self._news.notify_all()

    def order(self, name: str, /, **args: Any) -> Reply:
        self._check()
        self.orders.append((name, args))
        return self.replies.get(name, Reply("done"))

    def state(self) -> Reply:
        self._check()
        return Reply("done", deepcopy(self.snapshot), seq=len(self.journal))

    def watch(
        self, since: int | None = None, lasting: bool = False, idle: float | None = None
    ) -> Iterator[Happened | None]:
        self._check()
        at = len(self.journal) if since is None else since
        if at > len(self.journal):
            raise Refused("There is no such event yet")
        while True:
            with self._news:
                self._news.wait_for(lambda: not self.up or len(self.journal) > at, idle)  # noqa: B023
                self._check()
                told = self.journal[at] if len(self.journal) > at else None
            at += told is not None
            if told is None or told.durable or not lasting:
                yield told

    def close(self) -> None:
        pass

    def _check(self) -> None:
        if not self.up:
            raise Broken("The engine does not answer")
