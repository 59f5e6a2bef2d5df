"""The office as a script: callers, agents, telephones and lines, and a clock that only `wait` moves.

The box underneath is the one that runs on the Pi: at `copper` fidelity on chips modelled by the
register, at `signal` fidelity on ports that tell their facts without a sample (DESIGN 6.1). Every
verb but `wait` is done at the beginning of the next tick.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from firmware.base import Refused
from firmware.base.clock import SECOND, TICK
from firmware.base.events import Event
from firmware.base.orders import Reply
from firmware.rim.aside import sound_journal
from firmware.rim.journal import AnyJournal, MemoryJournal
from firmware.rim.leglink import Legs
from firmware.rim.secret import box_secret
from firmware.rim.soundfiles import DiskFiles, MemoryFiles
from firmware.rim.store import SettingsStore
from firmware.rim.tapes import Tapes
from firmware.settings import merged
from hostsim.hands import PERSON, PHONE, AgentHands, Hands, LineHands, PhoneHands
from hostsim.rig import SECRET, Fidelity, Rig

DEMO = Path(__file__).with_name("demo.json")
Kind = TypeVar("Kind", bound=Event)


class Office:
    """A box, its town, and the people in both. Only `wait` and `wait_until` move time."""

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        fidelity: Fidelity = "copper",
        state: Path | str | None = None,
        seed: int = 0,
    ) -> None:
        """`settings` are merged over the demo office; with `state` the files there are real, and the
        settings that were kept there take the demo's place."""
        self._seen: list[Event] = []
        self._acts: deque[Callable[[], Any]] = deque()
        self._people: dict[str, Hands] = {}
        self._state = Path(state) if state is not None else None
        self.journal: AnyJournal = self._open_journal()
        self._store = SettingsStore(self._state) if self._state is not None else None
        kept = self._store.load() if self._store is not None else None
        data = merged(kept[1] if kept else json.loads(DEMO.read_text("utf-8")), settings or {})
        secret = box_secret(self._state) if self._state is not None else SECRET
        own: dict[str, Any] = {"secret": secret, "folder": self._state or Path("nowhere")}
        own |= {"tapes": self._open_tapes, "observer": self._seen.append, "legs": self._open_legs()}
        self.rig = Rig(data, fidelity, self.journal, seed, **own)
        if (store := self._store) is not None:
            self.rig.keep = lambda data: store.save(data, "owner", "a flow")

    def _open_journal(self) -> AnyJournal:
        if self._state is None:
            return MemoryJournal()
        self._state.mkdir(parents=True, exist_ok=True)
        return sound_journal(self._state / "journal.db")

    def _open_tapes(self) -> Tapes:
        return Tapes(DiskFiles(self._state) if self._state is not None else MemoryFiles())

    def _open_legs(self) -> Legs | None:
        """Real browsers, for an office that runs by the clock; in a story somebody in town has them."""
        return None

    # Who is there

    def caller(self, number: str, name: str | None = None) -> Hands:
        """Somebody in town; asking twice gives the same person."""
        if number not in self._people:
            self._people[number] = Hands(self, self.rig.town.person(number, name), PERSON)
        return self._people[number]

    def agent(self, name: str) -> AgentHands:
        self.settings_of(name)
        return AgentHands(self, name)

    def phone(self, name: str) -> Hands:
        if name not in self.rig.town.stations:
            raise KeyError(f"there is no {name}; there are {', '.join(self.rig.town.stations)}")
        return PhoneHands(self, self.rig.town.stations[name], PHONE)

    def line(self, n: int) -> LineHands:
        return LineHands(self, n)

    def settings_of(self, person: str) -> Mapping[str, Any]:
        people = self.rig.data["people"]
        if person not in people:
            raise KeyError(f"there is no {person}; there are {', '.join(people)}")
        found: Mapping[str, Any] = people[person]
        return found

    @property
    def box(self) -> Any:
        return self.rig.box

    @property
    def town(self) -> Any:
        return self.rig.town

    # What happens

    def soon(self, verb: Callable[..., Any], *args: Any, **named: Any) -> None:
        """Do `verb` at the beginning of the next tick."""
        self._acts.append(partial(verb, *args, **named))

    def order(self, name: str, **named: Any) -> None:
        """Give the box an order, as a page would; a refusal is raised by the `wait` that carries it out."""
        self.soon(self._order, name, named)

    def _order(self, name: str, args: Mapping[str, Any]) -> None:
        if self.rig.box is None:
            raise Refused("the box has no power")
        self.rig.box.post(name, args, self._replied)

    def _replied(self, reply: Reply) -> None:
        if reply.kind == "refused":
            raise Refused(reply.sentence)

    def saw(self, kind: type[Kind]) -> list[Kind]:
        """All events of that type so far, oldest first."""
        return [event for event in self._seen if isinstance(event, kind)]

    def call(self, n: int) -> str:
        """The id of the n-th call to which anything has happened, from 1."""
        return list(dict.fromkeys(str(each.call) for each in self._seen if hasattr(each, "call")))[n - 1]

    # Time

    @property
    def now(self) -> float:
        return self.rig.now / SECOND

    def wait(self, seconds: float) -> None:
        """Let time pass, in whole ticks."""
        end = self._ticks(seconds)
        while self.rig.now < end:
            self._step(end)

    def wait_until(self, test: Callable[[], Any], at_most: float) -> None:
        """Let time pass until `test()`; TimeoutError after `at_most` seconds shows the journal's end."""
        end = self._ticks(at_most)
        while not test():
            if self.rig.now >= end:
                tail = deque(self.journal.dump(), maxlen=10)
                raise TimeoutError(f"not within {at_most} s; the journal ends:\n" + "\n".join(tail))
            self.tick()

    def tick(self) -> None:
        """One tick: what was asked for, then 20 ms of everything."""
        while self._acts:
            self._acts.popleft()()
        self.rig.tick()

    def _ticks(self, seconds: float) -> int:
        return self.rig.now + round(seconds * SECOND / TICK) * TICK

    def _step(self, end: int) -> None:
        if self._acts:
            self.tick()
        else:
            self.rig.leap(end)

    # The office itself

    def settings(self, change: Mapping[str, Any]) -> None:
        """What the owner would change on his page."""
        store = self._store
        if store is None:
            self.soon(self.rig.change_settings, change)
        else:
            self.soon(self.rig.change_settings, change, lambda data: store.save(data, "owner", "a story"))

    def power_cut(self) -> None:
        """The cord is pulled: what was not durable is lost, the box is dark until `restart`."""
        self._needs_state("power_cut")
        self.soon(self.rig.cut_power)

    def restart(self) -> None:
        """A new engine on the same state."""
        self._needs_state("restart")
        self.soon(self._restart)

    def _restart(self) -> None:
        self.rig.stop()
        self.journal.close()
        self.journal = self.rig.journal = self._open_journal()
        self.rig.start()

    def close(self) -> None:
        self.rig.stop()
        self.journal.close()

    def _needs_state(self, verb: str) -> None:
        if self._state is None:
            raise Refused(f"{verb}: this office keeps nothing; open it with Office(state=folder)")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
