"""The table of all routes: what each answers, and who may ask. The site is built from it alone."""

from dataclasses import dataclass
from typing import Any

import msgspec

from firmware.office.ledger import Call, Leg, QueueEntry
from web.leg_shapes import LegAnswer, LegClose, LegOffer, LegRefusal, LegStats, TownOffer


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


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """An empty object."""


@dataclass(frozen=True)
class Answer:
    """A status that a route can give, and the shape of its body (None: described in words alone)."""

    status: int
    told: str
    shape: type | None = None
    media: str = "application/json"


@dataclass(frozen=True)
class Route:
    """`path` as bottle writes it; `role` who may ask (web.roles.NEEDED); `query` names what may stand behind
    the question mark; `takes` is the shape of what is posted."""

    method: str
    path: str
    told: str
    answers: tuple[Answer, ...]
    role: str
    query: tuple[str, ...] = ()
    takes: type | None = None

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


GONE = Answer(503, "The engine does not answer", Sentence)
BAD = Answer(400, "The body is not what this route takes", Sentence)
REFUSED = Answer(409, "Refused", Sentence)
DONE = Answer(200, "Done")
LATER = Answer(429, "Too many wrong ones: wait as long as Retry-After says", Sentence)
ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/api/me",
        "Who you are, and what the page must know of it",
        (Answer(200, "You", Me),),
        "anybody",
    ),
    Route(
        "POST",
        "/api/sign-in",
        "Begin a session, as a cookie",
        (
            Answer(200, "You are signed in", Me),
            BAD,
            Answer(403, "Name or password is wrong", Sentence),
            LATER,
        ),
        "anybody",
        takes=SignIn,
    ),
    Route(
        "POST",
        "/api/claim",
        "Become the owner, or set the owner's password anew, by the code that the box itself speaks",
        (
            Answer(200, "You are signed in", Me),
            BAD,
            Answer(403, "That is not the code", Sentence),
            REFUSED,
            GONE,
        ),
        "anybody",
        takes=Claim,
    ),
    Route("POST", "/api/sign-out", "End the session", (DONE,), "self", takes=Nothing),
    Route(
        "POST",
        "/api/password",
        "Change your own password; all your sessions end but a new one",
        (Answer(200, "You are signed in", Me), BAD, REFUSED, LATER),
        "self",
        takes=NewPassword,
    ),
    Route(
        "POST",
        "/api/town/enter",
        "Simulator only: begin somebody's session without a password",
        (Answer(200, "You are he", Me), BAD, REFUSED),
        "town",
        takes=Enter,
    ),
    Route(
        "GET",
        "/api/state",
        "The snapshot of everything, as the pages show it",
        (Answer(200, "Now"), GONE),
        "agent",
    ),
    Route(
        "GET",
        "/api/events",
        "Server-sent events: state, journal (number as id: Last-Event-ID resumes behind it), record, trouble",
        (Answer(200, "Until you hang up", media="text/event-stream"), GONE),
        "agent",
        query=("after",),
    ),
    Route(
        "GET",
        "/api/calls",
        "The call record",
        (Answer(200, "A page of it", CallList),),
        "supervisor",
        query=("limit", "before"),
    ),
    Route(
        "GET",
        "/api/history",
        "The calls at your own station, and those that nobody of the office took",
        (Answer(200, "A page of it", CallList), GONE),
        "agent",
        query=("limit", "before"),
    ),
    Route(
        "GET",
        "/api/calls/<key>",
        "The legs of one call",
        (Answer(200, "All of them", CallLegs),),
        "supervisor",
    ),
    Route(
        "GET",
        "/api/calls/<key>/why",
        "Why a call went where it went, in one sentence",
        (Answer(200, "The sentence", Sentence), Answer(404, "There is no such call", Sentence), GONE),
        "supervisor",
    ),
    Route(
        "GET",
        "/api/phrases",
        "What the box says in the office's language, by prompt",
        (Answer(200, "All of it"),),
        "anybody",
    ),
    Route(
        "POST",
        "/api/orders/<name>",
        "Have something done: the body holds the order's fields. Who may give which: web/roles.py",
        (
            Answer(200, "Done, and on the disk", Outcome),
            Answer(202, "Done, and not on the disk yet", Outcome),
            BAD,
            REFUSED,
            GONE,
        ),
        "anybody",
        takes=dict,
    ),
    Route(
        "POST",
        "/api/leg/offer",
        "Make this page the telephone that you sit at",
        (Answer(200, "The box's answer", LegAnswer), BAD, Answer(409, "Refused", LegRefusal), GONE),
        "agent",
        takes=LegOffer,
    ),
    Route("POST", "/api/leg/close", "Let it go", (DONE, BAD, REFUSED, GONE), "agent", takes=LegClose),
    Route(
        "GET",
        "/api/leg/stats",
        "How the box hears it",
        (Answer(200, "Since it was connected", LegStats),),
        "agent",
    ),
    Route(
        "POST",
        "/api/town/leg/offer",
        "Simulator only: hear and speak at a telephone of the town or of the office",
        (Answer(200, "The box's answer", LegAnswer), BAD, Answer(409, "Refused", LegRefusal), GONE),
        "town",
        takes=TownOffer,
    ),
    Route("GET", "/api/openapi.json", "This description", (Answer(200, "OpenAPI 3.1"),), "anybody"),
    Route(
        "GET",
        "/healthz",
        "How the box is, for a watchdog",
        (Answer(200, "Well, or degraded"), GONE),
        "anybody",
    ),
    Route(
        "GET",
        "/metrics",
        "Figures for Prometheus",
        (Answer(200, "Now", media="text/plain"),),
        "supervisor",
    ),
)
