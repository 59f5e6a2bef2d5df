"""How the office's sentences name people, places, times and lists, in one of its languages."""

from collections.abc import Sequence
from typing import Any

from firmware.office.why_texts import TEXTS

MINUTE, HOUR = 60, 3600
STATIONS = {"phone": "phone", "usb": "usb", "line": "line", "browser": "browsers"}  # and their texts


class Words:
    """The words of a language; one that is not known speaks English."""

    def __init__(self, language: str) -> None:
        self._texts = TEXTS.get(language, TEXTS["en"])

    def text(self, key: str, many: int = 1, /, **told: Any) -> str:
        """A clause; the form behind its bar, if it has one, where there are several."""
        one, _, more = self._texts[key].partition("|")
        return (more if many > 1 and more else one).format(**told)

    def person(self, name: str) -> str:
        """Somebody of the office, or the station where nobody is known."""
        return self.station(name) or name.capitalize()

    def place(self, to: str) -> str:
        """A destination, or who led there: the operator, the box, a telephone, or a name of the owner's."""
        return self._texts[to] if to in ("operator", "box") else self.station(to) or to

    def station(self, name: str) -> str:
        """A telephone or a line; "" where it is none."""
        kind = name.rstrip("0123456789")
        if name == "browser":
            return self._texts[name]
        known = kind in STATIONS and kind != name
        return self._texts[STATIONS[kind]].format(n=name[len(kind) :]) if known else ""

    def caller(self, known: str | None) -> str:
        return known or self._texts["somebody"]

    def time(self, seconds: float) -> str:
        whole = round(seconds)
        kind = "s" if whole < MINUTE else "min" if whole < HOUR else "h"
        rest = {"h": whole // HOUR, "min": whole // MINUTE % MINUTE, "s": whole % MINUTE}
        return self._texts[kind].format(**rest)

    def days(self, days: int | None) -> str:
        kind = {0: "today", 1: "yesterday"}.get(days or 0, "days")
        return self._texts[kind].format(days=days)

    def listed(self, names: Sequence[str]) -> str:
        """With commas, and a word before the last."""
        if len(names) < 2:
            return "".join(names)
        return f"{', '.join(names[:-1])} {self._texts['and']} {names[-1]}"

    def whole(self, head: str, clauses: Sequence[str]) -> str:
        """One sentence: what became of it, and why. Clauses hold commas, so theirs are never joined bare."""
        reasons = [*clauses[:-1], f"{self._texts['and']} {clauses[-1]}"] if len(clauses) > 1 else clauses
        told = f"{head}: {', '.join(reasons)}" if reasons else head
        return f"{told[:1].upper()}{told[1:]}."
