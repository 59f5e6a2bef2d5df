"""A flow is tried before it is live: a draft of menus and steps, phoned from any telephone of the office.

The draft is kept beside the settings in force, of which it changes the flow alone. Whoever keys the code goes
through it as a caller of the first line would, and where a caller would be led to somebody he hears to whom:
nobody is rung. It is published as a whole, or thrown away.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from firmware.base import Refused
from firmware.base.orders import Handler
from firmware.calls.dialogue import Say, Script
from firmware.calls.handset import Handset
from firmware.calls.ivr import Flow
from firmware.calls.lint import WORST, Prompts, lint
from firmware.calls.visit import Aids, Visit
from firmware.rows import GOODBYE, MAILBOX, OPERATOR
from firmware.settings import merged, read
from firmware.tables import Settings

TABLES = ("menus", "steps", "lines", "accounts")
SERVICE = "try_flow"
Patch = Mapping[str, Any]


class Drafts:
    """The one draft of the box. `publish` puts a patch in force as the owner's pages would."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        aids: Aids,
        check: Callable[[Settings], object],
        prompts: Prompts,
    ) -> None:
        self._settings, self._aids, self._check, self._prompts = settings, aids, check, prompts
        self._patch: Patch = {}
        self._draft: Settings | None = None
        self.publish: Callable[[Patch], object] = _cannot
        self.services: dict[str, Callable[[Handset], Script]] = {SERVICE: self._tried}

    @property
    def orders(self) -> dict[str, Handler]:
        return {
            "flow.draft": Handler(self.draft),
            "flow.lint": Handler(self.lint),
            "flow.publish": Handler(self.publish_draft),
            "flow.discard": Handler(self.discard),
        }

    def draft(self, patch: dict[str, Any]) -> list[dict[str, str]]:
        """Keep `patch` as the draft, in the place of any other; what is odd in it is told."""
        if strange := next((table for table in patch if table not in TABLES), None):
            raise Refused(
                f'flow.draft: "{strange[:30]}" is no part of a flow; it may change {", ".join(TABLES)}'
            )
        draft = read(merged(plain(self._settings()), patch))
        self._check(draft)
        self._patch, self._draft = patch, draft
        return self.lint()

    def lint(self) -> list[dict[str, str]]:
        """What is odd in the draft; without one, in the settings in force."""
        return [found._asdict() for found in lint(self._draft or self._settings(), self._prompts)]

    def publish_draft(self) -> None:
        """Put it in force for all calls that begin from now on. Refused: a caller would be lost in it."""
        if self._draft is None:
            raise Refused("flow.publish: there is no draft; make one with flow.draft")
        if bad := next((found for found in lint(self._draft, self._prompts) if found.kind in WORST), None):
            raise Refused(f"{bad.where}: {bad.sentence}")
        self.publish(self._patch)
        self.discard()

    def discard(self) -> None:
        self._patch, self._draft = {}, None

    # The trial

    def _tried(self, phone: Handset) -> Script:
        """Through the draft, without one through what is in force; in the language that he chooses there."""
        try:
            yield from self._through(phone.name)
        finally:
            self._aids.tongues.pop(phone.name, None)

    def _through(self, station: str) -> Script:
        settings = self._draft or self._settings()
        yield Say("draft.begins" if self._draft is not None else "draft.none")
        line = next(iter(settings.lines))
        place, menu = settings.lines[line].to or settings.menu_of(line), settings.menu_of(line)
        flow = Flow(Visit(settings, self._aids, began=self._aids.clock.now, station=station))
        yield from flow.script(place, (settings.menus[menu].greeting,))
        if flow.to != GOODBYE:
            yield Say("draft.reach", *_named(settings, flow.to))


def _named(settings: Settings, to: str) -> tuple[str, ...]:
    """A destination as it is said: by the owner's prompt, else by what it is and its number."""
    if to == OPERATOR:
        return ("draft.operator",)
    if (queue := settings.queues.get(to)) is not None:
        place = list(settings.queues).index(to) + 1
        return (queue.spoken,) if queue.spoken else ("draft.queue", *_digits(str(place)))
    if to.startswith(MAILBOX):
        return ("draft.mailbox", *_named(settings, to.removeprefix(MAILBOX)))
    row = settings.people.get(to) or settings.phones.get(to)
    number = row.number if row is not None else to
    return ("draft.extension", *_digits(number)) if number.isdigit() else ("draft.type",)


def _digits(number: str) -> tuple[str, ...]:
    return tuple(f"digit.{each}" for each in number)


def plain(settings: Settings) -> dict[str, Any]:
    """The settings as they are stored."""
    tables: dict[str, Any] = msgspec.to_builtins(settings)
    return {**tables.pop("office"), **tables}


def _cannot(patch: Patch) -> None:
    raise Refused("flow.publish: these settings cannot be changed from here; publish the flow on its page")
