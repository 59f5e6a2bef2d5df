"""Greetings that people have spoken for their mailboxes: which file is whose. All of it is told as events.

A mailbox has two names for files, and what is spoken goes under the one that is not in use: so callers hear
the old greeting or the new one, whole, whatever happens to the box in between.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from firmware.base.events import Event, GreetingKept, GreetingLeft
from firmware.base.tapes import Tapes

FOLDER = "greetings"


class Greetings:
    """Keeper (firmware.standing) and observer of its own events."""

    private = False

    def __init__(
        self,
        tapes: Tapes,
        tell: Callable[[Event], Event],
        when_kept: Callable[[int, Callable[[], None]], None],
    ) -> None:
        self._tapes, self._tell, self._when_kept = tapes, tell, when_kept
        self._files: dict[str, str] = {}

    def of(self, mailbox: str) -> str | None:
        """The file of a mailbox; None: the box's own words."""
        return self._files.get(mailbox)

    def next_of(self, mailbox: str) -> str:
        """Where a new one is spoken to."""
        return f"{FOLDER}/{mailbox}.{2 if self._files.get(mailbox, '').endswith('.1') else 1}"

    def keep(self, mailbox: str, file: str, by: str) -> int:
        """Callers hear it from now on; the number of the event that says so."""
        before = self._files.get(mailbox)
        told = self._tell(GreetingKept(mailbox, file, by))
        self._gone(before, told.seq)
        return told.seq

    def leave(self, mailbox: str, by: str) -> int:
        """Back to the box's own words; the same."""
        before = self._files.get(mailbox)
        told = self._tell(GreetingLeft(mailbox, by))
        self._gone(before, told.seq)
        return told.seq

    def _gone(self, file: str | None, seq: int) -> None:
        if file is not None:
            self._when_kept(seq, partial(self._sweep, file))

    def _sweep(self, file: str) -> None:
        if file not in self._files.values():
            self._tapes.remove(file)

    def see(self, event: Event) -> None:
        """Take an event that was told."""
        match event:
            case GreetingKept():
                self._files[event.mailbox] = event.file
            case GreetingLeft():
                self._files.pop(event.mailbox, None)

    # Over a restart

    def standing(self) -> dict[str, Any]:
        return dict(self._files)

    def restore(self, standing: Mapping[str, Any], at: int, since: Sequence[Event]) -> None:
        self._files = dict(standing)
        for event in since:
            self.see(event)
