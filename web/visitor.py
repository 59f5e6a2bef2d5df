"""Who asks: found out once for each request, from its cookie and from where it comes."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from firmware.base import Broken
from web.engine import Engine
from web.roles import RANK, rank
from web.sessions import Session, Sessions
from web.tokens import Tokens

COOKIE = "bellwire"
TOKEN = "HTTP_X_BELLWIRE_TOKEN"
READING = ("GET", "HEAD")


@dataclass(frozen=True)
class Visitor:
    """`town`: he sits at this computer, and the box is the simulator, which is open to him."""

    session: Session | None = None
    town: bool = False
    local: bool = False
    address: str = ""

    @property
    def name(self) -> str | None:
        return self.session.name if self.session else None

    @property
    def person(self) -> str | None:
        return self.session.person if self.session else None

    @property
    def role(self) -> str | None:
        return self.session.role if self.session else None

    @property
    def locked(self) -> bool:
        return self.session is not None and self.session.locked

    def may(self, needed: str, reads: bool) -> bool:
        """Is he all that `needed` says?"""
        if needed == "town":
            return self.town
        here = RANK["self"] if self.locked else rank(self.role, reads)
        return max(here, RANK["supervisor"] if self.town else 0) >= RANK[needed] and not (
            needed == "self" and self.session is None
        )


class Visitors:
    """Tells who is behind a request."""

    def __init__(self, sessions: Sessions, tokens: Tokens, simulated: Callable[[], bool]) -> None:
        self._sessions, self._tokens, self._simulated = sessions, tokens, simulated

    def of(self, environ: dict[str, Any]) -> Visitor:
        """A change that does not show the session's own token is nobody's."""
        address = environ.get("REMOTE_ADDR", "")
        local = is_local(address)
        session, program = self._session(environ), environ.get("HTTP_AUTHORIZATION")
        if program is not None:
            session = self._tokens.find(program.removeprefix("Bearer ").strip())
        elif session is not None and environ["REQUEST_METHOD"] not in READING:
            session = session if environ.get(TOKEN) == session.csrf else None
            if session is not None and not session.locked:
                self._sessions.touch(session)
        return Visitor(session, local and self._simulated(), local, address)

    def lives(self, visitor: Visitor) -> bool:
        """Is he still who he was when he asked?"""
        here = visitor.session
        return here is None or self._sessions.lives(here) or self._tokens.lives(here)

    def _session(self, environ: dict[str, Any]) -> Session | None:
        token = shown(environ)
        return self._sessions.find(token) if token else None


def simulated(engine: Engine) -> Callable[[], bool]:
    """Is the engine the simulator? What it said last counts while it does not answer."""
    known = False

    def ask() -> bool:
        nonlocal known
        with suppress(Broken):
            known = "town" in engine.state().result
        return known

    return ask


def cookie_name(environ: dict[str, Any]) -> str:
    """Over TLS the browser itself vouches that no other host has set it."""
    return f"__Host-{COOKIE}" if environ["wsgi.url_scheme"] == "https" else COOKIE


def shown(environ: dict[str, Any]) -> str:
    """Our cookie; what others of this computer's pages have set beside it may be anything."""
    pairs = (each.partition("=") for each in environ.get("HTTP_COOKIE", "").split(";"))
    wanted = cookie_name(environ)
    return next((value.strip() for name, _, value in pairs if name.strip() == wanted), "")


def is_local(address: str) -> bool:
    try:
        return ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False
