"""What goes in and out of the API, shape by shape."""

from typing import Annotated, Any

import msgspec

from firmware.office.ledger import Call, Leg, QueueEntry
from web.roles import Role


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


class User(msgspec.Struct, frozen=True):
    """`person` is who he is among the people of the office, None if nobody there."""

    name: str
    role: Role
    person: str | None = None
    language: str | None = None
    disabled: bool = False
    lock_min: int = 0


class UserList(msgspec.Struct):
    """By name."""

    users: list[User]


class NewUser(msgspec.Struct, forbid_unknown_fields=True):
    """`person` is who he is among the people of the office; left out, whoever has the same name."""

    name: str
    role: str
    person: str | None = None
    language: str | None = None


class UserChange(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays. `lock_min`: minutes without a click until his page is locked; 0: never."""

    role: str | None = None
    person: str | None = None
    language: str | None = None
    disabled: bool | None = None
    lock_min: Annotated[int, msgspec.Meta(ge=0, le=600)] | None = None


class Invitation(msgspec.Struct):
    """`code` belongs into the address /welcome#code of the box."""

    name: str
    code: str


class Welcome(msgspec.Struct, forbid_unknown_fields=True):
    """The code of an invitation, and the password from now on."""

    code: str
    password: str


class Pin(msgspec.Struct, forbid_unknown_fields=True):
    """The PIN of telephones."""

    pin: str


class Key(msgspec.Struct, forbid_unknown_fields=True):
    """Which one."""

    key: str


class Token(msgspec.Struct):
    """What is known of a token; `used` is when it was used last."""

    key: str
    name: str
    role: str
    made: str
    used: str | None


class TokenList(msgspec.Struct):
    """Oldest first."""

    tokens: list[Token]


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    """For which program, and what it may."""

    name: str
    role: str


class NewTokenAnswer(msgspec.Struct):
    """Never shown again."""

    token: str


class Hook(msgspec.Struct):
    """A server that is told; `events` are types of events, none: all. `own`: it may be in the office's own
    network. `waiting` messages, and what went wrong with the last one."""

    key: str
    url: str
    events: list[str]
    own: bool
    waiting: int
    trouble: str


class HookList(msgspec.Struct):
    """Oldest first."""

    webhooks: list[Hook]


class NewHook(msgspec.Struct, forbid_unknown_fields=True):
    """As `Hook`."""

    url: Annotated[str, msgspec.Meta(max_length=500)]
    events: Annotated[list[str], msgspec.Meta(max_length=100)] = []
    own: bool = False


class NewHookAnswer(msgspec.Struct):
    """Never shown again."""

    key: str
    secret: str


class OutboxRow(msgspec.Struct):
    """One message: `state` is waiting, sent or given_up."""

    key: int
    url: str
    seq: int
    type: str
    state: str
    tries: int
    due: str
    trouble: str


class OutboxPage(msgspec.Struct):
    """Newest first."""

    messages: list[OutboxRow]
