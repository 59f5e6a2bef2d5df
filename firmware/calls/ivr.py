"""One caller's visit to a menu: the greeting, the question, his keys, and his silence.

Keys count over the greeting too. A wrong key gets the question again; after the last try, and
after silence, the caller is led to a person: nobody is hung up on for having no keys.
"""

from collections.abc import Callable, Sequence

from firmware.base.clock import SECOND, Clock, Timer
from firmware.base.ports import Sound
from firmware.tables import Menu

WRONG = "menu.wrong"
ONE_MOMENT = "one_moment"


class Notice:
    """Says `prompts` to `row`, of whom nothing is asked; calls `done` once."""

    listens = False

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


class Visit:
    """Plays `menu` to `row`; calls `done(destination)` once."""

    def __init__(
        self, menu: Menu, greeting: str, row: str, sound: Sound, clock: Clock, done: Callable[[str], None]
    ) -> None:
        self._menu, self._greeting = menu, greeting
        self._row = row
        self._sound = sound
        self._clock = clock
        self._done = done
        self._tries = menu.tries
        self._timer: Timer | None = None
        self._over = False
        self._said = 0  # µs: the end of what is said to him

    @property
    def listens(self) -> bool:
        """All was said, his answer is waited for."""
        return self._timer is not None and self._clock.now >= self._said

    def begin(self) -> None:
        if not self._over:  # he may have gone before the line had settled
            self._ask(self._greeting, self._menu.prompt)

    def key(self, key: str) -> None:
        """The caller pressed a key: the prompt stops at once."""
        if self._over:
            return
        self._sound.hush(self._row)
        if (to := self._menu.keys.get(key)) is not None:
            self._leave(to)
            return
        self._tries -= 1
        if self._tries > 0:
            self._ask(WRONG, self._menu.prompt)
        else:
            self._leave(self._menu.silence, ONE_MOMENT)

    def stop(self) -> None:
        """The caller has gone."""
        self._over = True
        self._stop_timer()

    def _ask(self, *prompts: str) -> None:
        self._stop_timer()
        seconds = self._sound.say(self._row, *prompts)
        self._said = self._clock.now + round(seconds * SECOND)
        self._timer = self._clock.after(seconds + self._menu.wait_s, self._silent)

    def _silent(self) -> None:
        self._leave(self._menu.silence, ONE_MOMENT)

    def _leave(self, to: str, *prompts: str) -> None:
        self.stop()
        if prompts:
            self._timer = self._clock.after(self._sound.say(self._row, *prompts), lambda: self._done(to))
        else:
            self._done(to)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
