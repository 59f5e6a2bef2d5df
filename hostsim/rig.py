"""Box, hat and town on one bench: built, ticked, cut off and started again.

At `copper` every tick is computed: the bus's turn every 10 ms, one frame of sound. At `signal`
there are no samples, and time leaps to the next thing that happens, rounded up to the tick.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from board.hat import Hat
from firmware.base import Refused
from firmware.base.clock import TICK
from firmware.base.events import Event
from firmware.base.ports import Shelf
from firmware.base.stations import BROWSERS
from firmware.box import Box
from firmware.rim.before import before
from firmware.rim.browsers import BrowserShelf
from firmware.rim.journal import AnyJournal
from firmware.rim.leglink import Legs
from firmware.rim.lookups import THREADS, Lookups
from firmware.rim.secret import sealed_settings
from firmware.rim.soundfiles import MemoryFiles
from firmware.rim.tapes import Tapes
from firmware.settings import merged, read, stations
from firmware.sound.prompts import Prompts, languages
from firmware.tables import Settings
from hostsim.bus import SimHat
from hostsim.copper import LinePair
from hostsim.exchange import LineInfo
from hostsim.overheard import Overheard
from hostsim.signal import SignalShelf
from hostsim.standin import StandInShelf
from hostsim.town import Town

ROOT = Path(__file__).parent.parent
POLL = TICK // 2  # µs between two turns of the bus (DESIGN 3)
SECRET = b"of an office that keeps nothing"
PLACES = 4  # lines, and telephones, that one hat has places for
Fidelity = Literal["copper", "signal"]


@cache
def _house(language: str) -> Prompts:
    """All sentences, read once for all stories."""
    folder = ROOT / "prompts"
    return Prompts(folder, folder / "made", language, languages(folder))


class Rig:
    """`town` goes on whatever happens to the box; `box` is None while its power is off."""

    def __init__(
        self,
        data: Mapping[str, Any],
        fidelity: Fidelity,
        journal: AnyJournal,
        seed: int = 0,
        box_id: str = "story",
        started_at: datetime | None = None,
        observer: Callable[[Event], None] | None = None,
        strict: bool = True,
        secret: bytes = SECRET,
        folder: Path = Path("nowhere"),
        tapes: Callable[[], Tapes] = lambda: Tapes(MemoryFiles()),
        legs: Legs | None = None,
    ) -> None:
        """`folder`: whose tables are looked up; by threads, but between ticks where the run is `strict`.
        With `legs` browsers are real ones, else somebody in town has them."""
        self.data, self.fidelity, self.journal = sealed_settings(data, secret), fidelity, journal
        self._secret, self._folder, self._make_tapes = secret, folder, tapes
        self.legs = legs
        self.keep: Callable[[dict[str, Any]], int] = lambda data: 0  # what is published
        settings = read(data)
        self._started_at = started_at or datetime(2026, 1, 5, 9, 0, tzinfo=settings.zone)
        self._box_id, self._observer, self._strict = box_id, observer, strict
        self.prompts = Overheard(_house(settings.office.language))
        self.town = Town(
            {
                name: LineInfo(row.number or "", settings.country_of(name))
                for name, row in settings.lines.items()
            },
            tuple(settings.phones),
            seed=seed,
            copper=fidelity == "copper",
            sentences=self.prompts.known,
        )
        self.sim = self._sim_hat() if fidelity == "copper" else None
        self.hat: Hat | None = None
        self.box: Box | None = None
        self.start()

    @property
    def now(self) -> int:
        return self.town.clock.now

    def start(self) -> None:
        """A new engine on the same hat, the same journal and the same settings."""
        settings = read(self.data)
        clock = self.town.clock
        self.tapes = self._make_tapes()
        self.box = Box(
            settings,
            [self._shelf(settings), *self._beside(settings)],
            type(clock)(self._started_at, clock.now),
            self.journal,
            self.prompts,
            box_id=self._box_id,
            before=before(self.journal, clock.now),
            speaking=self.town.speaking if self.fidelity == "signal" else None,
            strict=self._strict,
            observer=self._observer,
            secret=self._secret,
            tapes=self.tapes,
        )
        box = self.box
        self.lookups = Lookups(box.post_own, self._folder, 0 if self._strict else THREADS)
        self.lookups.plug(box.exchange.incoming.aids, box.orders)
        box.drafts.publish = lambda patch: self.change_settings(patch, self.keep)
        self.town.box_plays = lambda row: box.sound.hears(row, self.town.speaking)
        self.town.box_speaks = box.sound.language

    def stop(self) -> None:
        """The engine ends; the hat keeps what it was told last."""
        if self.box is not None:
            self.box.stop()
            self.tapes.close()
        self.box = self.hat = None

    def cut_power(self) -> None:
        """Nothing that needs current goes on: loops open, telephones are dead, unkept events are lost."""
        if self.box is not None:
            self.box.close()
        self.box = self.hat = None
        self.journal.drop()
        self.tapes.drop()
        self.town.power_off()
        if self.sim is not None:
            self.sim = self._sim_hat()

    def _shelf(self, settings: Settings) -> Shelf:
        if self.sim is None:
            return SignalShelf(self.town)
        countries = {name: settings.country_of(name) for name in settings.lines}
        phones = dict.fromkeys(settings.phones, settings.country)
        sim = self.sim
        self.hat = Hat(sim.spi_lines, sim.spi_phones, sim.gpio, sim.frames, lines=countries, phones=phones)
        return self.hat

    def _beside(self, settings: Settings) -> list[Shelf]:
        """What is no telephone port."""
        named = stations(settings)
        if self.legs is None:
            return [StandInShelf(self.town, named)]
        browsers = [name for name in named if name in BROWSERS]
        others = [name for name in named if name not in BROWSERS]
        return [StandInShelf(self.town, others), BrowserShelf(self.legs, browsers, self.now)]

    def _sim_hat(self) -> SimHat:
        town = self.town
        lines = [cast(LinePair | None, town.lines.get(f"line{n}")) for n in range(1, PLACES + 1)]
        phones = [town.telephones.get(f"phone{n}") for n in range(1, PLACES + 1)]
        sim = SimHat(lines, phones)
        sim.now = town.clock.now
        return sim

    # Time

    def tick(self) -> None:
        """20 ms of everything."""
        self._look_up()
        if self.sim is None:
            self._move(self.now + TICK)
            return
        for _ in range(TICK // POLL):
            # The chips first: each change in town is then seen by them at its own instant.
            self.sim.now = self.now + POLL
            self.town.clock.advance_to(self.sim.now)
            if self.hat is not None:
                self.hat.poll(self.now)
        if self.box is not None:
            self.box.tick()
            self._settle(self.box)
        elif self.legs is not None:  # the town's telephones go on
            self.legs.fetch()
            self.legs.flush()

    def leap(self, end: int) -> None:
        """Move to the next thing that happens, at most to `end` (µs, a whole tick)."""
        if self.sim is not None or self.lookups.waits or self.tapes.news:
            self.tick()
            return
        clocks = [self.town.clock] + ([self.box.clock] if self.box else [])
        due = [at for clock in clocks if (at := clock.next_due()) is not None]
        target = min([*due, end])
        self._move(min(end, max(self.now + TICK, -(-target // TICK) * TICK)))

    def _look_up(self) -> None:
        """What was asked in the tick before; the answer comes in this one."""
        if self._strict:
            self.lookups.work()

    def _move(self, target: int) -> None:
        us = target - self.now
        self.town.clock.advance(us)
        if self.box is not None:
            self.box.tick(us)
            self._settle(self.box)

    def _settle(self, box: Box) -> None:
        with suppress(sqlite3.Error):  # the disk takes nothing: the box goes on, and it is tried again
            self.journal.commit()
        self.tapes.commit()
        box.deliver()

    def change_settings(
        self, change: Mapping[str, Any], keep: Callable[[dict[str, Any]], int] = lambda data: 0
    ) -> None:
        """What the owner changes: checked as a whole, kept (`keep` gives its version), then in force.
        Refused: the sentence says which field cannot be so."""
        if self.box is None:
            raise Refused("the box has no power")
        data = sealed_settings(merged(self.data, change), self._secret)
        settings = read(data)
        self.box.check_settings(settings)
        self.data = data
        self.box.change_settings(settings, keep(data))
