"""Users, as the owner keeps them; tokens; and the page that is locked while somebody else may sit there."""

from contextlib import suppress
from typing import Any

from bottle import HTTPResponse

from firmware.base import Broken, Refused
from firmware.base.stations import BROWSERS
from firmware.rim.leg_client import LegClient
from web.answers import Answers, posted, sentence, told
from web.doors import Doors
from web.engine import Engine, station_of
from web.invites import Invites
from web.sessions import Sessions
from web.shapes import Invitation, Key, NewToken, NewUser, Nothing, Pin, User, UserChange, Welcome
from web.tokens import Tokens, role_of
from web.users import Users, folded
from web.visitor import Visitor

WRONG_PIN = "That is not your PIN."
USED_UP = "This invitation was used, or is older than a day: ask the owner for a new one."


class Members:
    """Answers for who may sign in, and for locking."""

    def __init__(
        self,
        users: Users,
        sessions: Sessions,
        tokens: Tokens,
        engine: Engine,
        doors: Doors,
        legs: LegClient,
    ) -> None:
        self._users, self._sessions, self._tokens = users, sessions, tokens
        self._engine, self._doors, self._legs = engine, doors, legs
        self._invites = Invites(users)
        self.answers: Answers = {
            "GET /api/users": lambda visitor: told(200, {"users": users.all()}),
            "POST /api/users": lambda visitor: self._add(),
            "POST /api/users/<name>": lambda visitor, name: self._change(name),
            "POST /api/users/<name>/invite": lambda visitor, name: self._invite_again(name),
            "POST /api/users/<name>/remove": lambda visitor, name: self._remove(name),
            "POST /api/welcome": self._welcome,
            "GET /api/tokens": lambda visitor: told(200, {"tokens": tokens.all()}),
            "POST /api/tokens": lambda visitor: self._token(),
            "POST /api/tokens/revoke": lambda visitor: self._revoke(),
            "POST /api/lock": self._lock,
            "POST /api/unlock": self._unlock,
        }

    def _add(self) -> HTTPResponse:
        asked = posted(NewUser)
        name = folded(asked.name)
        person = asked.person or (name if name in self._people() else None)
        self._must_be_person(person)
        self._users.add(User(name, role_of(asked.role), person, asked.language))
        return self._invite(name)

    def _change(self, name: str) -> HTTPResponse:
        asked = posted(UserChange)
        fields = {
            each: value for each in asked.__struct_fields__ if (value := getattr(asked, each)) is not None
        }
        if "role" in fields:
            role_of(fields["role"])
        self._must_be_person(fields.get("person"))
        before = self._users.find(name)
        self._users.change(name, **fields)
        if fields.get("disabled") and before is not None:
            self._cut(before)
        return told(200, {"users": self._users.all()})

    def _invite_again(self, name: str) -> HTTPResponse:
        posted(Nothing)
        return self._invite(name)

    def _invite(self, name: str) -> HTTPResponse:
        """He chooses his password by a link that counts once, and for a day."""
        if self._users.find(name) is None:
            raise Refused(f"There is no user called {name[:30]}.")
        return told(200, Invitation(name, self._invites.make(name)))

    def _remove(self, name: str) -> HTTPResponse:
        posted(Nothing)
        before = self._users.find(name)
        self._users.remove(name)
        if before is not None:
            self._cut(before)
        return told(200, {"users": self._users.all()})

    def _cut(self, user: User) -> None:
        """His sessions have ended; now his sound, and his calls go to others."""
        station = station_of(self._engine, user.person)
        with suppress(Broken, Refused):
            if station in BROWSERS:
                self._legs.close(str(station))
        with suppress(Broken):
            if user.person is not None:
                self._engine.order("agent.sign_out", {"who": user.person})

    def _welcome(self, visitor: Visitor) -> HTTPResponse:
        asked = posted(Welcome)
        name = self._invites.find(asked.code)
        user = self._users.find(name) if name is not None else None
        if user is None or user.disabled:
            return sentence(403, USED_UP)
        self._users.set_password(user.name, asked.password)
        self._invites.forget(user.name)
        return self._doors.let_in(visitor, user)

    def _people(self) -> dict[str, Any]:
        found: dict[str, Any] = self._engine.state().result.get("agents", {})
        return found

    def _must_be_person(self, person: str | None) -> None:
        if person is not None and person not in self._people():
            raise Refused(f"There is nobody called {person[:30]} in the office's settings.")

    # Tokens

    def _token(self) -> HTTPResponse:
        asked = posted(NewToken)
        return told(200, {"token": self._tokens.make(asked.name, asked.role)})

    def _revoke(self) -> HTTPResponse:
        self._tokens.revoke(posted(Key).key)
        return told(200, {"tokens": self._tokens.all()})

    # Locking

    def _lock(self, visitor: Visitor) -> HTTPResponse:
        posted(Nothing)
        assert visitor.session is not None
        if visitor.person is None:
            raise Refused(
                "Nobody of the office has signed in here, so no PIN would unlock it: sign out instead."
            )
        self._sessions.lock(visitor.session, True)
        return told(200, {})

    def _unlock(self, visitor: Visitor) -> HTTPResponse:
        asked = posted(Pin)
        assert visitor.session is not None
        reply = self._engine.order("pin.check", {"who": visitor.person or "", "pin": asked.pin[:20]})
        if reply.kind != "done":
            raise Refused(reply.sentence or "The PIN cannot be checked at the moment: try again.")
        if not reply.result["right"]:
            return sentence(403, WRONG_PIN)
        self._sessions.lock(visitor.session, False)
        return told(200, {})
