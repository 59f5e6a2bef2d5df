"""Rows by another name: a station that is reached over a line has that line's row, as long as it has one."""

from firmware.base.ports import Played, Sound


class Patch:
    """The switch as the logic has it: a station outside has the row of its line; without one it has none,
    and hears and says nothing. All others have rows of their own."""

    def __init__(self, sound: Sound) -> None:
        self._sound = sound
        self.rows: dict[str, str | None] = {}  # station outside -> its line

    def row(self, name: str) -> str | None:
        return self.rows.get(name, name)

    def join(self, one: str, other: str) -> None:
        self.hear(one, other)
        self.hear(other, one)

    def hear(self, hearer: str, speaker: str, gain: float = 1.0) -> None:
        to, of = self.row(hearer), self.row(speaker)
        if to is not None and of is not None:
            self._sound.hear(to, of, gain)

    def part(self, row: str) -> None:
        if (to := self.row(row)) is not None:
            self._sound.part(to)

    def say(self, row: str, *prompts: Played) -> float:
        return self._sound.say(to, *prompts) if (to := self.row(row)) is not None else 0.0

    def tone(self, row: str, name: str) -> None:
        if (to := self.row(row)) is not None:
            self._sound.tone(to, name)

    def keys(self, row: str, digits: str) -> float:
        return self._sound.keys(to, digits) if (to := self.row(row)) is not None else 0.0

    def show_caller(self, row: str, number: str | None, name: str | None) -> float:
        return self._sound.show_caller(to, number, name) if (to := self.row(row)) is not None else 0.0

    def hush(self, row: str) -> None:
        if (to := self.row(row)) is not None:
            self._sound.hush(to)
