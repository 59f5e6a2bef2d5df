"""What is sent and answered when a page becomes a telephone."""

from typing import Annotated

from msgspec import Meta, Struct

Sdp = Annotated[str, Meta(max_length=20_000)]
Holder = Annotated[str, Meta(max_length=64)]
Who = Annotated[str, Meta(pattern=r"^(\+?[0-9]{2,16}|phone[0-9]{1,2})\Z")]


class LegOffer(Struct, forbid_unknown_fields=True):
    """A browser's offer of sound; `holder` is a secret word of the tab, the same after it is loaded anew."""

    sdp: Sdp
    take_over: bool = False
    holder: Holder = ""


class TownOffer(Struct, forbid_unknown_fields=True):
    """The same, for a telephone of the simulated town (a number) or of the office (`phone1`)."""

    who: Who
    sdp: Sdp
    take_over: bool = False
    holder: Holder = ""


class LegClose(Struct, forbid_unknown_fields=True):
    """Let the browser's telephone go; with a `holder`, only that tab's."""

    holder: Holder = ""


class LegAnswer(Struct):
    """The box's answer, for setRemoteDescription."""

    sdp: str


class LegRefusal(Struct):
    """Why not; `elsewhere`: another tab has the telephone, and `take_over` would have it here."""

    sentence: str
    elsewhere: bool = False


class LegStats(Struct):
    """How the box hears the browser: depths in frames of 20 ms, times in ms; frames and packets are counted
    since it was connected."""

    live: bool
    depth: int = 0
    delay_ms: int = 0
    received: int = 0
    lost: int = 0
    late: int = 0
    waited: int = 0
    skipped: int = 0
    merged: int = 0
    jitter: float = 0.0
