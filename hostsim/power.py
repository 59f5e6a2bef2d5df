"""The cord of the live box: pulled, and put back by a hand or by itself.

What was on no disk when it was pulled is gone, as with a real box; the town, and the pages, go on.
"""

from collections.abc import Callable

from firmware.base import Refused
from firmware.base.clock import SECOND, Timer
from firmware.rim.journal import AnyJournal
from hostsim.rig import Rig


class Power:
    """`opened` gives the journal as it is on the disk, `began` is told of each new engine. Tick thread."""

    def __init__(self, rig: Rig, opened: Callable[[], AnyJournal], began: Callable[[], object]) -> None:
        self._rig, self._opened, self._began = rig, opened, began
        self._back: Timer | None = None
        self._due = False
        self.changed: Callable[[str], object] = lambda verb: None  # the verb of a story that does the same

    @property
    def on(self) -> bool:
        return self._rig.box is not None

    @property
    def back_in(self) -> float | None:
        """Seconds until it comes back by itself."""
        back = self._back
        return max(0.0, (back.due - self._rig.now) / SECOND) if back is not None and back.running else None

    def cut(self, seconds: float) -> None:
        """Pull the cord; for so long, or until `restore` (0). Refused: it is out already."""
        if not self.on:
            raise Refused("The box has no power already: switch it on again.")
        self._rig.cut_power()
        self._rig.journal.close()
        self.changed("power_cut()")
        self._back = self._rig.town.clock.after(seconds, self._mark) if seconds else None

    def restore(self) -> None:
        """A new engine on what the disk has. Refused: the box has power."""
        if self.on:
            raise Refused("The box has power.")
        if self._back is not None:
            self._back.stop()
        self._restore()

    def tick(self) -> None:
        """Between two ticks: an engine begins with a whole one."""
        if self._due:
            self._restore()

    def _mark(self) -> None:
        self._due = True

    def _restore(self) -> None:
        self._back, self._due = None, False
        self._rig.journal = self._opened()
        self._rig.start()
        self.changed("restart()")
        self._began()
