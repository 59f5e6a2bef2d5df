"""A live box on real ports: its state folder, the switch, the control socket, paced by the sound.

The hat's audio clock is the beat: `frames_in` of the shelf returns when a frame is whole, so nothing
here waits or drifts. On a PC there is no such clock; there `firmware.rim.ticker` keeps the beat.
"""

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from firmware.base import Refused
from firmware.base.clock import TICK, Clock
from firmware.base.events import Event
from firmware.base.orders import Reply
from firmware.base.ports import Shelf
from firmware.base.stations import BROWSERS
from firmware.box import VERSION, Box
from firmware.rim.aside import sound_journal
from firmware.rim.before import before
from firmware.rim.browsers import BrowserShelf
from firmware.rim.changes import ORDER as SETTINGS_CHANGE
from firmware.rim.changes import Changes
from firmware.rim.control_server import ControlServer
from firmware.rim.journal import AnyJournal, Writer
from firmware.rim.leglink import Legs
from firmware.rim.lookups import Lookups
from firmware.rim.secret import box_secret, sealed_settings
from firmware.rim.soundfiles import DiskFiles
from firmware.rim.store import SettingsStore
from firmware.rim.tapes import Tapes, Winder
from firmware.rim.ticker import LATE, settle
from firmware.settings import read, stations
from firmware.sound.prompts import Prompts, languages
from firmware.tables import Settings

Countries = dict[str, str]  # port -> country
PROMPTS = Path(__file__).parents[2] / "prompts"
DATE_EVERY = 500  # ticks between two looks at the computer's date
PLACES = range(1, 5)  # lines and phones of one hat
FIRST_OFFICE: dict[str, Any] = {  # until somebody says otherwise: all lines ring the first phone
    "lines": {f"line{place}": {} for place in PLACES},
    "phones": {f"phone{place}": {"number": f"{200 + place}"} for place in PLACES},
    "menus": {"main": {"keys": {"0": "operator"}}},
}


class LiveBox:
    """A box as its front doors see it (firmware.base.orders.Engine); `beat` is one tick of it."""

    def __init__(
        self, box: Box, changes: Changes, figures: Callable[[], dict[str, Any]], now: Callable[[], int]
    ) -> None:
        """`figures` are added to every snapshot; `now` tells ns of the computer's clock."""
        self.watchers: list[Callable[[Event, bool], None]] = box.watchers
        self.ticks = self.late_ticks = 0
        self._box, self._changes, self._figures, self._now = box, changes, figures, now
        self._last = now()
        self._follow_date = date_follower(lambda: box)

    def post(self, name: str, args: dict[str, Any], reply: Callable[[Reply], None]) -> None:
        """Any thread. The owner's changes are prepared beside the tick; all else is the box's."""
        if name == SETTINGS_CHANGE:
            self._changes.post(args, reply)
        else:
            self._box.post(name, args, reply)

    def beat(self) -> None:
        self._follow_date()
        self._box.tick()
        self._box.deliver()
        now = self._now()
        self.ticks += 1
        self.late_ticks += now - self._last > TICK * 1_000 + LATE
        self._last = now

    def snapshot(self) -> dict[str, Any]:
        beats = {"ticks": self.ticks, "late_ticks": self.late_ticks}
        versions = {"version": VERSION, "settings_version": self._changes.version}
        return {**self._box.snapshot(), **versions, **beats, **self._figures()}


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
        journal = Writer(sound_journal(folder / "journal.db"))
        stack.callback(journal.close)
        stored = store.load()
        secret = box_secret(folder)
        data = stored[1] if stored else FIRST_OFFICE
        settings = read(sealed_settings(data, secret))
        lines = {name: settings.country_of(name) for name in settings.lines}
        shelf = plug(lines, dict.fromkeys(settings.phones, settings.country), stack)
        tapes = Winder(DiskFiles(folder))
        stack.callback(tapes.close)
        legs = Legs(folder)
        stack.callback(legs.close)
        browsers = BrowserShelf(legs, (name for name in stations(settings) if name in BROWSERS))
        box = _box(settings, [shelf, browsers], journal, secret, tapes)
        stack.callback(box.keepers.tell)
        Lookups(box.post_own, folder).plug(box.exchange.incoming.aids, box.orders)
        changes = Changes(store, data, secret, box.post_own)
        stack.callback(changes.close)
        box.orders |= changes.orders(box)
        box.drafts.publish = changes.publish
        engine = LiveBox(box, changes, lambda: {"trouble": _trouble(journal, store, tapes), **figures()}, now)
        server = ControlServer(folder / "control.sock", engine, journal)
        stack.callback(server.close)
        built()
        while not ended():
            engine.beat()
            server.beat()


def _trouble(journal: Writer, store: SettingsStore, tapes: Tapes) -> str:
    """A sentence for the owner, about the disk; "" where all is well."""
    return journal.trouble or journal.notice or store.notice or tapes.trouble


def _box(
    settings: Settings, shelves: Sequence[Shelf], journal: AnyJournal, secret: bytes, tapes: Tapes
) -> Box:
    prompts = Prompts(PROMPTS, PROMPTS / "made", settings.office.language, languages(PROMPTS))
    clock = Clock(datetime.now(settings.zone))
    return Box(settings, shelves, clock, journal, prompts, before=before(journal), secret=secret, tapes=tapes)


def date_follower(
    box: Callable[[], Box | None], now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Callable[[], None]:
    """To be called each tick. A Pi keeps no date while it is off and hears the right one from the network
    minutes after its start; a laptop sleeps: the box shows the computer's date again within 10 s."""
    ticks = count()

    def follow() -> None:
        if next(ticks) % DATE_EVERY == 0 and (there := box()) is not None:
            there.exchange.calendar.follow(now())

    return follow


def made(folder: Path) -> Path:
    """The state folder, made where it is missing. Refused: it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise Refused(f"{folder} cannot be made ({fault.strerror}): choose another with --state.") from fault
    return folder


def ending() -> Callable[[], bool]:
    """From here on Ctrl-C and SIGTERM end the box between two ticks."""
    asked: list[int] = []
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda number, _: asked.append(number))
    return lambda: bool(asked)
