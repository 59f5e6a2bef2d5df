"""A live box on real ports: its state folder, the switch, the control socket, paced by the sound.

The hat's audio clock is the beat: `frames_in` of the shelf returns when a frame is whole, so nothing
here waits or drifts. On a PC there is no such clock; there `firmware.rim.ticker` keeps the beat.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from firmware.base.clock import TICK, Clock
from firmware.base.events import AgentChanged, Event
from firmware.base.orders import Reply
from firmware.base.ports import Shelf
from firmware.box import VERSION, Box
from firmware.rim.control_server import ControlServer
from firmware.rim.journal import AnyJournal, Journal, Writer
from firmware.rim.store import SettingsStore
from firmware.rim.ticker import LATE, settle
from firmware.settings import Settings, read
from firmware.sound.prompts import Prompts

Countries = dict[str, str]  # port -> country
PROMPTS = Path(__file__).parents[2] / "prompts"
LOOK_BACK = 20_000  # events
PLACES = range(1, 5)  # lines and phones of one hat
FIRST_OFFICE: dict[str, Any] = {  # until somebody says otherwise: all lines ring the first phone
    "lines": {f"line{place}": {} for place in PLACES},
    "phones": {f"phone{place}": {"number": f"{200 + place}"} for place in PLACES},
    "menus": {"main": {"keys": {"0": "operator"}}},
}


class LiveBox:
    """A box as its front doors see it (firmware.base.orders.Engine); `beat` is one tick of it."""

    def __init__(self, box: Box, figures: Callable[[], dict[str, Any]], now: Callable[[], int]) -> None:
        """`figures` are added to every snapshot; `now` tells ns of the computer's clock."""
        self.watchers: list[Callable[[Event, bool], None]] = box.watchers
        self.post: Callable[[str, dict[str, Any], Callable[[Reply], None]], None] = box.post
        self.ticks = self.late_ticks = 0
        self._box, self._figures, self._now = box, figures, now
        self._last = now()

    def beat(self) -> None:
        self._box.tick()
        self._box.deliver()
        now = self._now()
        self.ticks += 1
        self.late_ticks += now - self._last > TICK * 1_000 + LATE
        self._last = now

    def snapshot(self) -> dict[str, Any]:
        beats = {"ticks": self.ticks, "late_ticks": self.late_ticks}
        return {**self._box.snapshot(), "version": VERSION, **beats, **self._figures()}


def run(
    folder: Path,
    plug: Callable[[Countries, Countries, ExitStack], Shelf],
    ended: Callable[[], bool],
    figures: Callable[[], dict[str, Any]] = dict,
    now: Callable[[], int] = time.monotonic_ns,
    built: Callable[[], object] = settle,
) -> None:
    """Run until `ended()` on the ports that `plug` makes of lines and phones, each with its country;
    what it starts has its end on the stack. `built` is called once, before the first tick.

    Refused: settings, journal or control socket of `folder` cannot be used. Broken: the ports cannot.
    """
    with ExitStack() as stack:
        store = SettingsStore(folder)
        journal = Writer(Journal(folder / "journal.db"))
        stack.callback(journal.close)
        stored = store.load()
        settings = read(stored[1] if stored else FIRST_OFFICE)
        lines = {name: settings.country_of(name) for name in settings.lines}
        shelf = plug(lines, dict.fromkeys(settings.phones, settings.country), stack)
        box = _box(settings, shelf, journal)
        engine = LiveBox(box, lambda: {"trouble": journal.trouble or store.notice, **figures()}, now)
        server = ControlServer(folder / "control.sock", engine, journal)
        stack.callback(server.close)
        built()
        while not ended():
            engine.beat()
            server.beat()


def _box(settings: Settings, shelf: Shelf, journal: AnyJournal) -> Box:
    prompts = Prompts(PROMPTS, PROMPTS / "made", settings.office.language)
    clock = Clock(datetime.now().astimezone())
    calls, agents = calls_before(journal), agents_before(journal)
    return Box(settings, [shelf], clock, journal, prompts, calls_before=calls, agents_before=agents)


def agents_before(journal: AnyJournal) -> list[AgentChanged]:
    """What was told of people before this start."""
    told = journal.events(max(0, journal.last[0] - LOOK_BACK))
    return [event for event in told if isinstance(event, AgentChanged)]


def calls_before(journal: AnyJournal) -> int:
    """The highest number that a call had, so that no two ever share one. A start looks back over the
    last events, never over the whole journal."""
    ids = (event.fields().get("call") for event in journal.events(max(0, journal.last[0] - LOOK_BACK)))
    return max((int(each.rsplit("-", 1)[1]) for each in ids if each), default=0)
