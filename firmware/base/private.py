"""Which fields of events hold a number, a name or keyed digits: the journal keeps them apart, for erasure."""

from collections.abc import Mapping
from typing import Any

PRIVATE: dict[str, tuple[str, ...]] = {
    "CallbackAsked": ("number", "caller", "name", "data"),
    "CallArrived": ("number", "name"),
    "CallDialled": ("number",),
    "DigitHeard": ("key",),
    "CallerKnown": ("number", "name", "choice"),
    "Standing": ("private",),
    "CaseData": ("value",),
    "AccountChecked": ("account",),
    "CallBlocked": ("rule",),
    "MessageBegan": ("number",),
    "MessageLeft": ("number",),
    "CallNoted": ("text",),
}


def private(kind: str, told: Mapping[str, Any]) -> list[str]:
    """The fields of an event that erasure empties: those of PRIVATE, and a station (or whoever acted from
    it) that is somebody's own number."""
    numbers = (name for name, value in told.items() if isinstance(value, str) and value.startswith("+"))
    return list(dict.fromkeys((*PRIVATE.get(kind, ()), *numbers)))
