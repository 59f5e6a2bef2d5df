"""The words and figures that the fields of the settings hold, and the rows that stand for themselves."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Extension = Annotated[str, Meta(pattern=r"^[0-9]{2,6}\Z")]
Digits = Annotated[str, Meta(pattern=r"^\+?[0-9]{2,15}\Z")]
Known = Annotated[str, Meta(pattern=r"^\+[0-9]{4,15}\Z")]  # E.164
MenuKey = Annotated[str, Meta(pattern=r"^[0-9*#]\Z")]
Word = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,29}\Z")]
Grade = Annotated[int, Meta(ge=1, le=5)]
Rung = Annotated[int, Meta(ge=0, le=5)]  # a grade that will do; 0: anybody
Label = Annotated[str, Meta(min_length=1, max_length=60)]
Gap = Annotated[float, Meta(ge=60, le=86_400)]  # s
Spans = Annotated[tuple[str, ...], Meta(max_length=12)]  # like 09:00-12:00: firmware/base/hours.py
Pin = Annotated[str, Meta(pattern=r"^([0-9]{6,12}|blake2b:[0-9a-f]{32}:[0-9a-f]{64})\Z")]  # as kept
Origin = Annotated[str, Meta(pattern=r"^https?://[a-z0-9.\[\]:-]{1,253}\Z")]  # like https://crm.example.com
Blocked = Annotated[str, Meta(pattern=r"^(\+?[0-9]{2,15}|withheld)\Z")]
MESSAGE, SILENT, WITHHELD = "message", "silent", "withheld"  # of callers who are blocked
OPERATOR = "operator"
THERE = ""  # no destination: he speaks with whom he was put through to
GOODBYE = "goodbye"  # a destination: he is told so, and the box hangs up
MAILBOX = "mailbox:"  # and the name of a person or a queue: a destination
ZONES = {
    "US": "America/New_York",
    "UK": "Europe/London",
    "DK": "Europe/Copenhagen",
    "HR": "Europe/Zagreb",
    "TR": "Europe/Istanbul",
    "KR": "Asia/Seoul",
    "CN": "Asia/Shanghai",
    "TW": "Asia/Taipei",
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
}


class Mailbox(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where callers leave messages for somebody, or for everybody of a queue."""

    enabled: bool = True
    greeting: str | None = None  # a prompt instead of the box's own words
    most_s: Annotated[float, Meta(ge=10, le=600)] = 180.0  # of one message


class Hours(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When an office is open. `days` are single dates, which count more than week and holidays."""

    week: dict[str, Spans] = {}
    holidays: bool = True  # the public holidays of the office's country are closed
    region: str | None = None  # and of this part of it
    days: Annotated[dict[str, Spans], Meta(max_length=1_000)] = {}


class Far(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another office, to which callers may be put through. Whoever answers there hears first the digits of
    `tells`, of a caller whom somebody here puts through."""

    number: Known
    tells: Annotated[str, Meta(max_length=200)] = ""


Begins = Annotated[str, Meta(pattern=r"^\+[0-9]{1,15}$")]


class Way(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which lines a call to the outside takes, in their order. The first row that fits counts; without one
    that fits it takes any. An emergency call takes any in every case."""

    begins: Annotated[tuple[Begins, ...], Meta(max_length=50)] = ()  # of its number; none: any number
    hours: str | None = None  # only while these are open
    lines: Annotated[tuple[str, ...], Meta(min_length=1, max_length=64)]
    others: bool = False  # any other line, where none of these is free


class Account(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A customer's account, whose PIN a flow may ask for."""

    pin: Pin


class Message(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A prompt for those who wait; of a weight of 2 it is said twice as often as one of 1."""

    prompt: str
    weight: Annotated[int, Meta(ge=1, le=9)] = 1


class Announce(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What whoever waits is told, and when: seconds from entering, from one to the next, and from one to
    the next that a better place brings forward (FEATURES row 18)."""

    first_s: Annotated[float, Meta(ge=0, le=600)] = 8.0
    every_s: Annotated[float, Meta(ge=10, le=3600)] = 45.0
    gap_s: Annotated[float, Meta(ge=5, le=3600)] = 20.0
    place: bool = True
    wait: bool = True
    keys: bool = True  # which keys lead elsewhere, where there are any
    messages: Annotated[tuple[Message, ...], Meta(max_length=20)] = ()  # one at a time, in this order
    message_every: Annotated[int, Meta(ge=1, le=20)] = 1  # announcements
    music: Literal["music", "ringback"] = "music"  # between them

    @property
    def rota(self) -> tuple[str, ...]:
        """One round of the messages: each as often as its weight, spread evenly."""
        turns = [
            ((turn + 0.5) / message.weight, place, message.prompt)
            for place, message in enumerate(self.messages)
            for turn in range(message.weight)
        ]
        return tuple(prompt for _, _, prompt in sorted(turns))


class Brake(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When dear calls, international or premium, look like those of a thief: then nobody makes any more of
    that class until the owner says so (RELIABILITY H-08). While the office is closed, or nobody is signed in,
    after `calls` or `minutes` of a class within `window_h`, else `open_calls` or `open_minutes`; and at any
    hour where one more than `at_once` would go to one country. 0: that is not looked at."""

    calls: Annotated[int, Meta(ge=0, le=1_000)] = 3
    minutes: Annotated[float, Meta(ge=0, le=10_000)] = 10.0
    open_calls: Annotated[int, Meta(ge=0, le=10_000)] = 60
    open_minutes: Annotated[float, Meta(ge=0, le=100_000)] = 600.0
    window_h: Annotated[float, Meta(ge=0.1, le=168)] = 12.0
    at_once: Annotated[int, Meta(ge=0, le=64)] = 3


class Forward(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where somebody's own calls are led: all of them, while he is busy, or when he does not answer."""

    all: str | None = None
    busy: str | None = None
    no_answer: str | None = None
    after_s: Annotated[float, Meta(ge=5, le=120)] = 20.0  # without an answer


class Nobody(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What happens to a caller while nobody is signed in: one of the three."""

    ring: tuple[str, ...] = ()
    hunt: tuple[str, ...] = ()
    to: str | None = None
