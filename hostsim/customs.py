"""The customs of a country's exchange: how it shows a caller, and how it says that he has left.

How a caller is shown where is the sound room's table; the ways of disconnecting are those of
HARDWARE 6.5, where a busy tone stands for every country of which nothing else is known.
"""

from dataclasses import dataclass, replace
from typing import Literal, cast

from firmware.base import Refused
from firmware.sound.callerid import DELIVERY_OF, Delivery

Release = Literal["loop_break", "reversal", "busy_tone", "dial_tone", "silence"]
RELEASES: tuple[Release, ...] = ("loop_break", "reversal", "busy_tone", "dial_tone", "silence")
SHOWINGS = {
    "bell202": Delivery("bell202", "after_first_ring"),
    "v23": Delivery("v23", "after_first_ring"),
    "v23_reversal": DELIVERY_OF["UK"],
    "dtmf": DELIVERY_OF["DK"],
    "none": None,
}


@dataclass(frozen=True)
class Customs:
    """What one exchange line does, until it is told otherwise."""

    showing: Delivery | None  # None: callers are not shown
    release: Release = "busy_tone"
    reversal_on_answer: bool = False
    dial_tone: bool = True
    ring_hertz: float | None = None  # None: the country's


_RELEASE: dict[str, Release] = {"US": "loop_break", "UK": "dial_tone"}
CUSTOMS = {
    country: Customs(showing, _RELEASE.get(country, "busy_tone")) for country, showing in DELIVERY_OF.items()
}


def told(
    customs: Customs,
    caller_id: str | None = None,
    release: str | None = None,
    reversal_on_answer: bool | None = None,
    dial_tone: bool | None = None,
    ring_hertz: float | None = None,
) -> Customs:
    """`customs` with what is not None put in its place; a word that does not exist is refused."""
    if caller_id is not None:
        _check("caller_id", caller_id, tuple(SHOWINGS))
        own = customs.showing is not None and customs.showing.protocol == caller_id
        customs = customs if own else replace(customs, showing=SHOWINGS[caller_id])
    if release is not None:
        _check("release", release, RELEASES)
        customs = replace(customs, release=cast(Release, release))
    if reversal_on_answer is not None:
        customs = replace(customs, reversal_on_answer=reversal_on_answer)
    if dial_tone is not None:
        customs = replace(customs, dial_tone=dial_tone)
    return customs if ring_hertz is None else replace(customs, ring_hertz=ring_hertz)


def _check(field: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        raise Refused(f'{field}: "{word}" is not one of {", ".join(words)}')
