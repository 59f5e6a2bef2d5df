"""Stations that are no telephone port: USB handsets, and the pages of browsers. What they are called."""

import re

MOST = 16  # of each kind
BROWSERS = ("browser", *(f"browser{n}" for n in range(2, MOST + 1)))
PATTERN = r"usb([1-9]|1[0-6])|browser([2-9]|1[0-6])?"  # of all of them
PAGE = "page"  # instead of a name: a browser place that is free

_NAMES = re.compile(PATTERN)
_NUMBERED = re.compile(r"([a-z]+?)([0-9]+)")


def elsewhere(name: str) -> bool:
    """Is that the name of a station that is no telephone port?"""
    return _NAMES.fullmatch(name) is not None


def spoken_of(name: str) -> str:
    """How a sentence calls a telephone: phone1 is "phone 1"."""
    return " ".join(found.groups()) if (found := _NUMBERED.fullmatch(name)) else name
