"""What the owner changes: `settings.change(base_version, patch)`, checked, kept, and then in force.

Reading, hashing of PINs and the disk are the work of one thread beside the tick; the tick itself is asked
twice, whether the change can be made now, and to put it in force once it is kept. A change that was based
on another version than the one in force is refused: two pages never overwrite each other's work.
"""

import threading
from collections.abc import Callable, Mapping
from itertools import count
from queue import Empty, Full, SimpleQueue
from queue import Queue as Bounded
from typing import Any

import msgspec

from firmware.base import Refused
from firmware.base.orders import Handler, Reply
from firmware.rim.secret import sealed_settings
from firmware.rim.store import SettingsStore
from firmware.settings import merged, read
from firmware.tables import Settings

ORDER = "settings.change"
WAITING = 8  # changes at a time; more are refused
TICK_ANSWERS = 5.0  # s that the tick is given to answer

Post = Callable[[str, dict[str, Any], Callable[[Reply], None]], None]
Data = dict[str, Any]


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The order's fields. `patch` is laid over the settings: tables merge, lists are replaced, null
    removes."""

    base_version: int
    patch: dict[str, Any]
    by: str = "owner"
    note: str = ""


class Tables:
    """The two questions to the box, which its tick answers; `find` gives the box that is there now."""

    def __init__(self) -> None:
        self._tickets = count(1)
        self._open: dict[int, tuple[Settings, int, str]] = {}

    def hand_in(self, settings: Settings, version: int, by: str) -> int:
        ticket = next(self._tickets)
        self._open[ticket] = settings, version, by
        return ticket

    def take(self, ticket: int) -> tuple[Settings, int, str]:
        """Refused: nobody handed that in."""
        if ticket not in self._open:
            raise Refused("nobody handed that in")
        return self._open.pop(ticket)


class Changes:
    """The thread that does it, one change after another."""

    def __init__(
        self,
        store: SettingsStore,
        began: Data,
        secret: bytes,
        post: Post,
        kept: Callable[[Data], object] = lambda data: None,
    ) -> None:
        """`began` was in force at start where nothing is stored; `post` leads to the box that is there now;
        `kept` is told what is in force from then on."""
        self._store, self._began, self._secret, self._post, self._kept = store, began, secret, post, kept
        stored = store.load()
        self.version = stored[0] if stored else 0  # in force; 0 until the owner has changed anything
        self._tables = Tables()
        self._mail: Bounded[tuple[Mapping[str, Any], Callable[[Reply], None]] | None] = Bounded(WAITING)
        self._thread = threading.Thread(target=self._work, name="settings", daemon=True)
        self._thread.start()

    def orders(self, box: Any) -> dict[str, Handler]:
        """What a box must know to be asked."""

        def may(ticket: int) -> None:
            box.check_settings(self._tables.take(ticket)[0])

        def use(ticket: int) -> None:
            box.change_settings(*self._tables.take(ticket))

        return {"settings.may": Handler(may, own=True), "settings.use": Handler(use, own=True)}

    def post(self, args: Mapping[str, Any], reply: Callable[[Reply], None]) -> None:
        """Any thread."""
        try:
            self._mail.put_nowait((args, reply))
        except Full:
            reply(Reply("refused", sentence="other changes are being kept: try again in a moment"))

    def publish(self, patch: Mapping[str, Any]) -> None:
        """A flow that was tried becomes part of the settings; it is in force in a moment."""
        args = {"base_version": self.version, "patch": dict(patch), "note": "a flow"}
        self.post(args, lambda reply: None)

    def close(self) -> None:
        self._mail.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (mail := self._mail.get()) is not None:
            args, reply = mail
            try:
                reply(Reply("done", {"version": self._change(args)}))
            except Refused as refused:
                reply(Reply("refused", sentence=str(refused)))
            except OSError as fault:
                reply(
                    Reply(
                        "refused", sentence=f"the disk does not keep it ({fault.strerror}): nothing changed"
                    )
                )

    def _change(self, args: Mapping[str, Any]) -> int:
        change = self._read(args)
        stored = self._store.load()
        version, data = stored if stored else (0, self._began)
        if change.base_version != version:
            raise Refused(
                f"the settings are at version {version}, and this change was made on {change.base_version}:"
                " load them again, and change what you see then"
            )
        new = sealed_settings(merged(data, change.patch), self._secret)
        settings = read(new)
        self._ask("settings.may", self._tables.hand_in(settings, 0, change.by))
        self.version = version = self._store.save(new, change.by, change.note)
        self._kept(new)
        self._ask("settings.use", self._tables.hand_in(settings, version, change.by))
        return version

    def _read(self, args: Mapping[str, Any]) -> Change:
        try:
            return msgspec.convert(args, Change)
        except msgspec.ValidationError as wrong:
            raise Refused(f"{ORDER} takes base_version, patch, by and note: {wrong}") from None

    def _ask(self, name: str, ticket: int) -> None:
        """Have the tick do it. Refused: it does not want to, or does not answer."""
        answers: SimpleQueue[Reply] = SimpleQueue()
        self._post(name, {"ticket": ticket}, answers.put)
        try:
            reply = answers.get(timeout=TICK_ANSWERS)
        except Empty:
            raise Refused("the box does not answer: look at its health, then try again") from None
        if reply.kind == "refused":
            raise Refused(reply.sentence)
