"""A caller's way through menus and steps: the greeting, the question, his keys, and his silence.

It is one script, so keys count over everything that is said, and what is keyed ahead answers the next
question. A wrong key gets the question again; after the last try, and after silence, the caller is led to a
person: nobody is hung up on for having no keys. 0 is a person in every menu, * goes back and # repeats,
unless the owner gave that key another meaning (FEATURES row 24).
"""

from collections.abc import Callable, Sequence

from firmware.base.choices import Leading
from firmware.base.clock import Clock
from firmware.base.events import FlowStopped
from firmware.base.ports import Sound
from firmware.calls import steps, steps_ask
from firmware.calls.dialogue import Keys, Say, Script
from firmware.calls.visit import Part, Visit
from firmware.rows import GOODBYE, OPERATOR
from firmware.tables import Menu

WRONG = "menu.wrong"
AGAIN = "menu.again"
ONE_MOMENT = "one_moment"
SCRIPTS = steps.SCRIPTS | steps_ask.SCRIPTS
BACK, REPEAT, HUMAN = "*", "#", "0"


class Notice:
    """Says `prompts` to `row`, of whom nothing is asked; calls `done` once."""

    listens = secret = False

    def __init__(
        self, prompts: Sequence[str], row: str, sound: Sound, clock: Clock, done: Callable[[], None]
    ) -> None:
        self._prompts, self._row, self._sound = prompts, row, sound
        self._clock, self._done = clock, done
        self._over = False

    def begin(self) -> None:
        if not self._over:
            self._clock.after(self._sound.say(self._row, *self._prompts), self._said)

    def key(self, key: str) -> None:
        """There is no choice."""

    def stop(self) -> None:
        """The caller has gone."""
        self._over = True

    def _said(self) -> None:
        if not self._over:
            self._done()


class Flow:
    """The way of one visit, from place to place; `to` is where it has led him at its end, and `by` what."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.to = OPERATOR
        self.by: Leading = "flow"

    def script(self, place: str, greeting: tuple[str, ...] = ()) -> Script:
        """From `place` on, until he leaves menus and steps for a destination of the desk."""
        settings = self._visit.settings
        while self.leads_on(place):
            if not self._visit.enters():
                yield from self._stopped(place)
                return
            if place in settings.menus:
                place = yield from self._menu(place, settings.menus[place], greeting)
            else:
                step = settings.steps[place]
                place = yield from SCRIPTS[type(step)](self._visit, step)
            greeting = ()
        if place == GOODBYE:
            yield Say(GOODBYE)
        self.to = place

    def leads_on(self, place: str) -> bool:
        return place in self._visit.settings.menus or place in self._visit.settings.steps

    def _stopped(self, place: str) -> Script:
        """He has gone round for too long: a person helps him."""
        self.to = OPERATOR
        if (call := self._visit.call) is not None:
            self._visit.aids.tell(FlowStopped(call=call.id, place=place))
        yield Say(ONE_MOMENT)

    # A menu

    def _menu(self, name: str, menu: Menu, greeting: tuple[str, ...]) -> Part:
        self._visit.been.append(name)
        last = self._last_choice(name, menu)
        asked = (*greeting, *((AGAIN,) if last else ()), menu.prompt)
        wrong = 0
        while True:
            key = yield Keys(asked, first_s=menu.wait_s)
            if last and key == REPEAT:
                key = last
            self.by = "key" if key else "silence"
            if (to := self._choice(menu, key)) is not None:
                self._remember(name, menu, key)
                return to
            wrong += key != REPEAT
            if not key or wrong >= menu.tries or not self._visit.enters():
                self.by = "wrong_keys" if key else "silence"
                return (yield from self._helped(menu))
            asked, last = (menu.prompt,) if key == REPEAT else (WRONG, menu.prompt), None

    def _helped(self, menu: Menu) -> Part:
        """He was silent, or all that he keyed was wrong."""
        if not self.leads_on(menu.silence) and menu.silence != GOODBYE:
            yield Say(ONE_MOMENT)
        return menu.silence

    def _choice(self, menu: Menu, key: str) -> str | None:
        """Where a key leads; None: nowhere."""
        if key in menu.keys:
            return menu.keys[key]
        if key == BACK:
            been = self._visit.been
            del been[max(1, len(been) - 1) :]
            return been.pop()
        return OPERATOR if key == HUMAN else None

    def _last_choice(self, name: str, menu: Menu) -> str | None:
        """The key that a returning caller pressed here last time, if it still leads somewhere."""
        last = self._visit.aids.memory.choice(self._visit.number, name) if menu.remember else None
        return last if last in menu.keys else None

    def _remember(self, name: str, menu: Menu, key: str) -> None:
        if menu.remember and key in menu.keys:
            self._visit.aids.memory.keep(self._visit.number, choice=f"{name}:{key}")
