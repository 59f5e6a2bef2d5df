"""What goes in and out of the API, shape by shape."""

from typing import Any

import msgspec

from firmware.office.ledger import Call, Leg, QueueEntry


class Sentence(msgspec.Struct):
    """Why something was refused, or could not be done, and what to do; or why a call went where it went."""

    sentence: str


class Outcome(msgspec.Struct):
    """What an order gave, and the last event that it told (0: none)."""

    result: Any = None
    seq: int = 0


class CallList(msgspec.Struct):
    """Newest first. The page after: `?before=` the last key."""

    calls: list[Call]


class CallLegs(msgspec.Struct):
    """Whom a call rang, and the queues that it waited in."""

    legs: list[Leg]
    waits: list[QueueEntry]


class Me(msgspec.Struct):
    """Whoever asks. `csrf` goes into the header X-Bellwire-Token of all that he changes."""

    name: str | None
    role: str
    csrf: str | None
    language: str | None
    station: str | None
    simulator: bool
    claimed: bool
    locked: bool = False


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """By name and password."""

    name: str
    password: str


class Enter(msgspec.Struct, forbid_unknown_fields=True):
    """Step into somebody's shoes in the simulated office."""

    who: str


class NewPassword(msgspec.Struct, forbid_unknown_fields=True):
    """The old one proves that it is he."""

    old: str
    new: str


class Claim(msgspec.Struct, forbid_unknown_fields=True):
    """The code that the box speaks; the owner's name, and his password from now on."""

    code: str
    name: str
    password: str


class Trust(msgspec.Struct):
    """What the box's certificate is for and until when, its root's fingerprint, whether the owner has said
    that every browser trusts it (then browsers are told to come by https alone), and where that is."""

    names: list[str]
    fingerprint: str
    until: str
    everywhere: bool
    address: str


class TrustChange(msgspec.Struct, forbid_unknown_fields=True):
    """Every browser of the office has the certificate."""

    everywhere: bool


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """An empty object."""
