"""The box: builds the rooms, owns the tick, hands each order to a room, and tells events.

One thread owns everything here. Others reach it by `post` (a mailbox, emptied once a tick) and
hear of it by `watchers` and `Reply`. Acts follow in the tick of their order; what promises to keep
something waits until the journal says that it is durable (DESIGN 1.3).
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from traceback import extract_tb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.base.clock import SECOND, TICK, Clock
from firmware.base.events import Before, BoxStarted, Event, Failed, Journal, SettingsChanged
from firmware.base.orders import Handler, Reply
from firmware.base.pins import Pins
from firmware.base.ports import FRAME, Ears, Fact, Shelf
from firmware.calls.accounts import Accounts
from firmware.calls.exchange import Exchange
from firmware.calls.visit import tongue
from firmware.checks import check_change
from firmware.desk.alarms import Alarms
from firmware.desk.claim import Claim
from firmware.desk.glance import Glance
from firmware.desk.offers import Offers
from firmware.desk.peace import Peace
from firmware.desk.queue import Desk
from firmware.desk.services import Services
from firmware.desk.shown import Shown
from firmware.desk.signout import SignOut
from firmware.mailroom import Mailroom
from firmware.parts import drafts_of, ears_of, echo_of, lines_of, phones_of
from firmware.picture import snapshot
from firmware.rim.soundfiles import MemoryFiles
from firmware.rim.tapes import Tapes
from firmware.sound.deck import Deck
from firmware.sound.ears import Deaf
from firmware.sound.prompts import Prompts
from firmware.sound.switch import Silent, Switch
from firmware.standing import AgentMemory, Calls, Keepers
from firmware.tables import Settings
from firmware.taping import Taping

VERSION = "0.1.0"
DEGRADED = SECOND // 2  # µs without a durable commit (DESIGN 1.3)
LOUD = 0.005  # peak of a frame in which somebody speaks: -43 dBm0


class Box:
    """A switch with its lines, telephones, calls and queues; `tick()` is its heartbeat."""

    def __init__(
        self,
        settings: Settings,
        shelves: Sequence[Shelf],
        clock: Clock,
        journal: Journal,
        prompts: Prompts,
        box_id: str = "box",
        before: Before | None = None,
        speaking: Callable[[str], bool] | None = None,
        strict: bool = False,
        observer: Callable[[Event], None] | None = None,
        secret: bytes = b"",
        tapes: Tapes | None = None,
    ) -> None:
        """`speaking(row)` stands in for samples; `strict`: our own bugs end the run (tests); `secret` is the
        key of the PINs; without `tapes` no disk has what is kept of sound."""
        self.clock, self.journal, self.settings = clock, journal, settings
        self.ports = {name: port for shelf in shelves for name, port in shelf.ports.items()}
        self.observers = [observer] if observer else []  # told at once, in this thread
        self.watchers: list[Callable[[Event, bool], None]] = []  # told when it is kept
        self.orders: dict[str, Handler] = {}
        self.impossible, self.began = 0, clock.now
        self._shelves, self._strict, self._speaking = shelves, strict, speaking
        self._seq = journal.last[0]
        self._calls = Calls(box_id, clock, self.tell)
        self._mailroom = Mailroom(self)
        self._untold: deque[Event] = deque()  # not yet passed on
        self._unkept: deque[tuple[int, int]] = deque()  # (seq, at) of what is not durable yet
        self._promises: deque[tuple[int, Callable[[], None]]] = deque()
        self._prompts = prompts
        self.tapes = tapes or Tapes(MemoryFiles())
        self._build(prompts, all(shelf.has_sound for shelf in shelves))
        self._build_desk(secret)
        began = clock.started_at.isoformat(timespec="microseconds")
        found = len(settings.lines), len(settings.phones)
        self.tell(BoxStarted(VERSION, *found, started_at=began))
        self.desk.callers.restore(before.callers if before else ())
        self.keepers.begin(before or Before())
        self.exchange.calendar.begin()

    def _build(self, prompts: Prompts, has_sound: bool) -> None:
        names = tuple(self.ports)
        self._rows = {name: row for row, name in enumerate(names)}
        self._said: NDArray[np.float32] = np.zeros((len(names), FRAME), np.float32)
        self._heard = np.zeros_like(self._said)
        self._loud_at = np.zeros(len(names), np.int64)
        self.deck = Deck(names)
        country = self.settings.country
        self.sound = (
            Switch(names, country, prompts, self.clock)
            if has_sound
            else Silent(self.ports, country, prompts, self.clock)
        )
        self.echo = echo_of(self._shelves, self._rows) if has_sound else None
        self._hearing = ears_of(self.ports, self._country) if has_sound else None
        ears: Ears = self._hearing or Deaf()
        self.exchange = Exchange(
            lines_of(self.ports, self.settings, ears, self.clock, self.tell),
            phones_of(self.ports, country, ears, self.sound, self.clock, self.tell),
            self.settings,
            self.sound,
            self.clock,
            self.tell,
            self._calls.new_id,
            self._quiet,
            self.when_kept,
        )
        self.sound.tongue = partial(tongue, self.exchange)

    def _build_desk(self, secret: bytes) -> None:
        desk = self.desk = self.exchange.desk = self._calls.desk = Desk(self.exchange, self.clock, self.tell)
        self.offers, self.shown = Offers(desk, self.tell), Shown(desk, self.clock, self.tell)
        self.glance = Glance(desk)
        pins = Pins(lambda: self.settings.people, secret, self.clock, self.tell)
        self.taping = Taping(desk, self.tapes, self.deck, pins, self.clock, self.tell)
        self.claim = Claim(self.exchange, secret, self.clock, self.tell)
        self.exchange.services |= Services(desk, pins, self._prompts.names).scripts | self.claim.services
        self.observers += [self.offers.announcer.see, desk.callers.see, desk.places.see, self.shown.see]
        self.observers += [self.glance.see, desk.returns.see, Peace(desk, self.clock).see]
        self.observers += [desk.callbacks.see, SignOut(desk, self.clock).see, *self.taping.observers]
        self.exchange.incoming.aids.memory = desk.callers
        self.orders |= desk.orders.table | desk.callers.orders | pins.orders | desk.callbacks.orders
        accounts = self.exchange.incoming.aids.accounts = Accounts(secret, self.clock, self.tell)
        self.drafts = drafts_of(self.exchange, self._prompts, self.check_settings)
        self.orders |= self.drafts.orders | self.taping.orders | self.shown.orders
        agents = AgentMemory(desk.agents, self.clock)
        self.keepers = Keepers(self.clock, self.tell, self._guarded)
        self.keepers |= {"calls": self._calls, "agents": agents, "pins": pins, "places": desk.places}
        self.keepers |= {"paces": self.offers.announcer.paces, **self.taping.keepers}
        self.keepers |= {"callbacks": desk.callbacks, "shares": desk.shares, "accounts": accounts}
        self._build_guards()
        self.exchange.calendar.watch(self.keepers.turned)

    def _build_guards(self) -> None:
        """Who may dial what, who may ring, and what somebody must know at once."""
        rules, forwards, blocking = self.exchange.rules, self.desk.forwards, self.exchange.incoming.blocking
        self.alarms = Alarms(self.exchange, rules.brake, self.clock, self.tell)
        self.observers += [rules.brake.see, self.alarms.see, forwards.outward.see, blocking.flood.see]
        self.orders |= self.alarms.orders | self.claim.orders
        self.keepers |= {"dialled": rules, "forwards": forwards, "brake": rules.brake, "alarms": self.alarms}

    def _country(self, name: str) -> str:
        return self.settings.country_of(name) if name in self.settings.lines else self.settings.country

    # The tick

    def tick(self, us: int = TICK) -> None:
        """Move everything on by `us`: one frame where there is sound, any leap where there is none."""
        facts = self._sound_frame() if self._hearing is not None else []
        if self._hearing is None:
            self.deck.pass_by(us // TICK)
        self._advance(us)
        for then in self.tapes.told():
            self._guarded(then)
        facts += [(name, fact) for name, port in self.ports.items() for fact in port.events()]
        for name, fact in sorted(facts, key=lambda each: each[1].at):
            self._guarded(partial(self.exchange.fact, name, fact), name)
        try:
            self._mailroom.open(self._guarded)
        finally:  # a reply may raise, in a story: nobody waits for that
            self._guarded(self.offers.match)

    def _sound_frame(self) -> list[tuple[str, Fact]]:
        assert self._hearing is not None and self.echo is not None
        for shelf in self._shelves:
            shelf.frames_in()
        np.concatenate([port.read() for port in self.ports.values()], out=self._said.reshape(-1))
        said = self.echo.cancel(self._said, self._heard)
        facts = list(self._hearing.hear(said, self.clock.now))
        self._loud_at[np.abs(said).max(axis=1) > LOUD] = self.clock.now
        self._heard = self.sound.tick(said)
        self.deck.hear(said, self._heard)
        for port, frame in zip(self.ports.values(), self._heard, strict=True):
            port.write(frame)
        for shelf in self._shelves:
            shelf.frames_out()
        return facts

    def _advance(self, us: int) -> None:
        """Move time; a timer that fails takes nobody else's with it."""
        end = self.clock.now + us
        while self.clock.now < end:
            self._guarded(lambda: self.clock.advance_to(end))

    def _guarded(self, act: Callable[[], object], port: str | None = None) -> None:
        """Our own bugs end a test; on the box they are journalled and the rest goes on."""
        try:
            act()
        except Exception as bug:
            if self._strict:
                raise
            self.impossible += 1
            at = extract_tb(bug.__traceback__)[-1]
            self.tell(Failed(type(bug).__name__, f"{at.name}:{at.lineno}", port))
            self._end_safely(port)

    def _end_safely(self, port: str | None) -> None:
        """Our bug ends the call at that port, if it can still be ended, and nothing else."""
        party = self.exchange.lines.get(port or "") or self.exchange.phones.get(port or "")
        if party is not None and party.call is not None:
            with suppress(Exception):
                self.exchange.end(party.call, "box", "failed")

    def _quiet(self, row: str, seconds: float) -> bool:
        if self._speaking is not None:
            return not self._speaking(row)
        silent_since = int(self._loud_at[self._rows[row]])
        return self.clock.now - silent_since >= seconds * SECOND

    # Events and orders

    def tell(self, event: Event) -> Event:
        """Number an event, stamp it and queue it to the writer; watchers hear of it when it is kept."""
        self._seq += 1
        told = event.stamped(self._seq, self.clock.now)
        self.journal.put(told)
        self._untold.append(told)
        self._unkept.append((told.seq, told.at))
        for observer in self.observers:
            observer(told)
        return told

    def post(self, name: str, args: Mapping[str, Any], reply: Callable[[Reply], None]) -> None:
        """Hand in an order, from any thread; `reply` is called in the tick thread."""
        self._mailroom.post(name, args, reply)

    def post_own(self, name: str, args: Mapping[str, Any], reply: Callable[[Reply], None]) -> None:
        """The same, for the box's own threads: no client can give these orders."""
        self._mailroom.post(name, args, reply, own=True)

    @property
    def told(self) -> int:
        """The number of the last event."""
        return self._seq

    def when_kept(self, seq: int, then: Callable[[], None]) -> None:
        """Do `then` once the event of that number, and all before it, are durable."""
        self._promises.append((max(seq, self._promises[-1][0] if self._promises else 0), then))

    def deliver(self) -> None:
        """Pass on what has become durable; while the disk hangs, events go out marked as not durable."""
        durable = self.journal.durable
        while self._unkept and self._unkept[0][0] <= durable:
            self._unkept.popleft()
        late = self.degraded
        while self._untold and (self._untold[0].seq <= durable or late):
            event = self._untold.popleft()
            for watcher in self.watchers:
                watcher(event, event.seq <= durable)
        while self._promises and self._promises[0][0] <= durable:
            self._guarded(self._promises.popleft()[1])

    @property
    def degraded(self) -> bool:
        """No durable commit for half a second although something waits for one."""
        return bool(self._unkept) and self.clock.now - self._unkept[0][1] > DEGRADED

    def change_settings(self, settings: Settings, version: int = 0, by: str = "owner") -> None:
        """Put checked settings in force."""
        self.settings = self.exchange.settings = settings
        for name, line in self.exchange.lines.items():
            row = settings.lines[name]
            line.supervision.allow(row.supervision, row.silence_s)
        self.desk.stir()
        self.tell(SettingsChanged(version=version, by=by))
        self.exchange.calendar.change(settings)

    def check_settings(self, settings: Settings) -> None:
        """Refused: the change needs a new start, or names a prompt that there is not."""
        check_change(self.settings, settings, self._prompts.names)

    def snapshot(self) -> dict[str, Any]:
        """How everything stands now, for a page; plain JSON."""
        return snapshot(self)

    def stop(self) -> None:
        """The end of a box that is not cut off: what the next one must know is told."""
        self.keepers.tell()
        self.close()

    def close(self) -> None:
        for shelf in self._shelves:
            shelf.close()
