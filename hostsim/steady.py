"""A value that counts once it has stayed."""

from collections.abc import Callable
from typing import Generic, TypeVar

from firmware.base.clock import Clock, Timer

Value = TypeVar("Value")


class Steady(Generic[Value]):
    """A value that counts once it has stayed so for as long as `patience` wants."""

    def __init__(
        self,
        clock: Clock,
        value: Value,
        patience: Callable[[Value], float],
        tell: Callable[[Value, Value], None],
    ) -> None:
        """`tell(old, new)` is called when a change has become certain."""
        self.value = value
        self._clock = clock
        self._patience = patience
        self._tell = tell
        self._seen = value
        self._timer: Timer | None = None

    @property
    def restless(self) -> bool:
        return self._seen != self.value

    def see(self, value: Value) -> None:
        if value == self._seen:
            return
        self._seen = value
        self._stop()
        if value != self.value:
            self._timer = self._clock.after(self._patience(value), self._sure)

    def take(self, value: Value) -> None:
        """Believe it at once, and tell nobody."""
        self._stop()
        self.value = self._seen = value

    def _sure(self) -> None:
        old, self.value = self.value, self._seen
        self._tell(old, self.value)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
