"""One row of the table of routes."""

from dataclasses import dataclass

from web.shapes import Sentence


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
