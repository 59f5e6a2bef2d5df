"""The table of all routes: what each answers, and who may ask. The site is built from it alone."""

from dataclasses import dataclass

from web.leg_shapes import LegAnswer, LegClose, LegOffer, LegRefusal, LegStats, TownOffer
from web.shapes import (
    CallLegs,
    CallList,
    Claim,
    Enter,
    Me,
    NewPassword,
    Nothing,
    Outcome,
    Sentence,
    SignIn,
    Trust,
    TrustChange,
)


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
    Route("GET", "/api/trust", "The box's certificate", (Answer(200, "Now", Trust), REFUSED), "owner"),
    Route(
        "POST",
        "/api/trust",
        "Say that every browser has the box's certificate, or that some have not",
        (Answer(200, "Now", Trust), BAD, REFUSED),
        "owner",
        takes=TrustChange,
    ),
    Route(
        "GET",
        "/install",
        "How to trust the box",
        (Answer(200, "A page", media="text/html"), REFUSED),
        "anybody",
    ),
    Route(
        "GET",
        "/install/bellwire.crt",
        "The box's root certificate",
        (Answer(200, "PEM", media="application/x-x509-ca-cert"), REFUSED),
        "anybody",
    ),
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
