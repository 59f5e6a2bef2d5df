"""The doors: who you are, signing in and out, and in the simulator stepping into somebody's shoes."""

from collections.abc import Callable
from math import ceil

from bottle import HTTPResponse, request

from firmware.base import Refused
from web.answers import Answers, posted, sentence, told
from web.attempts import Attempts
from web.engine import Engine, station_of
from web.passwords import Busy
from web.sessions import LONGEST, Sessions
from web.shapes import Enter, Me, NewPassword, Nothing, SignIn, User
from web.users import Users, folded
from web.visitor import Visitor, cookie_name, shown

Then = Callable[[Visitor, User], HTTPResponse]
WRONG = "Name or password is wrong."
WAIT = "Too many wrong ones: try again in {} s."


class Doors:
    """Answers for users and sessions."""

    def __init__(self, users: Users, sessions: Sessions, engine: Engine) -> None:
        self._users, self._sessions, self._engine = users, sessions, engine
        self._attempts = Attempts()
        self.answers: Answers = {
            "GET /api/me": lambda visitor: told(200, self._me(visitor)),
            "POST /api/sign-in": self._sign_in,
            "POST /api/sign-out": self._sign_out,
            "POST /api/password": self._password,
            "POST /api/town/enter": self._enter,
        }

    def _me(self, visitor: Visitor) -> Me:
        here = visitor.session
        return Me(
            name=visitor.name,
            role=visitor.role or "anybody",
            csrf=here.csrf if here else None,
            language=here.language if here else None,
            station=station_of(self._engine, visitor.person),
            simulator=visitor.town,
            claimed=self._users.claimed,
            locked=visitor.locked,
        )

    def _sign_in(self, visitor: Visitor) -> HTTPResponse:
        asked = posted(SignIn)
        return self._proved(visitor, folded(asked.name), asked.password, self.let_in)

    def _password(self, visitor: Visitor) -> HTTPResponse:
        asked = posted(NewPassword)
        assert visitor.name is not None

        def change(visitor: Visitor, user: User) -> HTTPResponse:
            self._users.set_password(user.name, asked.new)
            return self.let_in(visitor, user)

        return self._proved(visitor, visitor.name, asked.old, change)

    def _proved(self, visitor: Visitor, name: str, password: str, then: Then) -> HTTPResponse:
        """`then`, for whoever knows the password; he waits the longer the more were wrong."""
        keys = ("name", name, visitor.local), ("from", visitor.address)
        if wait := self._attempts.begin(*keys):
            return sentence(429, WAIT.format(ceil(wait)), Retry_After=str(ceil(wait)))
        try:
            user = self._users.check(name, password)
        except Busy:
            self._attempts.unheard(*keys)
            raise
        if user is None:
            return sentence(403, WRONG)
        self._attempts.right(*keys)
        return then(visitor, user)

    def _sign_out(self, visitor: Visitor) -> HTTPResponse:
        posted(Nothing)
        assert visitor.session is not None
        self._sessions.end(visitor.session)
        return _with_cookie(told(200, {}), "", 0)

    def _enter(self, visitor: Visitor) -> HTTPResponse:
        """The simulated office is a game: whoever sits at this computer is whom he likes."""
        name = folded(posted(Enter).who)
        agents = self._engine.state().result["agents"]
        if name not in agents:
            raise Refused(f"There is nobody called {name[:30]}; there are {', '.join(agents)}.")
        leads = agents[name]["station"] is None  # who has no telephone of his own runs the demo office
        user = self._users.find(name) or User(name, "owner" if leads else "agent", person=name)
        if user.disabled:
            raise Refused(f"{name} may not sign in any more: the owner can allow it again.")
        return self.let_in(visitor, user)

    def let_in(self, visitor: Visitor, user: User) -> HTTPResponse:
        """A new session, never one that was known before: the one that this browser had ends."""
        before = self._sessions.find(shown(request.environ))
        if before is not None:
            self._sessions.end(before)
        token = self._sessions.begin(user)
        session = self._sessions.find(token)
        known = Visitor(session, visitor.town, visitor.local, visitor.address)
        return _with_cookie(told(200, self._me(known)), token, int(LONGEST))


def _with_cookie(answer: HTTPResponse, token: str, seconds: int) -> HTTPResponse:
    """Sent by the browser to this box alone, from its own pages alone, and shown to no script."""
    secure = "; Secure" if request.environ["wsgi.url_scheme"] == "https" else ""
    kept = f"Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict{secure}"
    answer.add_header("Set-Cookie", f"{cookie_name(request.environ)}={token}; {kept}")
    return answer
